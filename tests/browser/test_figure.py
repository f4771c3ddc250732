"""A picture brought to life: the same option in the browser, with the rows of its table under the pointer."""

from __future__ import annotations

import gzip
import mimetypes
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from playwright.sync_api import Browser, Page, Route, expect
from tests.browser.conftest import PATIENCE

from keiki.charts.aim import Aim
from keiki.charts.chart import Chart
from keiki.charts.format import Style
from keiki.charts.render import ECHARTS
from keiki.charts.trend import Bar, trend

POLICY = "default-src 'self'; img-src 'self' data:"
ADDRESS = "http://figure.test/"
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def year() -> Chart:
    bars = [Bar(month, f"{month} 2026", 100.0 + place) for place, month in enumerate(MONTHS)]
    return trend("Orders", "Close to the target.", bars, "count", Style("en"), [Aim(low=110.0)] * 12)


def found(path: str) -> Path:
    where = finders.find(path)
    assert isinstance(where, str), path
    return Path(where)


@pytest.fixture
def figure_page(chromium: Browser) -> Iterator[tuple[Page, list[str]]]:
    """One figure under the policy of the pages, and whatever the browser complained about."""
    page = chromium.new_page(viewport={"width": 700, "height": 500})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda told: complaints.append(told.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    drawn = Template("{% load ui static i18n %}{% figure chart %}").render(Context({"chart": year()}))
    styles = "".join(f'<link rel="stylesheet" href="/static/ui/{name}.css">' for name in ("tokens", "components"))
    body = (
        f'<!doctype html><html lang="en"><head><title>Figure</title><link rel="icon" href="data:,">{styles}'
        f'<script src="/static/ui/shell.js" type="module"></script></head><body>{drawn}</body></html>'
    )

    def answer(route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).partition("?")[0]
        if not path:
            headers = {"Content-Security-Policy": POLICY}
            route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=headers)
            return
        kind = mimetypes.guess_type(path)[0] or "text/plain"
        route.fulfill(body=found(path.removeprefix("static/")).read_bytes(), content_type=f"{kind}; charset=utf-8")

    page.route(f"{ADDRESS}**", answer)
    page.goto(ADDRESS)
    yield page, complaints
    page.close()


@pytest.mark.feature("F-089")
def test_twelve_months_with_a_target_line_tell_value_target_and_date_under_the_pointer(
    figure_page: tuple[Page, list[str]],
) -> None:
    page, complaints = figure_page
    still = page.locator(".wide svg.chart")
    assert still.locator("text", has_text="Target 110").count() == 1
    assert page.locator("tbody tr").count() == 12
    page.click("[data-explore]")
    page.wait_for_selector(".figure-alive svg text")
    box = page.locator(".figure-alive").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    page.wait_for_function("document.querySelector('.figure-alive').textContent.includes('2026')")
    told = page.locator(".figure-alive").text_content() or ""
    row = next(each for each in year().table.rows if each[0] in told)
    assert [f"Orders  {row[1]}" in told, f"Target  {row[2]}" in told] == [True, True]
    assert complaints == []


def test_keys_walk_over_the_points_and_the_button_puts_the_still_picture_back(
    figure_page: tuple[Page, list[str]],
) -> None:
    page, complaints = figure_page
    button = page.locator("[data-explore]")
    button.click()
    page.wait_for_selector(".figure-alive svg text")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".figure-told")).to_have_text("Feb 2026, Orders 101, Target 110, vs target −8.2%")
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    page.wait_for_selector(".figure-alive", state="detached")
    expect(page.locator(".wide svg.chart")).to_be_visible()
    assert complaints == []


def test_a_wheel_looks_closer_at_some_periods_of_a_living_picture(figure_page: tuple[Page, list[str]]) -> None:
    page, complaints = figure_page
    page.click("[data-explore]")
    page.wait_for_selector(".figure-alive svg text")
    months = (
        "[...document.querySelectorAll('.figure-alive text')].filter((each) => each.textContent.length === 3).length"
    )
    before = page.evaluate(months)
    assert before >= 6
    box = page.locator(".figure-alive").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.6)
    for _turn in range(4):
        page.mouse.wheel(0, -300)
    page.wait_for_function(f"count => {months} < count", arg=before)
    assert complaints == []


def test_colours_of_a_picture_follow_the_theme(figure_page: tuple[Page, list[str]]) -> None:
    page, _complaints = figure_page
    for theme, colour in (("light", "rgb(86, 98, 115)"), ("dark", "rgb(163, 175, 191)")):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        expect(page.locator(".wide svg text").first).to_have_css("fill", colour)


def test_a_page_fetches_the_library_only_when_asked_and_it_is_small_enough(
    figure_page: tuple[Page, list[str]],
) -> None:
    page, _complaints = figure_page
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url.rpartition("/")[2]))
    page.reload()
    assert [name for name in fetched if name.endswith(".js")] == ["shell.js"]
    page.click("[data-explore]")
    page.wait_for_selector(".figure-alive svg text")
    assert ECHARTS in fetched
    assert len(gzip.compress(found(f"charts/{ECHARTS}").read_bytes(), 9)) <= 300_000
    before = ("ui/shell.js", "ui/htmx-2.0.8.min.js")
    assert sum(len(gzip.compress(found(name).read_bytes(), 9)) for name in before) <= 40_000
