// @ in a note: the colleagues' names to pick from. Without it a name that is typed in full counts just the same.

export function suggest(box, names) {
  const list = document.createElement("p");
  list.className = "doors names";
  list.hidden = true;
  box.after(list);

  const begun = () => /[@＠]([^\s@＠，。；：！？,.;:!?]{0,20})$/.exec(box.value.slice(0, box.selectionStart));

  const pick = (name) => {
    const found = begun();
    if (!found) return;
    const start = box.selectionStart - found[1].length;
    box.setRangeText(`${name} `, start, box.selectionStart, "end");
    list.hidden = true;
    box.focus();
  };

  box.addEventListener("input", () => {
    const found = begun();
    const fitting = found ? names().filter((name) => name.includes(found[1]) && name !== found[1]).slice(0, 8) : [];
    list.replaceChildren(
      ...fitting.map((name) => {
        const one = document.createElement("button");
        one.type = "button";
        one.className = "button button-small button-secondary";
        one.textContent = name;
        one.addEventListener("click", () => pick(name));
        return one;
      }),
    );
    list.hidden = fitting.length === 0;
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") list.hidden = true;
    if (event.key === "ArrowDown" && !list.hidden) {
      event.preventDefault();
      list.firstElementChild.focus();
    }
  });
}
