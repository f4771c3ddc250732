"""Every page in both languages, light and dark, wide and on a phone: reachable by all, nothing cut, nothing foreign."""

from __future__ import annotations

import gzip
import itertools
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from babel.messages.pofile import read_po
from playwright.sync_api import Page
from tests.browser.conftest import MOST_SHIFT, photograph, windows

import keiki.server.kpis

SERVER = Path(keiki.server.kpis.__file__ or "").parents[1]
PAGES = {
    "today": "today/",
    "executive": "dashboards/executive/?tree=simple_orders",
    "operational": "dashboards/operational/?tree=simple_orders",
    "analytical": "dashboards/analytical/?tree=simple_orders",
    "campaign results": "dashboards/campaign/",
    "dashboards": "dashboards/",
    "campaigns": "campaigns/",
    "channels": "channels/",
    "leads": "leads/",
    "what happened": "happened/",
    "change": "happened/1/?effects=1",
    "stages": "stages/",
    "stage": "stages/purchase/",
    "copy of a dashboard": "dashboards/executive/edit/",
    "getting started": "begin/type/",
    "sample tree": "begin/tree/",
    "first file": "begin/data/",
    "proposed targets": "begin/targets/",
    "people and meeting": "begin/team/",
    "screens": "screens/",
    "plan and actual": "plan/simple_orders/",
    "tree": "tree/?open=all",
    "table": "tree/?as=table",
    "ec tree": "tree/ec/?open=all",
    "node": "tree/simple_orders/{root}/?by=channel",
    "what-if": "what-if/simple_orders/",
    "why": "why/simple_orders/?by=channel",
    "what first": "first/simple_orders/",
    "rows": "rows/simple_orders/revenue/",
    "by attribute": "compare/aov/",
    "links": "links/simple_orders/",
    "link": "links/simple_orders/aov/revenue/?lag=1",
    "trials": "trials/?base=2&wished=2.5&cn=900&cs=90&tn=900&ts=120&kpi=order_revenue&since=2026-09-01",
    "catalogue": "kpis/?q=order",
    "kpi": "kpis/cvr/",
    "glossary": "kpis/glossary/?q=order",
    "value chain": "kpis/value-chain/?activity=marketing",
    "businesses together": "together/?kpi=order_revenue",
    "own kpi": "kpis/new/",
    "changed kpi": "kpis/revenue/edit/",
    "retired kpi": "kpis/own_orders/retire/",
    "templates": "templates/?q=orders",
    "template": "templates/ec/",
    "own trees": "design/",
    "new tree": "design/new/",
    "targets": "targets/?tree=simple_orders",
    "target": "targets/simple_orders/revenue/",
    "smart check": "scorecard/simple_orders/",
    "customers": "customers/",
    "cohorts": "customers/cohorts/?value=revenue_per_customer&mode=after&by=segment",
    "segments": "customers/segments/?segment=loyal",
    "recurring": "customers/recurring/?rules=chargebee&by=plan",
    "forecast": "customers/forecast/",
    "from lead to renewal": "customers/whole/?segment=plan:pair",
    "ideal customers": "customers/ideal/",
    "good and bad revenue": "customers/quality/",
    "lifetime value": "customers/lifetime-value/",
    "accounts": "accounts/",
    "alerts": "accounts/alerts/?list=history",
    "customer": "accounts/of/C0/",
    "success plan": "accounts/plan/C0/",
    "health": "accounts/health/",
    "use": "accounts/use/",
    "support": "accounts/support/",
    "requests": "accounts/voice/",
    "advocates": "accounts/advocates/",
    "surveys": "surveys/",
    "customer report": "accounts/report/C0/",
    "cost of success": "accounts/value/",
    "reports": "reports/",
    "weekly report": "reports/weekly/?tree=simple_orders",
    "daily report": "reports/daily/?tree=simple_orders",
    "basis of the budget": "reports/budget/",
    "executive report": "reports/executive/?tree=simple_orders",
    "notices": "inbox/",
    "search": "search/?q=order",
    "data": "data/",
    "settings": "settings/",
    "people": "settings/people/",
    "audit log": "settings/audit/",
    "you": "../../you/",
    "another business": "../../businesses/add/",
    "password": "../../account/password/change/",
    "second factor": "../../account/second-factor/",
    "rules": "settings/rules/",
    "tokens": "settings/tokens/",
    "answers": "settings/answers/",
    "exchange rates": "settings/rates/",
    "api": "../../api/v1/docs/",
    "empty": "../empty/today/",
}
WIDTHS = (1440, 1280, 1024, 900, 761, 600, 390, 375, 320)
READ_AT = (1440, 390)
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]+")
MOST_SCRIPT, MOST_STYLE = 40_000, 20_000
"""Packed bytes of scripts (before a picture is brought to life) and of style sheets."""
SLOW = {"offline": False, "latency": 0, "downloadThroughput": 40_000, "uploadThroughput": -1}
"""Bytes in a second: a page takes a good half of one, and Chromium paints what it has thirty times meanwhile."""
CUT_OFF = """() => [...document.querySelectorAll("main *, header *")].filter((each) => {
  const words = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!words || !each.checkVisibility() || each.closest(".hidden-words, svg, select, textarea")) return false;
  const style = getComputedStyle(each);
  const hides = (side) => ["hidden", "clip"].includes(style[`overflow${side}`]);
  const told = style.textOverflow === "ellipsis" && each.closest("[title], [aria-label]");
  const wide = hides("X") && each.scrollWidth > each.clientWidth + 1 && !told;
  const tall = hides("Y") && each.scrollHeight > each.clientHeight + 2 && style.webkitLineClamp === "none";
  return wide || tall;
}).map((each) => each.outerHTML.slice(0, 160))"""
OVERLAPS = """() => {
  const clips = new Map([[document.documentElement, [-1e9, -1e9, 1e9, 1e9]]]);
  const clipOf = (each) => {
    if (clips.has(each)) return clips.get(each);
    let [left, top, right, bottom] = clipOf(each.parentElement);
    const style = getComputedStyle(each), box = each.getBoundingClientRect();
    if (style.overflowX !== "visible") [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
    if (style.overflowY !== "visible") [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
    clips.set(each, [left, top, right, bottom]);
    return clips.get(each);
  };
  const lines = [], range = document.createRange();
  for (const root of document.querySelectorAll("main, header")) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const above = node.parentElement;
      if (!node.data.trim() || above.closest(".hidden-words, select, textarea")) continue;
      if (!above.checkVisibility({ visibilityProperty: true })) continue;
      const [left, top, right, bottom] = clipOf(above);
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        const leading = box.height / 5; // the box of a font is taller than its letters
        const from = [Math.max(box.left, left) + 1, Math.max(box.top + leading, top)];
        const to = [Math.min(box.right, right) - 1, Math.min(box.bottom - leading, bottom)];
        if (to[0] > from[0] && to[1] > from[1]) lines.push({ node, from, to, words: node.data.trim().slice(0, 40) });
      }
    }
  }
  lines.sort((one, other) => one.from[1] - other.from[1]);
  const found = new Set();
  lines.forEach((one, place) => {
    for (let next = place + 1; next < lines.length && lines[next].from[1] < one.to[1]; next++) {
      const other = lines[next], apart = other.from[0] >= one.to[0] || other.to[0] <= one.from[0];
      if (other.node !== one.node && !apart) found.add(`${one.words} | ${other.words}`);
    }
  });
  return [...found];
}"""
"""Pairs of texts, of the page or of its pictures, that lie on each other; what is scrolled away is not seen."""
FETCHED = "() => performance.getEntriesByType('resource').map((each) => each.name)"
CONTRAST = {"runOnly": ["color-contrast"]}
"""In the dark only colours differ; what a page holds and where it stands does not."""
STRUCTURE = {"rules": {"color-contrast": {"enabled": False}}}
COLOURS: tuple[Literal["light", "dark"], ...] = ("light", "dark")
LOOKS = tuple(itertools.product(READ_AT, COLOURS))
"""Width and colours."""
LOOKS_IN = {"ja": (LOOKS[0], LOOKS[3]), "en": (LOOKS[1], LOOKS[2])}
"""The looks whose contrast is read in one language: colours do not depend on words, and reading them takes longest."""


