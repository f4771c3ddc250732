"""How leads, deals and applicants move through their stages: where they stand, who moves on, how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from keiki.errors import UnknownName
from keiki.facts.vocabulary import vocabulary
from keiki.journeys.business_days import MONDAY_TO_FRIDAY, WorkingTime, with_business_days
from keiki.journeys.local_time import local_time, whole_seconds
from keiki.journeys.windows import window

Facts = Mapping[str, ir.Table]
SUBJECT = ("pipeline", "subject_id")
OF_STAGE = (
    "customer_id",
    "kind",
    "origin",
    "sales_channel",
    "channel",
    "campaign",
    "campaign_kind",
    "platform",
    "product",
    "project",
    "owner",
    "department",
    "partner",
    "is_key_partner",
    "is_large",
    "is_target",
)
SECONDS = {"hours": 3_600.0, "days": 86_400.0, "months": 86_400 * 365.25 / 12}
"""Seconds of the units of a length; a month is a twelfth of 365.25 days."""


@dataclass(frozen=True)
class StageRule:
    """How stage rows are read.

    `notes` are stages that note something about a subject without moving it (a new lead score). `lost` are ends that
    are no advance. `as_of` is the UTC instant up to which the data is known (None: the latest entry of any subject):
    a subject whose window has not ended by then is in no rate. `zone`, `working_days` (0 is Monday), the holidays of
    `country` and `days_off` give the business days (setting `business_calendar`).
    """

    notes: tuple[str, ...] = ("scored",)
    lost: tuple[str, ...] = ("disqualified", "lost", "rejected", "viewing_cancelled", "declined", "ended")
    as_of: datetime | None = None
    zone: str = "Asia/Tokyo"
    country: str = "JP"
    working_days: tuple[int, ...] = MONDAY_TO_FRIDAY
    days_off: tuple[date, ...] = ()


def stages_held(facts: Facts, spans: ir.Table, rule: StageRule | None = None) -> ir.Table:
    """One row per period and subject with the stage it stands in: at the end, at the start, or both.

    Columns: period, pipeline, subject_id, stage and the other dimensions of that entry, at_start, at_end, advanced (on
    rows at the start: an open stage then, and at the end a later one in the order of the vocabulary that is not lost).
    A subject stands in the stage it entered last, also when it went back; of entries in the same instant in the
    later stage. An end is read before its boundary.
    """
    rule = rule or StageRule()
    moves = facts["stages"]
    moves = moves.filter(moves.stage.notin(rule.notes))
    moves = moves.mutate(place=_place(moves))
    held = _between_ends(_until_next(moves), spans)
    over = ibis.window(group_by=["period", *SUBJECT])
    reached = held.place.max(where=held.at_end & held.stage.notin(rule.lost)).over(over)
    is_open = _stage_of(held).notin(_ended())
    advanced = ibis.coalesce(held.at_start & is_open & (reached > held.place), ibis.literal(value=False))
    held = held.mutate(advanced=advanced).filter(held.at_start | held.at_end)
    return held.select("period", *SUBJECT, "stage", *OF_STAGE, "at_start", "at_end", "advanced")


def stage_scores(facts: Facts, spans: ir.Table) -> ir.Table:
    """One row per period and subject that was scored both before the period and inside it.

    Columns: period, pipeline, subject_id, stage and the other dimensions of its last entry with a score in the period,
    score_before (the last before the period) and score (the last inside).
    """
    scored = facts["stages"]
    scored = scored.filter(scored.score.notnull())
    held = _between_ends(_until_next(scored.mutate(place=_place(scored))), spans)
    over = ibis.window(group_by=["period", *SUBJECT])
    held = held.mutate(score_before=held.score.max(where=held.at_start).over(over))
    inside = held.filter(held.at_end & ~held.at_start & held.score_before.notnull())
    return inside.select("period", *SUBJECT, "stage", *OF_STAGE, "score_before", "score")


def _until_next(entries: ir.Table) -> ir.Table:
    """Entries with the instant at which the subject's next one takes their place (`until`, NULL for the last)."""
    order = ibis.window(
        group_by=list(SUBJECT), order_by=[entries.entered_at, ibis.coalesce(entries.place, -1), entries.stage]
    )
    return entries.mutate(until=entries.entered_at.lead().over(order))


