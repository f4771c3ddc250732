/* A file may be dropped, and the bar moves while it is sent. Without this script the form sends it in the plain way. */

const areaOf = (event) => (event.target instanceof Element ? event.target.closest("[data-drop]") : null);

for (const [name, over] of [["dragenter", true], ["dragover", true], ["dragleave", false], ["drop", false]]) {
  document.addEventListener(name, (event) => {
    const area = areaOf(event);
    if (!area) return;
    event.preventDefault();
    area.classList.toggle("is-over", over);
    if (name === "drop" && event.dataTransfer.files.length > 0) {
      const input = area.querySelector("input[type=file]");
      input.files = event.dataTransfer.files;
      input.form.requestSubmit();
    }
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const area = areaOf(event) ?? event.target.querySelector?.("[data-drop]");
  if (!area || !event.detail.lengthComputable) return;
  const bar = area.querySelector("progress");
  bar.hidden = false;
  bar.value = event.detail.loaded / event.detail.total;
});

// What was wrong with the file is said in the page that comes back, so it is shown although it is an error.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![400, 413, 422].includes(event.detail.xhr.status)) return;
  event.detail.shouldSwap = true;
  event.detail.isError = false;
});

// A finished import shows its result.
document.addEventListener("run-finished", () => window.location.reload());
