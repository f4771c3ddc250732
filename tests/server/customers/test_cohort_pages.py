"""The pages of cohorts and recurring revenue as their readers see them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.server.customers.queries import segments
from keiki.server.customers.queries.repeat import bought_again
from keiki.server.data.actions import opened

SPANS = (
    ("s1", "c1", 1000, "2026-06-01", None, "basic"),
    ("s2", "c1", 400, "2026-08-05", None, "extra"),
    ("s3", "c2", 700, "2026-06-01", "2026-08-20", "basic"),
)
COLUMNS = ("subscription_id", "customer_id", "mrr", "valid_from", "valid_to", "plan")
CONTRACTS = [dict(zip(COLUMNS, span, strict=True)) for span in SPANS]


@pytest.fixture
def read(browser_of: Any) -> Any:
    """The page a viewer of the shop gets, in English."""

    def page(cast: Any, name: str, **asked: str) -> Any:
        address = reverse(f"customers:{name}", kwargs={"business": cast.business.id})
        answer = browser_of(cast.viewer).get(address, asked)
        assert answer.status_code == 200
        return answer.context["page"]

    return page


def test_overview_says_who_stays_and_links_to_the_pages_that_say_more(shop: Any, read: Any) -> None:
    page = read(shop, "customers")
    assert page.grid is not None
    assert page.sentence
    assert page.grid.average.size == page.grid.rows[0].size
    assert page.waterfall is None
    told = {small.title: (small.value, small.meaning) for small in page.smalls}
    assert set(told) >= {"Segments", "Lifetime value", "Ideal customers"}
    slipping = segments.segments(shop.viewer, shop.business).segment("growth").customers
    assert told["Segments"] == (str(slipping), "good customers are slipping away and can be won back.")
    assert told["Good and bad revenue"][0].endswith("%")


def test_shop_whose_customers_all_began_long_ago_still_begins_with_orders(bare: Any, read: Any) -> None:
    first = {"order_id": "1", "customer_id": "c1", "ordered_at": "2024-01-05T03:00", "amount": 900}
    latest = {"order_id": "2", "customer_id": "c1", "ordered_at": "2026-10-05T03:00", "amount": 900}
    opened(bare.business).business.load([first, latest], "orders")
    assert read(bare, "cohorts").subtitle.endswith("first order")
    assert read(bare, "customers").sentence.endswith("for the first time in the last 13 months.")


def test_repeat_panel_tells_rates_with_their_definition_and_what_each_order_left(shop: Any, read: Any) -> None:
    panel, found = read(shop, "cohorts").repeat, bought_again(shop.viewer, shop.business)
    assert [row.window for row in panel.rates][:4] == ["60 days", "90 days", "180 days", "365 days"]
    assert panel.orders[0].orders == str(found.by_order[0].orders) == "10"
    assert panel.orders[0].revenue == "¥10,000"
    assert panel.sentence.startswith("Who buys again does so after ")


def test_overview_of_a_business_without_rows_offers_a_file(bare: Any, read: Any) -> None:
    assert read(bare, "customers").empty is not None
    assert read(bare, "cohorts").empty is not None
    assert read(bare, "recurring").empty is not None


def test_cohorts_answer_the_question_of_the_address(shop: Any, read: Any) -> None:
    plain = read(shop, "cohorts")
    (grid,) = plain.grids
    assert grid.rows[0].cells[0].text == "100.0%"
    assert grid.rows[0].cells[0].heat == 0
    revenue = read(shop, "cohorts", value="revenue", grain="quarter", average="simple")
    assert revenue.grids[0].average.label == "Average of cohorts"
    assert revenue.grids[0].rows[0].cells[0].text.startswith("¥")
    after = read(shop, "cohorts", mode="after", value="nonsense", by="nonsense")
    assert after.grids[0].title == "Share still there"
    assert any("Then or later" in note for note in after.notes)
    assert read(shop, "cohorts", start="contract").nobody


ACTS = (
    ("c1", "login", "2025-03-31T03:00"),
    ("c1", "login", "2026-05-02T03:00"),
    ("c2", "login", "2025-04-01T03:00"),
    ("c2", "feature_use", "2025-05-01T03:00"),
    ("c3", "feature_use", "2025-04-10T03:00"),
)


def test_cohorts_begin_with_an_event_of_one_name_in_fiscal_years(bare: Any, read: Any) -> None:
    """By the fiscal year from April: c1 logged in first in that of 2024, c2 in that of 2025; c3 never did."""
    named = [{"customer_id": who, "name": name, "occurred_at": at} for who, name, at in ACTS]
    opened(bare.business).business.load(named, "events")
    asked = {"start": "event", "counts": "event", "event": "login", "grain": "year", "value": "customers"}
    page = read(bare, "cohorts", **asked)
    assert [(row.label, row.size, *(cell.text for cell in row.cells)) for row in page.grids[0].rows] == [
        ("Apr 2024 – Mar 2025", "1", "1", "0"),
        ("Apr 2025 – Mar 2026", "1", "1", ""),
    ]
    (choice,) = [each for each in page.lens.choices if each.name == "event"]
    assert [value for value, _ in choice.options] == ["", "login", "feature_use"]
    every = read(bare, "cohorts", **asked | {"event": ""})
    assert every.grids[0].average.size == "3"
    assert [each.name for each in read(bare, "cohorts").lens.choices if each.name == "event"] == []


def test_recurring_revenue_without_contracts_says_so(shop: Any, read: Any) -> None:
    assert read(shop, "recurring").nobody


def test_recurring_revenue_leads_from_start_to_end_and_names_its_rule(own_shop: Any, read: Any) -> None:
    opened(own_shop.business).business.load(CONTRACTS, "subscriptions")
    page = read(own_shop, "recurring")
    assert page.checked == "Start + movements = end, to the last digit, in every period."
    lines = {line.name: [shown for shown, _ in line.cells] for line in page.lines}
    august = page.periods.index("Aug 2026")
    assert [lines[name][august] for name in ("Start", "+ Upsell", "− Churn", "End")] == [
        "¥1,700",
        "¥400",
        "¥700",
        "¥1,400",
    ]
    assert page.source.startswith("Rule: a customer's revenue at both ends")
    theirs = read(own_shop, "recurring", rules="chargebee", by="plan")
    assert theirs.source.startswith("Rule: Chargebee Docs")
    assert [(row.period, row.reason) for row in theirs.differing] == [("Aug 2026", "several contracts of one customer")]
    assert theirs.lives is not None


def test_recurring_revenue_of_an_earlier_period(own_shop: Any, read: Any) -> None:
    opened(own_shop.business).business.load(CONTRACTS, "subscriptions")
    newest, august = read(own_shop, "recurring"), read(own_shop, "recurring", on="2026-08-15")
    (choice,) = august.lens.choices
    assert (choice.chosen, dict(choice.options)[choice.chosen]) == ("2026-08-01", "Aug 2026")
    assert len(choice.options) == 13
    assert august.waterfall_title == "What moved recurring revenue in Aug 2026"
    assert august.waterfall_title != newest.waterfall_title
    assert august.periods == newest.periods, "still among the newest"
    assert (bool(newest.committed), august.committed) == (True, ""), "what is agreed is known of today only"
    oldest = read(own_shop, "recurring", on=choice.options[-2][0])
    assert oldest.periods[-1] == choice.options[-2][1]
    assert read(own_shop, "recurring", on="yesterday").waterfall_title == newest.waterfall_title


@pytest.mark.parametrize("name", ["customers", "cohorts", "recurring"])
def test_stranger_finds_no_page(shop: Any, browser_of: Any, name: str) -> None:
    address = reverse(f"customers:{name}", kwargs={"business": shop.business.id})
    assert browser_of(shop.outsider).get(address).status_code == 404
    assert browser_of(None).get(address).status_code == 302
