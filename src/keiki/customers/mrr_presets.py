"""Movements of recurring revenue by the published rules of others, and for which customers they differ from ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged
from keiki.customers.postings import Facts

MONEY = "decimal(18, 4)"
NAMED = ("new", "reactivation", "expansion", "contraction", "churned")
AMOUNTS = ("mrr_start", "mrr_end", *NAMED)
OF_START = ("net", "gross")


@dataclass(frozen=True)
class Preset:
    """How somebody reads a change of recurring revenue.

    `unit`: whose revenue is followed, a `customer`'s over all contracts or each `contract`'s. `compares`: the `ends`
    of the period (what happens in between cancels out) or `changes` (every day's change is a movement). `returning`:
    a unit that comes back is `reactivation` or `expansion`. Gaps of a contract up to `gap_days` are none. `source`:
    where the rule is published, and in both languages what it says.
    """

    id: str
    name: str
    unit: str
    compares: str
    returning: str
    gap_days: int
    source: str
    en: str = ""
    ja: str = ""

    def words(self, language: str) -> str:
        """Where the rule is published and what it says."""
        if language == "ja":
            return f"{self.source}。{self.ja}" if self.ja else self.source
        return f"{self.source}: {self.en}" if self.en else self.source


PRESETS: Mapping[str, Preset] = {
    preset.id: preset
    for preset in (
        Preset("keiki", "Keiki", "customer", "ends", "reactivation", 1, "docs/guides/customer-value.md"),
        Preset(
            "chartmogul",
            "ChartMogul",
            "customer",
            "changes",
            "reactivation",
            0,
            "ChartMogul Help Center, “Understanding MRR movements”, “Chart Data”",
            "the net change of a customer's MRR at each event; a second subscription is expansion; a cancellation "
            "beside another one is contraction",
            "出来事のたびに顧客のMRRの増減を読む。2つ目の契約は拡大、ほかの契約が残る解約は縮小",
        ),
        Preset(
            "profitwell",
            "ProfitWell",
            "customer",
            "ends",
            "reactivation",
            0,
            "Paddle, “ProfitWell vs. Chargebee”",
            "who signs up and churns in the same calendar month is left out; who comes back after any time is a "
            "reactivation",
            "同じ月に始めて解約した顧客は数えない。どれだけ間が空いても、戻ってきた顧客は復活",
        ),
        Preset(
            "chargebee",
            "Chargebee",
            "contract",
            "ends",
            "expansion",
            0,
            "Chargebee Docs, “Expansion & Contraction MRR”, “Recurring Revenue”, “How Churn is calculated”",
            "read per subscription against the period before; Total Expansion MRR holds upgrades and reactivations; a "
            "customer is lost with the last subscription",
            "契約ごとに前の期間と比べる。拡大のMRRには、アップグレードと復活の両方が入る。顧客の解約は最後の契約が終わったとき",
        ),
    )
}
"""The published rules by id; ours is `keiki`."""


def preset_movements(facts: Facts, spans: ir.Table, preset: Preset) -> ir.Table:
    """One row per period and customer whose revenue changed in it, its movements named by a preset.

    Columns: period, customer_id, units (customers or contracts that changed), changes (days on which one did), and
    money: mrr_start and mrr_end of the units that changed, new, reactivation, expansion, contraction and churned (all
    ≥ 0). In every row mrr_end = mrr_start + new + reactivation + expansion - contraction - churned. Of the units that
    had revenue at the start: net (their change) and gross (their change without any growth, ≤ 0).
    """
    steps = _steps(facts, preset)
    inside = steps.inner_join(spans, [steps.day >= spans.start_date, steps.day < spans.end_date])
    by_unit = inside.group_by("period", "start_date", "unit", "customer_id").aggregate(
        mrr_end=inside.after.argmax(inside.day),
        moved=inside.delta.sum(),
        first_on=inside.first_on.min(),
        changes=inside.count(),
    )
    by_unit = by_unit.mutate(mrr_start=by_unit.mrr_end - by_unit.moved)
    by_unit = by_unit.mutate(**of_start(by_unit.mrr_start, by_unit.mrr_end))
    if preset.compares == "ends":
        named = _named(by_unit, by_unit.mrr_start, by_unit.mrr_end, by_unit.first_on < by_unit.start_date, preset)
        return _by_customer(named)
    each = _named(inside, inside.after - inside.delta, inside.after, inside.first_on < inside.day, preset)
    sums = each.group_by("period", "unit").aggregate(**{name: each[name].sum() for name in NAMED})
    sums = sums.rename(of_period="period", of_unit="unit")
    joined = by_unit.inner_join(sums, [by_unit.period == sums.of_period, by_unit.unit == sums.of_unit])
    return _by_customer(joined)


def of_start(start: ir.Value, end: ir.Value) -> dict[str, ir.Value]:
    """What became of the revenue there was at the start: `net` and, growth left out, `gross`."""
    nothing = ibis.literal(0).cast(start.type())
    change = ibis.ifelse(start > 0, end - start, nothing)
    return {"net": change, "gross": ibis.least(change, nothing)}


def _steps(facts: Facts, preset: Preset) -> ir.Table:
    """Every day on which the revenue of a unit changed: unit, customer_id, day, delta, after, first_on."""
    spans = bridged(facts["subscriptions"], preset.gap_days)
    paid = spans.filter((spans.mrr > 0) & spans.customer_id.notnull())
    unit = paid.customer_id if preset.unit == "customer" else paid.subscription_id
    begun = paid.select("customer_id", unit=unit, day=paid.valid_from, delta=paid.mrr)
    ended = paid.filter(paid.valid_to.notnull())
    unit = ended.customer_id if preset.unit == "customer" else ended.subscription_id
    ended = ended.select("customer_id", unit=unit, day=ended.valid_to, delta=-ended.mrr)
    every = begun.union(ended)
    steps = every.group_by("unit", "day").aggregate(customer_id=every.customer_id.min(), delta=every.delta.sum())
    steps = steps.filter(steps.delta != 0)
    so_far = ibis.cumulative_window(group_by=steps.unit, order_by=steps.day)
    return steps.mutate(after=steps.delta.sum().over(so_far), first_on=steps.day.min().over(so_far))


def _named(table: ir.Table, before: ir.Value, after: ir.Value, known: ir.BooleanValue, preset: Preset) -> ir.Table:
    """The rows with their change named; `known` had revenue before."""
    nothing = ibis.literal(0).cast(after.type())

    def when(condition: ir.BooleanValue, amount: ir.Value) -> ir.Value:
        return ibis.ifelse(condition, amount, nothing)

    joined, stayed = (before == 0) & (after > 0), (before > 0) & (after > 0)
    back = when(joined & known, after)
    grown = when(stayed & (after > before), after - before)
    as_expansion = preset.returning == "expansion"
    return table.mutate(
        new=when(joined & ~known, after),
        reactivation=when(ibis.literal(value=False), after) if as_expansion else back,
        expansion=grown + back if as_expansion else grown,
        contraction=when(stayed & (after < before), before - after),
        churned=when((before > 0) & (after == 0), before),
    )


def _by_customer(units: ir.Table) -> ir.Table:
    return units.group_by("period", "customer_id").aggregate(
        units=units.count(),
        changes=units.changes.sum(),
        **{name: units[name].sum().cast(MONEY) for name in (*AMOUNTS, *OF_START)},
    )


CLASSES = ("several_contracts", "short_gap", "brief", "return", "several_changes")
"""Why two presets name a customer's change differently; the first that holds is told."""


def preset_differences(facts: Facts, spans: ir.Table, left: Preset, right: Preset) -> ir.Table:
    """Why two presets differ: one row per period and class of customers whose movements they name differently.

    Columns: period, reason, customers, and every movement of NAMED as left_… and right_… (money). The rows of a period
    sum to the whole difference. Classes: `several_contracts` (contracts are followed one by one), `short_gap` (a pause
    that one of them bridges), `brief` (joined and left within the period), `return` (who came back goes under another
    name), `several_changes` (up and down within the period).
    """
    first, second = preset_movements(facts, spans, left), preset_movements(facts, spans, right)
    columns = (*AMOUNTS, "units", "changes")
    first = first.drop(*OF_START)
    second = second.select(other="period", who="customer_id", **{f"right_{name}": second[name] for name in columns})
    table = first.outer_join(second, [first.period == second.other, first.customer_id == second.who])
    known = {f"left_{name}": _or_nothing(table[name]) for name in columns}
    known |= {f"right_{name}": _or_nothing(table[f"right_{name}"]) for name in columns}
    table = table.select(period=ibis.coalesce(table.period, table.other), **known)
    table = table.filter(ibis.or_(*(table[f"left_{name}"] != table[f"right_{name}"] for name in NAMED)))
    table = table.mutate(reason=_reason(table, left, right))
    amounts = {f"{side}_{name}": table[f"{side}_{name}"].sum().cast(MONEY) for side in SIDES for name in NAMED}
    return table.group_by("period", "reason").aggregate(customers=table.count(), **amounts)


SIDES = ("left", "right")


def _or_nothing(value: ir.Value) -> ir.Value:
    return ibis.coalesce(value, ibis.literal(0).cast(value.type()))


def _reason(table: ir.Table, left: Preset, right: Preset) -> ir.StringValue:
    def same(name: str) -> ir.BooleanValue:
        return table[f"left_{name}"] == table[f"right_{name}"]

    never = ibis.literal(value=False)
    several = ibis.greatest(table.left_units, table.right_units) > 1
    several = (several | ~same("mrr_start") | ~same("mrr_end")) & (left.unit != right.unit)
    paused = ~same("changes") if left.gap_days != right.gap_days and left.unit == right.unit else never
    brief = ibis.and_(*(table[f"{side}_{name}"] == 0 for side in SIDES for name in ("mrr_start", "mrr_end")))
    others = ibis.and_(*map(same, ("contraction", "churned")))
    return ibis.cases(
        (several, "several_contracts"),
        (paused, "short_gap"),
        (brief, "brief"),
        (others & ibis.literal(value=left.returning != right.returning), "return"),
        else_="several_changes",
    )
