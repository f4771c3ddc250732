"""Recurring revenue of a period: from start to end by its movements, and the rates that rest on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.movements import MovementRule, movements, renewals
from keiki.customers.mrr_presets import MONEY, OF_START, Preset, of_start, preset_movements
from keiki.customers.postings import Facts
from keiki.customers.small_groups import LEAST, small_parts
from keiki.periods import Period

MOVES = ("new", "reactivation", "upsell", "cross_sell", "expansion", "contraction", "churned")
GROWTH = ("upsell", "cross_sell")
ALL = "all"
UP, DOWN = ("new", "reactivation", "expansion"), ("contraction", "churned")


def movement_sums(facts: Facts, spans: ir.Table, preset: Preset, rule: MovementRule | None = None) -> ir.Table:
    """One row per period in which any revenue changed: the money of every movement and how many customers had it.

    Columns: period, every name of MOVES (money; expansion = upsell + cross-sell where the preset tells them apart,
    else both are NULL) and n_… (customers); lost (customers who left altogether: under rules that follow contracts one
    by one, a customer with another contract has not); net and gross, the change of the revenue there was at the start,
    with and without growth.
    """
    if preset.id == "keiki":
        table = movements(facts, spans, rule)
        table = table.mutate(expansion=table.upsell + table.cross_sell, **of_start(table.mrr_start, table.mrr_end))
    else:
        table = preset_movements(facts, spans, preset)
        table = table.mutate(upsell=ibis.null(MONEY), cross_sell=ibis.null(MONEY))
    sums = {name: table[name].sum().cast(MONEY) for name in (*MOVES, *OF_START)}
    counts = {f"n_{n}": _count(table[n] > 0) for n in MOVES}
    if preset.unit == "customer":
        return table.group_by("period").aggregate(**sums, **counts, lost=_count(table.churned > 0))
    left = preset_movements(facts, spans, replace(preset, unit="customer"))
    left = left.group_by(of="period").aggregate(lost=_count(left.churned > 0))
    found = table.group_by("period").aggregate(**sums, **counts)
    found = found.left_join(left, found.period == left.of).drop("of")
    return found.mutate(lost=ibis.coalesce(found.lost, 0).cast("int64"))


def _count(where: ir.BooleanValue) -> ir.IntegerValue:
    return ibis.coalesce(where.cast("int64").sum(), 0).cast("int64")


def revenue_levels(facts: Facts, spans: ir.Table, gap_days: int = 1) -> ir.Table:
    """One row per period: recurring revenue, paying customers and licensed users (seats; empty is 1) at both ends.

    Columns: period, mrr_start, customers_start, users_start, mrr_end, customers_end, users_end.
    """
    held = bridged(facts["subscriptions"], gap_days)
    held = held.filter((held.mrr > 0) & held.customer_id.notnull())
    table = spans.left_join(held, held.valid_from < spans.end_date)
    columns: dict[str, ir.Value] = {}
    for side in ("start", "end"):
        there = open_before(table, table[f"{side}_date"])
        columns |= {
            f"mrr_{side}": ibis.coalesce(table.mrr.sum(where=there), 0).cast(MONEY),
            f"customers_{side}": table.customer_id.nunique(where=there),
            f"users_{side}": ibis.coalesce(ibis.coalesce(table.seats, 1).sum(where=there), 0).cast("int64"),
        }
    return table.group_by("period").aggregate(**columns)


def renewal_counts(facts: Facts, spans: ir.Table, rule: MovementRule | None = None) -> ir.Table:
    """One row per period with contracts due: period, due, renewed."""
    table = renewals(facts, spans, rule)
    return table.group_by("period").aggregate(
        due=table.count(), renewed=table.renewed.cast("int64").sum().cast("int64")
    )


def scheduled(facts: Facts, day: date) -> ir.Table:
    """What is already agreed on a day: one row with mrr (open at the end of that day), starting (of spans that begin
    later) and ending (of those open or beginning later that have an end).
    """
    held = facts["subscriptions"]
    held = held.filter((held.mrr > 0) & held.customer_id.notnull())
    tomorrow = (ibis.date(day.isoformat()) + ibis.interval(days=1)).cast("date")
    is_open, later = open_before(held, tomorrow), held.valid_from >= tomorrow
    ends = held.valid_to.notnull() & (is_open | later)
    named = {"mrr": is_open, "starting": later, "ending": ends}
    return held.aggregate(**{n: ibis.coalesce(held.mrr.sum(where=w), 0).cast(MONEY) for n, w in named.items()})


@dataclass(frozen=True)
class Committed:
    """Recurring revenue on a day with everything already agreed for later: + what starts, − what ends."""

    day: date
    mrr: Decimal
    starting: Decimal
    ending: Decimal

    @property
    def total(self) -> Decimal:
        """Committed recurring revenue."""
        return self.mrr + self.starting - self.ending


@dataclass(frozen=True)
class Recurring:
    """Recurring revenue of one period. Money per month; `moves` and `moved` (customers) by the names of MOVES, None
    where the preset does not tell them apart. `lost` customers left altogether. `net` and `gross`: the change of the
    revenue there was at the start, with and without growth. `due` contracts came up for renewal, `renewed` run on.
    `complete`: the data reaches the end of the period.
    """

    period: Period
    complete: bool
    mrr_start: Decimal
    mrr_end: Decimal
    customers_start: int
    customers_end: int
    users_start: int
    users_end: int
    moves: Mapping[str, Decimal | None]
    moved: Mapping[str, int]
    lost: int
    net: Decimal
    gross: Decimal
    due: int
    renewed: int

    def move(self, name: str) -> Decimal:
        """The money of a movement; 0 where there was none."""
        return self.moves.get(name) or Decimal(0)

    @property
    def unexplained(self) -> Decimal:
        """End − (start + movements): 0, or the movements are wrong."""
        up, down = sum(map(self.move, UP), Decimal(0)), sum(map(self.move, DOWN), Decimal(0))
        return self.mrr_end - (self.mrr_start + up - down)

    @property
    def hidden(self) -> frozenset[str]:
        """What may not leave the business: the names of movements of one to four customers, and of as many others as it
        takes so that start, end and the other movements give none of them away; ALL where so few pay at all.
        """
        if any(0 < count < LEAST for count in (self.customers_start, self.customers_end)):
            return frozenset({ALL})
        names = (*UP, *DOWN)
        found = {names[place] for place in small_parts([self.moved.get(name, 0) for name in names])}
        if "expansion" in found:
            return frozenset({*found, *GROWTH})
        return frozenset({*found, *(GROWTH[place] for place in small_parts([self.moved.get(n, 0) for n in GROWTH]))})

    @property
    def logo_churn(self) -> float | None:
        """Customers that left altogether, of those at the start."""
        return _share(self.lost, self.customers_start)

    @property
    def revenue_churn(self) -> float | None:
        """Revenue of cancellations, of that at the start; reductions are not in it."""
        return _share(self.move("churned"), self.mrr_start)

    @property
    def gross_retention(self) -> float | None:
        """GRR: what is left of the start without any growth; never above 1."""
        return _share(self.mrr_start + self.gross, self.mrr_start)

    @property
    def net_retention(self) -> float | None:
        """NRR: what the customers of the start pay at the end; new and returned ones are not in it."""
        return _share(self.mrr_start + self.net, self.mrr_start)

    @property
    def quick_ratio(self) -> float | None:
        """Revenue won for each one lost; None when none was lost."""
        return _share(sum(map(self.move, UP), Decimal(0)), sum(map(self.move, DOWN), Decimal(0)))

    @property
    def renewal_rate(self) -> float | None:
        """Contracts renewed, of those that came due; others are not counted."""
        return _share(self.renewed, self.due)

    def rate_of_revenue(self, name: str) -> float | None:
        """A movement (`upsell`, `cross_sell`, `expansion`) of the revenue at the start."""
        value = self.moves.get(name)
        return None if value is None else _share(value, self.mrr_start)

    def rate_of_customers(self, name: str) -> float | None:
        """The customers that had a movement, of those at the start."""
        return None if self.moves.get(name) is None else _share(self.moved.get(name, 0), self.customers_start)

    @property
    def per_account(self) -> float | None:
        """ARPA: monthly revenue per paying customer at the end."""
        return _share(self.mrr_end, self.customers_end)

    @property
    def per_user(self) -> float | None:
        """ARPU: monthly revenue per licensed user at the end."""
        return _share(self.mrr_end, self.users_end)


def _share(part: Decimal | int, whole: Decimal | int) -> float | None:
    return float(part) / float(whole) if whole else None


def recurring_of(
    period: Period,
    level: Mapping[str, Any],
    sums: Mapping[str, Any] | None,
    due: Mapping[str, Any] | None,
    *,
    complete: bool,
) -> Recurring:
    """One period from the rows of `revenue_levels`, `movement_sums` and `renewal_counts` (None: no row)."""
    nothing = dict.fromkeys(MOVES, Decimal(0))
    return Recurring(
        period,
        complete,
        **{name: level[name] for name in ("mrr_start", "mrr_end", "customers_start", "customers_end")},
        **{name: level[name] for name in ("users_start", "users_end")},
        moves={name: sums[name] for name in MOVES} if sums else nothing,
        moved={name: sums[f"n_{name}"] for name in MOVES} if sums else dict.fromkeys(MOVES, 0),
        lost=sums["lost"] if sums else 0,
        net=sums["net"] if sums else Decimal(0),
        gross=sums["gross"] if sums else Decimal(0),
        due=due["due"] if due else 0,
        renewed=due["renewed"] if due else 0,
    )
