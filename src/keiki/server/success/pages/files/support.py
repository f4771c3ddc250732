"""The panels of the page on support as files: times, causes, voices, escalated tickets, teams, help articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _

from keiki.customers.small_groups import small_parts
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table, Told
from keiki.server.success import queries
from keiki.server.success.pages import word
from keiki.server.success.pages.support import causes_of, voice_words
from keiki.server.success.queries import registers

if TYPE_CHECKING:
    from keiki.charts.files_out import Cell


def times(asking: Asking) -> PanelFile:
    """Tickets by month with the hours to the first reply and to the end."""
    told = queries.tickets(asking.user, asking.business)
    names = ("tickets", "reply_mean", "reply_median", "solve_mean", "solve_median", "escalated")
    columns = (
        *(Column(_("Month")), Column(_("Tickets"), "count"), Column(_("First reply, mean"), "hours")),
        *(Column(_("First reply, median"), "hours"), Column(_("Resolved, mean"), "hours")),
        *(Column(_("Resolved, median"), "hours"), Column(_("Escalated"), "count")),
    )
    rows = [(asking.label(told.months[row["period"]]), *(row[name] for name in names)) for row in told.rows]
    return PanelFile(_("How soon customers are helped"), Table(columns, rows))


def causes(asking: Asking) -> PanelFile:
    """Causes of complaints; behind them every month."""
    told = queries.tickets(asking.user, asking.business)
    found = causes_of(told)
    columns = (
        *(Column(_("Cause")), Column(_("12 months"), "count"), Column(_("Lately"), "count")),
        Column(_("Root removed")),
    )
    rows = [(each.name, sum(each.counts), each.lately, _("Root removed") if each.removed else "") for each in found]
    by_month = [
        (each.name, asking.label(month), count)
        for each in found
        for month, count in zip(told.months, each.counts, strict=True)
    ]
    head = (Column(_("Cause")), Column(_("Month")), Column(_("Complaints"), "count"))
    return PanelFile(_("Causes of complaints"), Table(columns, rows), Table(head, by_month))


def voices(asking: Asking) -> PanelFile:
    """Groups of answers beside what they pay; a group of fewer than five is left out, and what would give it away."""
    groups = queries.voices(asking.user, asking.business).groups
    few = {id(row) for _kind, each in groupby(groups, key=lambda row: row["kind"]) for row in _small(list(each))}
    names = ("answers", "mean_score", "revenue", "profit", "mrr")
    columns = (
        *(Column(_("Survey")), Column(_("Group")), Column(_("Customers asked"), "count"), Column(_("Mean"), "score")),
        *(Column(_("Revenue of 12 months"), "currency"), Column(_("Profit of 12 months"), "currency")),
        *(Column(_("Per month"), "currency"), Column(_("Revenue each"), "currency")),
    )
    rows = [
        (
            *(word("survey_kind", row["kind"]), voice_words(row["kind"], row["voice"])),
            *((None,) * (len(names) + 1) if id(row) in few else (*(row[name] for name in names), _each(row))),
        )
        for row in groups
    ]
    return PanelFile(_("What customers say, beside what they pay"), Table(columns, rows), few=bool(few))


def _each(row: Mapping[str, Any]) -> Any:
    return row["revenue"] / row["answers"]


def _small(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The groups of a survey that are not told: the KPIs tell all answers together."""
    hidden = small_parts([row["answers"] for row in rows])
    return [row for place, row in enumerate(rows) if place in hidden]


def late(asking: Asking) -> PanelFile:
    """Tickets that waited too long, as the page lists them; how many there are in all stands in the filters."""
    told = queries.tickets(asking.user, asking.business)
    columns = (
        *(Column(_("Ticket")), Column(_("Customer")), Column(_("Escalated")), Column(_("First reply"), "hours")),
        Column(_("still waiting")),
    )
    rows = [
        (
            *(row["ticket_id"], row["customer_id"], row["escalated_at"].date()),
            *((None, _("still waiting")) if row["waiting"] else (row["reply_hours"], "")),
        )
        for row in told.late
    ]
    filters = ((_("Escalated tickets"), f"{told.late_count:,}"),)
    return PanelFile(_("Escalated tickets"), Table(columns, rows), filters=filters)


def teams(asking: Asking) -> PanelFile:
    """Satisfaction by team; one with fewer than five answers is left out."""
    told = Told()
    columns = (
        *(Column(_("Team")), Column(_("Answers"), "count"), Column(_("Satisfied"), "ratio")),
        Column(_("Mean"), "score"),
    )
    rows = [
        (
            row["team"],
            *(told(each, row["answers"]) for each in (row["answers"], row["satisfied"] / row["answers"])),
            told(row["mean_score"], row["answers"]),
        )
        for row in queries.tickets(asking.user, asking.business).teams
    ]
    return PanelFile(_("Satisfaction by team"), Table(columns, rows), few=told.few)


def articles(asking: Asking) -> PanelFile:
    """Help articles with their readers, votes and tickets; then the topics without an article."""
    found = registers.self_help(asking.user, asking.business)
    topics = {each.name: each.topic for each in registers.articles(asking.business)}
    columns = (
        *(Column(_("Article")), Column(_("Topic of tickets")), Column(_("Views"), "count")),
        *(Column(_("Readers"), "count"), Column(_("Helped"), "ratio"), Column(_("Votes"), "count")),
        *(Column(_("Tickets on the topic"), "count"), Column(_("Tickets on the topic before"), "count")),
    )
    rows: list[tuple[Cell, ...]] = []
    for each in found.articles:
        votes = each["helpful"] + each["unhelpful"]
        shares = (each["helpful"] / votes if votes else None, votes)
        counts = (each["views"], each["readers"], *shares, each["tickets"], each["tickets_before"])
        rows.append((each["article"], topics[each["article"]], *counts))
    rows += [("", each["topic"], *(None,) * 4, each["tickets"], None) for each in found.uncovered]
    return PanelFile(_("Help articles"), Table(columns, rows))


PANELS: Final[Panels] = {
    "times": times,
    "causes": causes,
    "voices": voices,
    "late": late,
    "teams": teams,
    "articles": articles,
}
