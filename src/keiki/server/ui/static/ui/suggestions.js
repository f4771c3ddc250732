// What could be meant, in a list below the field where it is typed: arrows choose, Enter or Tab takes, Escape closes.
export class Suggestions {
  constructor(field, list) {
    this.field = field;
    this.list = list;
    this.options = [];
    this.chosen = -1;
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("autocomplete", "off");
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("[role=option]");
      if (item) this.take(this.options[Number(item.dataset.place)]);
    });
  }

  // What one option looks like: `fill(item, option)`; what taking it does: `take(option)`.
  show(options) {
    this.options = options;
    this.list.replaceChildren(...options.map((option, place) => {
      const item = document.createElement("li");
      item.id = `${this.list.id}-${place}`;
      item.dataset.place = String(place);
      item.setAttribute("role", "option");
      this.fill(item, option);
      return item;
    }));
    this.list.hidden = false;
    this.mark(0);
  }

  mark(place) {
    this.chosen = (place + this.options.length) % this.options.length;
    for (const [n, item] of [...this.list.children].entries()) item.setAttribute("aria-selected", String(n === this.chosen));
    const item = this.list.children[this.chosen];
    this.field.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    if (this.list.hidden || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark(this.chosen + step);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.options[this.chosen]);
    else if (event.key === "Escape") this.close();
    else return;
    event.preventDefault();
  }

  // Put words in the place of what was typed from `start` to `end`, and go on behind them.
  write(words, start, end) {
    this.field.value = this.field.value.slice(0, start) + words + this.field.value.slice(end);
    this.field.setSelectionRange(start + words.length, start + words.length);
    this.close();
    this.field.focus();
  }

  close() {
    this.list.hidden = true;
    this.field.removeAttribute("aria-activedescendant");
  }
}
