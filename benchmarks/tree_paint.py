"""A large tree: 200 nodes painted within 400 ms and 1,000 within 1,000 ms of the page's last byte, 95 of 100 frames of
a pan within 33 ms, and 1,000 nodes over 36 months evaluated within 300 ms once measured.

The page is made by the server beforehand and handed to Chromium together with its files, so that only the browser is
measured. The peer of the painting is the settings page of the same run.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

CHROMIUM = Path(os.environ.get("KEIKI_CHROMIUM", "/usr/bin/chromium"))
PAINT_MS = {200: 400.0, 1000: 1000.0}
FRAME_MS, EVALUATE_MS, MONTHS = 33.0, 300.0, 36
CHANNELS = ("organic", "paid", "social", "email", "direct", "referral", "portal", "other")
KPIS = ("order_revenue", "purchases", "aov", "buyers", "orders_per_buyer")
LEAVES = 10
PAINTED = """addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => requestAnimationFrame(() => {
  const last = performance.getEntriesByType("navigation")[0].responseEnd;
  window.painted = [performance.now() - last, document.querySelectorAll(".kpi").length];
})));"""
FRAMES = """() => {
  window.frames_ms = [];
  let last = performance.now();
  const tick = now => { window.frames_ms.push(now - last); last = now; window.ticking = requestAnimationFrame(tick); };
  requestAnimationFrame(now => { last = now; window.ticking = requestAnimationFrame(tick); });
}"""


def document(nodes: int) -> str:
    """A goal over groups, each over ten numbers by channel; what is left hangs below the goal as influences."""
    groups, rest = divmod(nodes - 1, LEAVES + 1)
    lines = ["id: large", "ja: 大きなツリー", "en: Large tree", "about_ja: 測定用", "about_en: Benchmark", "root:"]
    lines += ["  id: goal", "  kpi: order_revenue", f"  formula: {' + '.join(f'g{g}' for g in range(groups))}"]
    lines.append("  children:")
    for group in range(groups):
        names = [f"n{group}_{leaf}" for leaf in range(LEAVES)]
        lines += [f"    - id: g{group}", f"      ja: 部門{group}", f"      en: Group {group}"]
        lines += [f"      formula: {' + '.join(names)}", "      children:"]
        lines += [f"        - {{{number(name, group + leaf)}}}" for leaf, name in enumerate(names)]
    lines += [f"    - {{{number(f'i{each}', each)}, influence: {{sign: '+'}}}}" for each in range(rest)]
    return "\n".join(lines) + "\n"


def number(name: str, place: int) -> str:
    """One leaf: a KPI of one channel, named apart."""
    kpi, channel = KPIS[place % len(KPIS)], CHANNELS[place % len(CHANNELS)]
    return f"id: {name}, kpi: {kpi}, ja: 数字{name}, en: Number {name}, where: \"channel = '{channel}'\""


def main() -> int:
    """Print the times; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home:
        os.environ |= {"KEIKI_HOME": home, "DJANGO_SETTINGS_MODULE": "keiki.server.site.settings"}
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright's loop lives in this thread
        from benchmarks.tree_page import prepared
        from keiki.server.site import migrate

        migrate()
        browser, business = prepared()
        good = evaluated(Path(home))
        if not CHROMIUM.exists():
            print(f"browser: not measured, {CHROMIUM} is not there")
            return 0 if good else 1
        for nodes in PAINT_MS:
            (trees,) = Path(home).glob("businesses/*/trees")
            (trees / "large.yaml").write_text(document(nodes), encoding="utf-8")
            good &= painted(browser, business, nodes, turns)
    return 0 if good else 1


def evaluated(home: Path) -> bool:
    """1,000 nodes × 36 months, each formula over what was measured before."""
    import keiki
    from keiki.trees.document import from_yaml
    from keiki.trees.evaluate import evaluate

    (folder,) = home.glob("businesses/*/")
    with keiki.open(folder) as business:
        tree = business.tree_named(from_yaml(document(1000)))
        reading = business.tree(tree, business.lens("month", MONTHS, date(2026, 10, 31)))
        times = []
        for _turn in range(7):
            began = time.perf_counter()
            evaluate(reading.tree, reading.readings)
            times.append((time.perf_counter() - began) * 1000)
    print(
        f"{len(tree.nodes):,} nodes x {MONTHS} months evaluated: first {times[0]:.0f} ms, "
        f"median {statistics.median(times):.0f} ms   limit {EVALUATE_MS:.0f} ms"
    )
    return statistics.median(times) <= EVALUATE_MS


def painted(browser: Any, business: str, nodes: int, turns: int) -> bool:
    """The page with every node open: first paint of all cards, and the frames of a pan across it."""
    from playwright.sync_api import sync_playwright

    address = f"/b/{business}/tree/large/?open=all"
    began = time.perf_counter()
    browser.get(address)
    server = time.perf_counter() - began
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = chromium.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        page.route("**/*", answers(browser))
        page.add_init_script(PAINTED)
        peer = [shown(page, f"/b/{business}/settings/")[0] for _ in range(turns)]
        times = [shown(page, address) for _ in range(turns)]
        frames = panned(page)
        chromium.close()
    cards = times[-1][1]
    paint, beside = statistics.median(each[0] for each in times), statistics.median(peer)
    p95 = statistics.quantiles(frames, n=20)[-1]
    print(
        f"{cards:,} cards painted {paint:.0f} ms after the last byte   limit {PAINT_MS[nodes]:.0f} ms   "
        f"settings page {beside:.0f} ms   server with measuring {server:.1f} s"
    )
    print(
        f"{cards:,} cards panned: frame p50 {statistics.median(frames):.0f} ms, "
        f"p95 {p95:.0f} ms   limit {FRAME_MS:.0f} ms"
    )
    return cards == nodes and paint <= PAINT_MS[nodes] and p95 <= FRAME_MS


def answers(browser: Any) -> Any:
    """Hands out pages and files of the server, each made once."""
    kept: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def answer(route: Any) -> None:
        path = route.request.url.removeprefix("http://localhost")
        if path not in kept:
            given = browser.get(path)
            body = b"".join(given.streaming_content) if given.streaming else given.content
            kept[path] = given.status_code, dict(given.items()), body
        status, headers, body = kept[path]
        route.fulfill(status=status, headers=headers, body=body)

    return answer


def shown(page: Any, path: str) -> tuple[float, int]:
    """Milliseconds from the last byte to the frame after everything was painted, and how many cards there are."""
    page.goto(f"http://localhost{path}")
    page.wait_for_function("window.painted")
    milliseconds, cards = page.evaluate("window.painted")
    return milliseconds, cards


def panned(page: Any) -> list[float]:
    """Milliseconds of each frame while the tree is dragged across and back."""
    box = page.locator("[data-tree]").bounding_box()
    for _ in range(4):
        page.locator("[data-zoom-by='1']").click()  # readable cards, not the whole tree as dots
    page.mouse.move(box["x"] + box["width"] - 30, box["y"] + box["height"] - 30)
    page.mouse.down()
    page.evaluate(FRAMES)
    for step in range(120):
        away = abs(60 - step) / 60
        page.mouse.move(box["x"] + 30 + (box["width"] - 60) * away, box["y"] + 30 + (box["height"] - 60) * away)
    page.mouse.up()
    frames: list[float] = page.evaluate("cancelAnimationFrame(window.ticking), window.frames_ms")
    return frames


if __name__ == "__main__":
    sys.exit(main())
