// Small helps for the desk's forms. Everything works without them; the browser then says less, and later.

const form = document.querySelector("form[data-most]");

if (form) {
  const files = form.querySelector("input[type=file]");
  const chosen = form.querySelector("[data-chosen]");
  const refusal = form.querySelector("[data-refusal]");
  const mega = (bytes) => `${Math.ceil(bytes / 1048576)} MB`;

  const name = () => {
    const names = [...files.files].map((file) => `${file.name}（${mega(file.size)}）`);
    chosen.textContent = names.length ? names.join("、") : "还没有选文件";
  };
  files.addEventListener("change", name);
  name(); // a browser that goes back keeps what was chosen

  // Above the front door's cap the answer would be a page without the form: say it here, and keep every word.
  form.addEventListener("submit", (event) => {
    const text = form.querySelector("textarea").value;
    const size = [...files.files].reduce((sum, file) => sum + file.size, 0);
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
