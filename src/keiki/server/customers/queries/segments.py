"""Reads about RFM segments: their size and money, who moved, what to do for them, and who is in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeVar

from keiki.customers.rfm import RfmRule
from keiki.customers.rfm_segments import Segments
from keiki.engine.business import Business as Numbers
from keiki.engine.rfm_segments import Member, Reach, every_addressable, rfm_segments, segment_customers, segment_reach
from keiki.measures.rules import Rules
from keiki.measures.told import CUSTOMERS, NOTHING, WORTH
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.queries import earlier_rules
from keiki.server.kpis import queries as door
from keiki.trees.document import NodeDocument, template

T = TypeVar("T")
SCALE: Final = "rfm"
"""The subject of the rules that hold the scale of the scores."""
PLAN = "rfm_segments"
"""The template that holds the action and the targets of every segment."""


@dataclass(frozen=True)
class Scale:
    """A scale that scored customers until an owner changed it, and the state of the data at that moment.

    `number` counts the scales of a business from its first.
    """

    number: int
    until: datetime
    rules: Rules
    snapshot: int


def scales(user: Any, business: Business) -> tuple[Scale, ...]:
    """The scales before the one in force, newest first; one whose data has been forgotten since is left out."""
    found = [then for then in earlier_rules(business) if SCALE in then.subjects]
    kept = []
    for number, then in zip(range(len(found), 0, -1), found, strict=True):
        snapshot = door.answered(
            user, business, ("snapshot at", then.until), partial(_snapshot_at, moment=then.until), tells=NOTHING
        )
        if snapshot is not None:
            kept.append(Scale(number, then.until, then.rules, snapshot))
    return tuple(kept)


def rules(user: Any, business: Business) -> Rules:
    """The settings the numbers follow."""
    return door.answered(user, business, "rules", lambda numbers: numbers.rules, tells=NOTHING)


def scale_in_force(user: Any, business: Business) -> RfmRule:
    """The scale that scores customers now."""
    return door.answered(user, business, "rfm scale", lambda numbers: numbers.rules.rfm, tells=NOTHING)


def _snapshot_at(numbers: Numbers, moment: datetime) -> int | None:
    return numbers.lake.snapshot_at(moment)


def segments(user: Any, business: Business, period: Period | None = None, scale: Scale | None = None) -> Segments:
    """The segments at the end of a period (None: of the last whole month).

    With an earlier `scale` they are as they were reported until it was changed: by that scale, from the data of then.
    """
    return door.answered(
        user,
        business,
        ("rfm", period, scale),
        lambda numbers: _by(numbers, scale, lambda then, rule: rfm_segments(then, period, rule)),
        tells=WORTH,
    )


def members(
    user: Any,
    business: Business,
    segment: str,
    period: Period | None = None,
    limit: int | None = None,
    scale: Scale | None = None,
) -> tuple[Member, ...]:
    """The customers of a segment, those with the most money first; `scale` as for `segments`."""
    return door.answered(
        user,
        business,
        ("rfm members", segment, period, limit, scale),
        lambda numbers: _by(numbers, scale, lambda then, rule: segment_customers(then, segment, period, limit, rule)),
        tells=WORTH,
    )


def reach(
    user: Any, business: Business, segment: str, period: Period | None = None, scale: Scale | None = None
) -> Reach:
    """How many customers of a segment a campaign may address; `scale` as for `segments`."""
    return door.answered(
        user,
        business,
        ("rfm reach", segment, period, scale),
        lambda numbers: _by(numbers, scale, lambda then, rule: segment_reach(then, segment, period, rule)),
        tells=CUSTOMERS,
    )


def every_addressable_member(
    user: Any, business: Business, segment: str, period: Period | None = None, scale: Scale | None = None
) -> Iterator[Member]:
    """The customers of a segment whom a campaign may address, one after the other; asked for anew each time."""
    return door.asked(user, business, lambda numbers: _each_by(numbers, scale, segment, period), tells=WORTH)


def _each_by(numbers: Numbers, scale: Scale | None, segment: str, period: Period | None) -> Iterator[Member]:
    if scale is None:
        yield from every_addressable(numbers, segment, period)
        return
    with numbers.at(scale.snapshot) as then:
        yield from every_addressable(then, segment, period, scale.rules.rfm)


def _by(numbers: Numbers, scale: Scale | None, ask: Callable[[Numbers, RfmRule | None], T]) -> T:
    """What is asked, of the numbers as they are, or as they were under an earlier scale."""
    if scale is None:
        return ask(numbers, None)
    with numbers.at(scale.snapshot) as then:
        return ask(then, scale.rules.rfm)


def plan(user: Any, business: Business, segment: str) -> NodeDocument | None:
    """What the template of this business proposes for a segment: its node, whose children carry the targets."""
    document = door.answered(
        user, business, "rfm plan", lambda numbers: template(numbers.catalogue, PLAN), tells=NOTHING
    )
    return next((node for node in _nodes(document.root) if node.id == segment), None)


def kpi_words(user: Any, business: Business, kpi: str, language: str) -> tuple[str, str]:
    """Name and unit of a KPI."""
    known = door.answered(
        user, business, ("kpi words", kpi), lambda numbers: numbers.catalogue.kpis[kpi], tells=NOTHING
    )
    return (known.ja if language == "ja" else known.en, known.unit)


def _nodes(node: NodeDocument) -> Iterator[NodeDocument]:
    yield node
    for child in node.children:
        yield from _nodes(child)
