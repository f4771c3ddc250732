// Brings a picture to life: the same option that the server drew, with the rows of its table under the pointer.
import { withWords } from "../charts/option.js";

let library;

/** ECharts, fetched once, when the first picture is asked for. */
function echarts(url) {
  library ??= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = url;
    script.onload = () => done(window.echarts);
    script.onerror = () => { library = undefined; failed(new Error(url)); };
    document.head.append(script);
  });
  return library;
}

const cells = (row) => [...row.cells].map((cell) => cell.textContent);

/** What the table says about a row, as lines. */
function lines(figure, place) {
  const row = figure.querySelectorAll("tbody tr")[place];
  if (!row) return [];
  const head = cells(figure.querySelector("thead tr"));
  const [name, ...values] = cells(row);
  return [name, ...values.map((value, column) => value && `${head[column + 1]}  ${value}`).filter(Boolean)];
}

/** The row of the table that a point of the picture belongs to. */
function rowOf(option, point) {
  const { after = 0, columns = 1, rows } = option.tooltip;
  return rows ? rows[point.seriesIndex]?.[point.dataIndex] : after + Math.floor(point.dataIndex / columns);
}

/** Whether the picture has so many periods that a wheel, two fingers or a drag may look closer at some of them. */
const zooms = (option) => option.xAxis?.[0]?.type === "category" && option.xAxis[0].data.length >= 6;

function alive(option, figure) {
  const family = getComputedStyle(figure).getPropertyValue("--font");
  const words = (points) => lines(figure, rowOf(option, [points].flat()[0])).join("\n");
  return withWords({
    ...option,
    textStyle: { ...option.textStyle, fontFamily: family },
    tooltip: {
      ...option.tooltip,
      renderMode: "richText",
      formatter: words,
      confine: true,
      transitionDuration: 0,
      axisPointer: { type: option.xAxis?.[0]?.type === "category" ? "shadow" : "none", shadowStyle: { color: "var(--accent)", opacity: 0.08 }, label: { show: false } },
      backgroundColor: "var(--raised)",
      borderColor: "var(--line-strong)",
      borderWidth: 1,
      padding: [8, 10],
      textStyle: { color: "var(--ink)", fontSize: 12, lineHeight: 18, fontFamily: family },
    },
    ...(zooms(option) && { dataZoom: [{ type: "inside", xAxisIndex: option.xAxis.map((_axis, place) => place), minValueSpan: 2 }] }),
  });
}

/** Arrow keys walk over the points; what each says is also told to screen readers. */
function walks(box, told, chart, option, figure) {
  let place = -1;
  const series = option.series.findIndex((each) => each.data?.length && !each.silent);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || series < 0) return;
    event.preventDefault();
    place = Math.max(0, Math.min(option.series[series].data.length - 1, place + step));
    chart.dispatchAction({ type: "showTip", seriesIndex: series, dataIndex: place });
    told.textContent = lines(figure, rowOf(option, { seriesIndex: series, dataIndex: place })).join(", ");
  });
}

/** Starts the picture of this button's figure, or puts the still one back. */
export async function explore(button) {
  const figure = button.closest("figure");
  const running = figure.querySelector(".figure-alive");
  const place = [".wide", ".narrow", ".full"].findIndex((name) => figure.querySelector(`:scope > ${name}`)?.checkVisibility());
  button.setAttribute("aria-pressed", String(!running));
  figure.classList.toggle("alive", !running);
  if (running) {
    window.echarts.dispose(running.firstElementChild);
    running.remove();
    figure.querySelector(".figure-told")?.remove();
    return;
  }
  const [option, width, height] = JSON.parse(button.nextElementSibling.content.textContent)[Math.max(place, 0)];
  const box = document.createElement("div");
  const inside = document.createElement("div");
  const told = document.createElement("p");
  Object.assign(box, { className: "figure-alive", tabIndex: 0 });
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", figure.querySelector(".scroll").getAttribute("aria-label"));
  told.className = "figure-told";
  told.setAttribute("aria-live", "polite");
  box.append(inside);
  figure.prepend(box, told);
  const scale = box.clientWidth / width;
  Object.assign(box.style, { height: `${height * scale}px` });
  Object.assign(inside.style, { width: `${width}px`, height: `${height}px`, transform: `scale(${scale})` });
  try {
    const chart = (await echarts(button.dataset.echarts)).init(inside, null, { renderer: "svg", width, height });
    const lively = alive(option, figure);
    chart.setOption(lively);
    walks(box, told, chart, lively, figure);
    box.focus({ preventScroll: true });
  } catch (trouble) {
    box.remove();
    told.remove();
    figure.classList.remove("alive");
    button.setAttribute("aria-pressed", "false");
    throw trouble;
  }
}
