// A screen turns to its next page by itself, once that page is there: what hangs on a wall keeps its numbers while the
// server is away, and never shows a browser's own page of errors. It stands still while somebody has stopped it.
const { seconds, next } = document.documentElement.dataset;
const button = document.querySelector("[data-pauses]");
let still = false;

const turn = async () => {
  if (still) return;
  const answer = await fetch(next).catch(() => null);
  if (still) return;
  if (answer && answer.status < 500) location.replace(next);
  else wait();
};
const wait = () => setTimeout(turn, Number(seconds) * 1000);

button.addEventListener("click", () => {
  still = !still;
  [button.textContent, button.dataset.other] = [button.dataset.other, button.textContent];
  if (!still) turn();
});
wait();
