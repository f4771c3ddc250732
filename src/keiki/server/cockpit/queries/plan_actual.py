"""Plan and actual of every number of a tree: target, value, pace, where it lands, and the gap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from keiki.charts.aim import Aim
from keiki.periods import Calendar, Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import counted, measured, sums
from keiki.trees.build import Node

YEAR_BACK: Final = {Grain.MONTH: 12, Grain.QUARTER: 4, Grain.YEAR: 1}
"""How many periods before the present one lies that of last year."""


@dataclass(frozen=True)
class PlanRow:
    """One number: its plan for the whole period, its value, where it should stand by now, and where it lands.

    `landing` is the value of the whole period when things go on as they do; `seasonal` says that last year's course
    was used. All in the number's own unit; None where the data does not tell.
    """

    node: Node
    aim: Aim | None
    actual: float | None
    pace: float | None
    landing: float | None
    seasonal: bool = False

    @property
    def plan(self) -> float | None:
        """The target of the whole period."""
        return None if self.aim is None else self.aim.full.bound(self.landing)

    @property
    def gap(self) -> float | None:
        """Landing less plan; None without one of them."""
        return None if self.plan is None or self.landing is None else self.landing - self.plan


def plan_actual(user: Any, business: Business, numbers: TreeNumbers) -> tuple[PlanRow, ...]:
    """Every number of a tree beside its plan."""
    flows = sums(user, business, numbers.tree)
    running = numbers.elapsed is not None
    last_year = numbers
    if running and numbers.question.comparison != "last_year":
        question = replace(numbers.question, comparison="last_year")
        last_year = measured(user, business, numbers.tree.id, question)
    return tuple(
        _row(numbers, last_year, node, flows[node.id], business.calendar)
        for node in numbers.tree.nodes
        if counted(node)
    )


def _row(numbers: TreeNumbers, last_year: TreeNumbers, node: Node, adds_up: bool, calendar: Calendar) -> PlanRow:
    value, aim = numbers.value(node), numbers.aim(node)
    pace = None if aim is None else aim.bound(value)
    if value is None or numbers.elapsed is None or not adds_up:
        return PlanRow(node, aim, value, pace, value)
    whole, same_days = _whole_last_year(last_year, node), last_year.value_before(node)
    found = landing(value, numbers.elapsed, numbers.period.days, same_days, whole, node.unit)
    return PlanRow(node, aim, value, pace, found, seasonal=bool(same_days and whole))


def _whole_last_year(numbers: TreeNumbers, node: Node) -> float | None:
    back = YEAR_BACK.get(numbers.question.grain)
    series = numbers.series(node)
    return None if back is None or len(series) <= back else series[-1 - back]


def landing(
    value: float, elapsed: int, days: int, same_days: float | None = None, whole: float | None = None, unit: str = ""
) -> float:
    """Where a number that adds up lands when the period is over: as last year went on from the same day, else evenly.
    What is counted in whole numbers lands on one.

    >>> landing(60, 10, 30), landing(60, 10, 30, same_days=40, whole=100), landing(13, 7, 30, unit="count")
    (180.0, 150.0, 56.0)
    """
    found = value * whole / same_days if same_days and whole else value / elapsed * days
    return float(round(found)) if unit == "count" and value == int(value) else found
