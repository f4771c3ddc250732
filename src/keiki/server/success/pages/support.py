"""Support and voices: how soon customers are helped, what they complain of, and what they say beside what they pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, number
from keiki.charts.trend import Bar, trend
from keiki.charts.weeks import weeks
from keiki.errors import Restricted
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.actions import registers as actions
from keiki.server.success.forms.registers import ArticleForm
from keiki.server.success.models import Article
from keiki.server.success.pages import account_url, day_words, fresh_words, style_of, word
from keiki.server.success.pages.articles import ArticlesPanel, articles_panel

if TYPE_CHECKING:
    from keiki.engine.customer_success import Tickets, Voices


@dataclass(frozen=True)
class CauseRow:
    cause: str
    trend: SafeString
    whole: str
    lately: str
    removed: bool


@dataclass(frozen=True)
class LateRow:
    ticket: str
    customer: str
    url: str
    escalated: str
    waited: str


@dataclass(frozen=True)
class TeamRow:
    team: str
    answers: str
    satisfied: str
    mean: str
    few: bool


@dataclass(frozen=True)
class VoiceRow:
    kind: str
    group: str
    answers: str
    mean: str
    revenue: str
    profit: str
    mrr: str
    each: str


@dataclass(frozen=True)
class SupportPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    times: Chart | None = None
    late: tuple[LateRow, ...] = ()
    late_sentence: str = ""
    causes: tuple[CauseRow, ...] = ()
    causes_sentence: str = ""
    teams: tuple[TeamRow, ...] = ()
    teams_sentence: str = ""
    voices: tuple[VoiceRow, ...] = ()
    voices_sentence: str = ""
    articles: ArticlesPanel | None = None


@business_page()
@require_safe
def support_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Tickets, causes of complaints, voices, help articles."""
    return _answer(request, business, {})


@business_page(EDIT)
@require_POST
def keep_article(request: Any, business: Business, article: int = 0) -> HttpResponse:
    """Add a help article, or change one."""
    row = get_object_or_404(Article, pk=article, business=business) if article else None
    form = ArticleForm(business, request.POST, instance=row, prefix=f"article{article}")
    if not form.is_valid():
        return _answer(request, business, {str(form.prefix): form})
    actions.keep_article(request.user, form.instance)
    messages.success(request, _("Kept the article."))
    return redirect(reverse("success:support", kwargs={"business": business.id}) + "#articles")


def _answer(request: Any, business: Business, forms: Mapping[str, ArticleForm]) -> HttpResponse:
    known = door.known(request.user, business)
    title = _("Support and voices")
    if known.today is None:
        page = SupportPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/support.html", {"page": page})
    style = style_of(request, business)
    told = queries.tickets(request.user, business)
    said = door.unless_restricted(lambda: queries.voices(request.user, business))
    causes = _causes(business, told, style)
    page = SupportPage(
        title,
        business.name,
        fresh=fresh_words(known.today, style),
        sentence=_sentence(business, told, style),
        times=_times(business, told, style),
        late=tuple(_late(business, row, style) for row in told.late),
        late_sentence=_(
            "{count} tickets waited over {hours} hours for a first reply: for the manager to look at."
        ).format(count=f"{told.late_count:,}", hours=told.rule.reply_hours),
        causes=causes,
        causes_sentence=_causes_words(told, causes),
        teams=tuple(_team(row, told, style) for row in told.teams),
        teams_sentence=_teams_words(told, style),
        voices=() if isinstance(said, Restricted) else tuple(_voice(row, style) for row in said.groups),
        voices_sentence=_voices_words(said, style),
        articles=articles_panel(request, business, forms, style),
    )
    return render(request, "success/support.html", {"page": page}, status=422 if forms else 200)


def _hours(value: float | None) -> str:
    return MISSING if value is None else _("{hours} h").format(hours=f"{value:.1f}")


def _sentence(business: Business, told: Tickets, style: Style) -> str:
    newest = next((row for row in reversed(told.rows) if row["period"] < told.over), None)
    if newest is None:
        return _("No ticket has come in yet.")
    return _(
        "Tickets of {month}: {count}. The first reply took {mean} on average, {median} or less for half of them."
    ).format(
        month=business.calendar.label(told.months[newest["period"]], style.language),
        count=f"{newest['tickets']:,}",
        mean=_hours(newest["reply_mean"]),
        median=_hours(newest["reply_median"]),
    )


def _times(business: Business, told: Tickets, style: Style) -> Chart | None:
    rows = {row["period"]: row for row in told.rows}
    if not rows:
        return None
    title = _("Hours to the first reply (median)")
    labels = [business.calendar.label(month, style.language) for month in told.months]
    bars = [
        Bar(
            business.calendar.short(month, style.language),
            labels[n],
            rows[n]["reply_median"] if n in rows else None,
            n < told.over,
        )
        for n, month in enumerate(told.months)
    ]
    drawn = trend(title, _sentence(business, told, style), bars, "hours", style)
    head = (
        _("Month"),
        _("Tickets"),
        _("First reply, mean"),
        _("median"),
        _("Resolved, mean"),
        _("median"),
        _("Escalated"),
    )
    names = ("reply_mean", "reply_median", "solve_mean", "solve_median")
    table = Table(
        head,
        tuple(
            (label, f"{rows[n]['tickets']:,}", *(_hours(rows[n][name]) for name in names), f"{rows[n]['escalated']:,}")
            for n, label in enumerate(labels)
            if n in rows
        ),
    )
    return replace(drawn, table=table)


