"""How far accounts have come: onboarding, adoption, retention, expansion, advocacy, with the day and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged
from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people

ONBOARDING, ADOPTION, RETENTION, EXPANSION, ADVOCACY = (
    "onboarding",
    "adoption",
    "retention",
    "expansion",
    "advocacy",
)
STAGES: Final = (ONBOARDING, ADOPTION, RETENTION, EXPANSION, ADVOCACY)
"""In their order; an account is in exactly one of them."""
REASONS: Final = (
    "contract",
    "kickoff",
    "first_value",
    "core_use",
    "habit",
    "renewed",
    "stayed",
    "expanded",
    "recommended",
)
"""What can bring an account into a stage."""

NEVER: Final = "9000-01-01"


@dataclass(frozen=True)
class LifecycleRule:
    """What brings an account into each stage.

    Onboarding: its kick-off (stage `kickoff`), else the first day it pays. Adoption: the first value, which is one of
    the `first_values` of its onboarding, or the first use of a core feature (one of `core_features`, or of the
    `core_groups`). Retention: core use in `habit_weeks` different weeks since then, with `renewal` a contract still
    paid on the day after its renewal, or `stayed_months` of contracts without an interruption. Expansion: more revenue
    than on any day before, by more than the share `growth` of it. Advocacy: one of the `recommends` (names of events).
    Who reaches a stage has passed the ones before it: what proves a later stage proves the earlier ones too.
    `gap_days` between two spans of a contract are no interruption.
    """

    first_values: tuple[str, ...] = ("first_value", "quick_win", "live")
    core_features: tuple[str, ...] = ()
    core_groups: tuple[str, ...] = ("core",)
    habit_weeks: int = 8
    renewal: bool = True
    stayed_months: int = 6
    growth: Decimal = Decimal(0)
    recommends: tuple[str, ...] = ("referral", "case_study_published", "talk_given", "review_published")
    gap_days: int = 1
    zone: str = "Asia/Tokyo"


def milestones(facts: Facts, rule: LifecycleRule | None = None, until: date | None = None) -> ir.Table:
    """One row per account: a customer that ever paid a recurring amount by the day `until` (None: whatever is known).

    Columns: customer_id, started_on (kick-off or first paid day), paid_on (the first paid day), kickoff_on,
    quick_win_on (first use of a core feature), first_value_on, days_to_value (from the start to the first value),
    habit_on, renewed_on, stayed_on, expanded_on, recommended_on, ended_on (the day from which nothing is paid any more;
    NULL while something is). Days not reached by `until` are NULL.
    """
    rule = rule or LifecycleRule()
    paid = _paid(facts, rule)
    paid = paid.filter(_reached(paid.valid_from, until))
    accounts = paid.group_by("customer_id").aggregate(paid_on=paid.valid_from.min())
    used = _core_use(facts, rule)
    told = _told(facts, rule)
    first_use = used.group_by("customer_id").aggregate(quick_win_on=used.used_on.min())
    proved = (_renewed(paid, rule), _expanded(paid, rule), _recommended(facts, rule))
    table = _beside(accounts, told, first_use, *proved, _ended(paid))
    value = _earliest([table.told_value_on, table.quick_win_on])
    table = table.mutate(kickoff_on=_known(table.kickoff_on, until), first_value_on=value)
    table = table.mutate(started_on=ibis.coalesce(table.kickoff_on, table.paid_on))
    table = _beside(table, _habits(used, table, rule), _stayed(paid, rule))
    days = ("quick_win_on", "first_value_on", "habit_on", "renewed_on", "stayed_on", "expanded_on", "recommended_on")
    known = {name: _known(table[name], until) for name in (*days, "ended_on")}
    table = table.mutate(**known)
    waited = table.first_value_on.delta(table.started_on, unit="day").cast("int64")
    return table.select("customer_id", "started_on", "paid_on", "kickoff_on", *days, "ended_on", days_to_value=waited)


def lifecycle(facts: Facts, rule: LifecycleRule | None = None, until: date | None = None) -> ir.Table:
    """One row per account and stage it has reached by the day `until`.

    Columns: customer_id, stage, place (0 to 4), entered_on, left_on (the day of the next stage; NULL in the current
    one), reason (one of `REASONS`), is_current (exactly one row of each account), ended_on (of the account). A stage
    passed on the day it was entered has the same day twice.
    """
    rule = rule or LifecycleRule()
    table = _days_of_stages(milestones(facts, rule, until))
    places = ibis.range(0, len(STAGES)).unnest().name("place").as_table()
    table = table.cross_join(places.select(place=places.place.cast("int64")))

    def of_place(values: Sequence[ir.Value], default: str) -> ir.Value:
        return ibis.cases(*((table.place == n, v) for n, v in enumerate(values)), else_=ibis.null(default))

    days = [table[f"day_{place}"] for place in range(len(STAGES))]
    reached = table.select(
        "customer_id",
        "place",
        "ended_on",
        stage=of_place([ibis.literal(stage) for stage in STAGES], "string"),
        entered_on=of_place(days, "date"),
        left_on=_known(of_place(days[1:], "date"), until),
        reason=of_place([table[f"why_{place}"] for place in range(len(STAGES))], "string"),
    )
    reached = reached.filter(_reached(reached.entered_on, until))
    return reached.mutate(is_current=reached.left_on.isnull())


def current_stages(facts: Facts, rule: LifecycleRule | None = None, until: date | None = None) -> ir.Table:
    """One row per account that still pays on the day `until`: its stage and since when.

    Columns: customer_id, stage, place, entered_on, reason.
    """
    table = _days_of_stages(milestones(facts, rule, until))
    table = table.filter(table.ended_on.isnull())
    backwards = range(len(STAGES) - 1, -1, -1)

    def newest(values: Sequence[ir.Value]) -> ir.Value:
        return ibis.cases(*((_reached(table[f"day_{place}"], until), values[place]) for place in backwards))

    return table.select(
        "customer_id",
        stage=newest([ibis.literal(stage) for stage in STAGES]),
        place=newest([ibis.literal(place).cast("int64") for place in range(len(STAGES))]),
        entered_on=newest([table[f"day_{place}"] for place in range(len(STAGES))]),
        reason=newest([table[f"why_{place}"] for place in range(len(STAGES))]),
    )


def _days_of_stages(table: ir.Table) -> ir.Table:
    """The day of each stage and what proved it; a stage counts as passed from the first proof of any later one."""
    proofs = _proofs(table)
    later = [[proof for stage in proofs[place:] for proof in stage] for place in range(len(STAGES))]
    dated = table.mutate(**{f"day_{n}": _earliest([day for day, _why in found]) for n, found in enumerate(later)})
    return dated.select(
        "customer_id",
        "ended_on",
        *(f"day_{n}" for n in range(len(STAGES))),
        **{f"why_{n}": _reason_of(found, dated[f"day_{n}"]) for n, found in enumerate(later)},
    )


Proof = tuple[ir.DateValue, str]


def _proofs(table: ir.Table) -> list[list[Proof]]:
    """What proves each stage: the day and the word for it."""
    told = ibis.ifelse(table.first_value_on == table.quick_win_on, ibis.null("date"), table.first_value_on)
    kickoff = ibis.ifelse(table.kickoff_on.notnull(), table.started_on, ibis.null("date"))
    return [
        [(kickoff, "kickoff"), (ibis.ifelse(kickoff.isnull(), table.started_on, ibis.null("date")), "contract")],
        [(table.quick_win_on, "core_use"), (told, "first_value")],
        [(table.habit_on, "habit"), (table.renewed_on, "renewed"), (table.stayed_on, "stayed")],
        [(table.expanded_on, "expanded")],
        [(table.recommended_on, "recommended")],
    ]


def _earliest(days: Sequence[ir.Value]) -> ir.DateValue:
    """The first of some days; engines differ in what `least` makes of NULL, so it never sees one."""
    if len(days) == 1:  # Spark has no `least` of one
        return days[0]
    first = ibis.least(*(ibis.coalesce(day, ibis.date(NEVER)) for day in days))
    return ibis.ifelse(first == ibis.date(NEVER), ibis.null("date"), first)


def _reason_of(proofs: list[Proof], day: ir.DateValue) -> ir.StringValue:
    return ibis.cases(*((found == day, reason) for found, reason in proofs), else_=ibis.null("string"))


def _known(day: ir.DateValue, until: date | None) -> ir.DateValue:
    return ibis.ifelse(_reached(day, until), day, ibis.null("date"))


def _reached(day: ir.DateValue, until: date | None) -> ir.BooleanValue:
    return day.notnull() if until is None else day <= ibis.date(until)


def _beside(table: ir.Table, *others: ir.Table) -> ir.Table:
    for other in others:
        other = other.rename(_beside="customer_id")
        table = table.left_join(other, table.customer_id == other["_beside"]).drop("_beside")
    return table


def _paid(facts: Facts, rule: LifecycleRule) -> ir.Table:
    spans = bridged(facts["subscriptions"], rule.gap_days)
    return spans.filter((spans.mrr > 0) & spans.customer_id.notnull())


def _told(facts: Facts, rule: LifecycleRule) -> ir.Table:
    """What the history of onboarding says: kick-off and first value."""
    stages = facts["stages"]
    entered = stages.filter((stages.pipeline == "onboarding") & stages.customer_id.notnull())
    entered = entered.select("customer_id", "stage", day=local_time(entered.entered_at, rule.zone).date())
    return entered.group_by("customer_id").aggregate(
        kickoff_on=entered.day.min(where=entered.stage == "kickoff"),
        told_value_on=entered.day.min(where=entered.stage.isin(rule.first_values)),
    )


def core_uses(events: ir.Table, features: tuple[str, ...], groups: tuple[str, ...]) -> ir.BooleanValue:
    """Whether an event is the use of a core feature; groups count while no feature is named one by one."""
    core = events.feature.isin(features) if features else events.feature_group.isin(groups)
    return (events.name == "feature_use") & ibis.coalesce(core, ibis.literal(value=False))


def _core_use(facts: Facts, rule: LifecycleRule) -> ir.Table:
    """The days on which somebody of an account used a core feature."""
    events = facts["events"]
    used = people(events.filter(core_uses(events, rule.core_features, rule.core_groups)))
    used = used.filter(used.person.notnull())
    return used.select(customer_id="person", used_on=local_time(used.occurred_at, rule.zone).date()).distinct()


def _habits(used: ir.Table, accounts: ir.Table, rule: LifecycleRule) -> ir.Table:
    """The day on which core use reached its last needed week."""
    first = accounts.select(of="customer_id", since="first_value_on")
    weeks = used.inner_join(first, [used.customer_id == first.of, used.used_on >= first.since])
    weeks = weeks.group_by("customer_id", week=weeks.used_on.truncate("W")).aggregate(begun_on=weeks.used_on.min())
    order = ibis.window(group_by=weeks.customer_id, order_by=weeks.begun_on)
    weeks = weeks.mutate(nth=ibis.row_number().over(order))
    habit = weeks.filter(weeks.nth == rule.habit_weeks - 1)
    return habit.select("customer_id", habit_on="begun_on")


def _renewed(paid: ir.Table, rule: LifecycleRule) -> ir.Table:
    """The first renewal of each account: the day after `renewal_on`, on which the contract is still paid."""
    due = paid.filter(paid.renewal_on.notnull() & ibis.literal(rule.renewal))
    due = due.select("customer_id", contract="subscription_id", renewed_on=_after(due.renewal_on))
    held = paid.select("subscription_id", "valid_from", "valid_to")
    running = (held.valid_from <= due.renewed_on) & (held.valid_to.isnull() | (held.valid_to > due.renewed_on))
    won = due.inner_join(held, [due.contract == held.subscription_id, running])
    return won.group_by("customer_id").aggregate(renewed_on=won.renewed_on.min())


def _after(day: ir.DateValue, days: int = 1) -> ir.DateValue:
    return (day + ibis.interval(days=days)).cast("date")


def _levels(paid: ir.Table) -> ir.Table:
    """The revenue of each account from every day on which it changes."""
    money = "decimal(28, 4)"
    begins = paid.select("customer_id", day="valid_from", change=paid.mrr.cast(money))
    ends = paid.filter(paid.valid_to.notnull())
    ends = ends.select("customer_id", day="valid_to", change=(-ends.mrr).cast(money))
    steps = begins.union(ends)
    steps = steps.group_by("customer_id", "day").aggregate(change=steps.change.sum())
    order = ibis.window(group_by=steps.customer_id, order_by=steps.day, preceding=None, following=0)
    return steps.mutate(level=steps.change.sum().over(order).cast(money))


def _expanded(paid: ir.Table, rule: LifecycleRule) -> ir.Table:
    """The first day with enough more revenue than on any day before, the day the account came not counted."""
    levels = _levels(paid)
    before = ibis.window(group_by=levels.customer_id, order_by=levels.day, preceding=(None, 1))
    levels = levels.mutate(most=levels.level.max().over(before))
    line = levels.most * (1 + rule.growth) if rule.growth else levels.most
    grown = levels.filter((levels.most > 0) & (levels.level > line))
    return grown.group_by("customer_id").aggregate(expanded_on=grown.day.min())


def _ended(paid: ir.Table) -> ir.Table:
    """The day from which an account pays nothing, for those that do not pay at the end of what is known."""
    held = paid.group_by("customer_id").aggregate(last=paid.valid_to.max(), open=paid.valid_to.isnull().any())
    return held.filter(~held.open).select("customer_id", ended_on="last")


def _stayed(paid: ir.Table, rule: LifecycleRule) -> ir.Table:
    """The day on which an account has paid for so many months without an interruption."""
    order = [paid.valid_from, paid.subscription_id]
    before = ibis.window(group_by=paid.customer_id, order_by=order, preceding=(None, 1))
    ends = ibis.coalesce(paid.valid_to, ibis.date(NEVER))
    known_until = _after(ends.max().over(before), rule.gap_days)
    spans = paid.select("customer_id", "valid_from", "subscription_id", until=ends, known_until=known_until)
    begins = spans.known_until.isnull() | (spans.valid_from > spans.known_until)
    spans = spans.mutate(begins=begins.cast("int64"))
    so_far = ibis.window(
        group_by=spans.customer_id, order_by=[spans.valid_from, spans.subscription_id], preceding=None, following=0
    )
    spans = spans.mutate(run=spans.begins.sum().over(so_far))
    runs = spans.group_by("customer_id", "run").aggregate(begun=spans.valid_from.min(), ended=spans.until.max())
    runs = runs.mutate(reached=(runs.begun + ibis.interval(months=rule.stayed_months)).cast("date"))
    runs = runs.filter(runs.reached < runs.ended)
    return runs.group_by("customer_id").aggregate(stayed_on=runs.reached.min())


def _recommended(facts: Facts, rule: LifecycleRule) -> ir.Table:
    events = facts["events"]
    told = people(events.filter(events.name.isin(rule.recommends)))
    told = told.filter(told.person.notnull())
    told = told.select(customer_id="person", day=local_time(told.occurred_at, rule.zone).date())
    return told.group_by("customer_id").aggregate(recommended_on=told.day.min())