def visit(page: Page, site: Any, name: str) -> None:
    path = PAGES[name]
    if "{root}" in path:
        page.goto(site.url("tree/simple_orders/"))
        root = page.get_by_role("treeitem").first.get_attribute("data-node")
        path = path.format(root=root)
    answer = page.goto(site.url(path))
    assert answer is not None
    assert answer.status == 200


@pytest.fixture(scope="module")
def readers(site: Any, chromium: Any, request: pytest.FixtureRequest) -> Iterator[dict[str, Page]]:
    """A window of each language, for one page after the other: opening one takes longer than any page."""
    with windows(chromium, request) as opens:
        yield {language: opens(site, language=language) for language in LOOKS_IN}


@pytest.fixture(scope="module")
def shown(site: Any, readers: dict[str, Page], request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in one language as a newcomer loads it, once for all that is asked of it."""
    name, language = request.param
    page = readers[language]
    resize(page, READ_AT[0])
    page.emulate_media(color_scheme="light")
    network = page.context.new_cdp_session(page)
    network.send("Network.clearBrowserCache")
    network.detach()
    visit(page, site, name)
    page.evaluate("window.moved = window.shifted")  # before anybody resizes it: on a busy machine that is a shift too
    yield page
    if getattr(request.node, "failed", False):
        photograph(page, f"{name}-{language}")


in_both_languages = pytest.mark.parametrize(
    "shown", list(itertools.product(PAGES, ["ja", "en"])), indirect=True, ids="-".join
)


AXE = Axe()


def serious(page: Page, **options: Any) -> list[str]:
    """What axe-core calls serious or critical, with the elements; axe-core is read once per page."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("options => axe.run(options)", {"resultTypes": ["violations"], **options})["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def resize(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900 if width > 700 else 844})


