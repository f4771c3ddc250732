"""How the numbers stand to their targets, and what history says about them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries
from tests.server.planning.test_actions import KEY, TREE, plan_of, propose, target, tree_of

from keiki.charts.format import Style
from keiki.periods import Calendar, Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries import Mover, Question, catalogue_of
from keiki.server.planning import queries
from keiki.server.planning.models import State
from keiki.server.planning.pages import target as pages
from keiki.server.planning.queries import Planned, Written
from keiki.trees.document import template
from keiki.trees.fields import plain, write
from keiki.trees.target_fields import TARGET
from keiki.trees.targets import Target


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 10, 3, tzinfo=UTC), tick=False):
        yield


def measured(cast: Any, **question: Any) -> Any:
    return queries.measured(cast.viewer, cast.business, TREE, Question(**question))


def test_status_is_that_of_the_target_where_there_is_one(shop: Any) -> None:
    """October made 14,400: 28 % below September, but above its target."""
    root = tree_of(shop).root
    assert measured(shop).status(root) == "act"
    propose(shop, 14_000, since=date(2026, 7, 1), state=State.APPROVED)
    numbers = measured(shop)
    assert (numbers.status(root), numbers.aim(root).low) == ("good", 14_000)
    assert [aim and aim.low for aim in numbers.aims["revenue"]][-4:] == [14_000] * 4
    assert numbers.aims["revenue"][0] is None  # before the target held
    propose(shop, 15_000, version=1, since=date(2026, 10, 1), state=State.APPROVED)
    assert measured(shop).status(root) == "watch"


def test_running_period_is_held_against_the_days_gone_by(shop: Any) -> None:
    """8,000 by 8 November of 30,000: 8 of 30 days make 8,000."""
    propose(shop, 30_000, state=State.APPROVED)
    aim = measured(shop, on=date(2026, 11, 1)).aim(tree_of(shop).root)
    assert (aim.low, aim.whole.low) == (pytest.approx(8_000), 30_000)
    assert measured(shop, on=date(2026, 11, 1)).status(tree_of(shop).root) == "good"


def test_rate_has_no_pace(shop: Any) -> None:
    propose(shop, 0.5, key=("repeat_purchase_rate", "", "", ""), state=State.APPROVED)
    aim = measured(shop, on=date(2026, 11, 1)).aim(tree_of(shop).node("repeat_rate"))
    assert (aim.low, aim.whole) == (0.5, None)


def test_part_of_the_business_is_not_judged_by_the_target_of_the_whole(shop: Any) -> None:
    propose(shop, 14_000, state=State.APPROVED)
    assert measured(shop, segment=("channel", "email")).aims == {}


def test_answer_is_kept_until_a_plan_changes(shop: Any) -> None:
    propose(shop, 14_000, state=State.APPROVED)
    assert measured(shop) is measured(shop)
    before = measured(shop)
    propose(shop, 13_000, version=1, state=State.APPROVED)
    assert measured(shop) is not before


@pytest.mark.parametrize("count", [1, 3])
def test_targets_cost_two_queries_however_many(
    shop: Any, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    tree = tree_of(shop)
    for node in [tree.root, tree.node("buyers"), tree.node("repeat_rate")][:count]:
        propose(shop, 10, key=queries.key_of(tree, node), state=State.APPROVED)
    with django_assert_num_queries(2):
        assert len(queries._plans(shop.business, tree)) == count


def test_stranger_sees_no_targets(shop: Any) -> None:
    with pytest.raises(Business.DoesNotExist):
        queries.targets_of(shop.outsider, shop.business, tree_of(shop))


def test_document_gets_the_targets_in_force(shop: Any) -> None:
    propose(shop, 14_000, state=State.APPROVED)
    document = template(catalogue_of(shop.owner, shop.business), TREE)
    filled = queries.with_targets(shop.viewer, shop.business, document)
    assert filled.root.target == target(14_000)
    assert [node.id for node in filled.root.walk() if node.target is not None] == ["revenue"]


def test_node_without_a_kpi_has_a_plan_of_its_own_in_its_tree(shop: Any) -> None:
    tree = tree_of(shop)
    bare = SimpleNamespace(kpi=None, where=None, id="group")
    assert queries.key_of(tree, bare) == ("", "", TREE, "group")
    assert queries.key_of(tree, tree.root) == KEY
    known = queries.key_of(tree, tree.node("known_revenue"))
    assert (known[0], known[1] != "") == ("order_revenue", True)


def test_gaps_rank_by_the_effect_on_the_goal(shop: Any) -> None:
    tree = tree_of(shop)
    propose(shop, 20, key=queries.key_of(tree, tree.node("first_time_buyers")), state=State.APPROVED)
    propose(shop, 950, key=queries.key_of(tree, tree.node("aov")), state=State.APPROVED)
    numbers = measured(shop)
    rows = numbers.gaps
    missed = {row.node: row.gap for row in rows}
    assert missed["aov"] == pytest.approx(900 / 950 - 1)
    effects = [abs(row.effect or 0) for row in rows]
    assert effects == sorted(effects, reverse=True)


def test_a_goal_that_misses_its_target_names_the_missed_target_that_weighs_most(shop: Any) -> None:
    tree = tree_of(shop)
    moved = measured(shop).mover
    assert (moved.node, moved.of_target) == ("orders_per_buyer", False)
    propose(shop, 950, key=queries.key_of(tree, tree.node("aov")), state=State.APPROVED)
    propose(shop, 15_000, state=State.APPROVED)
    heaviest = measured(shop).gaps[0]
    assert measured(shop).mover == Mover("aov", heaviest.effect, of_target=True)


def test_baseline_of_the_shop(shop: Any) -> None:
    numbers = queries.history(shop.viewer, shop.business, TREE)
    found = queries.baseline_of(numbers, numbers.tree.root)
    assert (found.months, found.level, found.best) == (4, 13_200, 20_000)  # 10,000 12,000 20,000 14,400


# --- forecast, without a business ---

CALENDAR = Calendar()


def made_up(values: list[float | None]) -> Any:
    """A number from January 2026 on."""
    periods = tuple(CALENDAR.period(Grain.MONTH, date(2026, month, 1)) for month in range(1, len(values) + 1))
    node = SimpleNamespace(direction="higher", unit="count", id="goal")
    complete = tuple(True for _value in values)
    return SimpleNamespace(periods=periods, completes=complete, series=lambda _node: tuple(values)), node


def planned(aimed: Target) -> Planned:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    since = aimed.since or date(2026, 1, 1)
    return Planned(1, (Written(1, State.APPROVED, "", since, plain(write(TARGET, aimed)), "", "", at, "", at),))


YEAR = Target(value=150, compare="at_least", period=Grain.YEAR, since=date(2026, 1, 1), by=date(2026, 12, 31))


@pytest.mark.feature("F-115")
def test_card_says_whether_the_target_will_be_reached() -> None:
    """Six months at 10 toward 150 by month 12: short by 30; at 12.5: on track."""
    slow, node = made_up([10.0] * 6)
    found = queries.outlook(slow, node, planned(YEAR), CALENDAR, adds_up=True)
    assert found is not None
    assert (found.expected, found.short, found.needed) == (120, 30, 15)
    with override("en"):
        assert pages._outlook_words(found, node, Style("en")).startswith("Short by 30")
    fast, node = made_up([12.5] * 6)
    found = queries.outlook(fast, node, planned(YEAR), CALENDAR, adds_up=True)
    assert found is not None
    assert found.on_track
    with override("en"):
        assert pages._outlook_words(found, node, Style("en")).startswith("On track")


def test_outlook_of_a_rate_follows_its_trend() -> None:
    numbers, node = made_up([0.10, 0.11, 0.12, 0.13])
    aimed = Target(value=0.2, compare="at_least", period=Grain.MONTH, since=date(2026, 1, 1), by=date(2026, 12, 31))
    found = queries.outlook(numbers, node, planned(aimed), CALENDAR, adds_up=False)
    assert found is not None
    assert (found.expected, found.on_track) == (pytest.approx(0.21), True)


@pytest.mark.parametrize("aimed", [Target(value=150, period=Grain.YEAR, since=date(2026, 1, 1))])
def test_outlook_needs_a_deadline(aimed: Target) -> None:
    numbers, node = made_up([10.0] * 6)
    assert queries.outlook(numbers, node, planned(aimed), CALENDAR, adds_up=True) is None


def test_revision_history_is_newest_first(shop: Any) -> None:
    propose(shop, 1, state=State.APPROVED)
    propose(shop, 2, version=1, state=State.APPROVED)
    told = queries.history_of(shop.viewer, shop.business, tree_of(shop), tree_of(shop).root)
    assert [each.target.value for each in told] == [2, 1]
    assert plan_of(shop).version == 2
