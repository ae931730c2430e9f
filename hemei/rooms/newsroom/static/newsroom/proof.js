// 校对: asks what is doubted as the words change, lists it beside them, underlines it in them, and puts corrections in.
// Without it the desk still refuses to submit what is not settled, and says what that is.

const panel = document.querySelector("[data-proof]");
const form = document.querySelector("#w-editor-form");
const LEVELS = { block: "必改", warn: "留意", fix: "可直接改" };
const PAUSE = 700;
let asked = "";
let doubts = [];
let more = 0;
let house = [];
let breath = null;
let asking = null;

const words = () => {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  return data;
};
const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
const made = (tag, text, name) => {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  if (name) one.className = name;
  return one;
};

async function look(again) {
  const data = words();
  const now = new URLSearchParams(data).toString();
  if (now === asked && !again) return mark();
  asked = now;
  asking?.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(panel.dataset.proof, { method: "POST", body: data, signal: asking.signal });
    if (!answer.ok) throw new Error();
    ({ doubts, more, house, breath } = await answer.json());
    show();
  } catch (error) {
    if (error.name === "AbortError") return;
    asked = "";
    panel.querySelector("[data-proof-said]").textContent = "暂时校对不了，过一会儿会再试。";
  }
}

function show() {
  const list = panel.querySelector("[data-proof-list]");
  const typing = list.querySelector("input:focus");
  if (typing) return mark(); // somebody is writing a reason: the list waits
  list.replaceChildren(...doubts.map(line));
  measure();
  const asked = panel.querySelector("[data-house-list]");
  if (!asked.querySelector("input:focus")) asked.replaceChildren(...house.map(line));
  panel.querySelector("[data-house]").hidden = house.length === 0;
  const open = [...doubts.filter((each) => !each.waived), ...house.filter((each) => !each.waived && each.level === "block")];
  const must = open.filter((each) => each.level === "block").length;
  panel.querySelector("[data-proof-said]").textContent = open.length
    ? `${open.length} 处待看${must ? `，其中 ${must} 处必改，处理完才能送审` : ""}${more ? `；后面还有 ${more} 处，改了前面的再列` : ""}。`
    : "";
  panel.querySelector("[data-proof-none]").hidden = doubts.length + house.length > 0;
  const counter = document.querySelector('[data-side-panel-toggle="proof"] [data-side-panel-toggle-counter]');
  if (counter) {
    counter.textContent = open.length;
    counter.hidden = open.length === 0;
    counter.classList.toggle("!w-hidden", open.length === 0);
  }
  mark();
}

// 字数、版面字数、口播时长、阅读时间、标题断行, and the script.
function measure() {
  const said = panel.querySelector("[data-breath]");
  const parts = [`${breath.characters} 字`, `版面 ${breath.places} 字`];
  if (breath.air) parts.push(`口播 ${breath.air}`);
  if (breath.minutes) parts.push(`读完约 ${breath.minutes} 分钟`);
  said.textContent = parts.join(" · ");
  said.title = "字数按 Word 算；版面字数里数字、字母算半个字；口播按每分钟 240 到 280 字，阅读按每分钟 400 字";
  said.hidden = breath.characters === 0;
  if (breath.headline.length > 1) said.append(made("br"), `标题断行：${breath.headline.join("｜")}`);
  const script = panel.querySelector("[data-script-text]");
  if (script.textContent !== breath.script) script.replaceChildren(...breath.script.split("\n").map((text) => made("p", text)));
  panel.querySelector("[data-script]").hidden = !breath.script;
}

function line(each) {
  const item = made("li", "", `level-${each.level}${each.waived ? " waived" : ""}`);
  const head = made("p", "", "words");
  head.append(
    each.around.slice(Math.max(0, each.at - 10), each.at),
    made("mark", each.text),
    each.around.slice(each.at + each.text.length, each.at + each.text.length + 10),
  );
  if (inField(each) || inEditor(each)) {
    head.tabIndex = 0;
    head.title = "到文中去看";
    head.addEventListener("click", () => go(each));
    head.addEventListener("keydown", (event) => event.key === "Enter" && go(each));
  }
  item.append(head, made("p", `${each.why}（${each.rule}${LEVELS[each.level] ? ` · ${LEVELS[each.level]}` : ""}）`, "hint"));
  if (each.waived) {
    item.append(made("p", `已放行：${each.waived}`, "hint"));
    return item;
  }
  const deeds = made("p", "", "doors");
  if (each.suggestion !== null) {
    const accept = made("button", each.suggestion ? `改为“${each.suggestion}”` : "删去", "button button-small");
    accept.type = "button";
    accept.addEventListener("click", () => put(each));
    deeds.append(accept);
  }
  if (panel.dataset.waive) {
    const waive = made("button", "没错，放行", "button button-small button-secondary");
    waive.type = "button";
    waive.addEventListener("click", () => ask(each, item, waive));
    deeds.append(waive);
  }
  item.append(deeds);
  return item;
}

