"""The recurring revenue of a business over periods, by our rules or those published by others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from keiki.customers.mrr_presets import NAMED, PRESETS, Preset, preset_differences
from keiki.customers.recurring import (
    Committed,
    Recurring,
    movement_sums,
    recurring_of,
    renewal_counts,
    revenue_levels,
    scheduled,
)
from keiki.engine.business import Business
from keiki.engine.spans import rows_over
from keiki.errors import UnknownName
from keiki.periods import Grain, Period

PERIODS = 13
"""How many periods are shown."""


@dataclass(frozen=True)
class RecurringAnswer:
    """Every period, and what is agreed for later on the last day of the data."""

    preset: Preset
    periods: tuple[Recurring, ...]
    committed: Committed


@dataclass(frozen=True)
class Difference:
    """Customers of one class whose movements two presets name differently in a period."""

    period: Period
    reason: str
    customers: int
    left: dict[str, Decimal]
    right: dict[str, Decimal]


def preset_named(name: str) -> Preset:
    """The preset of that id; raises UnknownName."""
    if name not in PRESETS:
        raise UnknownName(kind="value", name=name, known=PRESETS)
    return PRESETS[name]


def _own_preset(business: Business, name: str) -> Preset:
    """The preset; ours bridges the pauses that the business has set."""
    found = preset_named(name)
    return replace(found, gap_days=business.rules.movements.gap_days) if found.id == "keiki" else found


def last_periods(business: Business, grain: Grain | str = Grain.MONTH, count: int = PERIODS) -> tuple[Period, ...]:
    """The last periods up to the one that holds the last day of the data."""
    return business.lens(grain, count).periods


def recurring(business: Business, periods: Sequence[Period] | None = None, preset: str = "keiki") -> RecurringAnswer:
    """From start to end of every period (default: the last 13 months), movements by a preset.

    Levels and renewals are ours under every preset, except that a pause is bridged as the preset does. Raises
    UnknownName for a preset that is none.
    """
    rule, own = _own_preset(business, preset), business.rules.movements
    asked = tuple(periods or last_periods(business))
    facts = business.facts
    levels = {
        row["period"]: row for row in rows_over(business, asked, lambda s: revenue_levels(facts, s, rule.gap_days))
    }
    sums = {row["period"]: row for row in rows_over(business, asked, lambda s: movement_sums(facts, s, rule, own))}
    due = {row["period"]: row for row in rows_over(business, asked, lambda s: renewal_counts(facts, s, own))}
    past = business.today + timedelta(days=1)
    found = tuple(
        recurring_of(period, levels[n], sums.get(n), due.get(n), complete=period.end <= past)
        for n, period in enumerate(asked)
    )
    (agreed,) = business.engine.run(scheduled(facts, business.today)).to_pylist()
    return RecurringAnswer(rule, found, Committed(business.today, **agreed))


def recurring_differences(
    business: Business, left: str, right: str, periods: Sequence[Period] | None = None
) -> tuple[Difference, ...]:
    """Why two presets differ, per period and class of customers; the rows of a period sum to the difference."""
    rules = (_own_preset(business, left), _own_preset(business, right))
    asked = tuple(periods or last_periods(business))
    rows = rows_over(business, asked, lambda spans: preset_differences(business.facts, spans, *rules))
    return tuple(
        Difference(
            asked[row["period"]],
            row["reason"],
            row["customers"],
            {name: row[f"left_{name}"] for name in NAMED},
            {name: row[f"right_{name}"] for name in NAMED},
        )
        for row in sorted(rows, key=lambda row: (row["period"], row["reason"]))
    )
