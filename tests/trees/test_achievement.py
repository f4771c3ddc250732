"""A goal that is missed although the numbers below are reached: what may explain it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.trees.made import FUNNEL, tree

from keiki.catalogue.load import load_catalogue
from keiki.trees.achievement import Candidate, Cause, achievement
from keiki.trees.consistency import consistency

ALL_MET = {"sessions": True, "purchase_rate": True, "aov": True}


def funnel(*more: dict[str, Any]) -> Any:
    return tree({**FUNNEL, "children": [*FUNNEL["children"], *more]})


def test_targets_that_do_not_make_the_goal_are_named_with_what_is_missing() -> None:
    given = {"sessions": {"value": 1_000, "period": "month"}, "purchase_rate": {"value": 0.02}, "aov": {"value": 5_000}}
    children = [{**child, "target": given[child["kpi"]]} for child in FUNNEL["children"]]
    made = tree({**FUNNEL, "target": {"value": 150_000, "period": "month"}, "children": children})
    reach = consistency(made, load_catalogue()).goal
    found = achievement(made, {made.root.id: False, **ALL_MET}, reach, residual=0.0, value=100_000)
    assert found.unexplained
    assert found.candidates == (Candidate(Cause.TARGETS_SHORT, made.root.children, 50_000),)


def test_missed_numbers_come_first_the_costliest_before_the_others() -> None:
    made = funnel()
    met = {made.root.id: False, "sessions": False, "purchase_rate": False, "aov": True}
    found = achievement(made, met, moved={"sessions": -10.0, "purchase_rate": -300.0, "aov": 5.0})
    assert not found.unexplained
    assert [(each.cause, each.nodes, each.amount) for each in found.candidates] == [
        (Cause.MISSED, ("purchase_rate",), -300.0),
        (Cause.MISSED, ("sessions",), -10.0),
    ]


def test_number_without_a_target_is_named_when_it_moved_the_goal_to_the_wrong_side() -> None:
    made = funnel()
    met = {made.root.id: False, "sessions": True}
    found = achievement(made, met, moved={"purchase_rate": -300.0, "aov": 5.0})
    assert (found.reached, found.unjudged) == (("sessions",), ("purchase_rate", "aov"))
    assert found.candidates == (Candidate(Cause.NO_TARGET, ("purchase_rate",), -300.0),)


@pytest.mark.parametrize(("residual", "causes"), [(-20_000.0, [Cause.RESIDUAL]), (0.01, []), (None, [])])
def test_what_the_formula_leaves_is_a_candidate(residual: float | None, causes: list[Cause]) -> None:
    made = funnel()
    found = achievement(made, {made.root.id: False, **ALL_MET}, residual=residual, value=100_000.0)
    assert [each.cause for each in found.candidates] == causes


def test_number_that_is_reached_and_tied_by_belief_only_is_a_candidate() -> None:
    made = funnel({"id": "talk", "kpi": "customers", "influence": {"sign": "+"}})
    found = achievement(made, {made.root.id: False, **ALL_MET, "talk": True})
    assert found.candidates == (Candidate(Cause.INFLUENCE, ("talk",)),)


@pytest.mark.parametrize("goal", [{}, {"order_revenue": True}])
def test_nothing_is_looked_for_where_the_goal_is_reached_or_has_no_target(goal: dict[str, bool]) -> None:
    made = funnel()
    assert made.root.id == "order_revenue"
    found = achievement(made, {**goal, "sessions": False}, residual=-20_000.0, value=100_000.0)
    assert (found.goal, found.missed, found.candidates) == (goal.get("order_revenue"), ("sessions",), ())
