// A spreadsheet's name beside its button, as soon as it is chosen.

const pick = document.querySelector("[data-sheet]");
pick?.addEventListener("change", () => {
  document.querySelector("[data-sheet-chosen]").textContent = pick.files[0]?.name ?? "还没有选文件";
});
