"""The RFM segments of a business's customers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

import ibis.expr.types as ir

from keiki.customers.rfm import SEGMENTS, RfmRule
from keiki.customers.rfm_segments import Segments, segment_members, segment_moves, segment_scores, segments_of
from keiki.engine.business import Business
from keiki.engine.spans import each_row_over, rows_over
from keiki.errors import UnknownName
from keiki.periods import Grain, Period


@dataclass(frozen=True)
class Member:
    """A customer of a segment, and whether a campaign may address it."""

    customer_id: str
    name: str | None
    email: str | None
    r: int
    f: int
    m: int
    recency_days: int
    frequency: int
    amount: Decimal
    profit: Decimal
    excluded: bool
    opted_out: bool

    @property
    def addressable(self) -> bool:
        """Neither excluded from marketing nor unsubscribed."""
        return not (self.excluded or self.opted_out)


def last_whole_month(business: Business) -> Period:
    """The last month whose days the data holds to the end."""
    return business.settings.calendar.over(Grain.MONTH, business.today)[0]


def rfm_segments(business: Business, period: Period | None = None, rule: RfmRule | None = None) -> Segments:
    """The segments at the end of a period (default: the last whole month), and who moved since its start.

    `rule` takes the place of the business's own scale: the same customers by other limits.
    """
    asked, scale = period or last_whole_month(business), rule or business.rules.rfm
    facts = business.facts
    scores = rows_over(business, (asked,), lambda spans: segment_scores(facts, spans, scale))
    moves = rows_over(business, (asked,), lambda spans: segment_moves(facts, spans, scale))
    return segments_of(asked, scale, scores, moves)


@dataclass(frozen=True)
class Reach:
    """How many customers a segment has, how many of them a campaign may address, and how many of these have an address
    for e-mail.
    """

    customers: int
    addressable: int
    with_address: int


def segment_reach(business: Business, segment: str, period: Period | None = None, rule: RfmRule | None = None) -> Reach:
    """Whom a campaign for a segment reaches; arguments and errors as for `segment_customers`."""
    asked, build = _members_of(business, segment, period, rule)

    def counted(spans: ir.Table) -> ir.Table:
        table = build(spans)
        kept = ~(table.excluded | table.opted_out)
        return table.aggregate(
            customers=table.count(),
            addressable=table.count(where=kept),
            with_address=table.count(where=kept & table.email.notnull()),
        )

    return Reach(**rows_over(business, (asked,), counted)[0])


def segment_customers(
    business: Business,
    segment: str,
    period: Period | None = None,
    limit: int | None = None,
    rule: RfmRule | None = None,
) -> tuple[Member, ...]:
    """The customers of a segment, those with the most money first; `rule` as for `rfm_segments`.

    Raises UnknownName for a segment that is none.
    """
    asked, build = _members_of(business, segment, period, rule)
    rows = rows_over(business, (asked,), lambda spans: _with_most_money_first(build(spans)).limit(limit))
    return tuple(Member(**row) for row in rows)


def every_member(
    business: Business, segment: str, period: Period | None = None, rule: RfmRule | None = None
) -> Iterator[Member]:
    """All customers of a segment, those with the most money first, one after the other: a list of any length is never
    in memory. Arguments and errors as for `segment_customers`.
    """
    asked, build = _members_of(business, segment, period, rule)
    return (
        Member(**row) for row in each_row_over(business, (asked,), lambda spans: _with_most_money_first(build(spans)))
    )


def every_addressable(
    business: Business, segment: str, period: Period | None = None, rule: RfmRule | None = None
) -> Iterator[Member]:
    """Those of `every_member` whom a campaign may address."""
    asked, build = _members_of(business, segment, period, rule)

    def addressable(spans: ir.Table) -> ir.Table:
        table = build(spans)
        return _with_most_money_first(table.filter(~(table.excluded | table.opted_out)))

    return (Member(**row) for row in each_row_over(business, (asked,), addressable))


def _members_of(
    business: Business, segment: str, period: Period | None, rule: RfmRule | None
) -> tuple[Period, Callable[[ir.Table], ir.Table]]:
    """The period that is meant, and what makes the members of a segment out of it."""
    if segment not in SEGMENTS:
        raise UnknownName(kind="value", name=segment, known=SEGMENTS)
    facts, scale = business.facts, rule or business.rules.rfm
    names = tuple(Member.__dataclass_fields__)
    return period or last_whole_month(business), lambda spans: segment_members(facts, spans, segment, scale)[names]


def _with_most_money_first(members: ir.Table) -> ir.Table:
    return members.order_by(members.amount.desc(), members.customer_id)
