"""The pictures of the documentation, taken in a real browser on the demo company.

    python -m tools.pictures      in both languages; pictures and counts are written anew

First the way of docs/start/own-tree.md, from the first page to a tree of one's own with targets: every step goes
through what a person sees, no address is typed after the link of the set-up. Then the pages of docs/guides/pages.md.
"""

from __future__ import annotations

import base64
import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from playwright.sync_api import Locator, Page, ViewportSize, expect, sync_playwright

DOCS = Path(__file__).resolve().parents[1] / "docs"
START, GUIDES = DOCS / "start", DOCS / "guides"
CHROMIUM = os.environ.get("KEIKI_CHROMIUM", "/usr/bin/chromium")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
SIZE: ViewportSize = {"width": 1200, "height": 720}
MOST_BYTES = 120_000
WAIT_MS = 120_000
WORDS = {
    "ja": {
        "name": "佐藤 花子",
        "search": "平均購入点数",
        "why": "まとめ買いが増えると、1回の注文の金額が上がる。",
        "person": "田中",
    },
    "en": {
        "name": "Hanako Sato",
        "search": "items per order",
        "why": "When people buy several things at once, an order is worth more.",
        "person": "Tanaka",
    },
}
SHOWN = {
    "today": "today/",
    "executive": "dashboards/executive/",
    "operational": "dashboards/operational/",
    "arrange": "dashboards/executive/edit/",
    "tree": "tree/simple_orders/?open=all",
    "node": "tree/simple_orders/aov/?by=channel",
    "why": "why/simple_orders/?by=channel",
    "what-if": "what-if/simple_orders/",
    "kpi": "kpis/order_revenue/",
    "customers": "customers/",
    "good-and-bad": "customers/quality/",
    "accounts": "accounts/",
    "data": "data/",
    "settings": "settings/rules/",
}
"""The pages of docs/guides/pages.md, by their addresses in the business."""
LEAVES = ("first_time_buyers", "earlier_buyers", "orders_per_buyer", "aov")
COUNTED = re.compile(r"(<!-- counted -->).*?(<!-- /counted -->)", re.DOTALL)
SENTENCES = {
    "ja": "クリック{clicks}回、入力{fields}か所、ページの切り替え{pages}回。読まずに進む機械では{seconds}秒。",
    "en": "{clicks} clicks, {fields} fields typed, {pages} pages; a machine that reads nothing takes {seconds} s.",
}


@dataclass
class Walk:
    """A person's hands: counts what is clicked and typed, and photographs each step."""

    page: Page
    language: str
    photograph: Callable[[str], None] = lambda step: None
    clicks: int = 0
    fields: int = 0
    pages: int = 0
    seen: list[str] = field(default_factory=list)

    def click(self, what: str | Locator) -> None:
        """Press something; a page that opens is waited for."""
        before = self.page.url
        target = self.page.locator(what).first if isinstance(what, str) else what
        target.click()
        self.page.wait_for_load_state()
        self.clicks += 1
        self.pages += self.page.url.split("#")[0] != before.split("#")[0]

    def type(self, name: str, words: str) -> None:
        """Fill in a field."""
        self.page.locator(name).first.fill(words)
        self.fields += 1

    def step(self, name: str) -> None:
        """A step of the page is done."""
        self.seen.append(name)
        self.photograph(name)


def own_tree(walk: Walk) -> None:
    """From a page of the business with numbers to a tree with targets, its checks, what-if and why."""
    choose_template(walk)
    adapt(walk)
    set_targets(walk)
    check(walk)
    look_ahead_and_back(walk)


def choose_template(walk: Walk) -> None:
    """The gallery, one template, its "use this"."""
    walk.click("nav a[href$='/tree/']")
    walk.click(".tabs a[href$='/templates/']")
    walk.step("templates")
    walk.click("main a[href$='/templates/simple_orders/']")
    walk.step("template")
    walk.click("main form button.primary")
    walk.page.wait_for_url("**/design/")


