// The what-if page brought to life: sliders and fields work everything out at once; the address keeps the moves.
import { change, difference, number } from "../ui/format.js";
import { fits, valueOf } from "./amount.js";
import { prepare, simulate } from "./simulate.js";

const { tree, labels, style, target, prefix } = JSON.parse(document.getElementById("what-if-model").textContent);
const model = prepare(tree);
const form = document.getElementById("moves");
const rows = [...document.querySelectorAll("[data-driver]")].map((row) => ({
  id: row.dataset.driver,
  field: row.querySelector(`input[name="${CSS.escape(prefix + row.dataset.driver)}"]`),
  slide: row.querySelector("[data-slide]"),
  share: row.querySelector("[data-share]"),
  counts: "counts" in row.dataset,
  error: row.querySelector("[data-error]"),
  caution: row.querySelector("[data-caution]"),
}));
const cells = new Map(
  [...document.querySelectorAll("[data-node]")].map((row) => [
    row.dataset.node,
    { row, then: row.querySelector("[data-then]"), change: row.querySelector("[data-change]"), shown: undefined },
  ]),
);
const goal = document.querySelector("[data-goal]");
const gap = document.querySelector("[data-difference]");
const toTarget = document.querySelector("[data-to-target]");
const words = document.querySelector("[data-server-words]");

/** A value as it is typed: shares in per cent, six significant digits. */
function typed(value, unit) {
  return String(Number((unit === "ratio" ? value * 100 : value).toPrecision(6)));
}

/** Why a text is not taken, in words; empty when it is. */
function refusal({ id, counts, error }, text, amount) {
  if (!text) return "";
  if (!fits(text, labels[id].unit)) return error.dataset.unit.replace("{text}", text);
  if (Number.isNaN(amount)) return error.dataset.number;
  return counts && amount < 0 ? error.dataset.below : "";
}

function moves() {
  const found = {};
  for (const row of rows) {
    const text = row.field.value.trim();
    const amount = text ? valueOf(text, labels[row.id].unit) : NaN;
    const wrong = refusal(row, text, amount);
    if (wrong) row.field.setAttribute("aria-invalid", "true");
    else row.field.removeAttribute("aria-invalid");
    row.error.hidden = !wrong;
    if (wrong) row.error.lastElementChild.textContent = wrong;
    row.caution.hidden = !(row.counts && amount > 1);
    if (text && !wrong) found[row.id] = { how: "to", amount };
  }
  return found;
}

function show() {
  const moved = moves();
  const values = simulate(model, moved);
  for (const [id, cell] of cells) {
    const value = values.get(id);
    if (Object.is(value, cell.shown)) continue;
    const before = model.nodes.get(id).before;
    const same = Object.is(value, before);
    cell.shown = value;
    cell.then.textContent = number(value, labels[id].unit, style, labels[id].counter);
    cell.change.textContent = same ? "" : change(value, before, labels[id].unit, style);
    cell.row.classList.toggle("moved", !same);
  }
  for (const { id, slide, share } of rows) {
    if (!slide) continue;
    const percent = (values.get(id) / model.nodes.get(id).before - 1) * 100;
    if (document.activeElement !== slide) slide.value = String(Math.round(percent));
    share.textContent = percent ? `${percent > 0 ? "+" : "\u2212"}${Math.abs(Math.round(percent * 10) / 10)}%` : "±0%";
  }
  const after = values.get(model.root);
  const { unit, counter } = labels[model.root];
  goal.textContent = number(after, unit, style, counter);
  goal.title = String(after);
  gap.textContent = difference(after, model.nodes.get(model.root).before, unit, style);
  if (toTarget) toTarget.textContent = difference(after, target, unit, style);
  words.hidden = true;
}

/** The address, the field of the scenario and the links keep what is moved. */
function keep() {
  const texts = rows.filter(({ field }) => field.value.trim()).map(({ field }) => [field.name, field.value.trim()]);
  const query = new URLSearchParams(location.search);
  for (const name of [...query.keys()]) if (name.startsWith(prefix)) query.delete(name);
  for (const [name, value] of texts) query.set(name, value);
  history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
  for (const place of document.querySelectorAll("[data-moves]")) {
    place.replaceChildren(
      ...texts.map(([name, value]) => Object.assign(document.createElement("input"), { type: "hidden", name, value })),
    );
  }
}

for (const tool of document.querySelectorAll("[data-needs-script]")) tool.hidden = false;

let frame = 0;
function soon() {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(show);
}

for (const { id, field, slide } of rows) {
  field.addEventListener("input", soon);
  field.addEventListener("change", keep);
  slide?.addEventListener("input", () => {
    const before = model.nodes.get(id).before;
    field.value = Number(slide.value) === 0 ? "" : typed(before * (1 + Number(slide.value) / 100), labels[id].unit);
    soon();
  });
  slide?.addEventListener("change", keep);
}
form.addEventListener("submit", (event) => {
  event.preventDefault();
  keep();
  show();
});
document.querySelector("[data-clear]")?.addEventListener("click", (event) => {
  event.preventDefault();
  for (const { field } of rows) field.value = "";
  keep();
  show();
});
