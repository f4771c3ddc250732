"""The RFM segments of a business's customers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from keiki.customers.rfm import SEGMENTS, RfmRule
from keiki.customers.rfm_segments import Segments, segment_members, segment_moves, segment_scores, segments_of
from keiki.engine.business import Business
from keiki.engine.spans import rows_over
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
    """The last month whose days the data holds to the end; the first month where none is over."""
    months = business.lens(Grain.MONTH, 2)
    return months.periods[1] if months.complete(1) else months.periods[0]


def rfm_segments(business: Business, period: Period | None = None, rule: RfmRule | None = None) -> Segments:
    """The segments at the end of a period (default: the last whole month), and who moved since its start.

    `rule` takes the place of the business's own scale: the same customers by other limits.
    """
    asked, scale = period or last_whole_month(business), rule or business.rules.rfm
    facts = business.facts
    scores = rows_over(business, (asked,), lambda spans: segment_scores(facts, spans, scale))
    moves = rows_over(business, (asked,), lambda spans: segment_moves(facts, spans, scale))
    return segments_of(asked, scale, scores, moves)


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
    if segment not in SEGMENTS:
        raise UnknownName(kind="value", name=segment, known=SEGMENTS)
    asked, facts, scale = period or last_whole_month(business), business.facts, rule or business.rules.rfm
    names = tuple(Member.__dataclass_fields__)
    rows = rows_over(
        business,
        (asked,),
        lambda spans: (
            (table := segment_members(facts, spans, segment, scale))
            .select(*names)
            .order_by(table.amount.desc(), table.customer_id)
            .limit(limit)
        ),
    )
    return tuple(Member(**row) for row in rows)
