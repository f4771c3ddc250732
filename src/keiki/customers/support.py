"""What customers ask and how soon they are helped: times, waiting tickets, causes of complaints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time, whole_seconds

HOUR = 3600.0


@dataclass(frozen=True)
class SupportRule:
    """When a ticket has waited too long, and when a cause counts as removed.

    A ticket without a reply after `reply_hours` is one for the manager (`escalated_at`), also if answered later.
    A cause of the `complaints` (categories) without a new one in the last `quiet_months` months is removed.
    How content customers are with a team is read from surveys of the kinds `satisfaction` in the last `months`; from
    fewer than `few` answers it is a hint only.
    """

    reply_hours: int = 24
    complaints: tuple[str, ...] = ("complaint",)
    quiet_months: int = 2
    satisfaction: tuple[str, ...] = ("csat", "cs_satisfaction")
    months: int = 12
    few: int = 20
    zone: str = "Asia/Tokyo"


def ticket_times(facts: Facts, now: datetime, rule: SupportRule | None = None) -> ir.Table:
    """One row per ticket opened before the UTC instant `now`.

    Columns: ticket_id, customer_id, opened_at, opened_on (local day), category, severity, topic, root_cause,
    replied_at (the first response), reply_hours (until then), solve_hours (until the resolution; all NULL while it has
    not come by `now`), waiting (no reply yet), escalated_at (the moment at which it had waited too long; NULL when it
    never did).
    """
    rule = rule or SupportRule()
    tickets = facts["tickets"]
    moment = ibis.timestamp(now.isoformat(sep=" "))
    asked = tickets.filter(tickets.opened_at < moment)
    reply, solved = _by(asked.first_response_at, moment), _by(asked.resolved_at, moment)
    due = asked.opened_at + ibis.interval(hours=rule.reply_hours)
    late = (ibis.coalesce(reply, moment) > due).cast("boolean")
    return asked.select(
        "ticket_id",
        "customer_id",
        "opened_at",
        "category",
        "severity",
        "topic",
        "root_cause",
        opened_on=local_time(asked.opened_at, rule.zone).date(),
        replied_at=reply,
        reply_hours=_hours(asked.opened_at, reply),
        solve_hours=_hours(asked.opened_at, solved),
        waiting=reply.isnull(),
        escalated_at=ibis.ifelse(late, due, ibis.null("timestamp")),
    )


def _by(moment: ir.Value, now: ir.Value) -> ir.Value:
    return ibis.ifelse(moment <= now, moment, ibis.null(moment.type()))


def _hours(start: ir.Value, end: ir.Value) -> ir.FloatingValue:
    return (whole_seconds(end) - whole_seconds(start)).cast("float64") / HOUR


def ticket_statistics(times: ir.Table, spans: ir.Table) -> ir.Table:
    """One row per period: tickets opened in it, and how long they waited.

    Columns: period, tickets, answered, solved, escalated, reply_mean, reply_median, solve_mean, solve_median (hours;
    NULL without one). A median of an even number lies in the middle between two.
    """
    ends = spans.select("period", "start_date", "end_date")
    table = times.inner_join(ends, [times.opened_on >= ends.start_date, times.opened_on < ends.end_date])
    counts = table.group_by("period").aggregate(
        tickets=table.count().cast("int64"),
        answered=table.reply_hours.count().cast("int64"),
        solved=table.solve_hours.count().cast("int64"),
        escalated=table.escalated_at.count().cast("int64"),
        reply_mean=table.reply_hours.mean(),
        solve_mean=table.solve_hours.mean(),
    )
    for name in ("reply", "solve"):
        middle = _medians(table, f"{name}_hours", f"{name}_median").rename(_period="period")
        counts = counts.left_join(middle, counts.period == middle["_period"]).drop("_period")
    return counts


def _medians(table: ir.Table, column: str, named: str) -> ir.Table:
    """Exact on every engine: the mean of the one or two values in the middle."""
    known = table.filter(table[column].notnull())
    known = known.select("period", "ticket_id", value=known[column])
    order = ibis.window(group_by=known.period, order_by=[known.value, known.ticket_id])
    whole = ibis.window(group_by=known.period)
    known = known.mutate(nth=ibis.row_number().over(order), size=known.count().over(whole))
    middle = known.filter((2 * known.nth >= known.size - 2) & (2 * known.nth <= known.size))
    return middle.group_by("period").aggregate(**{named: middle.value.mean()})


def satisfaction_by_team(facts: Facts, until: date, rule: SupportRule | None = None) -> ir.Table:
    """One row per team: team, answers, satisfied (the two best answers of the scale), mean_score.

    The team is the column `team` that a business may add to its surveys, or to its tickets: an answer about a ticket
    (`subject`) belongs to the ticket's team. Teams, never persons; without such a column there is no row.
    """
    rule = rule or SupportRule()
    end = (ibis.date(until) + ibis.interval(days=1)).cast("date")
    begin = (end - ibis.interval(months=rule.months)).cast("date")
    surveys, tickets = facts["surveys"], facts["tickets"]
    asked = surveys.filter(surveys.kind.isin(rule.satisfaction) & surveys.score.notnull())
    asked = asked.mutate(answered_on=local_time(asked.answered_at, rule.zone).date(), own=_team(asked))
    asked = asked.filter((asked.answered_on >= begin) & (asked.answered_on < end))
    helped = tickets.select(ticket="ticket_id", helper=_team(tickets))
    table = asked.left_join(helped, asked.subject == helped.ticket)
    table = table.mutate(team=ibis.coalesce(table.own, table.helper))
    table = table.filter(table.team.notnull())
    best = table.score >= ibis.coalesce(table.scale_max, 5.0) - 1
    return table.group_by("team").aggregate(
        answers=table.count().cast("int64"),
        satisfied=table.count(where=best).cast("int64"),
        mean_score=table.score.mean(),
    )


def _team(table: ir.Table) -> ir.Value:
    return table["team"].cast("string") if "team" in table.columns else ibis.null("string")


def complaint_causes(facts: Facts, spans: ir.Table, rule: SupportRule | None = None) -> ir.Table:
    """One row per cause of complaints and period with one: root_cause (NULL: nobody found it), period, complaints."""
    rule = rule or SupportRule()
    tickets = facts["tickets"]
    asked = tickets.filter(tickets.category.isin(rule.complaints))
    asked = asked.select("root_cause", opened_on=local_time(asked.opened_at, rule.zone).date())
    ends = spans.select("period", "start_date", "end_date")
    table = asked.inner_join(ends, [asked.opened_on >= ends.start_date, asked.opened_on < ends.end_date])
    return table.group_by("root_cause", "period").aggregate(complaints=table.count().cast("int64"))
