"""Trees measured: values, formulas and what they leave."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import FUNNEL, HandReadings, built_in, tree

from keiki.errors import UnknownName
from keiki.trees.evaluate import evaluate

READ = {
    "sum_order_revenue": [19_200_000.0, 21_252_000.0],
    "n_sessions": [120_000.0, 110_000.0],
    "n_orders": [2400, 2530],
}
SUBSCRIPTION = ["mrr_new", "mrr_reactivation", "mrr_upsell", "mrr_cross_sell", "mrr_contraction", "mrr_churned"]
MONEY = st.integers(0, 10**9).map(float)


def test_value_is_the_kpis_own_and_the_formula_agrees() -> None:
    found = evaluate(tree(FUNNEL), HandReadings(READ))
    assert found.series("order_revenue") == (19_200_000.0, 21_252_000.0)
    assert [found.value("purchase_rate", p) for p in (0, 1)] == [0.02, 0.023]
    assert found.formula_value("order_revenue", 1) == pytest.approx(21_252_000.0)
    assert found.residual("order_revenue", 1) == pytest.approx(0, abs=1e-6)


def test_leaf_has_no_formula_value_and_no_residual() -> None:
    found = evaluate(tree(FUNNEL), HandReadings(READ))
    assert (found.formula_value("aov"), found.residual("aov")) == (None, None)


def test_undefined_is_none_not_zero() -> None:
    found = evaluate(tree(FUNNEL), HandReadings({**READ, "n_sessions": [0.0, None]}))
    assert found.series("purchase_rate") == (None, None)
    assert found.series("sessions") == (0.0, None)
    assert (found.value("order_revenue"), found.formula_value("order_revenue")) == (21_252_000.0, None)


def test_segments_are_measured_apart() -> None:
    numbers = {(m, (s,)): [v * k for v in values] for m, values in READ.items() for s, k in (("pc", 1), ("phone", 3))}
    readings = HandReadings({**numbers, **READ}, segments=((), ("pc",), ("phone",)))
    found = evaluate(tree(FUNNEL), readings)
    assert [found.value("sessions", 0, s) for s in readings.segments] == [120_000.0, 120_000.0, 360_000.0]
    assert found.value("aov", 0, ("phone",)) == 8_000.0


def test_unknown_segment_and_node_are_told() -> None:
    found = evaluate(tree(FUNNEL), HandReadings(READ))
    with pytest.raises(UnknownName):
        found.value("sessions", 0, ("tablet",))
    with pytest.raises(UnknownName):
        found.value("session")


def test_every_measure_is_read_once_for_each_period() -> None:
    readings = HandReadings(READ)
    evaluate(tree(FUNNEL), readings)
    assert len(readings.calls) == len(set(readings.calls)) * 2 == 6


def test_formula_may_look_back() -> None:
    root = {"kpi": "order_revenue", "formula": "s * (1 + growth(s))", "children": [{"id": "s", "kpi": "sessions"}]}
    found = evaluate(tree(root), HandReadings(READ))
    assert found.formula_value("order_revenue", 1) == pytest.approx(110_000.0 * 110 / 120)
    assert found.formula_value("order_revenue", 0) is None


def test_at_gives_every_node() -> None:
    assert evaluate(tree(FUNNEL), HandReadings(READ)).at(0) == {
        "order_revenue": 19_200_000.0,
        "sessions": 120_000.0,
        "purchase_rate": 0.02,
        "aov": 8_000.0,
    }


@given(start=MONEY, moves=st.lists(MONEY, min_size=6, max_size=6))
def test_subscription_tree_holds_whenever_the_movements_do(start: float, moves: list[float]) -> None:
    new, back, upsell, cross, contraction, churned = moves
    end = start + new + back + upsell + cross - contraction - churned
    numbers = dict(zip(SUBSCRIPTION, ([m] for m in moves), strict=True))
    readings = HandReadings({**numbers, "mrr_start": [start], "mrr_end": [end]})
    readings.periods = readings.periods[:1]
    found = evaluate(built_in("subscription"), readings)
    told = found.formula_value("mrr")
    assert told == pytest.approx(end, rel=1e-12, abs=1e-3)
    lost = found.value("lost")
    assert lost == pytest.approx(churned + contraction)