function ask(each, item, button) {
  button.hidden = true;
  const why = made("input");
  why.type = "text";
  why.maxLength = 200;
  why.placeholder = "理由，回车放行";
  why.setAttribute("aria-label", "放行的理由");
  const said = made("p", "", "alarm");
  said.hidden = true;
  why.addEventListener("keydown", async (event) => {
    if (event.key === "Escape") {
      why.remove();
      button.hidden = false;
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    const body = new URLSearchParams({ rule: each.rule, mark: each.mark, text: each.text, reason: why.value });
    const answer = await fetch(panel.dataset.waive, { method: "POST", body, headers: { "X-CSRFToken": token() } });
    if (answer.ok) {
      why.blur();
      return look(true);
    }
    said.textContent = answer.status === 409 ? (await answer.json()).why : "没有放行成，请再试一次。";
    said.hidden = false;
  });
  item.append(why, said);
  why.focus();
}

// Where the words are: in a plain field, or in a paragraph of the editor.
const fields = () => [...form.querySelectorAll("input[type=text][name], textarea[name]")].filter((one) => one.value);
const editors = () => [...form.querySelectorAll("input")].filter((one) => one.draftailEditor);

function inField(each) {
  for (const one of fields()) {
    const start = one.value.indexOf(each.around);
    if (start >= 0) return { one, start: start + each.at };
  }
  return null;
}

function inEditor(each) {
  for (const one of editors()) {
    const state = one.draftailEditor.getEditorState();
    for (const block of state.getCurrentContent().getBlocksAsArray()) {
      const start = block.getText().indexOf(each.around);
      if (start >= 0) return { one, state, block, start: start + each.at };
    }
  }
  return null;
}

function put(each) {
  const plain = inField(each);
  if (plain) {
    const { one, start } = plain;
    one.setRangeText(each.suggestion, start, start + each.text.length, "end");
    one.dispatchEvent(new Event("input", { bubbles: true }));
    one.dispatchEvent(new Event("change", { bubbles: true }));
    return look();
  }
  const rich = inEditor(each);
  if (!rich) return look(true);
  const { EditorState, Modifier, SelectionState } = window.DraftJS;
  const { one, state, block, start } = rich;
  const where = SelectionState.createEmpty(block.getKey()).merge({
    anchorOffset: start,
    focusOffset: start + each.text.length,
  });
  const style = block.getInlineStyleAt(start);
  const content = Modifier.replaceText(state.getCurrentContent(), where, each.suggestion, style, block.getEntityAt(start));
  one.draftailEditor.onChange(EditorState.push(state, content, "insert-characters"));
  return setTimeout(look, 50);
}

function go(each) {
  const plain = inField(each);
  if (plain) {
    plain.one.focus();
    plain.one.setSelectionRange(plain.start, plain.start + each.text.length);
    return;
  }
  ranges(each)[0]?.startContainer.parentElement.scrollIntoView({ block: "center" });
}

// Underlines are the browser's own highlights: the editor's markup stays as it is.
function ranges(each) {
  const found = [];
  for (const block of form.querySelectorAll('[data-block="true"]')) {
    const start = block.textContent.indexOf(each.around);
    if (start < 0) continue;
    const range = new Range();
    if (reach(block, start + each.at, (node, at) => range.setStart(node, at)) &&
        reach(block, start + each.at + each.text.length, (node, at) => range.setEnd(node, at))) found.push(range);
  }
  return found;
}

function reach(block, at, set) {
  const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    if (at <= node.data.length) {
      set(node, at);
      return true;
    }
    at -= node.data.length;
  }
  return false;
}

function mark() {
  if (!CSS.highlights) return;
  for (const level of Object.keys(LEVELS)) {
    const those = doubts.filter((each) => each.level === level && !each.waived).flatMap(ranges);
    CSS.highlights.set(`proof-${level}`, new Highlight(...those));
  }
  for (const one of fields()) {
    const worst = doubts.find((each) => !each.waived && one.value.includes(each.around));
    if (worst) one.dataset.doubted = worst.level;
    else delete one.dataset.doubted;
  }
}

if (panel && form) {
  const round = async () => {
    await look();
    setTimeout(round, PAUSE);
  };
  setTimeout(round, 300);
}
