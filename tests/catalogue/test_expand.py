"""Formulas unfolded to measures: filters pushed down, parameters replaced, growth written out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.catalogue.expand import asked_of, canonical
from keiki.catalogue.load import load_catalogue
from keiki.errors import UnknownName
from keiki.formula import evaluate, parse, parse_condition, references
from keiki.formula.conditions import holds
from keiki.formula.nodes import Both, Condition, Either, Reference
from keiki.measures.measure import Asked

CATALOGUE = load_catalogue()


@pytest.mark.parametrize(
    ("written", "unfolded"),
    [
        ("n_orders", "n_orders"),
        ("aov", "sum_order_revenue / n_orders"),
        ("ec_revenue", "n_orders * (sum_order_revenue / n_orders)"),
        ("aov[store = 'ginza']", "sum_order_revenue[store = 'ginza'] / n_orders[store = 'ginza']"),
        ("organic_sessions", "n_sessions[channel = 'organic']"),
        ("organic_sessions[device = 'pc']", "n_sessions[device = 'pc' and channel = 'organic']"),
        ("aov[by store]", "sum_order_revenue[by store] / n_orders[by store]"),
        ("revenue_growth_rate", "(sum_revenue - prev(sum_revenue)) / prev(sum_revenue)"),
        ("f2_conversion_rate", "n_cohort_repeaters[within: 60d] / n_repeat_base[within: 60d]"),
        ("f2_conversion_rate[within: 30d]", "n_cohort_repeaters[within: 30d] / n_repeat_base[within: 30d]"),
        ("purchase_frequency[window: 6m]", "n_orders[window: 6m] / u_buyers[window: 6m]"),
        ("arpu[window: 3m]", "sum_revenue[window: 3m] / n_customers"),
        ("monthly_discount_rate", "observed_value[this_kpi: monthly_discount_rate]"),
        ("-profit * 2", "-(sum_revenue - sum_total_cost) * 2"),
    ],
)
def test_expand_reaches_measures(written: str, unfolded: str) -> None:
    assert CATALOGUE.expand(written) == parse(unfolded)


def test_every_kpi_unfolds_to_measures() -> None:
    reached = {r.id for kpi in CATALOGUE.kpis for r in references(CATALOGUE.expand(kpi))}
    assert reached - set(CATALOGUE.measures) == set()


def test_expand_refuses_an_unknown_name_with_its_place() -> None:
    with pytest.raises(UnknownName) as caught:
        CATALOGUE.expand("1 + aow")
    assert (caught.value.details["near"], caught.value.details["at"]) == ("aov", 4)


def test_asked_is_every_measure_once() -> None:
    assert CATALOGUE.asked("nps") == {
        Asked("n_promoters"),
        Asked("n_detractors"),
        Asked("n_responses", parse_condition("kind = 'nps'")),
    }


def test_asked_follows_a_built_in_kpi_that_means_something_else_here() -> None:
    known = CATALOGUE.kpis
    own = replace(CATALOGUE, kpis={**known, "aov": replace(known["aov"], formula=parse("n_sessions"))})
    assert own.asked("ec_revenue") == {Asked("n_orders"), Asked("n_sessions")}
    assert all(
        own.asked(name) == frozenset(map(asked_of, references(own.expand(name)))) for name in ("aov", "cvr", "revenue")
    )
    without = replace(CATALOGUE, kpis={name: kpi for name, kpi in known.items() if name != "aov"})
    with pytest.raises(UnknownName):
        without.asked("ec_revenue")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("n_orders[a = 1 and b = 2]", "n_orders[b = 2 and a = 1]"),
        ("n_orders[a = 1 and (b = 2 and c = 3)]", "n_orders[c = 3 and a = 1 and b = 2]"),
        ("n_orders[a = 1 and a = 1]", "n_orders[a = 1]"),
        ("n_orders[a in ('y', 'x')]", "n_orders[a in ('x', 'y', 'x')]"),
        ("n_orders[a in ('x')]", "n_orders[a = 'x']"),
        ("n_orders[(a = 1 or b = 2) and c = 3]", "n_orders[c = 3 and (b = 2 or a = 1)]"),
        ("n_repeat_base[within: 60d; window: 1m]", "n_repeat_base[window: 1m; within: 60d]"),
    ],
)
def test_same_question_is_asked_in_the_same_way(one: str, other: str) -> None:
    first, second = parse(one), parse(other)
    assert isinstance(first, Reference)
    assert isinstance(second, Reference)
    assert asked_of(first) == asked_of(second)


@pytest.mark.parametrize("window", ["0d", "3", "99999m", "12 m", "forever"])
def test_window_that_nothing_can_look_through_is_refused_and_not_left_out(window: str) -> None:
    asked = Reference("n_orders", params=(("window", window),))
    with pytest.raises(UnknownName, match=window):
        load_catalogue().expand(asked)
    assert load_catalogue().expand("n_orders[window: 7d]") == parse("n_orders[window: 7d]")


def test_different_questions_stay_different() -> None:
    first, second = parse("n_orders[a = 1 and b = 2]"), parse("n_orders[a = 1 or b = 2]")
    assert isinstance(first, Reference)
    assert isinstance(second, Reference)
    assert asked_of(first) != asked_of(second)


SIMPLE = st.builds(lambda c, n: parse_condition(f"{c} = {n}"), st.sampled_from("abc"), st.integers(0, 2))
LISTS = st.builds(
    lambda c, n: parse_condition(f"{c} in ({', '.join(map(str, n))})"),
    st.sampled_from("abc"),
    st.lists(st.integers(0, 2), min_size=1, max_size=3),
)
CONDITIONS = st.recursive(
    SIMPLE | LISTS, lambda inner: st.builds(Both, inner, inner) | st.builds(Either, inner, inner), max_leaves=8
)
ROWS = st.fixed_dictionaries({name: st.integers(0, 2) | st.none() for name in "abc"})


@given(where=CONDITIONS, row=ROWS)
def test_canonical_condition_holds_for_the_same_rows(where: Condition, row: dict[str, Any]) -> None:
    assert holds(canonical(where), row) == holds(where, row)


@given(where=CONDITIONS)
def test_canonical_condition_is_its_own_canonical_form(where: Condition) -> None:
    assert canonical(canonical(where)) == canonical(where)


@given(values=st.lists(st.floats(1, 1e6), min_size=2, max_size=2))
def test_growth_is_the_change_over_the_value_before(values: list[float]) -> None:
    formula = CATALOGUE.expand("revenue_growth_rate")
    now, before = values
    found = evaluate(formula, lambda _, back: before if back else now)
    assert found == evaluate(parse("growth(sum_revenue)"), lambda _, back: before if back else now)
