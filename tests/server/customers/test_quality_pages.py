"""The page of good and bad revenue as a person uses it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.customers.ideal import IdealProfile, Trait
from keiki.server.accounts.actions import change_rules
from keiki.server.customers.actions.ideal import keep_profile
from keiki.server.data.actions import opened


def fill(business: Any) -> None:
    """Products A and B bring 40 customers and the same revenue each; 16 of A's come again, 2 of B's."""
    orders, customers = [], []
    for product, again, amounts in (("A", 16, (5_000, 12_500)), ("B", 2, (9_000, 51_000))):
        for n in range(40):
            name = f"{product}{n:02}"
            begun = f"2024-01-{1 + n % 28:02}"
            customers.append({"customer_id": name, "acquired_on": begun, "acquisition_channel": product})
            days = ("2024-01", "2024-08", "2025-06") if n < again else ("2024-01",)
            for place, month in enumerate(days):
                day = f"{month}-{1 + n % 28:02}"
                amount = amounts[1] if place == 1 else amounts[0]
                orders.append(
                    {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day}T12:00:00+09:00"}
                    | {"amount": amount, "cost": amount // 2, "product": product}
                )
    costs = [
        {"spent_on": "2024-01-02", "amount": amount, "category": "ad_spend", "channel": product}
        for product, amount in (("A", 100_000), ("B", 200_000))
    ]
    business.load_facts({"customers": customers, "orders": orders, "costs": costs}, name="made")


@pytest.fixture
def page(filled: Any, browser_of: Any) -> Any:
    def asked(**query: str) -> Any:
        address = reverse("customers:quality", kwargs={"business": filled.business.id})
        answer = browser_of(filled.viewer).get(address, query)
        assert answer.status_code == 200
        return answer.context["page"]

    return asked


@pytest.mark.feature("F-267")
def test_a_product_bought_again_by_5_percent_is_low_quality_revenue_beside_one_of_40_percent(page: Any) -> None:
    rows = {row.name: row for row in page(places="product").places}
    assert (rows["A"].repeat, rows["A"].low) == ("40.0%", False)
    assert (rows["B"].repeat, rows["B"].low) == ("5.00%", True)
    assert rows["A"].revenue == rows["B"].revenue == "¥480,000"


@pytest.mark.feature("F-377")
def test_every_quarter_lists_new_repeat_good_and_bad_revenue_margin_and_warning(page: Any) -> None:
    shown = page()
    first = shown.rows[-1]
    assert (first.label, first.new, first.repeat) == ("Jan 2024 – Mar 2024", "¥560,000", "¥0")
    assert (first.revenue, first.margin, first.profit) == ("¥560,000", "50.0%", "−¥20,000")
    assert (first.good, first.bad, first.fan) == ("¥98,000", "¥462,000", False)
    assert "less than 50% of that in 2 periods in a row" in shown.fan_rule


def test_customers_who_came_are_told_by_class_and_small_classes_leave_no_file(
    filled: Any, page: Any, browser_of: Any
) -> None:
    (*_later, first) = page(grain="year").acquired
    assert (first.customers, first.good, first.undetermined, first.bad) == ("80", "18", "0", "62")
    assert first.good_share == "22.5%"
    assert page(grain="year").acquired_sentence.startswith("Of the customers of Apr 2023 – Mar 2024, 22.5% are good")
    late = [
        {"order_id": f"late{n}{day}", "customer_id": f"late{n}", "ordered_at": f"{day}T12:00:00+09:00"}
        | {"amount": 9_000, "cost": 500}
        for n in range(8)
        for day in ("2025-03-05", "2025-05-05")[: 1 if n < 3 else 2]
    ]
    opened(filled.business).business.load(late, "orders", name="late")
    newest = page(grain="year").acquired[1]
    assert (newest.customers, newest.good, newest.undetermined) == ("8", "5", "3")
    file = {"business": filled.business.id, "page": "quality", "panel": "acquired"}
    answer = browser_of(filled.viewer).get(
        reverse("customers:panel_file", kwargs=file), {"grain": "year", "file": "csv"}
    )
    _running, told, oldest = [line.split(",") for line in answer.getvalue().decode("utf-8-sig").splitlines()[1:]][:3]
    assert told[1:] == ["8", "", "", "0", ""], "three undetermined are not told, nor what would tell them"
    assert oldest[1:5] == ["80", "18", "0", "62"]


def test_rules_in_force_stand_beside_the_classes(page: Any) -> None:
    shown = page()
    assert "Good: at least 2 purchases" in shown.rule
    classes = [(row.name, row.customers) for row in shown.classes]
    assert classes == [("Good", "18"), ("Undetermined", "0"), ("Bad", "62")]


def test_curves_say_when_the_cost_is_back(page: Any) -> None:
    rows = {row.names: row.payback for row in page(curves="channel").curves}
    assert rows == {("A",): "0 months", ("B",): "7 months"}


def test_curves_are_crossed_and_a_crossing_is_added_or_taken_away_by_its_link(page: Any) -> None:
    shown = page(curves="channel", crossed="product,cohort,channel,nonsense")
    assert shown.curves_heads == ("Channel", "Month of acquisition", "First product")
    assert [(row.names, row.customers) for row in shown.curves] == [
        (("A", "Jan 2024", "A"), "40"),
        (("B", "Jan 2024", "B"), "40"),
    ]
    ways = {way.words: (way.current, way.url.partition("?")[2]) for way in shown.curves_crossed}
    assert ways == {
        "Month of acquisition": (True, "curves=channel&crossed=product#curves"),
        "First product": (True, "curves=channel&crossed=cohort#curves"),
        "Plan": (False, "curves=channel&crossed=cohort%2Cproduct%2Cplan#curves"),
        "ICP": (False, "curves=channel&crossed=cohort%2Cproduct%2Cicp_fit#curves"),
    }


def test_who_fits_is_what_the_profile_in_force_says(filled: Any, page: Any) -> None:
    assert [row.names for row in page(curves="icp_fit").curves] == [("(unknown)",)]
    profile = IdealProfile((Trait("acquisition_channel", ("A",), 100),), 60)
    keep_profile(filled.owner, filled.business, profile)
    shown = page(curves="icp_fit", crossed="channel", places="icp_fit")
    assert {row.names: row.customers for row in shown.curves} == {
        ("Fits the ICP", "A"): "40",
        ("Does not fit", "B"): "40",
    }
    assert {row.name: row.spend for row in shown.places} == {"Fits the ICP": "¥100,000", "Does not fit": "¥200,000"}


def test_who_bears_the_cost_of_a_channel_stands_beside_the_rule(filled: Any, page: Any) -> None:
    assert page().bearer_rule == (
        "The cost of a channel or campaign is shared equally by the customers it acquired in that month."
    )
    filled.business.refresh_from_db()
    change_rules(filled.owner, filled.business, filled.business.version, "profit", {"shared_by": "linear"})
    assert page().bearer_rule == (
        "The cost of a channel or campaign is shared by the customers acquired in that month, by what it earned of "
        "the touches in the 90 days before (Linear)."
    )


def test_money_moved_on_the_page_says_what_it_brings_and_its_limits(page: Any) -> None:
    shown = page(amount="50000", giver="B", taker="A")
    assert shown.moved == "Moving ¥50,000 from “B” (1.20) to “A” (2.40) brings +¥60,000 of long-term profit."
    assert len(shown.caveats) == 2
    assert page(amount="much", giver="B", taker="A").amount_error
    assert page(amount="5", giver="A", taker="A").moved_error == "Choose two different ones."


def test_business_without_rows_is_offered_to_bring_some(cast: Any, browser_of: Any) -> None:
    address = reverse("customers:quality", kwargs={"business": cast.elsewhere.id})
    shown = browser_of(cast.outsider).get(address).context["page"]
    assert shown.empty is not None


SPEAK_OF_PROFIT = tuple(
    f"customers:{name}" for name in ("customers", "cohorts", "segments", "quality", "lifetime_value", "whole")
)


def test_pages_of_profit_say_how_many_sales_name_no_cost(bare: Any, browser_of: Any) -> None:
    """A shop whose export names no cost: what is shown is the most it can be, on every page that speaks of profit."""
    orders = [
        {"order_id": f"o{n}", "customer_id": f"c{n % 5}", "ordered_at": f"2026-0{1 + n % 6}-10T12:00:00+09:00"}
        | {"amount": 100}
        | ({"cost": 40} if n % 4 == 0 else {})
        for n in range(40)
    ]
    opened(bare.business).business.load(orders, "orders")
    browser = browser_of(bare.owner)
    for name in (*SPEAK_OF_PROFIT, "customers:ideal", "success:value"):
        shown = browser.get(reverse(name, kwargs={"business": bare.business.id})).content.decode()
        assert "75.0% of sales name no cost of goods. They count in full" in shown, name


def test_page_says_nothing_where_every_sale_names_its_cost(filled: Any, browser_of: Any) -> None:
    for name in SPEAK_OF_PROFIT:
        shown = browser_of(filled.viewer).get(reverse(name, kwargs={"business": filled.business.id})).content.decode()
        assert "no cost of goods" not in shown
