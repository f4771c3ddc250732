/* The design page brought to life: branches fold, and numbers move by keyboard, mouse and finger.
   Without this script everything is done by the forms beside the outline. */

const NEAR = 5; // pixels before a press becomes a drag
const EDGE = 0.28; // share of a row's height that means above or below it

const onPhone = window.matchMedia("(max-width: 1099px)");

let picked = null; // the node picked up by the keyboard
const folded = new Set();
const stored = new Map(); // what the server last said of each branch: whether it is folded

const rows = () => [...document.querySelectorAll(".design-row")];
const shown = () => rows().filter((row) => !row.hidden);
const level = (row) => Number(row.dataset.level);

function branch(row) {
  const below = [];
  for (let next = row.nextElementSibling; next && level(next) > level(row); next = next.nextElementSibling) below.push(next);
  return below;
}

function fold() {
  let hiddenBelow = Infinity;
  for (const row of rows()) {
    row.hidden = level(row) > hiddenBelow;
    if (row.hidden) continue;
    hiddenBelow = Infinity;
    if (row.hasAttribute("aria-expanded")) {
      const closed = folded.has(row.dataset.node);
      row.setAttribute("aria-expanded", String(!closed));
      if (closed) hiddenBelow = level(row);
    }
  }
}

/* A branch that was folded or unfolded for everybody follows, whatever this person had folded before. */
function takeStored() {
  for (const row of rows()) {
    if (!row.hasAttribute("aria-expanded")) continue;
    const node = row.dataset.node, closed = row.getAttribute("aria-expanded") === "false";
    if ((stored.get(node) ?? false) !== closed) folded[closed ? "add" : "delete"](node);
    stored.set(node, closed);
  }
}

function toggle(row, close) {
  if (!row.hasAttribute("aria-expanded")) return;
  if (close ?? !folded.has(row.dataset.node)) folded.add(row.dataset.node);
  else folded.delete(row.dataset.node);
  fold();
}

function focusRow(row) {
  if (!row) return;
  for (const other of document.querySelectorAll(".design-row[tabindex='0']")) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

/* one step at a time: keys pressed while the server works wait for its answer and its version */
let working = false;
const waiting = [];

function wish(values) {
  const form = document.getElementById("wish");
  if (!form) return;
  if (working) {
    waiting.push(values);
    return;
  }
  for (const field of form.querySelectorAll("input:not([name=base], [name=csrfmiddlewaretoken])")) field.value = values[field.name] ?? "";
  form.requestSubmit();
}

/* keyboard */

function put(row) {
  const node = picked;
  drop();
  if (!node || node === row.dataset.node) return;
  wish({ do: "move", node, parent: row.dataset.node });
}

function drop() {
  picked = null;
  for (const row of document.querySelectorAll(".is-picked")) row.classList.remove("is-picked");
}

function pick(row) {
  drop();
  if (!row.dataset.parent) return;
  picked = row.dataset.node;
  row.classList.add("is-picked");
}

function plain(row) {
  const all = shown();
  const at = all.indexOf(row);
  const open = row.getAttribute("aria-expanded");
  return {
    ArrowDown: () => focusRow(all[at + 1]),
    ArrowUp: () => focusRow(all[at - 1]),
    Home: () => focusRow(all[0]),
    End: () => focusRow(all.at(-1)),
    ArrowRight: () => (open === "false" ? toggle(row, false) : open && focusRow(all[at + 1])),
    ArrowLeft: () => (open === "true" ? toggle(row, true) : focusRow(document.getElementById(`row-${row.dataset.parent}`))),
    Enter: () => row.querySelector(".row-link").click(),
    " ": () => row.querySelector(".row-link").click(),
    Escape: drop,
    x: () => pick(row),
    v: () => picked && put(row),
    n: () => openAdd(row),
    Delete: () => row.dataset.parent && wish({ do: "remove", node: row.dataset.node }),
  };
}

function stepped(row) {
  const step = (way) => () => wish({ do: `step:${way}`, node: row.dataset.node });
  return { ArrowUp: step("up"), ArrowDown: step("down"), ArrowRight: step("in"), ArrowLeft: step("out") };
}

let openingAdd = false;

function openAdd(row) {
  openingAdd = true;
  row.querySelector(".row-link").click();
}

document.addEventListener("keydown", (event) => {
  const design = document.querySelector("[data-design]");
  if (!design) return;
  const typing = event.target.closest("input, textarea, select");
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z" && !typing) {
    event.preventDefault();
    document.querySelector(`#design-tools button[value=${event.shiftKey ? "redo" : "undo"}]:not(:disabled)`)?.click();
    return;
  }
  const row = event.target.classList.contains("design-row") ? event.target : null;
  if (!row || event.ctrlKey || event.metaKey) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const act = (event.altKey ? stepped(row) : plain(row))[key];
  if (!act) return;
  event.preventDefault();
  act();
});