def _between_ends(entries: ir.Table, spans: ir.Table) -> ir.Table:
    """Every entry in every period that it reaches, with whether it was the latest at the start and at the end."""
    kept = entries.select(*SUBJECT, "stage", "place", "score", "entered_at", "until", *OF_STAGE)
    last = kept.until.isnull()
    table = kept.inner_join(spans, [kept.entered_at < spans.end_at, last | (kept.until >= spans.start_at)])

    def held(at: ir.Value) -> ir.BooleanValue:
        return (table.entered_at < at) & (table.until.isnull() | (table.until >= at))

    return table.mutate(at_start=held(table.start_at), at_end=held(table.end_at))


def _stage_of(table: ir.Table) -> ir.StringValue:
    """`deal/won`: the same word may be a stage of several pipelines."""
    return table.pipeline + "/" + table.stage


def _place(table: ir.Table) -> ir.IntegerValue:
    """The place of a stage in the order of its pipeline, NULL for words that are not in the vocabulary."""
    named = _stage_of(table)
    places = {
        f"{pipeline}/{stage}": number
        for pipeline in vocabulary("pipeline")
        for number, stage in enumerate(vocabulary("stage", pipeline))
    }
    return ibis.cases(*((named == stage, number) for stage, number in places.items())).cast("int64")


def _ended() -> tuple[str, ...]:
    return tuple(
        f"{pipeline}/{stage}"
        for pipeline in vocabulary("pipeline")
        for stage, label in vocabulary("stage", pipeline).items()
        if "end" in label.flags
    )


def entries_of(facts: Facts, stage: str) -> ir.Table:
    """The subjects' first entries of a stage: `won` in every pipeline, `deal/won` in one; of a repeating stage all.

    The columns of the fact `stages`; an entry without a customer takes that of the subject's other entries.
    Raises UnknownName for a stage that the vocabulary (of that pipeline) does not have.
    """
    pipeline, _, name = stage.rpartition("/")
    known = vocabulary("stage", pipeline or None)
    if name not in known:
        raise UnknownName(kind="stage", name=stage, known=known)
    stages = facts["stages"]
    of_subject = stages.customer_id.max().over(ibis.window(group_by=[stages[column] for column in SUBJECT]))
    stages = stages.mutate(customer_id=ibis.coalesce(stages.customer_id, of_subject))
    stages = stages.filter(stages.stage == name, *([stages.pipeline == pipeline] if pipeline else []))
    if "repeat" in known[name].flags:
        return stages
    order = ibis.window(group_by=[stages[column] for column in SUBJECT], order_by=stages.entered_at)
    return stages.mutate(entry=ibis.row_number().over(order)).filter(ibis._.entry == 0).drop("entry")


def stage_cohorts(
    facts: Facts, start: str, end: str | None = None, within: str | None = None, rule: StageRule | None = None
) -> ir.Table:
    """One row per subject that entered `start`: the base of a conversion, and whether it reached `end` in time.

    Columns: pipeline, subject_id, stage and the other dimensions of the entry, entered_at, window_ended (only these
    count, on both sides of the rate; always without `within`), reached (`end` entered at or after `start`, and inside
    the window; never without `end`). Stages are named as in `entries_of`; `end` is of the same subject.
    """
    rule = rule or StageRule()
    base = entries_of(facts, start).select(*SUBJECT, "stage", *OF_STAGE, "entered_at")
    always = ibis.literal(value=True)
    known = facts["stages"].entered_at.max().as_scalar() if rule.as_of is None else ibis.timestamp(f"{rule.as_of}")
    base = base.mutate(window_ended=always if within is None else base.entered_at + window(within) <= known)
    if end is None:
        return base.mutate(reached=ibis.literal(value=False))
    goals = entries_of(facts, end).select(goal_pipeline="pipeline", goal_subject="subject_id", goal_at="entered_at")
    met = [base.pipeline == goals.goal_pipeline, base.subject_id == goals.goal_subject]
    met.append(goals.goal_at >= base.entered_at)
    if within is not None:
        met.append(goals.goal_at <= base.entered_at + window(within))
    won = base.semi_join(goals, met).select(*SUBJECT, "entered_at", reached=always)
    joined = base.left_join(won, [*SUBJECT, "entered_at"])
    joined = joined.mutate(reached=ibis.coalesce(joined.reached, ibis.literal(value=False)))
    return joined.select(*base.columns, "reached")


