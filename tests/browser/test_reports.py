"""Reports on paper and the list of KPIs on a phone, in a real browser."""

from __future__ import annotations

import io
import re
import unicodedata
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

A4 = {"width": 688, "height": 1017}
"""The pixels of an A4 page within its margins of 14 mm."""
WIDER = """() => [...document.querySelectorAll('main *')].filter(
  e => e.getClientRects().length && !e.closest('svg') && !e.closest('.hidden-words')
    && e.getBoundingClientRect().right > document.documentElement.clientWidth + 1
).map(e => e.outerHTML.slice(0, 80))"""
FIGURES = """() => [...document.querySelectorAll('main svg.chart')].filter(e => e.getClientRects().length).map(e => {
  const held = e.closest('.figure') ?? e.closest('.panel')
  return [getComputedStyle(held).breakInside, Math.ceil(held.getBoundingClientRect().height)]
})"""

SHOWN = """() => [...document.querySelectorAll("main h1, main h2, main td, main th, main b, main p")].filter(
  e => e.checkVisibility() && !e.closest(".hidden-words, svg")).map(e => e.innerText)"""


def printed(page: Page) -> PdfReader:
    """The A4 paper that a browser makes of a page."""
    margins = dict.fromkeys(("top", "bottom", "left", "right"), "14mm")
    return PdfReader(io.BytesIO(page.pdf(format="A4", margin=margins, prefer_css_page_size=True)))


def closed_up(words: str) -> str:
    """Words without what only sets them: spaces, line ends, and the look-alikes that fonts have of some characters."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", words)).replace("\u2027", "・")


@pytest.mark.feature("F-107")
def test_executive_report_prints_on_a4_with_date_author_goal_numbers_and_actions_and_no_chart_is_cut(
    site: Any, opens: Any
) -> None:
    page = opens(site)
    page.goto(site.url("reports/executive/?tree=simple_orders"))
    page.set_viewport_size(A4)
    page.emulate_media(media="print")
    words = page.locator("main").inner_text()
    for wanted in ("Date", "Author\nHanako Sato", "KGI", "Order revenue", "KPIs", "Average order value", "Actions"):
        assert wanted in words
    assert re.search(r"Date\n\d{1,2} \w{3} \d{4}", words)
    expect(page.locator(".kind-table thead")).to_be_visible()
    assert page.evaluate(WIDER) == []
    figures = page.evaluate(FIGURES)
    assert figures
    assert all(rule == "avoid" and height < A4["height"] for rule, height in figures), figures
    paper = printed(page)
    assert {(round(sheet.mediabox.width), round(sheet.mediabox.height)) for sheet in paper.pages} == {(595, 842)}
    assert 1 <= len(paper.pages) <= 4


@pytest.mark.parametrize(("language", "revenue"), [("ja", "14,400円"), ("en", "¥14,400")])
def test_words_and_numbers_of_a_report_are_read_back_from_its_pdf(
    site: Any, opens: Any, language: str, revenue: str
) -> None:
    page = opens(site, language=language)
    page.goto(site.url("reports/executive/?tree=simple_orders"))
    page.emulate_media(media="print")
    said = [closed_up(words) for words in page.evaluate(SHOWN)]
    assert said.count(revenue) > 1
    assert sum(any(map(str.isdigit, words)) for words in said) > 20
    told = closed_up("".join(sheet.extract_text() for sheet in printed(page).pages))
    assert [words for words in said if words not in told] == []


def test_paper_is_light_and_holds_nothing_that_can_only_be_pressed(site: Any, opens: Any) -> None:
    page = opens(site, dark=True)
    page.goto(site.url("today/"))
    page.set_viewport_size(A4)
    page.emulate_media(media="print", color_scheme="dark")
    pressed = page.locator(".sidebar, .bar, .header-side, .tabs, .button, .figure-explore, details")
    assert pressed.count() > 4
    assert [each.is_visible() for each in pressed.all()] == [False] * pressed.count()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(244, 245, 247)"
    expect(page.locator("main svg.chart").first).to_be_visible()


@pytest.mark.feature("F-104")
def test_list_of_kpis_needs_no_sideways_scroll_at_375_px_and_a_card_opens_in_one_tap(site: Any, opens: Any) -> None:
    page = opens(site, width=375)
    page.goto(site.url("tree/?open=all"))
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    cards = page.locator(".kpi-link")
    assert cards.count() > 5
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 375 for card in cards.all() if (box := card.bounding_box()))
    name = cards.nth(1).inner_text().removeprefix("Details of ")
    cards.nth(1).click()  # the one tap
    card = page.locator("#node")
    expect(card).to_be_visible()
    expect(card.get_by_role("heading", name=name, exact=True)).to_be_visible()
    assert page.evaluate(wide) == 0
