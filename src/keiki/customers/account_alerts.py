"""What the owner of an account should hear: falls, renewals ahead, unpaid invoices, late onboardings and tickets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.account_book import renewals_ahead
from keiki.customers.postings import Facts
from keiki.customers.support import SupportRule, ticket_times
from keiki.journeys.local_time import local_time

USE_FELL, SCORE_FELL, RENEWAL, UNPAID, ONBOARDING_LATE, TICKET_LATE = (
    "use_fell",
    "score_fell",
    "renewal",
    "unpaid",
    "onboarding_late",
    "ticket_late",
)
KINDS: Final = (USE_FELL, SCORE_FELL, RENEWAL, UNPAID, ONBOARDING_LATE, TICKET_LATE)
FALLS: Final = (USE_FELL, SCORE_FELL)
"""These are states of a day; the other kinds have a day of their own on which they began."""
COLUMNS: Final = {
    "kind": "string",
    "customer_id": "string",
    "subject": "string",
    "on_day": "date",
    "over_on": "date",
    "due_on": "date",
    "amount": "decimal(18, 4)",
    "before": "float64",
    "after": "float64",
    "value": "float64",
    "threshold": "float64",
    "since": "date",
}


@dataclass(frozen=True)
class AlertRule:
    """When an account raises an alert.

    A renewal is told `reminders` days ahead, as far as the term is longer than that (a month counts as 30 days). An
    invoice is unpaid from the day after it was due. An onboarding is late when none of the stages `set_up` is reached
    `onboarding_days` days after its kick-off. A ticket is late after `support.reply_hours`. Falls of use (by `drop` in
    `use_days`) and of the score (by `fall` points in `fall_weeks`) are those of the lists of accounts. What began more
    than `days` days ago is told no more.
    """

    reminders: tuple[int, ...] = (90, 60, 30)
    onboarding_days: int = 14
    set_up: tuple[str, ...] = ("setup_completed", "live")
    support: SupportRule = SupportRule()
    days: int = 90
    drop: float = 0.5
    use_days: int = 28
    fall: float = 20
    fall_weeks: int = 4
    gap_days: int = 1
    zone: str = "Asia/Tokyo"


def account_alerts(
    facts: Facts, book: ir.Table, until: date, now: datetime, today: date, rule: AlertRule | None = None
) -> ir.Table:
    """One row per alert that is open at the end of the day `until`, or was and is over.

    `book` is the `account_book` of that day, `now` the UTC instant at which it ends; renewals are told as of `today`,
    for they come whether or not new data does. Columns: kind, customer_id, subject (id of the contract, invoice or
    ticket; empty for a whole account), on_day (when it began), over_on (when it ended; NULL while it lasts), due_on
    (the day of the renewal, of the invoice, of the kick-off), amount (of the next term, of the invoice, per month of an
    account that fell), before and after (the score of a fall), value (what the rule looked at) and threshold (from
    which it fires): change of use, points of the score, days to the renewal, the amount due, days since the kick-off,
    hours without a reply; since (the first day of what the value is of); owner (of the account, as its row says).
    """
    rule = rule or AlertRule()
    parts = (
        falls(book, until, rule),
        renewal_reminders(facts, today, rule),
        unpaid_invoices(facts, until, rule),
        late_onboardings(facts, until, rule),
        late_tickets(facts, until, now, rule),
    )
    table = ibis.union(*parts)
    owners = facts["customers"].select("owner", known="customer_id")
    return table.left_join(owners, table.customer_id == owners.known).drop("known")


def falls(book: ir.Table, until: date, rule: AlertRule | None = None) -> ir.Table:
    """Accounts whose use fell by half, and those whose score fell, on the day of the book."""
    rule, day = rule or AlertRule(), ibis.date(until)
    use = book.filter(ibis.coalesce(book.usage == 0, ibis.literal(value=False)))
    score = book.filter(book.fell)
    return ibis.union(
        *(
            _alerts(
                table,
                kind,
                on_day=day,
                amount=table.mrr,
                before=table.score_before,
                after=table.score,
                value=value,
                threshold=ibis.literal(limit),
                since=ibis.date(until - timedelta(days=days)),
            )
            for kind, table, value, limit, days in (
                (USE_FELL, use, use.use_change, -rule.drop, rule.use_days - 1),
                (SCORE_FELL, score, score.score - score.score_before, -rule.fall, rule.fall_weeks * 7),
            )
        )
    )


def renewal_reminders(facts: Facts, today: date, rule: AlertRule | None = None) -> ir.Table:
    """The newest reminder of every contract that is due: one row per contract, on the day of the reminder."""
    rule = rule or AlertRule()
    tomorrow = today + timedelta(days=1)
    held = renewals_ahead(facts, tomorrow, tomorrow + timedelta(days=max(rule.reminders)), rule.gap_days)
    left = held.renewal_on.delta(ibis.date(today), unit="day").cast("int64")
    term = ibis.coalesce(held.term_months, 12) * 30
    steps = [((left <= step) & (term > step), step) for step in sorted(rule.reminders)]
    held = held.mutate(left=left, step=ibis.cases(*steps, else_=ibis.null("int64")))
    held = held.filter(held.step.notnull())
    days = {step: held.renewal_on - ibis.interval(days=step) for step in rule.reminders}
    told = ibis.cases(*((held.step == step, day.cast("date")) for step, day in days.items()))
    return _alerts(
        held,
        RENEWAL,
        subject=held.subscription_id,
        on_day=told,
        due_on=held.renewal_on,
        amount=held.amount,
        value=held.left,
        threshold=held.step,
        since=told,
    )


def unpaid_invoices(facts: Facts, until: date, rule: AlertRule | None = None) -> ir.Table:
    """Invoices that were not paid by the day they were due, over on the day they are paid."""
    rule = rule or AlertRule()
    invoices = facts["invoices"]
    late = invoices.filter((invoices.amount > 0) & invoices.due_on.notnull())
    late = late.filter(late.paid_on.isnull() | (late.paid_on > late.due_on))
    late = late.mutate(on_day=(late.due_on + ibis.interval(days=1)).cast("date"))
    late = _recent(late, until, rule)
    return _alerts(
        late,
        UNPAID,
        subject=late.invoice_id,
        on_day=late.on_day,
        over_on=_by(late.paid_on, until),
        due_on=late.due_on,
        amount=late.amount,
        value=late.amount,
        threshold=ibis.literal(0),
        since=late.due_on,
    )


def late_onboardings(facts: Facts, until: date, rule: AlertRule | None = None) -> ir.Table:
    """Accounts whose set-up was not completed in time after the kick-off, over on the day it is."""
    rule = rule or AlertRule()
    stages = facts["stages"]
    told = stages.filter((stages.pipeline == "onboarding") & stages.customer_id.notnull())
    day = local_time(told.entered_at, rule.zone).date()
    told = told.select("customer_id", "stage", day=day).filter(ibis._.day <= ibis.date(until))
    table = told.group_by("customer_id").aggregate(
        began=told.day.min(where=told.stage == "kickoff"), ready=told.day.min(where=told.stage.isin(rule.set_up))
    )
    table = table.filter(table.began.notnull())
    table = table.mutate(on_day=(table.began + ibis.interval(days=rule.onboarding_days)).cast("date"))
    table = _recent(table.filter(table.ready.isnull() | (table.ready > table.on_day)), until, rule)
    waited = ibis.literal(rule.onboarding_days)
    return _alerts(
        table,
        ONBOARDING_LATE,
        on_day=table.on_day,
        over_on=table.ready,
        due_on=table.began,
        value=waited,
        threshold=waited,
        since=table.began,
    )


def late_tickets(facts: Facts, until: date, now: datetime, rule: AlertRule | None = None) -> ir.Table:
    """Tickets that got no reply in time, over on the day they got one."""
    rule = rule or AlertRule()
    times = ticket_times(facts, now, rule.support)
    late = times.filter(times.escalated_at.notnull())
    days = {"on_day": late.escalated_at, "over_on": late.replied_at}
    days["since"] = late.opened_at
    late = late.mutate(**{name: local_time(at, rule.zone).date() for name, at in days.items()})
    late = _recent(late, until, rule)
    waited = ibis.literal(rule.support.reply_hours)
    return _alerts(
        late,
        TICKET_LATE,
        subject=late.ticket_id,
        on_day=late.on_day,
        over_on=late.over_on,
        value=waited,
        threshold=waited,
        since=late.since,
    )


def _recent(table: ir.Table, until: date, rule: AlertRule) -> ir.Table:
    day = ibis.date(until)
    begin = (day - ibis.interval(days=rule.days)).cast("date")
    return table.filter((table.on_day <= day) & (table.on_day > begin))


def _by(day: ir.Value, until: date) -> ir.Value:
    return ibis.ifelse(day <= ibis.date(until), day, ibis.null("date"))


def _alerts(table: ir.Table, kind: str, **values: ir.Value) -> ir.Table:
    """The columns that every kind of alert has; what a kind does not know is NULL, its subject empty."""
    known: dict[str, ir.Value] = {"kind": ibis.literal(kind), "subject": ibis.literal(""), **values}
    known["customer_id"] = ibis.coalesce(table.customer_id, "")
    return table.select(
        **{name: known[name].cast(of) if name in known else ibis.null(of) for name, of in COLUMNS.items()}
    )
