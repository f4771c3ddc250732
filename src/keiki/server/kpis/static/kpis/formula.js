// Suggestions while a formula is typed: names, columns inside [ ], values inside quotes. Arrows choose, Enter or Tab
// takes, Escape closes. Without this script the formula is typed as it is.
const WAIT = 120;

class Suggestions {
  constructor(field) {
    this.field = field;
    this.area = field.querySelector("textarea");
    this.list = field.querySelector("[role=listbox]");
    this.told = field.querySelector("[data-told]");
    this.options = [];
    this.chosen = -1;
    this.asked = 0;
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.setAttribute("aria-controls", this.list.id);
    this.area.setAttribute("autocomplete", "off");
    this.area.setAttribute("spellcheck", "false");
    this.area.addEventListener("input", () => this.later());
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => this.close());
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.take(Number(item.dataset.place));
    });
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const asked = ++this.asked;
    const query = new URLSearchParams({ text: this.area.value, at: String([...this.area.value.slice(0, this.area.selectionStart)].length) });
    let found;
    try {
      const answer = await fetch(`${this.field.dataset.namesUrl}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return this.close();
      found = await answer.json();
    } catch {
      return this.close();
    }
    if (asked !== this.asked || document.activeElement !== this.area) return;
    const only = found.options.length === 1 && found.options[0].write.length === found.end - found.start;
    if (found.start === found.end || !found.options.length || only) return this.close();
    this.show(found);
  }

  show(found) {
    this.found = found;
    this.options = found.options;
    this.list.replaceChildren(...this.options.map((option, place) => this.item(option, place)));
    this.list.hidden = false;
    this.mark(0);
    this.told.textContent = this.field.dataset.found.replace("{count}", String(this.options.length));
  }

  item(option, place) {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${place}`;
    item.dataset.place = String(place);
    item.setAttribute("role", "option");
    const name = document.createElement("b");
    name.textContent = option.write;
    const label = document.createElement("span");
    label.textContent = option.label;
    const kind = document.createElement("small");
    kind.textContent = this.field.dataset[option.kind] ?? "";
    item.append(name, label, kind);
    return item;
  }

  mark(place) {
    this.chosen = (place + this.options.length) % this.options.length;
    for (const [n, item] of [...this.list.children].entries()) item.setAttribute("aria-selected", String(n === this.chosen));
    const item = this.list.children[this.chosen];
    this.area.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark(this.chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.chosen);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  take(place) {
    const letters = [...this.area.value];
    const before = letters.slice(0, this.found.start).join("") + this.options[place].write;
    this.area.value = before + letters.slice(this.found.end).join("");
    this.area.setSelectionRange(before.length, before.length);
    this.close();
    this.area.focus();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(this.timer);
  }

  close() {
    this.list.hidden = true;
    this.asked += 1;
    this.area.removeAttribute("aria-activedescendant");
  }
}

for (const field of document.querySelectorAll("[data-formula]")) new Suggestions(field);
