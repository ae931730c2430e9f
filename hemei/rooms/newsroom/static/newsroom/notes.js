// 批注: notes beside the words, tied to the words that were selected and underlined in them.

import { suggest } from "./names.js";

const panel = document.querySelector("[data-notes]");
const form = document.querySelector("#w-editor-form");
const FIELDS = ["kicker", "headline", "deck", "dateline", "byline", "gist", "lead_caption", "source", "correction"];
const EVERY = 12000;
const MOST = 200;
let threads = [];
let names = [];
let picked = { quote: "", field: "", block: "" };
let timer = null;

const made = (tag, text, name) => {
  const one = document.createElement(tag);
  if (text) one.textContent = text;
  if (name) one.className = name;
  return one;
};
const visible = () => panel.offsetParent !== null;

async function look() {
  clearTimeout(timer);
  timer = setTimeout(look, EVERY);
  if (document.visibilityState === "hidden") return;
  try {
    const answer = await fetch(panel.dataset.notes + (visible() ? "?read=1" : ""));
    if (!answer.ok) return;
    ({ threads, names } = await answer.json());
  } catch {
    return; // away for a moment; it asks again
  }
  show();
}

async function send(what, words) {
  const said = panel.querySelector("[data-note-said]");
  let why = "没有记下来，请再试一次。";
  try {
    const answer = await fetch(`${panel.dataset.notes}${what}/`, {
      method: "POST",
      body: new URLSearchParams(words),
      headers: { "X-CSRFToken": form.querySelector("[name=csrfmiddlewaretoken]").value, Accept: "application/json" },
    });
    if (answer.ok) why = "";
    else if (answer.status === 409) why = (await answer.json()).why;
  } catch {
    why = "连不上，没有记下来，请再试一次。";
  }
  said.textContent = why;
  said.hidden = !why;
  if (!why) await look();
  return !why;
}

function show() {
  const list = panel.querySelector("[data-note-list]");
  const typing = list.querySelector("textarea");
  if (!typing) list.replaceChildren(...threads.map(thread)); // somebody is writing an answer: the list waits
  const open = threads.filter((each) => !each.settled).length;
  const counter = document.querySelector('[data-side-panel-toggle="notes"] [data-side-panel-toggle-counter]');
  if (counter) {
    counter.textContent = open;
    counter.hidden = open === 0;
    counter.classList.toggle("!w-hidden", open === 0);
  }
  mark();
}

function thread(each) {
  const item = made("article", "", each.settled ? "thread settled" : "thread");
  if (each.quote || each.about) {
    const quote = made("p", "", "quote");
    if (each.about) quote.append(made("b", `${each.about} `));
    quote.append(each.quote);
    quote.tabIndex = 0;
    quote.title = "到文中去看";
    quote.addEventListener("click", () => go(each));
    quote.addEventListener("keydown", (event) => event.key === "Enter" && go(each));
    item.append(quote);
  }
  if (each.place === "changed") item.append(made("p", "原文已改", "state"));
  for (const one of each.said) {
    const words = made("p", "", one === each.said[0] ? "" : "reply");
    words.append(made("b", one.who), " ", made("span", one.time, "hint"), made("br"), one.text);
    item.append(words);
  }
  const deeds = made("p", "", "doors");
  const button = (label, deed) => {
    const one = made("button", label, "button button-small button-secondary");
    one.type = "button";
    one.addEventListener("click", deed);
    deeds.append(one);
  };
  if (each.settled) {
    deeds.append(made("span", `${each.settled} 已办结`, "hint"));
    button("重开", () => send("reopen", { note: each.id }));
  } else {
    button("回复", () => answer(each, item, deeds));
    button("办结", () => send("settle", { note: each.id }));
  }
  item.append(deeds);
  return item;
}

