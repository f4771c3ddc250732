"""The design of a tree under a keyboard, a mouse, a finger, two people, and no script at all."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from tests.browser.test_pages import in_every_look

TREE = """
id: shop
ja: 売上
en: Sales
about_ja: 試し
about_en: A trial
root:
  id: revenue
  kpi: order_revenue
  formula: buyers * per_buyer * aov
  children:
    - {id: buyers, kpi: buyers}
    - {id: per_buyer, kpi: orders_per_buyer}
    - {id: aov, kpi: aov}
    - {id: repeat, kpi: repeat_purchase_rate, influence: {sign: "+"}}
    - {id: bounce, kpi: bounce_rate, influence: {sign: "-", lag: 1}}
"""


@pytest.fixture
def studio(site: Any) -> Any:
    """The business without rows, where trees are designed, so that the pages of the other stay as they are."""
    return replace(site, business="empty")


def begin(page: Page, site: Any) -> str:
    """One more tree, brought in as text; gives the address of its design."""
    page.goto(site.url("design/"))
    page.locator("details:has([name=text]) > summary").click()
    page.fill("[name=text]", TREE)
    page.locator("form:has([name=text]) button[type=submit]").click()
    page.wait_for_url("**/tree/*/design/")
    return page.url


def row(page: Page, node: str) -> Locator:
    return page.locator(f"#row-{node}")


def order(page: Page) -> list[str]:
    return [each.get_attribute("data-node") or "" for each in page.locator(".design-row").all()]


def at(page: Page, node: str) -> None:
    """Waits until a row has the focus."""
    expect(row(page, node)).to_be_focused()


def at_version(page: Page, number: int) -> None:
    """Waits until the page shows that version of the tree."""
    expect(page.locator("#design")).to_have_attribute("data-version", str(number))


def test_design_by_keyboard_alone(studio: Any, opens: Any) -> None:
    page = opens(studio)
    begin(page, studio)
    row(page, "revenue").focus()
    page.keyboard.press("End")
    at(page, "bounce")
    page.keyboard.press("Alt+ArrowUp")
    at_version(page, 2)
    assert order(page)[-2:] == ["bounce", "repeat"]
    at(page, "bounce")
    page.keyboard.press("Alt+ArrowRight")
    at_version(page, 3)
    expect(row(page, "bounce")).to_have_attribute("data-parent", "aov")
    at(page, "bounce")
    page.keyboard.press("x")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("v")
    at_version(page, 4)
    expect(row(page, "bounce")).to_have_attribute("data-parent", "buyers")
    page.keyboard.press("Control+z")
    at_version(page, 5)
    expect(row(page, "bounce")).to_have_attribute("data-parent", "aov")
    row(page, "aov").focus()
    page.keyboard.press("ArrowLeft")
    expect(row(page, "bounce")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(row(page, "bounce")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#add-words")).to_be_focused()
    page.keyboard.insert_text("items per order")  # one question, so that no later answer takes the focus away
    expect(page.locator("#found li").first).to_contain_text("tems per order")
    page.keyboard.press("Tab")
    page.locator("#found button").first.focus()
    page.keyboard.press("Enter")
    at_version(page, 6)
    expect(page.locator("[data-parent=aov]")).to_have_count(2)


def test_keys_pressed_while_the_server_works_are_not_lost(studio: Any, opens: Any) -> None:
    page = opens(studio)
    begin(page, studio)
    row(page, "bounce").focus()
    for _ in range(3):
        page.keyboard.press("Alt+ArrowUp")
    at_version(page, 4)
    assert order(page) == ["revenue", "buyers", "bounce", "per_buyer", "aov", "repeat"]


def test_factor_is_removed_only_after_a_question(studio: Any, opens: Any) -> None:
    page = opens(studio)
    begin(page, studio)
    row(page, "per_buyer").focus()
    page.keyboard.press("Delete")
    question = page.get_by_role("alert")
    expect(question.get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    at_version(page, 2)
    expect(row(page, "per_buyer")).to_have_count(0)


def test_number_moves_and_folds_by_mouse(studio: Any, opens: Any) -> None:
    page = opens(studio)
    begin(page, studio)
    drag(page, "bounce", "aov", 0.5)
    at_version(page, 2)
    expect(row(page, "bounce")).to_have_attribute("data-parent", "aov")
    drag(page, "repeat", "buyers", 0.05)
    at_version(page, 3)
    assert order(page)[1] == "repeat"
    row(page, "aov").locator(".row-link").click()
    expect(page.locator("#inspector[data-shows=aov]")).to_be_visible()
    page.click("button[value=collapse]")
    at_version(page, 4)
    expect(row(page, "bounce")).to_be_hidden()
    page.click("button[value=undo]")
    at_version(page, 5)
    expect(row(page, "bounce")).to_be_visible()


def drag(page: Page, node: str, onto: str, share: float) -> None:
    """Take the dots of a row to a place over another row: 0 its upper edge, 1 its lower."""
    start, end = row(page, node).locator("[data-grip]").bounding_box(), row(page, onto).bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 8, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 80, end["y"] + end["height"] * share, steps=5)
    page.mouse.up()


def test_number_moves_by_finger_on_a_phone(studio: Any, opens: Any) -> None:
    page = opens(studio, width=390, has_touch=True)
    begin(page, studio)
    row(page, "bounce").locator("[data-grip]").scroll_into_view_if_needed()
    start, end = row(page, "bounce").locator("[data-grip]").bounding_box(), row(page, "buyers").bounding_box()
    assert start is not None
    assert end is not None
    fingers = page.context.new_cdp_session(page)
    x, y = start["x"] + 10, start["y"] + 20
    goal = end["y"] + end["height"] / 2
    touch(fingers, "touchStart", x, y)
    for part in (0.3, 0.6, 1.0):
        touch(fingers, "touchMove", x + 40 * part, y + (goal - y) * part)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    at_version(page, 2)
    expect(row(page, "bounce")).to_have_attribute("data-parent", "buyers")


def touch(fingers: Any, kind: str, x: float, y: float) -> None:
    fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})


def test_on_a_phone_a_chosen_number_comes_into_view(studio: Any, opens: Any) -> None:
    page = opens(studio, width=390)
    begin(page, studio)
    row(page, "aov").locator(".row-link").click()
    expect(page.locator("#inspector-title")).to_have_text("Average order value")
    expect(page.locator("#inspector-title")).to_be_in_viewport()


def test_two_people_at_once_lose_nothing(studio: Any, opens: Any) -> None:
    hers, his = opens(studio), opens(studio)
    address = begin(hers, studio)
    his.goto(f"{address}?node=buyers")
    row(hers, "repeat").focus()
    hers.keyboard.press("Delete")
    at_version(hers, 2)
    his.fill("#inspector [name=en]", "People who buy")
    his.locator("#inspector form[data-keeps] button[type=submit]").click()
    clash = his.get_by_role("alert")
    expect(clash).to_contain_text("Removed “Repeat purchase rate")
    expect(his.locator("#inspector [name=en]")).to_have_value("People who buy")
    clash.locator("summary").click()
    expect(his.locator("#mine-text")).to_have_value(holds("People who buy"))
    his.get_by_role("button", name="Do mine on top of theirs").click()
    at_version(his, 3)
    expect(row(his, "buyers")).to_contain_text("People who buy")
    expect(row(his, "repeat")).to_have_count(0)


def holds(words: str) -> Any:
    """A pattern for a text that holds some words."""
    return re.compile(f".*{re.escape(words)}.*", re.DOTALL)


def test_design_without_script_by_forms_alone(studio: Any, opens: Any) -> None:
    page = opens(studio, script=False)
    begin(page, studio)
    row(page, "bounce").locator(".row-link").click()
    with page.expect_navigation():
        page.locator("#inspector").get_by_role("button", name="Up").click()
    assert order(page)[-2:] == ["bounce", "repeat"]
    page.get_by_text("Move below another number", exact=True).click()
    page.select_option("#move-parent", "buyers")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(row(page, "bounce")).to_have_attribute("data-parent", "buyers")
    page.get_by_text("Add a number below", exact=True).click()
    page.fill("#add-words", "items per order")
    page.get_by_role("button", name="Search").click()
    page.locator("#found button").first.click()
    expect(page.locator("[data-parent=bounce]")).to_have_count(1)
    page.fill("[name=department]", "Web team")
    page.locator("#inspector form[data-keeps] button[type=submit]").click()
    expect(row(page, "bounce")).to_contain_text("Web team")
    page.get_by_role("button", name="Undo").click()
    expect(row(page, "bounce")).not_to_contain_text("Web team")


def test_template_becomes_a_tree_in_two_clicks(studio: Any, opens: Any) -> None:
    page = opens(studio)
    page.goto(studio.url("templates/"))
    page.fill("#template-words", "webinar")
    page.wait_for_url("**q=webinar**")
    page.locator(".template h3 a[href*=webinar_lead_acquisition]").click()
    page.get_by_role("button", name="Use this template").click()
    expect(page.locator(".design-row").first).to_contain_text("KGI")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_design_pages_are_accessible_and_fit(studio: Any, opens: Any, language: str) -> None:
    page = opens(studio, language=language)
    address = begin(page, studio)
    for name in (f"{address}?node=aov&q=rate", f"{address}file/"):
        page.goto(name)
        page.locator("main details").evaluate_all("all => all.forEach((each) => (each.open = true))")
        expect(page.locator("#on-data[hx-get], #ways [hx-get]")).to_have_count(0)  # the data has answered
        assert (name, in_every_look(page)) == (name, {})
