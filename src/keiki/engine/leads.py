"""The leads of a business in a period: how their scores spread, by the systems that gave them or by an agreed rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis.expr.types as ir

from keiki.engine.business import Business
from keiki.engine.spans import rows_over
from keiki.journeys.lead_scores import LeadRule, ScoreSpread, lead_scores, score_counts, score_spread
from keiki.periods import Period


@dataclass(frozen=True)
class LeadSpreads:
    """The leads of a period: by the scores that were loaded, and by each rule in its order.

    `risen` and `fallen` are leads with more and fewer points by the first rule than by the second; 0 with fewer rules.
    """

    period: Period
    leads: int
    loaded: ScoreSpread
    by_rule: tuple[ScoreSpread, ...]
    risen: int = 0
    fallen: int = 0


@dataclass(frozen=True)
class ScoredLead:
    """One lead with its points by each rule (empty without rules) and the score that was loaded (None without one)."""

    lead: str
    customer_id: str | None
    entered_at: datetime
    loaded: float | None
    points: tuple[int, ...]


def lead_spreads(business: Business, period: Period, rules: Sequence[LeadRule] = ()) -> LeadSpreads:
    """How the scores of the leads that came in a period spread over the bands of the business."""
    facts, bands = business.facts, business.rules.leads

    def counted(*columns: str) -> list[dict[str, float | int | None]]:
        def build(spans: ir.Table) -> ir.Table:
            return score_counts(lead_scores(facts, spans, rules), *columns)

        return rows_over(business, [period], build)

    loaded = {row["loaded"]: int(row["leads"] or 0) for row in counted("loaded")}
    names = [f"score_{place}" for place in range(len(rules))]
    rows = counted(*names) if names else []
    spreads = tuple(score_spread(_summed(rows, name), bands) for name in names)
    moved = [(row["score_0"], row["score_1"], int(row["leads"] or 0)) for row in rows] if len(rules) > 1 else []
    return LeadSpreads(
        period,
        sum(loaded.values()),
        score_spread(loaded, bands),
        spreads,
        sum(count for now, before, count in moved if (now or 0) > (before or 0)),
        sum(count for now, before, count in moved if (now or 0) < (before or 0)),
    )


def _summed(rows: Sequence[Mapping[str, float | int | None]], name: str) -> dict[float | None, int]:
    found: dict[float | None, int] = {}
    for row in rows:
        found[row[name]] = found.get(row[name], 0) + int(row["leads"] or 0)
    return found


def best_leads(
    business: Business, period: Period, rules: Sequence[LeadRule] = (), limit: int = 20
) -> tuple[ScoredLead, ...]:
    """The leads of a period with most points by the first rule; without rules those with the highest loaded score."""
    facts = business.facts
    names = [f"score_{place}" for place in range(len(rules))]

    def build(spans: ir.Table) -> ir.Table:
        table = lead_scores(facts, spans, rules)
        keys = [table[name].desc(nulls_first=False) for name in [*names[:1], "loaded"]]
        return table.order_by(*keys, table.entered_at.desc(), table.lead).limit(limit)

    return tuple(
        ScoredLead(
            lead=row["lead"],
            customer_id=row["customer_id"],
            entered_at=row["entered_at"],
            loaded=row["loaded"],
            points=tuple(row[name] for name in names),
        )
        for row in rows_over(business, [period], build)
    )
