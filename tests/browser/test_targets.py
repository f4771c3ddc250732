"""Targets in a real browser: from nothing to a target in force, both meanings asked, without script, on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.test_pages import in_every_look

PATHS = ("targets/?tree=simple_orders", "targets/simple_orders/aov/", "scorecard/simple_orders/")


def open_form(page: Page, site: Any, node: str) -> None:
    page.goto(site.url(f"targets/simple_orders/{node}/"))
    expect(page.locator("#target-form form")).to_be_visible()


def test_target_is_set_and_judges_today(site: Any, opens: Any) -> None:
    page = opens(site)
    open_form(page, site, "revenue")
    page.fill("[name=value]", "15,000")
    expect(page.locator("#reading")).to_contain_text("Target ¥15,000.")
    page.fill("[name=since]", "2026-07-01")
    page.fill("[name=by]", "2099-03-31")
    page.get_by_role("button", name="Put in force at once").click()
    expect(page.locator("#messages")).to_contain_text("The target is in force.")
    expect(page.locator(".chip", has_text="in force")).to_be_visible()
    page.goto(site.url("today/?tree=simple_orders&on=2026-10-01"))
    goal = page.locator(".headline").first
    expect(goal).to_contain_text("vs target −¥600 (−4.0%)")
    expect(goal).to_contain_text("Target ¥15,000")
    page.goto(site.url("targets/?tree=simple_orders&on=2026-10-01"))
    expect(page.locator("tbody tr").first).to_contain_text("−4.0%")


def test_two_meanings_are_asked_while_typing(site: Any, opens: Any) -> None:
    page = opens(site)
    open_form(page, site, "returns")
    page.locator("[name=value]").fill("-5%")  # one question: a later answer would take the choice back
    choices = page.locator("#reading input[type=radio]")
    expect(choices).to_have_count(2)
    choices.last.check()
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.locator("#messages")).to_contain_text("Kept as a draft.")


def test_suggestion_fills_the_field(site: Any, opens: Any) -> None:
    page = opens(site)
    open_form(page, site, "aov")
    page.locator(".suggestions a", has_text="past best again").click()
    expect(page.locator("[name=value]")).not_to_have_value("")


def test_band_shows_its_two_fields(site: Any, opens: Any) -> None:
    page = opens(site)
    open_form(page, site, "aov")
    expect(page.locator("[name=low]")).to_be_hidden()
    page.select_option("[name=compare]", "between")
    expect(page.locator("[name=low]")).to_be_visible()
    expect(page.locator("[name=value]")).to_be_hidden()


def test_target_works_without_script(site: Any, opens: Any) -> None:
    page = opens(site, script=False)
    open_form(page, site, "orders_per_buyer")
    page.fill("[name=value]", "+10%")
    page.get_by_role("button", name="Propose", exact=True).click()
    expect(page.locator("#messages")).to_contain_text("Proposed.")
    page.get_by_role("button", name="Approve", exact=True).first.click()
    expect(page.locator("#messages")).to_contain_text("Approved.")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_of_targets_are_accessible_and_fit(site: Any, opens: Any, language: str) -> None:
    page = opens(site, language=language)
    for path in PATHS:
        answer = page.goto(site.url(path))
        assert answer is not None
        assert (path, answer.status, in_every_look(page)) == (path, 200, {})


def test_english_pages_hold_no_japanese(site: Any, opens: Any) -> None:
    page = opens(site, language="en")
    for path in PATHS:
        page.goto(site.url(path))
        assert re.findall(r"[\u3041-\u30ff\u4e00-\u9fff]+", page.locator("main").inner_text()) == []
