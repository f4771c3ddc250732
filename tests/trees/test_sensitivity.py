"""Which driver moves the goal how strongly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import BEFORE, FUNNEL, alone, tree

from keiki.trees.sensitivity import sensitivity

ADDED = alone("goal", "a + b - c", alone("a"), alone("b"), alone("c"))
AMOUNT = st.floats(1, 1e6)


@pytest.mark.feature("F-028")
def test_one_percent_of_each_factor_of_a_product_is_one_percent_of_the_goal() -> None:
    told = sensitivity(tree(FUNNEL), BEFORE)
    assert {each.node: pytest.approx(each.up) for each in told} == dict.fromkeys(
        ("sessions", "purchase_rate", "aov"), 192_000.0
    )
    assert [each.elasticity for each in told] == pytest.approx([1.0, 1.0, 1.0])


@given(a=AMOUNT, b=AMOUNT)
def test_weight_of_an_addend_is_its_share_of_the_goal(a: float, b: float) -> None:
    made = tree(alone("goal", "a + b", alone("a"), alone("b")))
    told = {each.node: each.elasticity for each in sensitivity(made, {"goal": a + b, "a": a, "b": b})}
    assert told == {"a": pytest.approx(a / (a + b), abs=1e-6), "b": pytest.approx(b / (a + b), abs=1e-6)}


def test_strongest_driver_comes_first_and_what_is_subtracted_pulls_down() -> None:
    told = sensitivity(tree(ADDED), {"goal": 100.0, "a": 50.0, "b": 80.0, "c": 30.0}, step=0.1)
    assert [(each.node, each.up, each.down) for each in told] == [
        ("b", pytest.approx(8.0), pytest.approx(-8.0)),
        ("a", pytest.approx(5.0), pytest.approx(-5.0)),
        ("c", pytest.approx(-3.0), pytest.approx(3.0)),
    ]


def test_driver_without_value_or_without_way_to_the_goal_is_left_out() -> None:
    beside = {**alone("d"), "influence": {"sign": "+", "lag": 1}}
    made = tree(alone("goal", "a + b", alone("a"), alone("b"), beside))
    values = {"goal": 3.0, "a": 3.0, "b": None, "d": 4.0}
    assert [each.node for each in sensitivity(made, values)] == ["a"]
    assert [each.node for each in sensitivity(made, {**values, "b": 0.0})] == ["a", "b"]


def test_goal_of_nothing_has_changes_but_no_elasticity() -> None:
    told = sensitivity(tree(alone("goal", "a - b", alone("a"), alone("b"))), {"goal": 0.0, "a": 2.0, "b": 2.0})
    assert [(each.node, each.up, each.elasticity) for each in told] == [
        ("a", pytest.approx(0.02), None),
        ("b", pytest.approx(-0.02), None),
    ]
