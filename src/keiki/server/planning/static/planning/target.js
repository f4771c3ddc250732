// The form of a target: only the fields that count are shown, and the grid of months shows its sum.
const form = document.querySelector("[data-target-form]");

function shown() {
  const band = form.querySelector("[data-band]");
  const single = form.querySelector("[data-single]");
  const between = form.elements.compare.value === "between";
  band.hidden = !between;
  single.hidden = between;
  form.querySelector("#reading").hidden = between;
}

function sum() {
  const out = form.querySelector("[data-sum]");
  const values = [...form.querySelectorAll(".months input")].map((field) => field.value.replace(/[,\s]/g, ""));
  const numbers = values.filter((text) => text !== "").map(Number);
  if (numbers.length && numbers.every(Number.isFinite)) {
    const total = numbers.reduce((a, b) => a + b, 0);
    out.textContent = `${out.dataset.sumWords}: ${total.toLocaleString(document.documentElement.lang)}`;
  }
}

if (form) {
  form.addEventListener("change", shown);
  form.addEventListener("input", (event) => event.target.closest(".months") && sum());
  shown();
}
