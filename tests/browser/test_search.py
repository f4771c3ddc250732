"""The search by keyboard, and names of members while a comment is typed."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect


def test_slash_finds_a_kpi_by_keyboard_alone(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("today/"))
    page.keyboard.press("/")
    words, first = page.locator("#find input"), page.locator("#find .found a").first
    expect(words).to_be_focused()
    page.keyboard.type("average order")
    expect(page.locator("#find .found")).to_have_attribute("data-words", "average order")
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#find")).to_be_hidden()
    page.keyboard.press("/")
    expect(words).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url("**/kpis/aov/")


def test_name_after_an_at_sign_is_completed_by_keyboard(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("kpis/aov/"))
    page.evaluate("document.querySelector('[data-members]').append(new Option('', 'Taro Suzuki'))")
    page.locator("summary", has_text="Write a comment").click()
    field = page.locator("#text-new")
    field.press_sequentially("Well done, @suz")
    expect(page.locator("#names-new [role=option]")).to_have_text("Taro Suzuki")
    field.press("Enter")
    expect(field).to_have_value("Well done, @Taro Suzuki ")
    expect(page.locator("#names-new")).to_be_hidden()
