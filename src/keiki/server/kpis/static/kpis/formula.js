// Suggestions while a formula is typed: names, columns inside [ ], values inside quotes. Without this script the formula
// is typed as it is.
import { Suggestions } from "../ui/suggestions.js";

const WAIT = 120;

class Names extends Suggestions {
  constructor(field) {
    super(field.querySelector("textarea"), field.querySelector("[role=listbox]"));
    this.words = field.dataset;
    this.told = field.querySelector("[data-told]");
    this.asked = 0;
    this.field.setAttribute("spellcheck", "false");
    this.field.addEventListener("input", () => this.later());
  }

  later() {
    this.asked += 1; // an answer that is still under way is about other words
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT);
  }

  async ask() {
    const asked = ++this.asked;
    const query = new URLSearchParams({ text: this.field.value, at: String([...this.field.value.slice(0, this.field.selectionStart)].length) });
    let found;
    try {
      const answer = await fetch(`${this.words.namesUrl}?${query}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return this.close();
      found = await answer.json();
    } catch {
      return this.close();
    }
    if (asked !== this.asked || document.activeElement !== this.field) return;
    const only = found.options.length === 1 && found.options[0].write.length === found.end - found.start;
    if (found.start === found.end || !found.options.length || only) return this.close();
    this.found = { ...found, text: this.field.value };
    this.show(found.options);
    this.told.textContent = this.words.found.replace("{count}", String(this.options.length));
  }

  // Suggestions for words that have been typed on since are not taken: they would stand in the wrong place.
  key(event) {
    const taken = event.key === "Enter" || event.key === "Tab";
    if (taken && !this.list.hidden && this.found.text !== this.field.value) this.close();
    else super.key(event);
  }

  fill(item, option) {
    const name = document.createElement("b");
    name.textContent = option.write;
    const label = document.createElement("span");
    label.textContent = option.label;
    const kind = document.createElement("small");
    kind.textContent = this.words[option.kind] ?? "";
    item.append(name, label, kind);
  }

  take(option) {
    const letters = [...this.field.value]; // places are counted in letters, not in halves of them
    const place = (n) => letters.slice(0, n).join("").length;
    this.write(option.write, place(this.found.start), place(this.found.end));
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(this.timer);
  }

  close() {
    super.close();
    this.asked += 1;
  }
}

for (const field of document.querySelectorAll("[data-formula]")) new Names(field);
