// A paste into the editor. The editor itself runs paragraphs together where a page has only nested sections, as WeChat's
// articles do: give it plain paragraphs, headings and lists instead.

const PASSED = "section, div, article, main, header, footer, aside, p, center, figure, figcaption, address, form, details";
const KEPT = "h1, h2, h3, h4, h5, h6, ul, ol, table, blockquote, pre";

const element = (page, tag, words = "") => {
  const made = page.createElement(tag);
  made.textContent = words;
  return made;
};

// A table becomes a line a row, its cells apart as the editor's own table takes them.
const rows = (page, table) =>
  [...table.rows].map((row) => element(page, "p", [...row.cells].map((cell) => cell.textContent.trim()).join(" | ")));

const kept = (page, node) => {
  if (node.matches("table")) return rows(page, node);
  const level = Number(node.tagName[1]);
  if (level) return [element(page, level > 2 ? "h3" : "h2", node.textContent.trim())];
  return [node.cloneNode(true)];
};

const flat = (page, node, found) => {
  let line = null;
  for (const child of node.childNodes) {
    const tag = child.nodeType === Node.ELEMENT_NODE;
    if (tag && child.matches("script, style, meta, link, title")) continue;
    if (tag && child.matches(KEPT)) {
      line = null;
      found.push(...kept(page, child));
    } else if (tag && (child.matches(PASSED) || child.querySelector(`${PASSED}, ${KEPT}`))) {
      line = null;
      flat(page, child, found);
    } else if (child.nodeType !== Node.COMMENT_NODE) {
      if (!line) found.push((line = page.createElement("p")));
      line.append(child.cloneNode(true));
    }
  }
};

// A short line that is bold throughout and ends without a stop is a heading.
const heading = (page, line) => {
  const words = line.textContent.trim();
  if (!line.matches("p") || words.length > 30 || /[。！？；：，、.!?;:,]$/.test(words)) return line;
  const bold = [...line.querySelectorAll("b, strong, [style*='font-weight']")].map((each) => each.textContent).join("");
  return bold.trim() === words ? element(page, "h2", words) : line;
};

export const plain = (html) => {
  const page = new DOMParser().parseFromString(html, "text/html");
  const found = [];
  flat(page, page.body, found);
  const lines = found.filter((each) => each.textContent.trim()).map((each) => heading(page, each));
  return lines.map((each) => each.outerHTML).join("");
};

const ours = new WeakSet();
document.addEventListener(
  "paste",
  (event) => {
    const target = event.target.closest?.(".public-DraftEditor-content");
    // our own goes on to the editor
    const html = ours.has(event) ? "" : event.clipboardData?.getData("text/html");
    // what was copied in an editor keeps its own form
    if (!target || !html || html.includes("data-draftjs-conductor-fragment") || html.includes("data-editor=")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const given = new DataTransfer();
    given.setData("text/html", plain(html));
    given.setData("text/plain", event.clipboardData.getData("text/plain"));
    const again = new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true });
    ours.add(again);
    event.target.dispatchEvent(again);
  },
  true,
);
