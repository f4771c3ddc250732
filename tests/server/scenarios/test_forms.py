"""Moves and wishes as an address has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import FUNNEL, tree

from keiki.server.scenarios.forms import Moved, Wanted, amount_of, moves_url, typed
from keiki.trees.simulate import How, Move
from keiki.trees.solve import Lever

DRIVERS = tree(FUNNEL).nodes[1:]
ROOT = tree(FUNNEL).root


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("3", "ratio", 0.03),
        ("３．５％", "ratio", 0.035),
        ("1,234.5円", "currency", 1234.5),
        ("¥9,800", "currency", 9800.0),
        ("−5", "count", -5.0),
        ("1e3", "count", 1000.0),
        ("", "count", None),
        ("many", "count", None),
        ("1.2.3", "count", None),
        ("inf", "count", None),
        ("NaN", "count", None),
        ("9" * 60, "count", None),
        ("1e300", "count", None),
        ("=1+1", "count", None),
        ("¥1,200", "ratio", None),
        ("1,200円", "ratio", None),
        ("1,200円", "count", None),
        ("5%", "currency", None),
        ("5％", "count", None),
        ("12件", "ratio", None),
        ("120人", "count", 120.0),
    ],
)
def test_amounts_are_read_as_people_type_them(text: str, unit: str, amount: float | None) -> None:
    assert amount_of(text, unit) == amount


@given(st.floats(1e-9, 1e12), st.sampled_from(["ratio", "currency", "count"]))
def test_what_is_typed_is_read_back_to_six_digits(value: float, unit: str) -> None:
    assert amount_of(typed(value, unit), unit) == pytest.approx(value, rel=5e-6)


def test_moves_are_those_of_drivers_only_and_what_is_no_number_is_told() -> None:
    found = Moved.read({"to.sessions": "130000", "to.aov": "dear", "to.order_revenue": "5", "to.other": "1"}, DRIVERS)
    assert found.moves == {"sessions": Move(How.TO, 130_000.0)}
    assert found.wrong == {"aov"}
    assert found.pairs == (("to.sessions", "130000"), ("to.aov", "dear"))
    assert moves_url("/x/", (("grain", "week"),), found.texts) == "/x/?grain=week&to.sessions=130000&to.aov=dear"
    assert moves_url("/x/", (), {}) == "/x/"


def test_share_below_0_is_refused_and_above_100_percent_is_taken_with_a_caution() -> None:
    shares = frozenset({"purchase_rate"})
    low = Moved.read({"to.purchase_rate": "-3", "to.sessions": "-5"}, DRIVERS, shares)
    assert (low.moves, low.wrong, low.below) == ({"sessions": Move(How.TO, -5.0)}, shares, shares)
    high = Moved.read({"to.purchase_rate": "200%", "to.sessions": "5"}, DRIVERS, shares)
    assert (high.moves["purchase_rate"], high.wrong, high.above) == (Move(How.TO, 2.0), frozenset(), shares)


def test_wishes_hold_goal_driver_step_and_levers() -> None:
    query = {"goal": "many", "by": "aov", "step": "5"}
    assert Wanted.read(query, DRIVERS, ROOT).wrong == {"goal"}
    query |= {"goal": "2,500万", "low.aov": "5000", "high.aov": "7000", "cost.aov": "3", "high.purchase_rate": "x"}
    found = Wanted.read(query, DRIVERS, ROOT)
    assert (found.goal, found.by, found.step) == (25e6, "aov", "5")
    assert found.levers == (Lever("aov", 5000.0, 7000.0, 3.0),)
    assert found.wrong == {"purchase_rate"}


def test_cost_of_a_share_is_for_one_point() -> None:
    query = {"low.purchase_rate": "2", "high.purchase_rate": "4", "cost.purchase_rate": "100000"}
    assert Wanted.read(query, DRIVERS, ROOT).levers == (Lever("purchase_rate", 0.02, 0.04, 1e7),)


def test_wishes_nobody_could_have_meant_fall_back() -> None:
    found = Wanted.read({"by": "nobody", "step": "99"}, DRIVERS, ROOT)
    assert (found.by, found.step, found.goal, found.levers) == ("", "1", None, ())
