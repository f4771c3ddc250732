/* The KPI tree brought to life: pan, zoom, keyboard and the panel. Without this script every link still works. */

const STEPS = [0.25, 0.33, 0.4, 0.5, 0.65, 0.8, 1, 1.25, 1.5];
const NEAR = 0.86;
const FAR = 0.5;
const EDGE = 16;
const outline = window.matchMedia("(max-width: 760px)");

class TreeView {
  constructor(view) {
    this.view = view;
    this.scale = 1;
    this.fitted = true;
    this.lines = () => view.querySelector(".tree-lines");
    view.addEventListener("pointerdown", (event) => this.grab(event));
    view.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    view.addEventListener("keydown", (event) => this.key(event));
    view.addEventListener("focusin", (event) => this.rove(event.target.closest("[role=treeitem]")));
    new ResizeObserver(() => this.fitted && this.fit()).observe(view);
    outline.addEventListener("change", () => this.fit());
    for (const button of document.querySelectorAll("[data-zoom-by]")) {
      button.addEventListener("click", () => this.step(Number(button.dataset.zoomBy)));
    }
    document.querySelector("[data-zoom-fit]")?.addEventListener("click", () => this.fit());
    this.fit();
  }

  /* zoom */

  size() {
    const svg = this.lines();
    return [Number(svg.getAttribute("width")), Number(svg.getAttribute("height"))];
  }

  fit() {
    if (outline.matches) return;
    const [width, height] = this.size();
    const scale = Math.min(this.view.clientWidth / width, this.view.clientHeight / height, 1);
    this.apply(Math.max(scale, 0.4));
    this.fitted = true;
    this.toTop();
  }

  /* As near to the top as leaves the goal in view. */
  toTop() {
    const goal = this.view.querySelector(".kpi").getBoundingClientRect();
    const below = goal.bottom - this.view.getBoundingClientRect().top + this.view.scrollTop;
    this.view.scrollTop = Math.max(0, below + EDGE - this.view.clientHeight);
  }

  apply(scale) {
    const [width, height] = this.size();
    this.scale = scale;
    this.fitted = false;
    this.view.querySelector(".tree-scale").style.transform = `scale(${scale})`;
    const room = this.view.querySelector(".tree-room");
    room.style.width = `${width * scale}px`;
    room.style.height = `${height * scale}px`;
    this.view.dataset.zoom = scale < FAR ? "far" : scale < NEAR ? "mid" : "near";
    const shown = document.querySelector("[data-zoom-shown]");
    if (shown) shown.textContent = `${Math.round(scale * 100)}%`;
  }

  step(direction, point) {
    const next = direction > 0 ? STEPS.find((s) => s > this.scale + 0.01) : STEPS.findLast((s) => s < this.scale - 0.01);
    if (next) this.around(next, point);
  }

  around(scale, point) {
    const box = this.view.getBoundingClientRect();
    const x = point ? point.clientX - box.left : box.width / 2;
    const y = point ? point.clientY - box.top : box.height / 2;
    const ratio = scale / this.scale;
    const left = (this.view.scrollLeft + x) * ratio - x;
    const top = (this.view.scrollTop + y) * ratio - y;
    this.apply(scale);
    this.view.scrollTo({ left, top, behavior: "instant" });
  }

  wheel(event) {
    if (!(event.ctrlKey || event.metaKey) || outline.matches) return;
    event.preventDefault();
    const scale = Math.min(Math.max(this.scale * Math.exp(-event.deltaY / 400), STEPS[0]), STEPS.at(-1));
    this.around(scale, event);
  }

  /* pan */

