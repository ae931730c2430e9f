// The filing page: words are kept in the phone until they have arrived, and a paste brings its structure along.

const form = document.querySelector("form[data-filing]");
const here = new URL(location.href);

// What the desk has taken is no longer kept. The name of the sending comes back in the address of the next page.
const filed = here.searchParams.get("filed");
if (filed) {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("filing-") && JSON.parse(localStorage.getItem(key)).sent === filed) localStorage.removeItem(key);
  }
  here.searchParams.delete("filed");
  history.replaceState(null, "", here);
}

if (form) {
  const key = `filing-${form.dataset.filing}`;
  const text = form.querySelector("textarea");
  const headline = form.querySelector("[name=headline]");
  const sent = form.querySelector("[name=sent]");
  const told = form.querySelector("[data-pasted]");
  let pastes = [];

  const kept = JSON.parse(localStorage.getItem(key) ?? "null");
  if (kept && !text.value.trim() && kept.text.trim()) {
    text.value = kept.text;
    headline.value = kept.headline;
    sent.value = kept.sent; // so that the desk knows it again when it had arrived after all
    form.querySelector("[data-kept]").hidden = false;
  }

  const keep = () => {
    try {
      localStorage.setItem(key, JSON.stringify({ sent: sent.value, text: text.value, headline: headline.value }));
    } catch {
      // no room in the phone: the words stay on the page
    }
  };
  form.addEventListener("input", keep);

  text.addEventListener("paste", (event) => {
    const html = event.clipboardData.getData("text/html");
    const whole = !text.value.trim() || (text.selectionStart === 0 && text.selectionEnd === text.value.length);
    if (whole) pastes = [];
    if (html) pastes.push(html);
    else if (!whole && pastes.length) pastes.push(escaped(event.clipboardData.getData("text/plain")));
    told.textContent = html ? "小标题、粗体、表格和链接会一起带来。" : "";
  });
  const escaped = (words) => {
    const made = document.createElement("p");
    made.textContent = words;
    return made.outerHTML;
  };

  // As a file: a paste with pictures is larger than a form's field may be.
  form.addEventListener("formdata", (event) => {
    const html = pastes.join("");
    if (html && html.length < 38e6 && text.value.trim()) event.formData.set("html", new Blob([html]), "paste.html");
  });

  let going = false;
  form.addEventListener("submit", (event) => {
    keep();
    const refusal = form.querySelector("[data-refusal]");
    if (event.defaultPrevented) return;
    if (!navigator.onLine) {
      event.preventDefault();
      refusal.textContent = "现在没有网络。文字已经存在这台手机里，连上网再按“交稿”。";
      refusal.hidden = false;
      refusal.scrollIntoView({ block: "center" });
    } else if (going) {
      event.preventDefault(); // pressed twice
    } else {
      going = true;
      form.querySelector("[type=submit]").textContent = "正在交……";
    }
  });
  addEventListener("pageshow", () => {
    going = false;
    form.querySelector("[type=submit]").textContent = "交稿";
  });
}