def adapt(walk: Walk) -> None:
    """Take out what the shop has not, add a number with its reason and its owner, move it up."""
    page, words = walk.page, WORDS[walk.language]
    choose(walk, "guest_revenue")
    changed(walk, "button[value=remove]")
    expect(page.locator("#row-guest_revenue")).to_have_count(0)
    choose(walk, "aov")
    walk.click("details:has(#add-words) summary")
    page.locator("#add-words").fill(words["search"])
    walk.fields += 1
    walk.click("details:has(#add-words) #add-edge")
    page.select_option("#add-edge", "same")
    changed(walk, "#found button[name=kpi]")
    added = page.locator(".design-row[data-parent=aov]").first.get_attribute("data-node") or ""
    choose(walk, added)
    walk.type(f"form[data-keeps] [name=why_{walk.language}]", words["why"])
    walk.type("form[data-keeps] [name=person]", words["person"])
    walk.step("design")
    changed(walk, "form[data-keeps] button.primary")
    choose(walk, "aov")
    changed(walk, "button[value='step:up']")


def choose(walk: Walk, node: str) -> None:
    """Click a row of the design page and wait for what can be done to it."""
    walk.click(f"#row-{node} .row-link")
    expect(walk.page.locator(f"#inspector[data-shows={node}]")).to_be_visible()


def changed(walk: Walk, button: str) -> None:
    """Press a button of the design page and wait for the next version of the tree."""
    design = walk.page.locator("#design")
    version = int(design.get_attribute("data-version") or 0)
    walk.click(button)
    expect(design).to_have_attribute("data-version", str(version + 1))


def set_targets(walk: Walk) -> None:
    """The goal first, then what it is made of: take what history proposes, put it in force."""
    page = walk.page
    walk.click(".tabs a[href*='/targets/']")
    for node in ("revenue", *LEAVES):
        walk.click(f"main td a[href$='/{node}/']")
        proposals = page.locator(".suggestions a")
        expect(proposals.first).to_be_visible()
        walk.click(proposals.last if node == "revenue" else proposals.nth(min(2, proposals.count() - 1)))
        expect(page.locator("#target-form [name=value]")).not_to_have_value("")
        if node == "revenue":
            page.evaluate("scrollTo(0, 0)")
            walk.step("target")
        walk.click("button[name=state][value=approved]")
        expect(page.locator("#messages")).not_to_be_empty()
        walk.click(".tabs a[href*='/targets/']")
    walk.step("targets")


def check(walk: Walk) -> None:
    """The design page with its checks."""
    walk.click(".tabs a[href$='/design/']")
    expect(walk.page.locator(".checks")).to_be_visible()
    walk.step("checks")


