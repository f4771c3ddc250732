"""What the check of a tree finds."""

from __future__ import annotations

import pytest
from tests.trees.made import FUNNEL, MEASURED, built_in, tree

from keiki.catalogue.load import load_catalogue
from keiki.errors import NothingToMove, SameNumberAbove, SuccessFactorWithoutReason, UnitClash, UnitMismatch
from keiki.trees.check import check


@pytest.mark.parametrize("tree_id", MEASURED)
def test_built_in_tree_has_no_problem(tree_id: str) -> None:
    assert check(built_in(tree_id), load_catalogue()) == ()


def test_success_factor_needs_its_reason() -> None:
    assert [type(p.error) for p in check(tree(FUNNEL))] == [SuccessFactorWithoutReason] * 3


def test_unit_the_formula_cannot_give_is_told() -> None:
    root = {"kpi": "order_revenue", "formula": "sessions", "children": [{"kpi": "sessions", "level": "kpi"}]}
    assert [type(p.error) for p in check(tree(root))] == [UnitMismatch, NothingToMove]


def test_money_and_counts_do_not_add() -> None:
    children = [
        {"kpi": "order_revenue", "level": "kpi", "id": "x"},
        {"kpi": "sessions", "level": "kpi", "driver": True},
    ]
    assert [
        type(p.error) for p in check(tree({"kpi": "revenue", "formula": "x + sessions", "children": children}))
    ] == [UnitClash]


def test_number_above_itself_is_told_unless_a_driver_holds_still_between() -> None:
    below = {
        "kpi": "aov",
        "level": "kpi",
        "formula": "r / n",
        "children": [{"id": "r", "kpi": "order_revenue"}, {"id": "n", "kpi": "purchases", "driver": True}],
    }
    root = {"kpi": "order_revenue", "formula": "p * aov", "children": [{"id": "p", "kpi": "purchases", "level": "kpi"}]}
    loose = tree({**root, "children": [*root["children"], below]})
    held = tree({**root, "children": [*root["children"], {**below, "driver": True}]})
    assert [type(p.error) for p in check(loose)] == [SameNumberAbove]
    assert check(held) == ()


def test_drivers_below_an_influence_do_not_move_the_goal() -> None:
    root = {"kpi": "revenue", "children": [{"kpi": "nps", "driver": True, "influence": {"sign": "+"}}]}
    assert [type(p.error) for p in check(tree(root))] == [NothingToMove]


def test_filter_on_an_undeclared_column_is_told_with_the_catalogue() -> None:
    root = {"kpi": "purchases", "where": "stor = 'ginza'", "driver": True}
    assert [p.error.details["near"] for p in check(tree(root), load_catalogue())] == ["store"]
    assert check(tree(root)) == ()
