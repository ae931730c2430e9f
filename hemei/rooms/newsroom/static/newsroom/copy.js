// 复制: the words of one part of the screen into the clipboard, where the browser lets us.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    const said = button.parentElement.querySelector("[data-copy-said]");
    try {
      await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).innerText);
      said.textContent = "已复制";
    } catch {
      said.textContent = "没有复制成，请选中文字再复制";
    }
  });
}
