"""Goal seek and the cheapest mix."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import FUNNEL, alone, tree

from keiki.errors import MixWithoutDrivers, NotADriver, NoValueToStartFrom, UnknownName, WrongLimits
from keiki.trees.simulate import How, Move, simulate
from keiki.trees.solve import Lever, cheapest, seek

SHOP = {"order_revenue": 15_000_000.0, "sessions": 100_000.0, "purchase_rate": 0.03, "aov": 5_000.0}


def test_purchase_rate_that_reaches_the_goal_is_found() -> None:
    told = seek(tree(FUNNEL), SHOP, "purchase_rate", 25_000_000.0)
    assert (told.reached, told.needed, told.best) == (True, pytest.approx(0.05), pytest.approx(25_000_000.0))


@given(factor=st.floats(0.01, 20), start=st.floats(0.5, 1e5))
def test_what_was_sought_gives_the_goal_back(factor: float, start: float) -> None:
    made = tree(alone("goal", "a * b - c", alone("a"), alone("b"), alone("c")))
    values = {"a": start, "b": 3.0, "c": 5.0, "goal": start * 3.0 - 5.0}
    wished = start * factor * 3.0 - 5.0
    told = seek(made, values, "a", wished)
    assert told.needed == pytest.approx(start * factor, rel=1e-9)
    assert simulate(made, values, {"a": Move(How.TO, told.needed or 0.0)}).goal == pytest.approx(wished, abs=1e-6)


def test_goal_out_of_reach_says_how_near_a_share_can_come() -> None:
    told = seek(tree(FUNNEL), SHOP, "purchase_rate", 600_000_000.0)
    assert (told.needed, told.at, told.best) == (None, 1.0, pytest.approx(500_000_000.0))


def test_of_two_ways_the_nearer_one_is_taken() -> None:
    made = tree(alone("goal", "a * (10 - a)", alone("a")))
    assert seek(made, {"goal": 9.0, "a": 9.0}, "a", 16.0).needed == pytest.approx(8.0)
    assert seek(made, {"goal": 9.0, "a": 1.0}, "a", 16.0).needed == pytest.approx(2.0)


def test_jump_over_the_goal_is_no_way_to_reach_it() -> None:
    made = tree(alone("goal", "1 / (a - 5)", alone("a")))
    told = seek(made, {"goal": -0.25, "a": 1.0}, "a", 0.0, low=0.0, high=10.0)
    assert told.needed is None


def test_another_node_can_be_the_goal() -> None:
    inner = alone("part", "b * c", alone("b"), alone("c"))
    made = tree(alone("goal", "a + part", alone("a"), inner))
    values = {"goal": 7.0, "a": 1.0, "part": 6.0, "b": 2.0, "c": 3.0}
    assert seek(made, values, "b", 12.0, of="part").needed == pytest.approx(4.0)


def test_what_cannot_be_sought_is_said() -> None:
    made = tree(FUNNEL)
    with pytest.raises(NotADriver):
        seek(made, SHOP, "order_revenue", 1.0)
    with pytest.raises(UnknownName):
        seek(made, SHOP, "sesions", 1.0)
    with pytest.raises(WrongLimits):
        seek(made, SHOP, "aov", 1.0, low=5.0, high=5.0)
    with pytest.raises(NoValueToStartFrom):
        seek(made, {**SHOP, "aov": None}, "aov", 1.0)
    with pytest.raises(NoValueToStartFrom):
        seek(made, {**SHOP, "sessions": None, "order_revenue": None}, "aov", 1.0)
    with pytest.raises(MixWithoutDrivers):
        cheapest(made, SHOP, 1.0, [])


def test_cheap_lever_is_used_up_before_a_dear_one() -> None:
    made = tree(alone("goal", "a + b", alone("a"), alone("b")))
    levers = [Lever("a", 10.0, 15.0, cost=1.0), Lever("b", 10.0, 40.0, cost=3.0)]
    told = cheapest(made, {"goal": 20.0, "a": 10.0, "b": 10.0}, 32.0, levers)
    assert told.values == {"a": pytest.approx(15.0), "b": pytest.approx(17.0)}
    assert (told.cost, told.reached) == (pytest.approx(5 + 21), True)


def test_lowering_a_cost_counts_as_moving() -> None:
    made = tree(alone("goal", "a - b", alone("a"), alone("b")))
    levers = [Lever("a", 10.0, 20.0, cost=2.0), Lever("b", 1.0, 5.0, cost=1.0)]
    told = cheapest(made, {"goal": 5.0, "a": 10.0, "b": 5.0}, 8.0, levers)
    assert (told.values, told.cost) == ({"a": pytest.approx(10.0), "b": pytest.approx(2.0)}, pytest.approx(3.0))


def test_goal_out_of_reach_gets_as_near_as_the_limits_allow() -> None:
    told = cheapest(tree(FUNNEL), SHOP, 1e12, [Lever("sessions", 1e5, 2e5, 1.0), Lever("aov", 5e3, 6e3, 9.0)])
    assert (told.reached, told.values) == (False, {"sessions": pytest.approx(2e5), "aov": pytest.approx(6e3)})


def test_goal_already_reached_costs_nothing() -> None:
    told = cheapest(tree(FUNNEL), SHOP, 1e6, [Lever("sessions", 5e4, 2e5, 1.0), Lever("aov", 5e3, 6e3, 9.0)])
    assert (told.cost, told.values) == (0.0, {"sessions": 1e5, "aov": 5e3})


@pytest.mark.parametrize("costs", [(60.0, 5e8, 3_000.0), (5.0, 5e8, 9_000.0), (400.0, 1e8, 3_000.0)])
@pytest.mark.parametrize("wished", [18e6, 22e6, 30e6])
def test_mix_is_no_dearer_than_any_of_a_fine_grid(costs: tuple[float, float, float], wished: float) -> None:
    names, lows, highs = ("sessions", "purchase_rate", "aov"), (1e5, 0.03, 5e3), (1.6e5, 0.05, 7e3)
    levers = [Lever(n, low, high, c) for n, low, high, c in zip(names, lows, highs, costs, strict=True)]
    told = cheapest(tree(FUNNEL), SHOP, wished, levers)
    ways = [np.linspace(low, high, 61) for low, high in zip(lows, highs, strict=True)]
    found = min(
        sum(c * (x - low) for c, x, low in zip(costs, at, lows, strict=True))
        for at in itertools.product(*ways)
        if at[0] * at[1] * at[2] >= wished
    )
    assert told.reached
    assert told.simulated.goal == pytest.approx(wished, rel=1e-7)
    assert told.cost <= found * (1 + 1e-9)


def test_smaller_goal_is_better_where_lower_is() -> None:
    root = {**alone("goal", "a * b", alone("a"), alone("b")), "kpi": "cpa"}
    made = tree(root)
    assert made.root.direction == "lower"
    told = cheapest(made, {"goal": 20.0, "a": 4.0, "b": 5.0}, 10.0, [Lever("a", 1.0, 4.0, 1.0)])
    assert told.values == {"a": pytest.approx(2.0)}
