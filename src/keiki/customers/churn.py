"""Who left afterwards: scores as they were then beside what happened next, and the chance that somebody leaves now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.health import PARTS, HealthRule, health
from keiki.customers.postings import Facts

LEVELS = 20
"""A part is grouped in steps of one twentieth, a score in tenths of a point."""
TENTHS = 10
NUDGE = 1e-6
"""Keeps a value that lies on the middle between two steps on the same side on every engine."""


@dataclass(frozen=True)
class OutcomeRule:
    """What counts as leaving: nothing is paid any more `days` days after the score. `health` made the score."""

    days: int = 90
    health: HealthRule = HealthRule()


def outcomes(facts: Facts, spans: ir.Table, rule: OutcomeRule | None = None, until: date | None = None) -> ir.Table:
    """One row per period and account with its score at the end of the period and whether it had left `days` later.

    Columns: those of `health`, and left. A score knows nothing of what came after its period. Periods whose outcome
    lies after the day `until` are left out (None: every period counts, as far as contracts are known).
    """
    rule = rule or OutcomeRule()
    ends = spans.mutate(judged_on=(spans.end_date + ibis.interval(days=rule.days)).cast("date"))
    if until is not None:
        ends = ends.filter(ends.judged_on <= (ibis.date(until) + ibis.interval(days=1)).cast("date"))
    scored = health(facts, ends.drop("judged_on"), rule.health)
    paid = bridged(facts["subscriptions"], rule.health.gap_days)
    paid = paid.filter((paid.mrr > 0) & paid.customer_id.notnull())
    later = ends.select(judged="period", day="judged_on")
    held = paid.inner_join(later, [paid.valid_from < later.day])
    stayed = held.filter(open_before(held, held.day)).select("judged", stayer="customer_id").distinct()
    joined = scored.left_join(stayed, [scored.period == stayed.judged, scored.customer_id == stayed.stayer])
    return joined.mutate(left=joined.stayer.isnull()).drop("judged", "stayer")


def grouped_outcomes(table: ir.Table) -> ir.Table:
    """Rows of `outcomes` with equal numbers counted together: what a back-test and a fit are made from.

    Columns: period, usage, support and payment (twentieths, NULL when unknown), score (tenths of a point, NULL when
    unknown), accounts, left. A million accounts become some thousand rows.
    """
    steps = {part: _step(table[part], LEVELS) for part in PARTS} | {"score": _step(table.score, TENTHS)}
    grouped = table.select("period", "left", **steps)
    return grouped.group_by("period", *PARTS, "score").aggregate(
        accounts=grouped.count().cast("int64"), left=grouped.left.cast("int64").sum().cast("int64")
    )


def _step(value: ir.Value, steps: int) -> ir.IntegerValue:
    return (value * float(steps) + (0.5 + NUDGE)).floor().cast("int64")


@dataclass(frozen=True)
class Leaving:
    """The chance that an account leaves: logistic in its parts, 1 / (1 + e^-(`level` - Σ `slopes` · part)).

    A part not known counts as its usual value (`means`). `unknown` is the chance of an account whose use nobody knows,
    when those were looked at on their own.
    """

    level: float
    slopes: Mapping[str, float]
    means: Mapping[str, float]
    unknown: float | None = None


def leaving_chance(table: ir.Table, leaving: Leaving) -> ir.FloatingValue:
    """The chance of each row of `health`, from 0 to 1."""
    height = ibis.literal(float(leaving.level))
    for part, slope in leaving.slopes.items():
        height = height - ibis.coalesce(table[part], float(leaving.means[part])) * float(slope)
    chance = 1 / (1 + (-height).exp())
    if leaving.unknown is None:
        return chance
    return ibis.ifelse(table.usage.isnull(), float(leaving.unknown), chance)
