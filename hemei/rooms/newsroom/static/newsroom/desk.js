// Small helps for the desk's forms. Everything works without them; the browser then says less, and later.

const mega = (bytes) => `${Math.ceil(bytes / 1048576)} MB`;

// What was chosen stands beside our own button. A chooser's form comes later than this script: listen to the whole page.
const name = (input) => {
  const chosen = input.closest(".pick")?.querySelector("[data-chosen]");
  if (!chosen) return;
  chosen.dataset.none ??= chosen.textContent;
  const names = [...input.files].map((file) => `${file.name}（${mega(file.size)}）`);
  chosen.textContent = names.join("、") || chosen.dataset.none;
};
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file]")) name(event.target);
});
document.querySelectorAll("input[type=file]").forEach(name); // a browser that goes back keeps what was chosen

const form = document.querySelector("form[data-most]");

if (form) {
  const files = [...form.querySelectorAll("input[type=file]")];
  const refusal = form.querySelector("[data-refusal]");

  // Above the front door's cap the answer would be a page without the form: say it here, and keep every word.
  form.addEventListener("submit", (event) => {
    const text = form.querySelector("textarea").value;
    const size = files.flatMap((each) => [...each.files]).reduce((sum, file) => sum + file.size, 0);
    let why = "";
    if (size > Number(form.dataset.most)) {
      why = `选中的文件一共 ${mega(size)}，一次最多上传 ${mega(Number(form.dataset.most))}。请分几次上传，或者先压缩图片。`;
    } else if (text.length > 1000000) {
      why = `粘贴的文字有 ${text.length} 字，一次最多一百万字。请分开交，或者改用上传文件。`;
    }
    refusal.textContent = why;
    refusal.hidden = !why;
    if (why) {
      event.preventDefault();
      refusal.scrollIntoView({ block: "center" });
    }
  });
}
