// The reviewers' screen of a story: who else has it open, and names to pick from in a note.

import { suggest } from "./names.js";

const EVERY = 15000;
const said = document.querySelector("[data-here]");
const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
let session = "";

const tell = (words, keepalive = false) =>
  fetch(said.dataset.here, {
    method: "POST",
    body: new URLSearchParams({ session, ...words }),
    headers: { "X-CSRFToken": token() },
    keepalive,
  });

async function here() {
  if (document.visibilityState === "hidden") return;
  try {
    const answer = await tell({});
    if (!answer.ok) return;
    const told = await answer.json();
    session = told.session;
    said.textContent = told.here.join("、");
    said.hidden = told.here.length === 0;
  } catch {
    // away for a moment; it asks again
  }
}

if (said) {
  here();
  setInterval(here, EVERY);
  document.addEventListener("visibilitychange", here);
  window.addEventListener("pagehide", () => session && tell({ gone: "1" }, true));
}

const names = () => [...document.querySelectorAll("#colleagues option")].map((one) => one.value);
document.querySelectorAll("[data-names]").forEach((box) => suggest(box, names));