function answer(each, item, deeds) {
  deeds.hidden = true;
  const box = made("textarea");
  box.rows = 2;
  box.maxLength = 1000;
  box.setAttribute("aria-label", "回复");
  const below = made("p", "", "doors");
  const give = made("button", "发出", "button button-small");
  const drop = made("button", "不回了", "button button-small button-secondary");
  give.type = drop.type = "button";
  const close = () => {
    box.remove();
    below.remove();
    deeds.hidden = false;
    show();
  };
  give.addEventListener("click", async () => {
    const text = box.value;
    box.remove(); // or the list would wait for it
    below.remove();
    if (!(await send("reply", { note: each.id, text }))) item.append(box, below);
  });
  drop.addEventListener("click", close);
  below.append(give, drop);
  item.append(box, below);
  suggest(box, () => names);
  box.focus();
}

// What is selected in the words is what a new note is about; it stays so while the note is being written.
function pick() {
  const active = document.activeElement;
  if (panel.contains(active)) return;
  if (FIELDS.includes(active?.name) && form.contains(active) && active.selectionEnd > active.selectionStart) {
    picked = { quote: active.value.slice(active.selectionStart, active.selectionEnd).slice(0, MOST), field: active.name, block: "" };
    return told();
  }
  const chosen = document.getSelection();
  const node = chosen?.anchorNode;
  const at = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node;
  if (!at?.closest?.("#w-editor-form [data-block]")) return;
  const quote = chosen.toString().trim().slice(0, MOST);
  const block = at.closest("[data-streamfield-child]")?.querySelector("input[type=hidden][name$='-id']")?.value ?? "";
  picked = quote ? { quote, field: "", block } : { quote: "", field: "", block: "" };
  told();
}

function told() {
  panel.querySelector("[data-note-quote]").textContent = picked.quote
    ? `批注“${picked.quote.length > 40 ? `${picked.quote.slice(0, 40)}……` : picked.quote}”`
    : "在文中选中字句，再写批注；不选就是批整篇稿子。";
}

// Where a note's words stand in the editor: underlined by the browser's own highlights, so that the markup stays as it is.
function ranges(each) {
  const found = [];
  if (!each.quote || each.field) return found;
  for (const line of each.quote.split("\n").map((one) => one.trim()).filter(Boolean)) {
    for (const block of form.querySelectorAll('[data-block="true"]')) {
      const start = block.textContent.indexOf(line);
      if (start < 0) continue;
      const range = new Range();
      if (reach(block, start, (node, at) => range.setStart(node, at)) && reach(block, start + line.length, (node, at) => range.setEnd(node, at))) {
        found.push(range);
        break;
      }
    }
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
  const open = threads.filter((each) => !each.settled);
  if (CSS.highlights) CSS.highlights.set("note", new Highlight(...open.flatMap(ranges)));
  for (const name of FIELDS) {
    const one = form.querySelector(`[name=${name}]`);
    if (open.some((each) => each.field === name)) one?.setAttribute("data-noted", "");
    else one?.removeAttribute("data-noted");
  }
}

function go(each) {
  const field = each.field && form.querySelector(`[name=${each.field}]`);
  if (field) {
    const start = field.value.indexOf(each.quote);
    field.focus();
    if (start >= 0) field.setSelectionRange(start, start + each.quote.length);
    return;
  }
  ranges(each)[0]?.startContainer.parentElement.scrollIntoView({ block: "center" });
}

if (panel && form) {
  const text = panel.querySelector("[data-note-text]");
  suggest(text, () => names);
  document.addEventListener("selectionchange", pick);
  panel.querySelector("[data-note-add]").addEventListener("click", async (event) => {
    event.target.disabled = true;
    if (await send("add", { ...picked, text: text.value })) {
      text.value = "";
      picked = { quote: "", field: "", block: "" };
      told();
    }
    event.target.disabled = false;
  });
  document.querySelector('[data-side-panel-toggle="notes"]')?.addEventListener("click", () => setTimeout(look, 300));
  setInterval(mark, 2000);
  setTimeout(look, 400);
}
