"""Targets are written, proposed, chosen between, approved, reviewed and retired; nothing is ever lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from keiki.errors import EditConflict, GoalNotReady, TargetsDisagree
from keiki.periods import Grain
from keiki.server.audit.models import Entry
from keiki.server.kpis import actions as kpis
from keiki.server.kpis import queries as door
from keiki.server.planning import actions, queries
from keiki.server.planning.actions import Proposal
from keiki.server.planning.models import Plan, Revision, State, Way
from keiki.trees.targets import Step, Target

KEY = ("order_revenue", "", "", "")
TREE = "simple_orders"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 10, 3, tzinfo=UTC), tick=False):
        yield


def tree_of(cast: Any) -> Any:
    return door.known(cast.owner, cast.business).tree(TREE)


def target(value: float, **fields: Any) -> Target:
    return Target(value=value, compare="at_least", period=Grain.MONTH, **fields)


def propose(cast: Any, value: float, version: int = 0, since: date = date(2026, 10, 1), **fields: Any) -> Revision:
    state = fields.pop("state", State.PROPOSED)
    way, key = fields.pop("way", Way.DIRECT), fields.pop("key", KEY)
    proposal = Proposal(target(value, **fields), since, way)
    return actions.propose_target(cast.editor, cast.business, key, version, proposal, state, [tree_of(cast)])


def approve(cast: Any, version: int, number: int, key: Any = KEY) -> Revision:
    return actions.approve_target(cast.owner, cast.business, key, version, number, [tree_of(cast)])


def plan_of(cast: Any, node: str = "revenue") -> queries.Planned:
    return queries.plans_of(cast.viewer, cast.business, tree_of(cast))[node]


def test_proposal_judges_nothing_until_it_is_approved(shop: Any) -> None:
    propose(shop, 15_000)
    assert queries.targets_of(shop.viewer, shop.business, tree_of(shop)) == {}
    approve(shop, 1, 1)
    found = queries.targets_of(shop.viewer, shop.business, tree_of(shop))
    assert {node: each.value for node, each in found.items()} == {"revenue": 15_000}
    assert [entry.action for entry in Entry.objects.filter(target="target:order_revenue").order_by("pk")] == [
        "planning.propose_target",
        "planning.approve_target",
    ]


@pytest.mark.feature("F-379")
def test_target_changes_over_time_and_every_period_keeps_its_own(shop: Any) -> None:
    propose(shop, 100, since=date(2026, 1, 1), state=State.APPROVED)
    propose(shop, 120, version=1, since=date(2026, 4, 1), state=State.APPROVED)
    plan, calendar = plan_of(shop), shop.business.calendar
    months = [calendar.period(Grain.MONTH, date(2026, month, 1)) for month in range(1, 7)]
    line = [plan.aim(month, calendar, "higher", adds_up=True).low for month in months]
    assert line == [100, 100, 100, 120, 120, 120]
    march, may = (plan.aim(months[place], calendar, "higher", adds_up=True) for place in (2, 4))
    assert (90 / march.low, 90 / may.low) == (0.9, 0.75)
    assert [each.target.value for each in plan.revisions] == [100, 120]


def test_quarter_of_what_adds_up_is_the_sum_of_its_months(shop: Any) -> None:
    propose(shop, 100, since=date(2026, 1, 1), state=State.APPROVED)
    propose(shop, 120, version=1, since=date(2026, 6, 1), state=State.APPROVED)
    calendar = shop.business.calendar
    quarter = calendar.period(Grain.QUARTER, date(2026, 5, 1))
    assert plan_of(shop).aim(quarter, calendar, "higher", adds_up=True).low == 320
    assert plan_of(shop).aim(quarter, calendar, "higher", adds_up=False).low == 120


@pytest.mark.feature("F-042")
def test_stages_are_stored_and_followed(shop: Any) -> None:
    """18 % in 3 months, 20 % in 6, 23 % in 12."""
    key = ("repeat_purchase_rate", "", "", "")
    stages = (Step(0.18, by=date(2027, 1, 31)), Step(0.20, by=date(2027, 4, 30)))
    propose(shop, 0.23, key=key, since=date(2026, 11, 1), steps=stages, by=date(2027, 10, 31), state=State.APPROVED)
    plan, calendar = plan_of(shop, "repeat_rate"), shop.business.calendar
    assert plan.revisions[0].target.steps == stages

    def wanted(year: int, month: int) -> float:
        return plan.aim(calendar.period(Grain.MONTH, date(year, month, 1)), calendar, "higher", adds_up=False).low

    assert [wanted(2026, 12), wanted(2027, 1), wanted(2027, 3), wanted(2027, 4), wanted(2027, 10)] == [
        0.18,
        0.18,
        0.20,
        0.20,
        0.23,
    ]


@pytest.mark.feature("F-043")
def test_two_figures_stand_side_by_side_until_one_is_chosen(shop: Any) -> None:
    propose(shop, 100, way=Way.TOP_DOWN)
    propose(shop, 80, version=1, way=Way.BOTTOM_UP)
    top, bottom = plan_of(shop).rivals
    assert top.target.value - bottom.target.value == 20
    for number in (1, 2):
        with pytest.raises(TargetsDisagree) as error:
            approve(shop, 2, number)
        assert (error.value.details["top"], error.value.details["bottom"]) == ("100", "80")
    with pytest.raises(TargetsDisagree):
        propose(shop, 90, version=2, state=State.APPROVED)  # nobody has agreed on it
    assert queries.targets_of(shop.viewer, shop.business, tree_of(shop)) == {}
    actions.choose_target(shop.editor, shop.business, KEY, 2, 2)
    approve(shop, 3, 2)
    assert plan_of(shop).in_force(date(2026, 11, 10)).target.value == 80


def test_two_figures_are_reconciled_by_a_third(shop: Any) -> None:
    propose(shop, 100, way=Way.TOP_DOWN)
    propose(shop, 80, version=1, way=Way.BOTTOM_UP)
    propose(shop, 92, version=2, way=Way.AGREED)
    assert plan_of(shop).rivals is None
    approve(shop, 3, 3)
    plan = plan_of(shop)
    assert plan.in_force(date(2026, 11, 10)).target.value == 92
    assert [each.state for each in plan.revisions] == ["aside", "aside", "approved"]


def test_second_saver_gets_both_values_and_nothing_is_lost(shop: Any) -> None:
    propose(shop, 100)
    with pytest.raises(EditConflict) as error:
        propose(shop, 200)
    assert (error.value.details["mine"]["value"], error.value.details["theirs"]["value"]) == (200, 100)
    assert [each.target.value for each in plan_of(shop).revisions] == [100]


@pytest.mark.usefixtures("many_connections")
def test_of_two_at_once_exactly_one_wins(cast: Any) -> None:
    results: list[str] = []
    ready = threading.Barrier(2)

    def save(value: float) -> None:
        proposal = Proposal(target(value), date(2026, 10, 1))
        ready.wait()
        try:
            actions.propose_target(cast.editor, cast.business, KEY, 0, proposal)
            results.append("saved")
        except EditConflict:
            results.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(value,)) for value in (100.0, 200.0)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["conflict", "saved"]
    assert Revision.objects.count() == 1


@pytest.mark.feature("F-383")
def test_changed_goal_marks_the_targets_below(shop: Any) -> None:
    node = next(n for n in tree_of(shop).nodes if n.id == "buyers")
    below = queries.key_of(tree_of(shop), node)
    propose(shop, 10, key=below, state=State.APPROVED)
    propose(shop, 15_000, state=State.APPROVED)
    plan = plan_of(shop, "buyers")
    assert (plan.recheck_since is not None, plan.recheck_of) == (True, f"{TREE}/revenue")
    assert plan_of(shop).recheck_since is None
    actions.confirm_target(shop.editor, shop.business, below, plan.version)
    assert plan_of(shop, "buyers").recheck_since is None
    propose(shop, 15_000, version=1, state=State.APPROVED)  # nothing has changed
    assert plan_of(shop, "buyers").recheck_since is None


@pytest.mark.feature("F-039")
def test_review_is_due_every_90_days_and_retiring_keeps_history(shop: Any) -> None:
    propose(shop, 100, state=State.APPROVED)
    assert plan_of(shop).review_on == date(2027, 2, 8)  # 90 days after 10 November
    with time_machine.travel(datetime(2027, 2, 8, 3, tzinfo=UTC), tick=False):
        actions.confirm_target(shop.editor, shop.business, KEY, 1)
        assert plan_of(shop).review_on == date(2027, 5, 9)
        actions.retire_target(shop.editor, shop.business, KEY, 2)
        plan = plan_of(shop)
        assert (plan.in_force(date(2027, 2, 8)), plan.review_on) == (None, None)
        assert [each.target.value for each in plan.revisions] == [100]
        assert plan.in_force(date(2027, 1, 31)).target.value == 100  # January is still judged by it


def test_withdrawn_proposal_stays_in_the_history(shop: Any) -> None:
    propose(shop, 100)
    actions.withdraw_target(shop.editor, shop.business, KEY, 1, 1)
    plan = plan_of(shop)
    assert ([each.state for each in plan.revisions], plan.open) == (["aside"], ())


def test_approving_what_is_decided_is_a_conflict(shop: Any) -> None:
    propose(shop, 100)
    approve(shop, 1, 1)
    with pytest.raises(EditConflict):
        approve(shop, 1, 1)
    with pytest.raises(Revision.DoesNotExist):
        approve(shop, 2, 1)


def test_templates_targets_are_taken_over_once_as_drafts(shop: Any) -> None:
    tree = tree_of(shop)
    planned = replace(
        tree,
        nodes=tuple(replace(n, target=Target(0.3, within="6m")) if n.id == "repeat_rate" else n for n in tree.nodes),
    )
    assert actions.adopt_targets(shop.editor, shop.business, planned, date(2026, 11, 1)) == 1
    (draft,) = plan_of(shop, "repeat_rate").open
    assert (draft.state, draft.target.by, draft.since) == ("draft", date(2027, 4, 30), date(2026, 11, 1))
    assert actions.adopt_targets(shop.editor, shop.business, planned, date(2026, 11, 1)) == 0


# --- goals ---


def own_tree(cast: Any, template: str = "simple_orders") -> Any:
    made, _new = kpis.use_template(cast.editor, cast.business, template, copy=True)
    found = door.stored_tree(cast.editor, cast.business, made.tree_id)
    assert found is not None
    return found


@pytest.mark.parametrize(("fields", "lacking"), [(None, "value"), ({}, "deadline")])
def test_goal_without_value_or_deadline_cannot_be_activated(own_shop: Any, fields: Any, lacking: str) -> None:
    tree = own_tree(own_shop)
    if fields is not None:
        actions.propose_target(
            own_shop.owner,
            own_shop.business,
            KEY,
            0,
            Proposal(target(100, **fields), date(2026, 11, 1)),
            State.APPROVED,
        )
    with pytest.raises(GoalNotReady) as error:
        actions.activate_goal(own_shop.owner, own_shop.business, tree)
    assert error.value.lacking == lacking


def test_goal_with_value_and_deadline_is_activated(own_shop: Any) -> None:
    tree = own_tree(own_shop)
    proposal = Proposal(target(100, by=date(2027, 3, 31)), date(2026, 11, 1))
    actions.propose_target(own_shop.owner, own_shop.business, KEY, 0, proposal, State.APPROVED)
    assert actions.activate_goal(own_shop.owner, own_shop.business, tree) == 1
    (goal,) = queries.goals_of(own_shop.viewer, own_shop.business)
    assert (goal.tree.active, goal.deadline, goal.target.value) == (True, date(2027, 3, 31), 100)


def test_plan_belongs_to_a_kpi_or_to_a_node(cast: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(business=cast.business, kpi="aov", tree="ec", node="aov")
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(business=cast.business)
