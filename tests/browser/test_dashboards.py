"""A dashboard is arranged by mouse, by keyboard and with plain forms, and a reload keeps it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import PATIENCE


def begun(page: Page, site: Any, name: str) -> None:
    """A dashboard with three panels, made as a person makes it."""
    page.goto(site.url("dashboards/"))
    page.fill("[name=name]", name)
    page.get_by_role("button", name="Make the dashboard").click()
    for kind in ("number", "trend", "table"):
        form = page.locator("form:has([name=kind])")
        form.locator("[name=kind]").select_option(kind)
        form.locator("[name=number]").select_option("simple_orders/revenue")
        form.get_by_role("button", name="Add the panel").click()
        expect(page.locator("[data-panel]")).to_have_count({"number": 1, "trend": 2, "table": 3}[kind])
    page.wait_for_load_state()


def kinds(page: Page) -> list[str]:
    return [
        next(word.removeprefix("kind-") for word in each.split() if word.startswith("kind-"))
        for each in page.locator("[data-panel] > section").evaluate_all("found => found.map((e) => e.className)")
    ]


def test_panels_are_moved_and_resized_by_keyboard(site: Any, opens: Any) -> None:
    page = opens(site)
    begun(page, site, "By keyboard")
    page.locator("[data-grip]").first.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-panel] > section").nth(1)).to_have_class(_kind("number"))
    expect(page.locator("[data-grip]").nth(1)).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-panel]").nth(1)).to_have_attribute("data-width", "8")
    page.reload()
    assert kinds(page) == ["trend", "number", "table"]


def test_panels_are_moved_and_resized_by_mouse(site: Any, opens: Any) -> None:
    page = opens(site)
    begun(page, site, "By mouse")
    grip, goal = page.locator("[data-grip]").first, page.locator("[data-panel]").nth(1)
    with page.expect_navigation():
        _drag(page, grip, goal, 0.9)
    expect(page.locator("[data-panel] > section").nth(1)).to_have_class(_kind("number"))
    item = page.locator("[data-panel]").first
    item.hover()
    edge, board = item.locator("[data-resizer]").bounding_box(), page.locator("[data-board]").bounding_box()
    assert edge is not None
    assert board is not None
    page.mouse.move(edge["x"] + 4, edge["y"] + 8)
    page.mouse.down()
    page.mouse.move(board["x"] + board["width"] * 0.34, edge["y"] + 8, steps=6)
    page.mouse.up()
    expect(page.locator("[data-panel]").first).to_have_attribute("data-width", "4")
    page.reload()
    assert kinds(page) == ["trend", "number", "table"]


@pytest.mark.parametrize("width", [390])
def test_panels_are_moved_by_a_finger_on_a_phone(site: Any, opens: Any, width: int) -> None:
    page = opens(site, width=width, has_touch=True)
    begun(page, site, "By finger")
    page.locator("[data-panel]").nth(1).get_by_role("button", name="one place forward").tap()
    expect(page.locator("[data-panel] > section").first).to_have_class(_kind("trend"))


def test_dashboard_is_arranged_without_script(site: Any, opens: Any) -> None:
    page = opens(site, script=False)
    begun(page, site, "By form")
    page.locator("[data-panel]").last.get_by_role("button", name="one place forward").click()
    expect(page.locator("[data-panel] > section").nth(1)).to_have_class(_kind("table"))
    assert kinds(page) == ["number", "table", "trend"]
    page.locator("[data-panel]").first.locator("[name=width]").select_option("12")
    page.locator("[data-panel]").first.get_by_role("button", name="Resize").click()
    expect(page.locator("[data-panel]").first).to_have_attribute("data-width", "12")
    page.get_by_role("link", name="Done").click()
    expect(page.locator(".board > section")).to_have_count(3)


def _kind(name: str) -> Any:
    return re.compile(rf"\bkind-{name}\b")


def _drag(page: Page, grip: Any, goal: Any, share: float) -> None:
    grip.scroll_into_view_if_needed()
    start, end = grip.bounding_box(), goal.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] * share, end["y"] + end["height"] / 2, steps=10)
    page.mouse.up()


@pytest.mark.feature("F-221")
def test_a_dashboard_saves_as_one_file_that_opens_without_a_network(site: Any, opens: Any, tmp_path: Path) -> None:
    page = opens(site)
    page.goto(site.url("dashboards/executive/"))
    number = page.locator(".board-value b").first.inner_text()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save as one file").click()
    file = tmp_path / "dashboard.html"
    download.value.save_as(file)
    away = page.context.browser.new_context(offline=True)
    away.set_default_timeout(PATIENCE)
    alone, asked = away.new_page(), []
    complaints: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.on("console", lambda message: complaints.append(message.text))
    alone.goto(file.as_uri())
    assert alone.locator(".board-value b").first.inner_text() == number
    expect(alone.locator("svg.chart").first).to_be_visible()
    assert alone.locator(".board").first.evaluate("board => getComputedStyle(board).display") == "grid"
    alone.locator("summary").first.click()
    expect(alone.locator("details[open] td").first).to_be_visible()
    assert (asked, complaints) == ([file.as_uri()], [])
    away.close()
