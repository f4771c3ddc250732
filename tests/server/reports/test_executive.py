"""The executive report says whether the goal was reached and, where it was not, what may explain it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from keiki.periods import Grain
from keiki.server.kpis import queries as door
from keiki.server.planning import actions
from keiki.server.planning.actions import Proposal
from keiki.server.planning.models import State, Way
from keiki.trees.targets import Target

TREE = "simple_orders"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 10, 3, tzinfo=UTC), tick=False):
        yield


KNOWN, GUESTS = "customer_id is not null", "customer_id is null"
MET = {"buyers": 8, "orders_per_buyer": 1.5, "aov": 850}
"""What October reached with ten buyers, 1.6 orders of each and 900 per order: together no more than 10,200."""


def agree(cast: Any, value: float, kpi: str, where: str = "") -> None:
    """A monthly target of a number, proposed and approved."""
    key, trees = (kpi, where, "", ""), [door.known(cast.owner, cast.business).tree(TREE)]
    proposal = Proposal(Target(value=value, compare="at_least", period=Grain.MONTH), date(2026, 7, 1), Way.DIRECT)
    actions.propose_target(cast.editor, cast.business, key, 0, proposal, State.PROPOSED, trees)
    actions.approve_target(cast.owner, cast.business, key, 1, 1, trees)


def report(cast: Any, browser_of: Any) -> Any:
    path = reverse("reports:executive", kwargs={"business": cast.business.id})
    answer = browser_of(cast.viewer).get(f"{path}?tree={TREE}&grain=month&on=2026-10-15")
    return answer.context["page"].achieved, answer.content.decode()


@pytest.mark.feature("F-108")
def test_report_shows_a_missed_goal_while_the_numbers_below_are_reached_and_lists_candidates(
    shop: Any, browser_of: Any
) -> None:
    agree(shop, 15_000, "order_revenue")
    agree(shop, 0, "order_revenue", GUESTS)
    for kpi, value in MET.items():
        agree(shop, value, kpi, KNOWN)
    told, page = report(shop, browser_of)
    assert told.sentence == (
        "Order revenue missed its target although all 4 numbers below with a target reached theirs."
    )
    first = told.candidates[0]
    assert first.words == (
        "Even with every target below reached, Order revenue stays ¥4,800 short of its own: raise them."
    )
    assert "What may explain it:" in page
    assert all(each.words in page for each in told.candidates)


def test_report_names_the_numbers_that_missed_and_says_nothing_of_a_goal_without_a_target(
    shop: Any, browser_of: Any
) -> None:
    told, _page = report(shop, browser_of)
    assert told.sentence == "Order revenue has no target for this period, so nobody can say whether it was reached."
    assert told.candidates == ()
    agree(shop, 15_000, "order_revenue")
    for kpi, value in (MET | {"buyers": 20}).items():
        agree(shop, value, kpi, KNOWN)
    told, _page = report(shop, browser_of)
    assert told.sentence == "Order revenue missed its target; of 3 numbers below with a target, 2 reached theirs."
    assert told.candidates[0].words.startswith("Missed its own target")
    assert [way.words for way in told.candidates[0].ways] == ["Buyers"]