def in_every_look(page: Page, contrast_of: Sequence[tuple[int, str]] = LOOKS) -> dict[str, list[str]]:
    """What is wrong with a page in light and dark, wide and on a phone; empty when nothing is.

    Contrast is read in some looks, everything else at every width.
    """
    found = {}
    for width, colours in LOOKS:
        has_contrast = (width, colours) in contrast_of
        if colours == "dark" and not has_contrast:
            continue
        resize(page, width)
        page.emulate_media(color_scheme=colours)
        if colours == "light":
            found[f"{width} light"] = serious(page, **{} if has_contrast else STRUCTURE)
            found[f"{width} light"] += ["scrolls sideways"] * bool(sideways(page))
        else:
            found[f"{width} dark"] = serious(page, **CONTRAST)
    return {look: wrong for look, wrong in found.items() if wrong}


@in_both_languages
def test_page_is_accessible_in_light_and_dark_wide_and_on_a_phone(shown: Page) -> None:
    assert in_every_look(shown, LOOKS_IN[shown.evaluate("navigator.language")]) == {}


@pytest.fixture(scope="module")
def packed() -> dict[str, int]:
    """The packed bytes of every file that a page has fetched so far."""
    return {}


def weight(page: Page, ending: str, packed: dict[str, int]) -> int:
    """How many packed bytes a page fetches of one kind of file; each file is asked for once."""
    urls = {url for url in page.evaluate(FETCHED) if url.partition("?")[0].endswith(ending)}
    for url in urls - packed.keys():
        packed[url] = len(gzip.compress(page.request.get(url).body(), 9))
    return sum(packed[url] for url in urls)


@in_both_languages
def test_page_is_small_does_not_move_and_no_text_is_cut_off_or_overlaps(shown: Page, packed: dict[str, int]) -> None:
    assert shown.evaluate("window.moved") <= MOST_SHIFT
    assert weight(shown, ".js", packed) <= MOST_SCRIPT
    assert 0 < weight(shown, ".css", packed) <= MOST_STYLE
    for width in READ_AT:
        resize(shown, width)
        assert (width, shown.evaluate(CUT_OFF), shown.evaluate(OVERLAPS)) == (width, [], [])


@pytest.mark.parametrize("name", ["today", "template"])
def test_page_that_comes_in_slowly_is_shown_whole_and_does_not_move(site: Any, opens: Any, name: str) -> None:
    page = opens(site)
    visit(page, site, name)  # its styles and scripts are at hand from here on
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    visit(page, site, name)
    assert page.evaluate("window.shifted") <= MOST_SHIFT


@in_both_languages
def test_page_never_scrolls_sideways(shown: Page) -> None:
    for width in WIDTHS:
        resize(shown, width)
        assert (width, sideways(shown)) == (width, 0)


@pytest.fixture(scope="module")
def plain(site: Any, chromium: Any, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window without script, for one page after the other."""
    with windows(chromium, request) as opens:
        yield opens(site, script=False)


@pytest.mark.parametrize("name", PAGES)
def test_page_works_without_script(site: Any, plain: Page, name: str) -> None:
    visit(plain, site, name)
    assert plain.locator("main").inner_text().strip() != ""


@cache
def english_texts() -> tuple[str, ...]:
    """Every English text of the pages that has a Japanese one and more than one word."""
    texts = []
    for path in SERVER.glob("*/locale/ja/LC_MESSAGES/django.po"):
        with path.open("rb") as file:
            catalogue = read_po(file, locale="ja")
        for message in catalogue:
            text = message.id if isinstance(message.id, str) else ""
            if " " in text and message.string != text and not re.search(r"[%{]", text):
                texts.append(text)
    return tuple(texts)


@in_both_languages
def test_page_holds_no_text_of_the_other_language(shown: Page) -> None:
    resize(shown, READ_AT[0])
    if shown.evaluate("document.documentElement.lang") == "ja":
        seen = shown.locator("body").inner_text()
        assert [text for text in english_texts() if text in seen] == []
        return
    words = shown.evaluate(
        """() => [...document.querySelectorAll("body *")].filter((e) => !e.closest("[lang=ja], textarea"))
            .flatMap((e) => [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent)
            .concat(["aria-label", "title", "placeholder"].map((a) => e.getAttribute(a) ?? "")))"""
    )
    assert JAPANESE.findall(" ".join(words)) == []
