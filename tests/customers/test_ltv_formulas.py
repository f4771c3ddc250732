"""Lifetime value by formula: the worked examples, the catalogue's own formulas, and what must never be infinite."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.catalogue.load import builtin
from keiki.customers.acquisition_cost import payback
from keiki.customers.ltv_formulas import (
    BUSINESS_MODELS,
    FORMULAS,
    TERMS,
    compared,
    drivers,
    lifetime_value,
    lifetime_values,
    moved,
)
from keiki.errors import ChurnIsZero, LtvTermImpossible, LtvTermMissing, UnknownName, ValueGrowsForEver
from keiki.formula import parse, show

BUYER = {"aov": 10_000, "purchase_frequency": 12, "customer_lifetime_years": 3}
EVERYTHING = BUYER | {
    "gross_margin": 0.5,
    "arpu": 900,
    "arpa": 1_000,
    "monthly_fee": 1_000,
    "churn_rate_monthly": 0.05,
    "avg_contract_period_months": 36,
    "monthly_discount_rate": 0.01,
    "revenue_growth_monthly": 0.02,
    "cac": 50_000,
    "retention_cost_per_customer": 5_000,
}


@pytest.mark.parametrize("formula", [f for f in FORMULAS if f in builtin().kpis])
def test_formula_is_word_for_word_the_one_of_the_kpi(formula: str) -> None:
    declared = builtin().kpis[formula].formula
    assert show(parse(FORMULAS[formula].text)) == show(parse(declared) if isinstance(declared, str) else declared)


def test_all_seven_formulas_of_the_catalogue_are_there() -> None:
    named = ("ltv", "ltv_margin", "ltv_churn", "ltv_net", "ltv_arpa", "ltv_b2c_subscription", "ltv_discounted")
    assert [name for name in FORMULAS if name in builtin().kpis] == list(named)


def test_net_value_with_margin_by_the_worked_example() -> None:
    found = lifetime_value("ltv_net_margin", EVERYTHING)
    assert (found.value, found.basis) == (115_000, "net")


def test_discounted_value_is_the_sum_of_every_month() -> None:
    months = range(5_000)
    by_hand = sum(500 * 0.95**month / 1.01**month for month in months)
    assert lifetime_value("ltv_discounted", EVERYTHING).value == pytest.approx(by_hand, rel=1e-9)


def test_value_with_expansion_is_the_sum_of_every_month() -> None:
    by_hand = sum(500 * (0.95 * 1.02) ** month for month in range(5_000))
    assert lifetime_value("ltv_expansion", EVERYTHING).value == pytest.approx(by_hand, rel=1e-9)
    still = lifetime_value("ltv_expansion", EVERYTHING | {"revenue_growth_monthly": 0})
    assert still.value == pytest.approx(500 / 0.05)


@given(
    st.fixed_dictionaries(
        {
            name: st.floats(0.001, 0.02)
            if name == "revenue_growth_monthly"
            else st.floats(0.03, 1)
            if TERMS[name].unit == "ratio"
            else st.floats(1, 1e6)
            for name in TERMS
        }
    ),
    st.sampled_from(sorted(FORMULAS)),
)
def test_value_is_money_a_month_times_share_times_months_less_costs(case: dict[str, float], formula: str) -> None:
    found = lifetime_value(formula, case)
    assert found.value is not None
    parts = (found.monthly or 0) * (found.share or 0) * (found.months or 0)
    assert found.value + (found.costs or 0) == pytest.approx(parts, rel=1e-9, abs=1e-6)


def test_two_formulas_differ_by_factors_that_multiply_to_their_ratio() -> None:
    basic, margin = (lifetime_value(formula, EVERYTHING) for formula in ("ltv", "ltv_margin"))
    told = compared(basic, margin)
    assert told is not None
    assert (told.monthly, told.share, told.months, told.costs, told.largest) == (1.0, 2.0, 1.0, 0.0, "share")
    b2c = compared(lifetime_value("ltv_b2c_subscription", EVERYTHING), lifetime_value("ltv_arpa", EVERYTHING))
    assert b2c is not None
    assert b2c.months == pytest.approx(20 / 36)
    assert b2c.largest == "months"


def test_what_cannot_be_worked_out_is_not_compared() -> None:
    assert compared(lifetime_values({}, ["ltv"])[0], lifetime_value("ltv", BUYER)) is None


@pytest.mark.parametrize("formula", ["ltv_churn", "ltv_b2c_subscription", "ltv_expansion"])
def test_churn_of_zero_is_an_error_in_every_formula_that_divides_by_it(formula: str) -> None:
    with pytest.raises(ChurnIsZero):
        lifetime_value(formula, EVERYTHING | {"churn_rate_monthly": 0})


def test_discount_gives_a_value_where_nobody_leaves_and_none_without_it() -> None:
    stays = EVERYTHING | {"churn_rate_monthly": 0}
    assert lifetime_value("ltv_discounted", stays).value == pytest.approx(500 * 1.01 / 0.01)
    with pytest.raises(ChurnIsZero):
        lifetime_value("ltv_discounted", stays | {"monthly_discount_rate": 0})


def test_growth_above_churn_has_no_end_and_says_so() -> None:
    with pytest.raises(ValueGrowsForEver) as caught:
        lifetime_value("ltv_expansion", EVERYTHING | {"revenue_growth_monthly": 0.06})
    assert "6.00%" in caught.value.words("ja")


def test_missing_and_impossible_terms_are_named_in_both_languages() -> None:
    with pytest.raises(LtvTermMissing) as missing:
        lifetime_value("ltv_margin", BUYER)
    assert "Gross margin" in missing.value.words("en")
    assert "粗利率" in missing.value.words("ja")
    for name, value in (("gross_margin", 1.2), ("aov", -1), ("purchase_frequency", math.inf)):
        with pytest.raises(LtvTermImpossible):
            lifetime_value("ltv_margin", EVERYTHING | {name: value})


def test_formulas_side_by_side_give_what_can_be_given() -> None:
    found = {each.formula.id: each for each in lifetime_values(BUYER)}
    assert found["ltv"].value == 360_000
    assert found["ltv_margin"].value is None
    assert isinstance(found["ltv_margin"].trouble, LtvTermMissing)


def test_unknown_formula_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="ltv_margin"):
        lifetime_value("ltv_margins", BUYER)


@pytest.mark.parametrize("model", BUSINESS_MODELS)
def test_every_business_model_names_known_formulas_and_decides_by_profit_unless_general(model: str) -> None:
    chosen = [FORMULAS[formula] for formula in BUSINESS_MODELS[model].formulas]
    assert chosen
    assert (chosen[0].basis == "revenue") == (model == "general")


def test_driver_that_cannot_rise_is_left_out() -> None:
    names = [each.term.name for each in drivers("ltv_margin", EVERYTHING | {"gross_margin": 0.95})]
    assert "gross_margin" not in names
    assert len(names) == 3


def test_churn_raised_takes_value_away() -> None:
    found = moved("ltv_b2c_subscription", EVERYTHING, "churn_rate_monthly", 2)
    assert found.change == pytest.approx(-0.5)


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_formula_says_in_both_languages_what_it_is_and_when_it_holds(formula: str) -> None:
    words = FORMULAS[formula]
    told = [f(language) for f in (words.words, words.valid, words.invalid) for language in ("en", "ja")]
    assert len(set(told)) == 6
    assert set(words.terms) <= set(TERMS)


def test_a_negative_margin_is_raised_towards_nothing_and_leaves_nothing_to_spend() -> None:
    loss = {"monthly_fee": 1000.0, "gross_margin": -0.2, "churn_rate_monthly": 0.05}
    (margin,) = [each for each in drivers("ltv_b2c_subscription", loss) if each.term.name == "gross_margin"]
    assert (margin.after, margin.value_before, margin.value_after) == pytest.approx((-0.18, -4000, -3600))
    assert margin.change == pytest.approx(0.1)
    assert payback(-4000, 1000, -200).ceiling == 0
    assert payback(-4000, 1000, -200).over