def look_ahead_and_back(walk: Walk) -> None:
    """What-if with one slider moved, and why the number changed."""
    page = walk.page
    walk.click(".tabs a[href*='/what-if/']")
    page.locator("[data-driver=aov] [data-slide]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    walk.fields += 1
    expect(page.locator("[data-driver=aov] [data-share]")).to_have_text(re.compile("5"))
    walk.step("what-if")
    walk.click(".tabs a[href*='/why/']")
    walk.step("why")


def pages(walk: Walk) -> None:
    """Every page of the guide, as it stands after the walk."""
    page = walk.page
    home = page.url[: page.url.index("/b/")] + "/".join(["", *page.url[page.url.index("/b/") :].split("/")[1:3], ""])
    for name, path in SHOWN.items():
        page.goto(home + path)
        walk.step(name)


def set_up(walk: Walk, link: str) -> None:
    """The first page, with the demo company."""
    walk.page.goto(link)
    walk.type("[name=own_name]", WORDS[walk.language]["name"])
    walk.type("[name=email]", "hanako@example.jp")
    walk.type("[name=password]", "a fine long sentence")
    walk.click("label:has([name=start][value=demo])")
    walk.step("set-up")
    walk.click("main form:has([name=own_name]) button[type=submit]")
    walk.page.wait_for_url(re.compile(r"/b/"))
    walk.step("today")


def main() -> int:
    """Walk in both languages; write pictures and counts."""
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        for language in WORDS:
            with tempfile.TemporaryDirectory(prefix="keiki-pictures-") as home, served(Path(home)) as link:
                context = browser.new_context(locale=language, viewport=SIZE, reduced_motion="reduce")
                context.set_default_timeout(WAIT_MS)
                page = context.new_page()
                walk = Walk(page, language, camera(page, language, START / "pictures"))
                began = time.monotonic()
                set_up(walk, link)
                own_tree(walk)
                told = SENTENCES[language].format(
                    clicks=walk.clicks, fields=walk.fields, pages=walk.pages, seconds=round(time.monotonic() - began)
                )
                print(f"{language}: {told}")
                count(START / ("own-tree.md" if language == "en" else "own-tree.ja.md"), told)
                pages(Walk(page, language, camera(page, language, GUIDES / "pictures")))
                context.close()
        browser.close()
    return 0


@contextmanager
def served(home: Path) -> Iterator[str]:
    """A Keiki of its own with the demo company; gives the link of the set-up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    env = os.environ | {"KEIKI_HOME": str(home), "PYTHONUNBUFFERED": "1"}
    keiki = (sys.executable, "-m", "keiki.cli")
    subprocess.run([*keiki, "demo", "--server"], env=env, check=True, stdout=subprocess.DEVNULL)
    with (home / "server.log").open("w") as log:
        command = [*keiki, "serve", "--port", port]
        server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            found = (re.search(r"http://\S+/setup/\S+/", line) for line in server.stdout or ())
            yield next(link[0] for link in found if link)
        finally:
            server.terminate()
            server.wait(timeout=40)


def camera(page: Page, language: str, folder: Path) -> Callable[[str], None]:
    """Photographs what is on the screen as a small PNG in a folder."""
    folder.mkdir(exist_ok=True)
    dark_room = page.context.new_page()
    page.bring_to_front()

    def photograph(step: str) -> None:
        page.wait_for_load_state("networkidle")
        picture = small(dark_room, page.screenshot(animations="disabled"))
        if len(picture) > MOST_BYTES:
            raise RuntimeError(f"the picture of {step} has {len(picture):,} bytes")
        (folder / f"{step}.{language}.png").write_bytes(picture)

    return photograph


PIXELS = """async data => {
  const blob = await (await fetch("data:image/png;base64," + data)).blob();
  const image = await createImageBitmap(blob);
  const canvas = new OffscreenCanvas(image.width, image.height);
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const bytes = drawing.getImageData(0, 0, image.width, image.height).data;
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [image.width, image.height, btoa(text)];
}"""


def small(room: Page, png: bytes) -> bytes:
    """The same picture with at most 256 colours: the most frequent ones of a coarse grid."""
    width, height, text = room.evaluate(PIXELS, base64.b64encode(png).decode())
    pixels = np.frombuffer(base64.b64decode(text), np.uint8).reshape(height * width, 4)[:, :3].astype(np.int32)
    coarse = (pixels >> 3) @ np.array([1024, 32, 1])
    _cells, back, often = np.unique(coarse, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(often)[::-1][:256])
    means = np.stack([np.bincount(back, pixels[:, c]) / often for c in range(3)], axis=1)
    near = np.array([int(np.argmin(((means[kept] - cell) ** 2).sum(axis=1))) for cell in means])
    rows = near[back].astype(np.uint8).reshape(height, width)
    lines = b"".join(b"\0" + row.tobytes() for row in rows)
    palette = np.rint(means[kept]).astype(np.uint8).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    packed = (struct.pack(">I", len(d)) + kind + d + struct.pack(">I", zlib.crc32(kind + d)) for kind, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def count(document: Path, told: str) -> None:
    """Print the counts into the page."""
    text = document.read_text(encoding="utf-8")
    document.write_text(COUNTED.sub(rf"\g<1>{told}\g<2>", text), encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