/* mouse and finger */

function place(event, dragged) {
  const row = document.elementFromPoint(event.clientX, event.clientY)?.closest(".design-row");
  if (!row || row === dragged || branch(dragged).includes(row)) return null;
  const box = row.getBoundingClientRect();
  const share = (event.clientY - box.top) / box.height;
  if (!row.dataset.parent) return { row, where: "onto" };
  if (share < EDGE) return { row, where: "above" };
  return { row, where: share > 1 - EDGE && !branch(row).some((r) => !r.hidden) ? "below" : "onto" };
}

function mark(target) {
  for (const row of document.querySelectorAll(".drop-above, .drop-below, .drop-onto")) row.classList.remove("drop-above", "drop-below", "drop-onto");
  target?.row.classList.add(`drop-${target.where}`);
}

function land(dragged, target) {
  if (!target) return;
  const node = dragged.dataset.node;
  if (target.where === "onto") {
    wish({ do: "move", node, parent: target.row.dataset.node });
    return;
  }
  const parent = target.row.dataset.parent;
  const own = parent === dragged.dataset.parent && Number(dragged.dataset.place) < Number(target.row.dataset.place) ? 1 : 0;
  wish({ do: "move", node, parent, at: String(Number(target.row.dataset.place) + (target.where === "below" ? 1 : 0) - own) });
}

document.addEventListener("pointerdown", (start) => {
  const dragged = start.button === 0 && start.target.closest?.("[data-grip]")?.closest(".design-row");
  if (!dragged) return;
  start.preventDefault();
  const design = document.querySelector("[data-design]");
  let moved = false;
  let target = null;
  const move = (event) => {
    if (!moved && Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) < NEAR) return;
    moved = true;
    design.classList.add("is-dragging");
    dragged.classList.add("is-picked");
    target = place(event, dragged);
    mark(target);
    if (event.clientY < 90) window.scrollBy(0, -12);
    if (event.clientY > window.innerHeight - 90) window.scrollBy(0, 12);
  };
  const end = (event) => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("keydown", leave, { capture: true });
    design.classList.remove("is-dragging");
    dragged.classList.remove("is-picked");
    mark(null);
    if (moved && event.type === "pointerup") land(dragged, target);
  };
  const leave = (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    target = null;
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end, { once: true });
  document.addEventListener("pointercancel", end, { once: true });
  document.addEventListener("keydown", leave, { capture: true });
});

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-fold]");
  if (button) toggle(button.closest(".design-row"));
});

document.addEventListener("focusin", (event) => {
  if (!event.target.classList?.contains("design-row")) return;
  for (const other of document.querySelectorAll(".design-row[tabindex='0']")) other.tabIndex = -1;
  event.target.tabIndex = 0;
});

/* after the server's answer */

let held = null;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.requestConfig.verb === "post") working = true;
});

document.addEventListener("htmx:sendError", () => {
  working = false;
  waiting.length = 0;
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.verb !== "post") return;
  working = false;
  if (document.querySelector("#design [role=alert]")) waiting.length = 0;
  const next = waiting.shift();
  if (next) wish(next);
});

document.addEventListener("htmx:beforeSwap", () => {
  held = document.activeElement?.closest?.(".design-row")?.dataset.node ?? null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "design" || event.detail.target?.id === "inspector") settle(event.detail.target.id);
});

function settle(swapped) {
  if (swapped === "design") takeStored();
  fold();
  const shows = document.querySelector("#inspector[data-shows]")?.dataset.shows;
  for (const row of rows()) {
    const chosen = row.dataset.node === shows;
    row.classList.toggle("is-chosen", chosen);
    row.setAttribute("aria-selected", String(chosen));
  }
  const alert = document.querySelector("#design [role=alert]");
  if (alert) {
    alert.scrollIntoView({ block: "nearest" });
    alert.querySelector("button, a")?.focus();
  } else if (openingAdd) {
    openingAdd = false;
    const part = document.getElementById("add-words")?.closest("details");
    if (part) part.open = true;
    document.getElementById("add-words")?.focus();
  } else if (onPhone.matches && swapped === "inspector") {
    document.getElementById("inspector-title")?.focus();
    document.getElementById("inspector")?.scrollIntoView({ block: "start" });
  } else if (held) focusRow(document.getElementById(`row-${held}`) ?? document.getElementById(`row-${shows}`));
  held = null;
}

takeStored();
fold();