def stage_passages(facts: Facts, start: str, end: str, unit: str = "days", rule: StageRule | None = None) -> ir.Table:
    """One row per subject that came from `start` to `end`, dated by its arrival, with how long that took.

    Columns: pipeline, subject_id, stage and the other dimensions of the arrival (of the entry where it has none),
    left_at (entry of `start`), entered_at (entry of `end`), length in `unit` (`hours`, `days`, `months` with their
    fraction; `business_days` by calendar days). Arrivals before their start are none. A subject of another pipeline
    is linked by its parent_id, else by its customer_id with the customer's latest subject from before it began.
    """
    rule = rule or StageRule()
    starts = entries_of(facts, start).select(
        from_pipeline="pipeline", from_subject="subject_id", left_at="entered_at", **{f"from_{c}": c for c in OF_STAGE}
    )
    ends = entries_of(facts, end).select(*SUBJECT, "stage", *OF_STAGE, "entered_at")
    crosses = "/" in start and "/" in end and start.split("/")[0] != end.split("/")[0]
    pairs = _linked(facts, starts, ends) if crosses else _of_subject(starts, ends)
    order = ibis.window(group_by=[pairs.pipeline, pairs.subject_id, pairs.entered_at], order_by=_latest(pairs))
    pairs = pairs.mutate(choice=ibis.row_number().over(order)).filter(ibis._.choice == 0)
    return _measured(pairs, unit, rule)


def _latest(pairs: ir.Table) -> list[ir.Value]:
    return [pairs.left_at.desc(), pairs.from_subject]


def _of_subject(starts: ir.Table, ends: ir.Table) -> ir.Table:
    same = [ends.pipeline == starts.from_pipeline, ends.subject_id == starts.from_subject]
    return ends.inner_join(starts, [*same, starts.left_at <= ends.entered_at])


def _linked(facts: Facts, starts: ir.Table, ends: ir.Table) -> ir.Table:
    """Arrivals with the earlier subjects they may come from: the named parent alone where there is one."""
    stages = facts["stages"]
    begun = stages.group_by(of_pipeline="pipeline", of_subject="subject_id").aggregate(
        begun_at=stages.entered_at.min(), parent=stages.parent_id.max()
    )
    known = ends.inner_join(begun, [ends.pipeline == begun.of_pipeline, ends.subject_id == begun.of_subject])
    by_parent = known.inner_join(starts, [known.parent == starts.from_subject, starts.left_at <= known.entered_at])
    orphans = known.filter(known.parent.isnull())
    by_customer = orphans.inner_join(
        starts, [orphans.customer_id == starts.from_customer_id, starts.left_at <= orphans.begun_at]
    )
    return by_parent.union(by_customer.select(*by_parent.columns))


def _measured(pairs: ir.Table, unit: str, rule: StageRule) -> ir.Table:
    dimensions = {name: ibis.coalesce(pairs[name], pairs[f"from_{name}"]) for name in OF_STAGE}
    seconds = whole_seconds(pairs.entered_at) - whole_seconds(pairs.left_at)
    table = pairs.select(
        *SUBJECT, "stage", **dimensions, left_at=pairs.left_at, entered_at=pairs.entered_at, seconds=seconds
    )
    if unit == "business_days":
        table = table.mutate(
            from_day=local_time(table.left_at, rule.zone).date(), to_day=local_time(table.entered_at, rule.zone).date()
        )
        worked = WorkingTime(rule.country, rule.working_days, rule.days_off)
        table = with_business_days(table, "length", "from_day", "to_day", worked)
        return table.drop("from_day", "to_day", "seconds")
    return table.mutate(length=table.seconds.cast("float64") / SECONDS[unit]).drop("seconds")
