"""The KPI tree under a mouse and under a keyboard."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page, expect
from tests.browser.conftest import MOST_SHIFT


def items(page: Page) -> Locator:
    return page.get_by_role("treeitem")


def shown(page: Page) -> list[str]:
    """The nodes that are open, once all of them are shown."""
    expect(items(page)).to_have_count(page.locator("[role=treeitem]").count())
    return [item.get_attribute("data-node") or "" for item in items(page).all()]


def corner(page: Page) -> tuple[float, ...]:
    """Where the picture of the tree begins on the page, and how wide it is."""
    box = page.locator("[data-tree]").bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"]


def at(page: Page, node: str) -> None:
    """Waits until a node has the focus."""
    expect(page.locator(f"#node-{node}")).to_be_focused()


def test_tree_by_mouse_opens_closes_and_explains(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("tree/?open=all"))
    whole = shown(page)
    rows = page.request.get(site.url("tree/?open=all&as=table")).text()
    assert len(whole) == rows.count('class="outlined')
    assert page.evaluate("window.shifted") <= MOST_SHIFT
    place = corner(page)
    page.locator(".toggle").first.click()
    expect(items(page)).to_have_count(1)
    expect(page.locator(".toggle")).to_have_text(f"+{len(whole) - 1}")
    assert corner(page) == place, "what stands around the tree stays where it is"
    page.go_back()
    expect(items(page)).to_have_count(len(whole))
    page.locator(".kpi-link").first.click()
    panel = page.locator("#panel #node")
    expect(panel.get_by_role("heading", name="What moved it")).to_be_visible()
    expect(panel.locator("math")).to_have_count(1)
    panel.get_by_role("link", name="Channel").click()
    expect(panel.get_by_role("cell", name="E-mail")).to_be_visible()
    panel.get_by_role("link", name="Close").click()
    expect(panel).to_have_count(0)
    at(page, whole[0])


def test_tree_zooms_and_says_less_when_small(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("tree/"))
    view = page.locator("[data-tree]")
    for _ in range(8):
        page.get_by_role("button", name="Smaller").click()
    expect(view).to_have_attribute("data-zoom", "far")
    expect(page.locator(".kpi-beside").first).to_be_hidden()
    for _ in range(8):
        page.get_by_role("button", name="Larger").click()
    expect(page.locator("output")).to_have_text("150%")
    expect(page.locator(".kpi-beside").first).to_be_visible()
    before = view.evaluate("view => view.scrollLeft")
    box = view.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 300, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_function("before => document.querySelector('[data-tree]').scrollLeft > before", arg=before)


def test_whoever_asks_for_less_motion_gets_none(site: Any, opens: Any) -> None:
    page = opens(site, reduced_motion="reduce")
    page.goto(site.url("tree/"))
    look = "each => [getComputedStyle(each).transitionProperty, getComputedStyle(each).animationName]"
    motion = page.locator(".tree-scale").evaluate(look)
    assert motion == ["none", "none"]
    page.set_viewport_size({"width": 600, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 600


def test_tree_by_keyboard_alone(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("tree/?open=all"))
    whole = shown(page)
    items(page).first.focus()
    page.keyboard.press("End")
    at(page, whole[-1])
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    at(page, whole[1])
    page.keyboard.press("ArrowLeft")
    expect(page.locator(f"#node-{whole[1]}")).to_have_attribute("aria-expanded", "false")
    at(page, whole[1])
    page.keyboard.press("ArrowLeft")
    at(page, whole[0])
    page.keyboard.press("ArrowRight")
    page.keyboard.press("*")
    expect(items(page)).to_have_count(len(whole))
    at(page, whole[1])
    page.keyboard.press("Enter")
    expect(page.locator("#panel #node")).to_be_visible()
    expect(page.locator("#node-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#panel #node")).to_have_count(0)
    at(page, whole[1])
    zoom = page.locator("output")
    usual = zoom.inner_text()
    page.keyboard.press("+")
    expect(zoom).not_to_have_text(usual)
    page.keyboard.press("0")
    expect(zoom).to_have_text(usual)


def test_a_part_answers_from_the_moment_it_is_shown(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("tree/?open=all"))
    page.evaluate("""() => {
      const stage = document.getElementById("tree-stage").parentElement;
      new MutationObserver((_, watch) => {
        watch.disconnect();
        const link = stage.querySelector(".kpi-link");
        window.stayed = !link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
      }).observe(stage, { childList: true, subtree: true });
    }""")
    page.locator(".toggle").first.click()
    expect(page.locator("#panel #node")).to_be_visible()
    assert page.evaluate("window.stayed"), "the click left the page, as the new part was not alive yet"


def test_tree_without_script_opens_by_links_and_leads_to_the_node(site: Any, opens: Any) -> None:
    page = opens(site, script=False)
    page.goto(site.url("tree/"))
    with page.expect_navigation():
        page.get_by_role("link", name="Open all").click()
    assert items(page).count() > 5
    page.locator(".toggle").first.click()
    expect(items(page)).to_have_count(1)
    page.locator(".kpi-link").first.click()
    expect(page.get_by_role("heading", name="Definition")).to_be_visible()
    page.get_by_role("link", name="Back to the tree").click()
    expect(items(page)).to_have_count(1)


def test_tree_on_a_phone_is_an_outline(site: Any, opens: Any) -> None:
    page = opens(site, width=390)
    page.goto(site.url("tree/?open=all"))
    boxes = [card.bounding_box() for card in page.locator(".kpi").all()]
    tops = [box["y"] for box in boxes if box]
    assert tops == sorted(tops)
    assert all(box["x"] + box["width"] <= 390 for box in boxes if box)
    expect(page.locator(".tree-lines")).to_be_hidden()


def test_period_and_comparison_are_in_the_address(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("tree/"))
    page.select_option("select[name=on]", label="Sep 2026")
    page.wait_for_url("**on=2026-09-01**")
    page.select_option("select[name=versus]", "last_year")
    page.wait_for_url("**versus=last_year**")
    expect(page.locator(".kpi-value").first).to_contain_text("¥20,000")
    expect(page.get_by_text("of the same month last year is Watch")).to_be_visible()
