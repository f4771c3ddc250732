// Comfort for pages that already work without it: menus close, dialogs open, links are copied, keys are shown.
const closeMenus = (except) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (menu !== except) menu.open = false;
};

document.addEventListener("click", async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  closeMenus(target?.closest("details.menu"));
  const opener = target?.closest("[data-opens]");
  if (opener) {
    event.preventDefault();
    document.getElementById(opener.dataset.opens)?.showModal();
  }
  const closer = target?.closest("[data-closes]");
  if (closer) closer.closest("dialog")?.close();
  const explorer = target?.closest("[data-explore]");
  if (explorer) (await import(explorer.dataset.explore)).explore(explorer);
  const copier = target?.closest("[data-copies]");
  if (copier) {
    const field = document.getElementById(copier.dataset.copies);
    field.select();
    await navigator.clipboard?.writeText(field.value).catch(() => undefined);
    copier.querySelector("span").textContent = copier.dataset.done;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeMenus();
  const typing = event.target instanceof Element && event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?") document.getElementById("keys")?.showModal();
  const find = document.getElementById("find");
  if (event.key !== "/" || !find) return;
  event.preventDefault();
  find.showModal();
});

// The search: arrows go from the words to what was found and back, Enter opens the first of it.
const find = document.getElementById("find");
find?.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.isComposing) return;
  const stops = [find.querySelector("input"), ...find.querySelectorAll(".found a")];
  stops[(stops.indexOf(document.activeElement) + step + stops.length) % stops.length].focus();
  event.preventDefault();
});
find?.addEventListener("submit", (event) => {
  const found = find.querySelector(".found");
  const words = find.querySelector("input").value.trim().replace(/\s+/g, " ");
  const first = found?.dataset.words === words ? found.querySelector("a") : null;
  if (!first) return; // not there yet: the page of the search answers
  event.preventDefault();
  first.click();
});

// A panel that looks for newer data waits while somebody is in it.
document.addEventListener("htmx:beforeRequest", (event) => {
  const polls = event.target instanceof Element && event.target.matches("[data-polls]");
  if (polls && (event.target.contains(document.activeElement) || event.target.querySelector(".figure-alive"))) event.preventDefault();
});

// A select or radio that is the whole form sends itself; without this script the form's button does.
document.addEventListener("change", (event) => {
  const form = event.target instanceof Element ? event.target.closest("form[data-sends-itself]") : null;
  form?.requestSubmit();
});

// A form that was sent says so on its button until the next page is there; one that was refused begins at its first mistake.
document.addEventListener("submit", (event) => {
  const leaves = !event.defaultPrevented && event.target.method === "post" && !event.target.action.endsWith(".csv");
  if (leaves) event.submitter?.setAttribute("aria-busy", "true");
});
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("button[aria-busy]")) button.removeAttribute("aria-busy");
});
document.querySelector("main [aria-invalid=true]")?.focus();

// Where the tabs of a section do not fit, the present one is in sight.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) tab.parentElement.scrollLeft = tab.offsetLeft - tab.parentElement.offsetLeft - 48;