  grab(start) {
    if (start.button !== 0 || start.pointerType === "touch" || outline.matches) return;
    const { scrollLeft, scrollTop } = this.view;
    let moved = false;
    const move = (event) => {
      const [dx, dy] = [event.clientX - start.clientX, event.clientY - start.clientY];
      if (!moved && Math.hypot(dx, dy) < 5) return;
      if (!moved) this.view.setPointerCapture(start.pointerId);
      moved = true;
      this.view.classList.add("is-grabbed");
      this.view.scrollTo({ left: scrollLeft - dx, top: scrollTop - dy, behavior: "instant" });
    };
    const drop = () => {
      this.view.removeEventListener("pointermove", move);
      this.view.classList.remove("is-grabbed");
      if (moved) this.view.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => this.view.removeEventListener("click", swallow, { capture: true }), 0);
    };
    this.view.addEventListener("pointermove", move);
    this.view.addEventListener("pointerup", drop, { once: true });
    this.view.addEventListener("pointercancel", drop, { once: true });
  }

  /* keyboard */

  items() {
    return [...this.view.querySelectorAll("[role=treeitem]")];
  }

  rove(item) {
    if (!item) return;
    for (const other of this.view.querySelectorAll("[role=treeitem][tabindex='0']")) other.tabIndex = -1;
    item.tabIndex = 0;
  }

  go(item) {
    if (!item) return;
    this.rove(item);
    item.focus({ preventScroll: true });
    item.querySelector(".kpi").scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const item = event.target.closest("[role=treeitem]");
    const act = item && event.target === item && this.moves(item)[event.key];
    const zoom = { "+": () => this.step(1), "-": () => this.step(-1), 0: () => this.fit() }[event.key];
    if (!act && !zoom) return;
    event.preventDefault();
    (act || zoom)();
  }

  moves(item) {
    const items = this.items();
    const at = items.indexOf(item);
    const open = item.getAttribute("aria-expanded");
    return {
      ArrowDown: () => this.go(items[at + 1]),
      ArrowUp: () => this.go(items[at - 1]),
      ArrowRight: () => (open === "false" ? this.toggle([item]) : open && this.go(items[at + 1])),
      ArrowLeft: () => (open === "true" ? this.toggle([item]) : this.go(item.parentElement.closest("[role=treeitem]"))),
      Home: () => this.go(items[0]),
      End: () => this.go(items.at(-1)),
      Enter: () => item.querySelector(".kpi-link").click(),
      " ": () => item.querySelector(".kpi-link").click(),
      "*": () => this.toggle([...item.parentElement.children].filter((i) => i.getAttribute("aria-expanded") === "false")),
    };
  }

  toggle(items) {
    if (items.length === 0) return;
    if (items.length === 1) {
      items[0].querySelector(".toggle").click();
      return;
    }
    const url = new URL(window.location.href);
    const flips = new Set((url.searchParams.get("flip") || "").split(",").filter(Boolean));
    for (const item of items) {
      const id = item.dataset.node;
      if (!flips.delete(id)) flips.add(id);
    }
    url.searchParams.set("flip", [...flips].join(","));
    const way = document.createElement("a");
    const pattern = items[0].querySelector(".toggle");
    for (const name of ["hx-target", "hx-select", "hx-swap"]) way.setAttribute(name, pattern.getAttribute(name));
    way.setAttribute("hx-get", url.pathname + url.search);
    way.setAttribute("hx-push-url", "true");
    pattern.after(way);
    window.htmx.process(way);
    way.click();
  }
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

let tree = null;
let focused = null;

function start() {
  const view = document.querySelector("[data-tree]");
  if (view && tree?.view !== view) {
    for (const tool of document.querySelectorAll("[data-needs-script]")) tool.hidden = false;
    tree = new TreeView(view);
  }
}

document.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.closest("[role=treeitem]")?.id ?? null;
});

document.addEventListener("htmx:afterSwap", (event) => {
  start();
  if (event.detail.target?.id === "tree-stage" && tree) {
    if (tree.fitted) tree.fit();
    else tree.apply(tree.scale);
    if (focused) tree.go(document.getElementById(focused));
  }
  if (event.detail.target?.id === "panel") document.querySelector("#panel [data-panel-title]")?.focus();
});

function closePanel() {
  const panel = document.getElementById("panel");
  if (!panel?.firstElementChild) return false;
  const node = panel.querySelector("[data-panel-of]")?.dataset.panelOf;
  panel.replaceChildren();
  const item = node && document.getElementById(`node-${node}`);
  if (item && tree) tree.go(item);
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && closePanel()) event.preventDefault();
});

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-panel-close]");
  if (close && document.querySelector("[data-tree]") && closePanel()) event.preventDefault();
});

start();