def _late(business: Business, row: Any, style: Style) -> LateRow:
    customer = row["customer_id"] or ""
    waited = _("still waiting") if row["waiting"] else _hours(row["reply_hours"])
    url = account_url(business, customer) if customer else ""
    return LateRow(row["ticket_id"], customer, url, day_words(row["escalated_at"].date(), style), waited)


@dataclass(frozen=True)
class Cause:
    """A cause of complaints with their count in every month; one without a new one in the last months is removed."""

    name: str
    counts: tuple[int, ...]
    lately: int
    removed: bool


def causes_of(told: Tickets) -> tuple[Cause, ...]:
    """The causes, the one with the most complaints first, what nobody found the cause of at the end."""
    recent = told.over - told.rule.quiet_months
    found: dict[str | None, list[int]] = {}
    for row in told.causes:
        found.setdefault(row["root_cause"], [0] * len(told.months))[row["period"]] = row["complaints"]
    ordered = sorted(found.items(), key=lambda item: (item[0] is None, -sum(item[1]), item[0] or ""))
    return tuple(
        Cause(
            _("not found yet") if name is None else name.replace("_", " "),
            tuple(counts),
            sum(counts[recent:]),
            name is not None and not sum(counts[recent:]),
        )
        for name, counts in ordered
    )


def _causes(business: Business, told: Tickets, style: Style) -> tuple[CauseRow, ...]:
    labels = [business.calendar.label(month, style.language) for month in told.months]
    complete = [n < told.over for n in range(len(labels))]
    rows = []
    for cause in causes_of(told):
        line = weeks(cause.name, labels, [float(count) for count in cause.counts], (), "count", style, complete)
        drawn = mark_safe(line.svg)  # made by weeks(), which escapes every word
        rows.append(CauseRow(cause.name, drawn, f"{sum(cause.counts):,}", f"{cause.lately:,}", cause.removed))
    return tuple(rows)


def _causes_words(told: Tickets, causes: tuple[CauseRow, ...]) -> str:
    if not causes:
        return _("Nobody complained in the last twelve months.")
    gone = [row.cause for row in causes if row.removed]
    if not gone:
        return _("No cause has been removed in the last {months} months.").format(months=told.rule.quiet_months)
    return _("Removed at the root: {causes}, nothing new in {months} months.").format(
        causes=", ".join(gone), months=told.rule.quiet_months
    )


def _team(row: Any, told: Tickets, style: Style) -> TeamRow:
    share = number(row["satisfied"] / row["answers"], "ratio", style)
    return TeamRow(
        row["team"], f"{row['answers']:,}", share, f"{row['mean_score']:.1f}", row["answers"] < told.rule.few
    )


def _teams_words(told: Tickets, style: Style) -> str:
    if not told.teams:
        return _("No team is known: surveys or tickets may have a column “team”.")
    answers, content = (sum(row[name] for row in told.teams) for name in ("answers", "satisfied"))
    return _("{share} of {answers} answers are one of the two best; teams are compared, never persons.").format(
        share=number(content / answers, "ratio", style), answers=f"{answers:,}"
    )


def voice_words(kind: str, voice: str) -> str:
    """How a group of answers to a kind of survey is called."""
    if kind == "nps":
        return {"promoter": _("Promoters"), "passive": _("Passives"), "detractor": _("Detractors")}[voice]
    if kind == "ces":
        return {"promoter": _("Found it easy"), "passive": _("Neither"), "detractor": _("Found it hard")}[voice]
    return {"promoter": _("Satisfied"), "passive": _("In between"), "detractor": _("Dissatisfied")}[voice]


def _voice(row: Any, style: Style) -> VoiceRow:
    return VoiceRow(
        word("survey_kind", row["kind"]),
        voice_words(row["kind"], row["voice"]),
        f"{row['answers']:,}",
        f"{row['mean_score']:.1f}",
        number(row["revenue"], "currency", style),
        number(row["profit"], "currency", style),
        number(row["mrr"], "currency", style),
        number(row["revenue"] / row["answers"], "currency", style),
    )


def _voices_words(said: Voices | Restricted, style: Style) -> str:
    if isinstance(said, Restricted):
        return said.words(style.language)
    scores = [_score(said, kind) for kind in ("nps", "csat", "ces")]
    told = [each for each in scores if each]
    if not told:
        return _("Nobody has answered in the last twelve months.")
    return ("" if style.japanese else " ").join(told)


def _score(said: Voices, kind: str) -> str:
    """What a kind of survey comes to among the customers who answered; "" without answers."""
    groups = {row["voice"]: row["answers"] for row in said.groups if row["kind"] == kind}
    whole = sum(groups.values())
    if not whole:
        return ""
    good = groups.get("promoter", 0)
    score = 100 * (good - groups.get("detractor", 0)) / whole
    told = {
        "nps": _("NPS {score} from {answers} customers."),
        "csat": _("CSAT {share} from {answers} customers."),
        "ces": _("CES {share}: the share of {answers} customers who found it easy."),
    }[kind].format(
        score=f"{score:+.0f}".replace("-", "\u2212"),
        share=f"{100 * good / whole:.0f}%",
        answers=f"{whole:,}",
    )
    if whole < 20:
        told += " " + _("Fewer than 20 answers: take it as a hint.")
    return told
