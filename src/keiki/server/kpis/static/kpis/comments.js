// Names of members while a comment is typed: after @ those that hold what was typed. Without this script a name is typed
// as it is.
import { Suggestions } from "../ui/suggestions.js";

const MOST = 6;
const BEGUN = /(^|[^0-9A-Za-z._%+-])([@＠])([^@＠\n]{0,40})$/;
const folded = (text) => text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");

class Members extends Suggestions {
  constructor(field) {
    const list = field.parentElement.querySelector("[role=listbox]");
    super(field, list);
    this.names = [...field.closest("[data-comments]").querySelectorAll("[data-members] option")].map((each) => each.value);
    field.addEventListener("input", () => this.look());
  }

  look() {
    const before = this.field.value.slice(0, this.field.selectionStart);
    const begun = BEGUN.exec(before);
    if (!begun) return this.close();
    const typed = folded(begun[3]);
    const found = this.names.filter((name) => folded(name).startsWith(typed) || name.split(/\s+/).some((word) => folded(word).startsWith(typed)));
    if (!found.length || folded(found[0]) === typed) return this.close();
    this.start = before.length - begun[3].length;
    this.show(found.slice(0, MOST));
  }

  fill(item, name) {
    item.textContent = name;
  }

  take(name) {
    this.write(`${name} `, this.start, this.field.selectionStart);
  }
}

// A field that is swapped in works from the moment somebody is in it.
document.addEventListener("focusin", (event) => {
  const field = event.target instanceof Element ? event.target.closest("[data-comments] textarea") : null;
  if (field && !field.hasAttribute("aria-controls")) new Members(field);
});
