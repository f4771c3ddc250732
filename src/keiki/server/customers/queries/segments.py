"""Reads about RFM segments: their size and money, who moved, what to do for them, and who is in one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keiki.customers.rfm_segments import Segments
from keiki.engine.rfm_segments import Member, rfm_segments, segment_customers
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.trees.document import NodeDocument, template

PLAN = "rfm_segments"
"""The template that holds the action and the targets of every segment."""


def segments(user: Any, business: Business, period: Period | None = None) -> Segments:
    """The segments at the end of a period (None: of the last whole month)."""
    return door.answered(user, business, ("rfm", period), lambda numbers: rfm_segments(numbers, period))


def members(
    user: Any, business: Business, segment: str, period: Period | None = None, limit: int | None = None
) -> tuple[Member, ...]:
    """The customers of a segment, those with the most money first."""
    return door.answered(
        user,
        business,
        ("rfm members", segment, period, limit),
        lambda numbers: segment_customers(numbers, segment, period, limit),
    )


def plan(user: Any, business: Business, segment: str) -> NodeDocument | None:
    """What the template of this business proposes for a segment: its node, whose children carry the targets."""
    document = door.answered(user, business, "rfm plan", lambda numbers: template(numbers.catalogue, PLAN))
    return next((node for node in _nodes(document.root) if node.id == segment), None)


def kpi_words(user: Any, business: Business, kpi: str, language: str) -> tuple[str, str]:
    """Name and unit of a KPI."""
    known = door.answered(user, business, ("kpi words", kpi), lambda numbers: numbers.catalogue.kpis[kpi])
    return (known.ja if language == "ja" else known.en, known.unit)


def _nodes(node: NodeDocument) -> Iterator[NodeDocument]:
    yield node
    for child in node.children:
        yield from _nodes(child)
