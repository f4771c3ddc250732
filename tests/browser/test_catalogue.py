"""The catalogue and a KPI of one's own, as a person works with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import MOST_SHIFT
from tests.engine.test_comparison import visits

import keiki


def months(page: Page) -> dict[str, str]:
    """What the table of a KPI's history says, by month."""
    page.wait_for_load_state()
    page.get_by_text("Show as a table").click()
    lines = page.locator(".figure tbody tr").all()
    return {line.locator("td").nth(0).inner_text(): line.locator("td").nth(1).inner_text() for line in lines}


def test_catalogue_is_searched_as_one_types_and_narrowed(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("kpis/"))
    page.get_by_label("Search KPIs").press_sequentially("bounce")
    first = page.locator(".kpi-rows a").first
    expect(first).to_have_text("Bounce rate")
    expect(page).to_have_url(site.url("kpis/?q=bounce"))
    page.get_by_label("Search KPIs").fill("")
    expect(page.locator(".kpi-group h2").first).to_be_visible()
    page.get_by_label("Field of work").select_option("webinar")
    expect(page.locator(".kpi-group h2")).to_have_text(["Webinars"])
    expect(page.locator(".kpi-rows li").nth(30)).to_be_visible()
    expect(page).to_have_url(site.url("kpis/?domain=webinar"))
    page.get_by_role("link", name="Remove this filter").click()
    expect(page.locator(".kpi-group h2").first).to_have_text("Whole company")


def test_values_appear_after_the_list(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("kpis/?q=revenue"))
    row = page.locator(".kpi-rows li", has=page.get_by_role("link", name="Revenue", exact=True))
    expect(row.locator(".kpi-now b")).to_have_text("¥14,400")
    assert page.evaluate("window.shifted") <= MOST_SHIFT
    row.get_by_role("link").click()
    expect(page.get_by_role("heading", name="Revenue", level=1)).to_be_visible()
    expect(page.locator("math")).to_have_count(1)


def test_own_kpi_is_made_changed_and_keeps_the_months_of_its_first_version(site: Any, opens: Any) -> None:
    page = opens(site)
    page.goto(site.url("kpis/new/"))
    page.get_by_label("Name in English").fill("Own basket")
    formula = page.locator("#id_formula")
    formula.focus()
    page.keyboard.insert_text("sum_order_rev")  # one question, so that no earlier answer is taken for it
    expect(page.get_by_role("option").first).to_contain_text("sum_order_revenue")
    page.keyboard.press("Enter")
    expect(formula).to_have_value("sum_order_revenue")
    page.keyboard.insert_text(" / n_order")
    expect(page.get_by_role("option").first).to_contain_text("n_orders")
    expect(page.locator("#checked")).to_contain_text("Did you mean “n_orders”?")
    page.keyboard.press("Tab")
    expect(formula).to_have_value("sum_order_revenue / n_orders")
    page.get_by_label("Unit").select_option("currency")
    expect(page.locator("#checked .live-value")).to_contain_text("¥")  # no longer the count of a moment ago
    live = page.locator("#checked .live-value").inner_text()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Own basket", level=1)).to_be_visible()
    expect(page.locator(".node-value span")).to_have_text(live)
    first = months(page)

    page.get_by_role("link", name="Change the definition").click()
    page.locator("#id_formula").fill("sum_order_revenue / n_orders * 2")
    page.keyboard.press("Escape")
    page.get_by_label("From this day on").fill("2026-10-01")
    page.get_by_label("Reason for the change").fill("Twice")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as version 2.")).to_be_visible()
    second = months(page)
    assert {m: v for m, v in second.items() if m != "Oct 2026"} == {m: v for m, v in first.items() if m != "Oct 2026"}
    assert second["Oct 2026"] != first["Oct 2026"]
    expect(page.get_by_text("From Oct 2026 on by version 2 of the definition. Twice")).to_be_visible()


def test_own_kpi_is_made_without_script(site: Any, opens: Any) -> None:
    page = opens(site, script=False)
    page.goto(site.url("kpis/new/"))
    page.get_by_label("Name in English").fill("Plain orders")
    page.locator("#id_formula").fill("n_orders")
    page.get_by_label("Unit").select_option("count")
    page.get_by_role("button", name="Check the formula").click()
    expect(page.locator("#checked .live-value")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Plain orders", level=1)).to_be_visible()
    page.goto(site.url("kpis/?q=plain+orders"))
    expect(page.locator(".kpi-rows a").first).to_have_text("Plain orders")


def test_value_by_hand_on_a_phone(site: Any, opens: Any) -> None:
    page = opens(site, width=390)
    page.goto(site.url("kpis/page_load_time/"))
    page.get_by_text("Enter a value").click()
    page.get_by_label("A day of the period").fill("2026-10-15")
    page.get_by_label("Value", exact=True).fill("2.5")
    page.get_by_role("button", name="Save the value").click()
    expect(page.locator(".node-value span")).to_contain_text("2.5")


@pytest.mark.feature("F-211")
def test_conversion_rate_by_device_of_the_last_90_days_is_four_clicks_away(
    site: Any, opens: Any, tmp_path: Path
) -> None:
    page, clicks = opens(site), 0

    def click(what: Any) -> None:
        nonlocal clicks
        with page.expect_navigation():
            what.click()
        clicks += 1

    page.goto(f"{site.address}/businesses/add/")
    page.check("[name=start][value=own]")
    page.fill("[name=name]", "Visits")
    page.click("main form:has([name=start]) button[type=submit]")
    page.wait_for_url(re.compile("/b/visits/"))
    with keiki.open(site.home / "businesses" / "visits", keiki.Settings(name="Visits")) as business:
        business.load(visits(tmp_path), "events")

    page.goto(f"{site.address}/b/visits/today/")
    click(page.get_by_role("navigation", name="Main navigation", exact=True).get_by_role("link", name="KPI tree"))
    click(page.get_by_role("navigation", name="KPI design").get_by_role("link", name="Catalogue"))
    page.get_by_role("searchbox").fill("CVR")
    expect(page).to_have_url(re.compile("q=CVR"))
    expect(page.locator("#rows[hx-get]")).to_have_count(0)  # the values have come, nothing is put in its place now
    click(page.get_by_role("link", name="Conversion rate", exact=True))
    click(page.get_by_role("link", name="By attribute"))
    device = page.get_by_role("region", name="Device").last
    found = [row.split("\t")[:2] for row in device.locator("tbody").inner_text().splitlines()]
    assert found == [["Smartphone", "2.00%"], ["PC", "4.00%"]]
    expect(page.locator(".segments [aria-current=true]")).to_have_text("Last 90 days")
    assert clicks < 5
