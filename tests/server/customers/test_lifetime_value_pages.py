"""The lifetime value calculator as a person uses it: typed numbers in the address, answers on the page."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

import keiki
from keiki.server.data.actions import opened
from keiki.trees.calculator import Calculation

BASIC = {"aov": "10,000", "purchase_frequency": "12", "customer_lifetime_years": "3"}


@pytest.fixture
def calculated(cast: Any, browser_of: Any) -> Any:
    """The page for some numbers, read by a viewer in English."""

    def page(numbers: dict[str, str] | None = None, **more: str) -> Any:
        address = reverse("customers:lifetime_value", kwargs={"business": cast.business.id})
        answer = browser_of(cast.viewer).get(address, {**(numbers or {}), **more})
        assert answer.status_code == 200
        return answer.context["page"]

    return page


@pytest.mark.feature("F-228")
def test_price_10000_frequency_12_and_3_years_give_360000_of_revenue(calculated: Any) -> None:
    answer = calculated(BASIC).answer
    assert (answer.value, answer.basis) == ("¥360,000", "revenue")


@pytest.mark.feature("F-229")
def test_price_20000_margin_half_frequency_12_and_3_years_give_360000_of_gross_profit(calculated: Any) -> None:
    answer = calculated(BASIC, aov="20000", gross_margin="0.5", model="margin").answer
    assert (answer.value, answer.basis) == ("¥360,000", "gross profit")


@pytest.mark.feature("F-230")
def test_10000_a_month_and_churn_of_a_tenth_give_100000_and_churn_0_an_error_instead_of_infinity(
    calculated: Any,
) -> None:
    page = calculated(arpu="10000", churn_rate_monthly="0.1", formula="ltv_churn")
    assert page.answer.value == "¥100,000"
    never = calculated(arpu="10000", churn_rate_monthly="0", formula="ltv_churn")
    assert never.answer is None
    assert never.trouble.startswith("Churn is 0 %: nobody left")


@pytest.mark.feature("F-231")
def test_costs_of_65000_leave_295000_of_360000(calculated: Any) -> None:
    page = calculated(BASIC, cac="50000", retention_cost_per_customer="5000", formula="ltv_net")
    assert (page.answer.value, page.answer.costs) == ("¥295,000", "¥65,000")


@pytest.mark.feature("F-232")
def test_arpa_1000_margin_80_percent_and_36_months_give_28800_of_gross_profit(calculated: Any) -> None:
    page = calculated(arpa="1000", gross_margin="80%", avg_contract_period_months="36", model="subscription_b2b")
    assert (page.answer.value, page.answer.basis) == ("¥28,800", "gross profit")


@pytest.mark.feature("F-233")
def test_fee_1000_margin_80_percent_and_churn_5_percent_give_16000(calculated: Any) -> None:
    page = calculated(monthly_fee="1000", gross_margin=".8", churn_rate_monthly=".05", model="subscription_b2c")
    assert page.answer.value == "¥16,000"


@pytest.mark.feature("F-234")
def test_discount_of_0_gives_the_undiscounted_16000_and_of_1_percent_less(calculated: Any) -> None:
    numbers = {"arpa": "1000", "gross_margin": ".8", "churn_rate_monthly": ".05", "formula": "ltv_discounted"}
    assert calculated(numbers, monthly_discount_rate="0").answer.value == "¥16,000"
    assert calculated(numbers, monthly_discount_rate="1%").answer.value == "¥13,467"


@pytest.mark.feature("F-235")
def test_formula_is_suggested_by_the_kind_of_business(calculated: Any) -> None:
    suggested = {model: calculated(model=model) for model in ("general", "margin", "subscription_b2c", "return")}
    chosen = {model: next(row.id for row in page.rows if row.chosen) for model, page in suggested.items()}
    assert chosen == {
        "general": "ltv",
        "margin": "ltv_margin",
        "subscription_b2c": "ltv_b2c_subscription",
        "return": "ltv_net_margin",
    }
    asked = [field.name for field in suggested["subscription_b2c"].terms]
    assert asked == ["gross_margin", "arpu", "monthly_fee", "churn_rate_monthly", "cac"]


@pytest.mark.feature("F-237")
def test_a_tenth_more_price_frequency_or_years_each_raise_the_value_by_a_tenth(calculated: Any) -> None:
    rows = calculated(BASIC, step="10").drivers
    assert {row.name: row.change for row in rows} == {
        "Money per purchase": "+10.0%",
        "Purchases per year": "+10.0%",
        "Years a customer stays": "+10.0%",
    }


def test_drivers_that_move_the_value_alike_are_not_told_apart(calculated: Any) -> None:
    alike = "10% more of any of the 3 moves the lifetime value by +¥36,000: all matter the same."
    assert calculated(BASIC, step="10").drivers_sentence == alike
    costs = calculated(BASIC, cac="50000", retention_cost_per_customer="5000", formula="ltv_net", step="10")
    assert costs.drivers_sentence == (
        "10% more “Money per purchase” or “Purchases per year” moves the lifetime value by +¥36,000: the most of 5."
    )


@pytest.mark.feature("F-238")
def test_a_frequency_of_14_4_instead_of_12_gives_432000(calculated: Any) -> None:
    moved = next(row for row in calculated(BASIC, step="20").drivers if row.name == "Purchases per year")
    assert (moved.after, moved.value) == ("14.4 per year", "¥432,000")
    assert calculated(BASIC, purchase_frequency="14.4").answer.value == "¥432,000"


@pytest.mark.feature("F-240")
def test_marketing_alone_costs_50000_a_customer_and_everything_75000(calculated: Any) -> None:
    costs = {row.name: row.value for row in calculated(marketing="1000000", sales="500000", customers="20").costs}
    assert (costs["CAC of marketing only"], costs["Full CAC"]) == ("¥50,000", "¥75,000")


@pytest.mark.feature("F-241")
def test_cost_per_new_visitor_of_200_and_cpa_of_5000_have_names_of_their_own(calculated: Any) -> None:
    costs = {row.name: row.value for row in calculated(marketing="1000000", visitors="5000", customers="200").costs}
    assert (costs["Cost per new visitor"], costs["CPA"]) == ("¥200", "¥5,000")


@pytest.mark.feature("F-242")
def test_a_ratio_of_3_is_healthy_by_the_default_rule_only_and_3_2_by_the_strict_one_too(calculated: Any) -> None:
    numbers = {"arpa": "1000", "gross_margin": "0.8", "avg_contract_period_months": "36", "model": "subscription_b2b"}
    found = {
        (cac, strict): calculated(numbers, cac=cac, strict=strict).answer
        for cac in ("9600", "9000")
        for strict in ("", "1")
    }
    assert {case: (answer.ratio, answer.status) for case, answer in found.items()} == {
        ("9600", ""): ("3.0", "good"),
        ("9600", "1"): ("3.0", "act"),
        ("9000", ""): ("3.2", "good"),
        ("9000", "1"): ("3.2", "good"),
    }


@pytest.mark.feature("F-243")
def test_cost_of_120000_is_paid_back_after_12_months_of_20000_at_a_margin_of_half(calculated: Any) -> None:
    numbers = {"arpa": "20000", "gross_margin": "0.5", "avg_contract_period_months": "30", "cac": "120000"}
    assert calculated(numbers, model="subscription_b2b").answer.payback == "12 months"


@pytest.mark.feature("F-244")
def test_a_value_of_300000_allows_100000_and_a_cost_of_120000_is_marked_as_above_it(calculated: Any) -> None:
    numbers = {"arpa": "20000", "gross_margin": "0.5", "avg_contract_period_months": "30"}
    over = calculated(numbers, cac="120000", model="subscription_b2b").answer
    assert (over.value, over.ceiling, over.over) == ("¥300,000", "¥100,000", "The cost of ¥120,000 is above it.")
    assert calculated(numbers, cac="100000", model="subscription_b2b").answer.over == ""


@pytest.mark.feature("F-372")
def test_half_as_much_spending_again_shows_the_cost_of_one_more_customer_and_a_ratio_below_3_is_flagged(
    calculated: Any,
) -> None:
    numbers = {"aov": "10000", "gross_margin": "0.5", "purchase_frequency": "6", "customer_lifetime_years": "1"}
    page = calculated(numbers, marketing="1000000", sales="0", customers="100", model="margin")
    assert page.pace_status == "act"
    assert "33 more customers at ¥15,235 each: LTV/CAC goes from 3.0 to 2.7, of the additional ones 2.0" in page.pace
    general = calculated(numbers, marketing="1000000", sales="0", customers="100", model="general")
    assert (general.answer.value, general.pace) == ("¥60,000", page.pace), "revenue never stands beside a cost"
    cheap = calculated(numbers, marketing="100000", sales="0", customers="100", model="margin")
    assert cheap.pace_status == "good"


def test_what_is_no_number_is_said_beside_its_field_and_kept(calculated: Any) -> None:
    page = calculated(BASIC, aov="much")
    field = next(each for each in page.terms if each.name == "aov")
    assert (field.text, field.error) == ("much", "“much” is no number. Write one such as 1200, 0.05 or 5%.")
    assert (page.spent_open, page.more_open) == (False, False)
    folded = calculated(BASIC, sales="much", monthly_fee="¥¥", customers="20人")
    assert (folded.spent_open, folded.more_open) == (True, True), "what is wrong is never folded away"
    assert next(each for each in folded.spent if each.name == "customers").error == ""
    assert page.answer is None


def test_sign_of_another_unit_is_said_beside_its_field(calculated: Any) -> None:
    page = calculated(BASIC, aov="50%", gross_margin="¥1,200", marketing="5%")
    errors = {field.name: field.error for field in (*page.terms, *page.spent) if field.error}
    assert errors == {
        "aov": "“50%” does not fit: the unit here is money. Write it like 1,200.",
        "gross_margin": "“¥1,200” does not fit: the unit here is per cent. Write it like 2.5%.",
        "marketing": "“5%” does not fit: the unit here is money. Write it like 1,200.",
    }


def test_negative_cost_is_said_beside_its_field(calculated: Any) -> None:
    page = calculated(BASIC, marketing="-5", customers="2")
    field = next(each for each in page.spent if each.name == "marketing")
    assert "-5 cannot be a cost" in field.error
    assert all(row.value == "—" for row in page.costs)


def test_business_without_rows_starts_empty_with_an_example_that_works(calculated: Any, bare: Any) -> None:
    page = calculated()
    assert (page.own, page.answer, page.groups) == (False, None, ())
    query = dict(pair.split("=") for pair in page.example_url.split("?")[1].split("&"))
    assert calculated({name: text.replace("%25", "%") for name, text in query.items()}).answer.value == "¥360,000"


def put_orders(business: Any) -> None:
    """Thirty customers of January come twice, two of February once; half of the money is cost."""
    days = {f"c{n}": (date(2026, 1, 5), date(2026, 3, 5)) for n in range(30)}
    days |= {f"d{n}": (date(2026, 2, 5),) for n in range(2)}
    rows = [
        {
            "order_id": f"{name}{day}",
            "customer_id": name,
            "ordered_at": f"{day + timedelta(days=int(name[1:]) % 20)}T12:00:00+09:00",
            "amount": 1000,
            "cost": 500,
        }
        for name, bought in days.items()
        for day in bought
    ]
    opened(business).business.load(rows, "orders")


def test_own_data_fills_what_is_not_typed(own_shop: Any, calculated: Any) -> None:
    page = calculated(model="margin")
    told = {field.name: field.own for field in page.terms}
    assert page.own is True
    assert told["aov"] == "¥900"
    typed = calculated({"own": "1"}, customer_lifetime_years="2", gross_margin="50%", purchase_frequency="4")
    assert (typed.answer.value, typed.own) == ("¥7,200", True)


@pytest.mark.feature("F-236")
def test_value_by_segment_and_by_cohort_shows_how_many_and_hides_groups_below_5(bare: Any, calculated: Any) -> None:
    put_orders(bare.business)
    cohorts = {row.name: (row.customers, row.profit, row.hidden) for row in calculated(by="cohort").groups}
    assert cohorts == {"Jan 2026": ("30", "¥1,000", False), "Feb 2026": ("fewer than 5", "—", True)}
    segments = calculated(by="rfm_segment").groups
    assert all(row.hidden == (row.profit == "—") for row in segments)
    shown = [int(row.customers) for row in segments if not row.hidden]
    assert (bool(shown), all(count >= 5 for count in shown)) == (True, True)


def test_overview_asks_for_one_formula_and_tells_what_the_calculator_tells_of_it(bare: Any) -> None:
    business = opened(bare.business).business
    people = [{"customer_id": f"c{n}"} for n in range(10)]
    bought = {"ordered_at": "2026-02-05T12:00:00+09:00", "amount": 1000, "cost": 500}
    orders = [{"order_id": f"o{n}", **bought, **one} for n, one in enumerate(people)]
    plan = {"plan": "basic", "mrr": 1000, "valid_from": "2026-01-05", "valid_to": None}
    contracts = [{"subscription_id": f"s{n}", **plan, **one} for n, one in enumerate(people)]
    contracts[0]["valid_to"] = "2026-02-20"
    costs = [
        {"spent_on": "2026-02-10", "department": department, "amount": amount}
        for department, amount in (("marketing", 60_000), ("field_sales", 15_000))
    ]
    late = {"order_id": "late", "customer_id": "c1", **bought, "ordered_at": "2026-03-01T12:00:00+09:00"}
    customers = [one | {"acquired_on": "2026-02-04"} for one in people]
    facts = {"customers": customers, "orders": [*orders, late], "subscriptions": contracts, "costs": costs}
    business.load_facts(facts, name="a shop with contracts")
    own, every = keiki.own_value(business), keiki.own_terms(business)
    told = {each.formula: each.value for each in keiki.lifetime_values({**every.terms, "cac": every.acquisition.full})}
    assert next(each for each in told if each.basis == "gross_profit" and told[each] is not None) is own.formula
    assert (own.formula.id, own.value) == ("ltv_arpa", pytest.approx(1000 * 0.5 * 10))
    assert own.value == told[own.formula]
    assert own.cac == every.acquisition.full == (60_000 + 15_000) / 10


def test_text_of_a_share_needs_no_guessing() -> None:
    read = Calculation.read({"gross_margin": "50", "churn_rate_monthly": "５％"})
    assert (read.typed["gross_margin"], read.typed["churn_rate_monthly"]) == (50.0, 0.05)
