// Panels by hand: dragged by the grip (mouse, pen, finger), resized by the right edge, moved and resized by arrows.
// Every change is the form that works without this script, sent with the place or width found here.
const board = document.querySelector("[data-board]");
const form = document.getElementById("by-hand");
const WIDTHS = [3, 4, 6, 8, 12];

const send = (what, item, values) => {
  form.elements.do.value = what;
  form.elements.panel.value = item.dataset.panel;
  for (const name of ["place", "width", "tall"]) if (form.elements[name]) form.elements[name].value = values[name] ?? "";
  if (what === "resize" && "tall" in item.dataset) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "tall", value: "1" }));
  form.requestSubmit();
};
const items = () => [...board.querySelectorAll("[data-panel]")];

const drag = (item, start) => {
  const grip = start.target.closest("[data-grip]");
  grip.setPointerCapture(start.pointerId);
  item.classList.add("dragged");
  let goal = null;
  const clear = () => goal?.item.classList.remove("drop-before", "drop-after");
  const move = (event) => {
    clear();
    const under = document.elementsFromPoint(event.clientX, event.clientY).map((e) => e.closest("[data-panel]")).find((e) => e && e !== item);
    if (!under) return (goal = null);
    const box = under.getBoundingClientRect();
    const after = event.clientX > box.left + box.width / 2;
    under.classList.add(after ? "drop-after" : "drop-before");
    goal = { item: under, after };
  };
  const end = (event) => {
    grip.removeEventListener("pointermove", move);
    item.classList.remove("dragged");
    clear();
    if (event.type !== "pointerup" || !goal) return;
    const others = items().filter((each) => each !== item);
    const place = others.indexOf(goal.item) + (goal.after ? 1 : 0);
    if (place !== Number(item.dataset.place)) send("move", item, { place });
  };
  grip.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) grip.addEventListener(name, end, { once: true });
};

const resize = (item, start) => {
  const handle = start.target;
  handle.setPointerCapture(start.pointerId);
  const column = board.getBoundingClientRect().width / 12;
  let width = Number(item.dataset.width);
  const move = (event) => {
    const wanted = (event.clientX - item.getBoundingClientRect().left) / column;
    const near = WIDTHS.reduce((a, b) => (Math.abs(b - wanted) < Math.abs(a - wanted) ? b : a));
    item.classList.replace(`w${width}`, `w${near}`);
    width = near;
  };
  const end = (event) => {
    handle.removeEventListener("pointermove", move);
    if (event.type === "pointerup" && width !== Number(item.dataset.width)) send("resize", item, { width });
  };
  handle.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, end, { once: true });
};

board.addEventListener("pointerdown", (event) => {
  const item = event.target.closest("[data-panel]");
  if (!item || event.button !== 0) return;
  if (event.target.closest("[data-grip]")) drag(item, event);
  else if (event.target.closest("[data-resizer]")) resize(item, event);
});

board.addEventListener("keydown", (event) => {
  const grip = event.target.closest("[data-grip]");
  const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
  if (!grip || !step) return;
  event.preventDefault();
  const item = grip.closest("[data-panel]");
  if (event.shiftKey) {
    const width = WIDTHS[WIDTHS.indexOf(Number(item.dataset.width)) + step];
    if (width) send("resize", item, { width });
    return;
  }
  const place = Number(item.dataset.place) + step;
  if (place >= 0 && place < items().length) send("move", item, { place });
});

// After a step the hand stays where it was.
addEventListener("load", () => document.getElementById(location.hash.slice(1))?.querySelector("[data-grip]")?.focus());
