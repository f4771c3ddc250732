"""The accounts: who may leave, who may grow, whose contract is due, how far everybody has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.format import MISSING, Style, exact, number
from keiki.charts.rule_words import lifecycle_words
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.forms import read_filter, with_query
from keiki.server.success.pages import (
    BANDS,
    Fact,
    account_url,
    accounts_words,
    day_words,
    fresh_words,
    stage_words,
    style_of,
    why,
    word,
)

if TYPE_CHECKING:
    from keiki.engine.customer_success import Filter, Overview, Row, Totals


@dataclass(frozen=True)
class AccountRow:
    customer: str
    url: str
    plan: str
    mrr: str
    stage: str
    since: str
    by_hand: bool
    band: str
    score: str
    reasons: tuple[str, ...]
    expected: str
    exact: str


@dataclass(frozen=True)
class RenewalRow:
    customer: str
    url: str
    plan: str
    day: str
    amount: str


@dataclass(frozen=True)
class AccountsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    lists: tuple[Fact, ...] = ()
    stages: tuple[Fact, ...] = ()
    heading: str = ""
    meaning: str = ""
    expected_head: str = ""
    query: str = ""
    which: str = "all"
    stage: str = ""
    rows: tuple[AccountRow, ...] = ()
    count: str = ""
    before_url: str = ""
    after_url: str = ""
    renewals: tuple[RenewalRow, ...] = ()
    renewals_sentence: str = ""
    reviews: tuple[RenewalRow, ...] = ()
    rule: str = ""


@business_page()
@require_safe
def accounts_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Lists of accounts; the address holds list, stage, search and page."""
    title = _("Accounts")
    if door.known(request.user, business).today is None:
        page = AccountsPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/accounts.html", {"page": page})
    asked, number_of_page = read_filter(request.GET, queries.PAGE)
    found = queries.accounts(request.user, business, asked)
    page = _page(business, found, asked, number_of_page, style_of(request, business))
    return render(request, "success/accounts.html", {"page": page})


def _page(business: Business, found: queries.Accounts, asked: Filter, at: int, style: Style) -> AccountsPage:
    path = reverse("success:accounts", kwargs={"business": business.id})
    overview = found.overview
    rule = overview.outlook.rule
    reviews = queries.due_reviews(business, overview.day)

    def url(page: int) -> str:
        return with_query(path, list=asked.which, stage=asked.stage, q=asked.search, sort=asked.sort, page=page)

    return AccountsPage(
        title=_("Accounts"),
        subtitle=business.name,
        fresh=fresh_words(overview.day, style),
        sentence=_sentence(overview, style),
        lists=_lists(path, overview, asked, style),
        stages=tuple(
            Fact(
                stage_words(stage),
                accounts_words(totals.accounts),
                number(totals.mrr, "currency", style),
                with_query(path, stage=stage) + "#list",
                asked.stage == stage,
            )
            for stage, totals in overview.stages.items()
        ),
        heading=heading(asked),
        meaning=_meaning(asked, overview, style),
        expected_head=_("Expected extra profit") if asked.which == "growth" else _("Expected loss"),
        query=asked.search,
        which=asked.which,
        stage=asked.stage,
        rows=tuple(_row(business, row, asked, rule, style) for row in found.rows),
        count=accounts_words(found.count),
        before_url=url(at - 1) if at > 1 else "",
        after_url=url(at + 1) if at * queries.PAGE < found.count else "",
        renewals=tuple(_renewal(business, row, style) for row in found.renewals),
        renewals_sentence=_renewals_sentence(found.renewals, style),
        reviews=tuple(
            RenewalRow(r.customer_id, account_url(business, r.customer_id), "", day_words(r.next_on, style), "")
            for r in reviews
        ),
        rule=lists_rule(overview, style),
    )


def _sentence(overview: Overview, style: Style) -> str:
    every, risk = overview.lists["all"], overview.lists["risk"]
    if not every.accounts:
        return _("No account pays a recurring amount yet.")
    if not risk.accounts:
        return _("None of {accounts} is at risk.").format(accounts=accounts_words(every.accounts))
    told = _("{risk} of {accounts} are at risk; together they pay {mrr} a month.").format(
        risk=accounts_words(risk.accounts),
        accounts=accounts_words(every.accounts),
        mrr=number(risk.mrr, "currency", style),
    )
    if risk.loss is None:
        return told
    more = _("Expected loss of profit within a year: {loss}.").format(loss=number(risk.loss, "currency", style))
    return f"{told}{'' if style.japanese else ' '}{more}"


def _lists(path: str, overview: Overview, asked: Filter, style: Style) -> tuple[Fact, ...]:
    names = list_words()

    def note(which: str, totals: Totals) -> str:
        if which == "growth":
            return _("expected extra profit {gain}").format(gain=number(totals.gain or 0, "currency", style))
        if which == "all":
            return _("{mrr} a month").format(mrr=number(totals.mrr, "currency", style))
        return _("expected loss {loss}").format(
            loss=MISSING if totals.loss is None else number(totals.loss, "currency", style)
        )

    return tuple(
        Fact(
            names[which],
            accounts_words(totals.accounts),
            note(which, totals),
            with_query(path, list=which) + "#list",
            asked.which == which and not asked.stage,
        )
        for which, totals in overview.lists.items()
    )


def list_words() -> dict[str, str]:
    """What the lists of accounts are called on their cards."""
    return {
        "all": _("All that pay"),
        "risk": _("May leave"),
        "fell": _("Score fell sharply"),
        "growth": _("May grow"),
    }


def heading(asked: Filter) -> str:
    """What a list is called."""
    if asked.stage:
        return stage_words(asked.stage)
    return {
        "risk": _("Accounts that may leave"),
        "fell": _("Accounts whose score fell sharply"),
        "growth": _("Accounts that may grow"),
    }.get(asked.which, _("All accounts"))


def _meaning(asked: Filter, overview: Overview, style: Style) -> str:
    past, hits = overview.outlook.past, overview.outlook.hits
    if asked.which == "growth":
        if not hits.ready:
            return _("In the past no account looked like this, so nothing says yet how often such accounts grow.")
        return _(
            "Of {ready} that looked like this in the last six months {grew} grew within {days} days ({rate}); "
            "of the others {others}."
        ).format(
            ready=accounts_words(hits.ready),
            grew=f"{hits.grew:,}",
            days=hits.days,
            rate=number(hits.grew / hits.ready, "ratio", style),
            others=number(hits.others_grew / hits.others, "ratio", style) if hits.others else MISSING,
        )
    if asked.which in ("risk", "fell"):
        if past.falling is None or past.others is None:
            return _("Nothing in the past says yet how often such accounts leave.")
        return _(
            "Of accounts whose use had fallen by half {falling} left within 90 days, of the others {others}."
        ).format(falling=number(past.falling, "ratio", style), others=number(past.others, "ratio", style))
    return _("Every account that pays a recurring amount, the largest expected loss first.")


def _row(business: Business, row: Row, asked: Filter, rule: Any, style: Style) -> AccountRow:
    expected = row["gain"] if asked.which == "growth" else row["loss"]
    return AccountRow(
        customer=row["customer_id"],
        url=account_url(business, row["customer_id"]),
        plan=row["plan"] or "",
        mrr=number(row["mrr"], "currency", style),
        stage=stage_words(row["stage"]),
        since=day_words(row["stage_since"], style),
        by_hand=row.get("by_hand", False),
        band=BANDS[row["health_band"]],
        score=MISSING if row["score"] is None else number(row["score"], "score", style),
        reasons=why(row, rule, style),
        expected=MISSING if expected is None else number(expected, "currency", style),
        exact=exact(expected, "currency", style),
    )


def _renewal(business: Business, row: Row, style: Style) -> RenewalRow:
    return RenewalRow(
        row["customer_id"],
        account_url(business, row["customer_id"]),
        row["plan"] or word("product", row["product"]),
        day_words(row["renewal_on"], style),
        number(row["amount"], "currency", style),
    )


def _renewals_sentence(rows: tuple[Row, ...], style: Style) -> str:
    if not rows:
        return _("No contract is due for renewal in the next 90 days.")
    return _("{count} contracts are due in the next 90 days, worth {amount} for their next term.").format(
        count=f"{rows[0]['matches']:,}", amount=number(rows[0]["worth"], "currency", style)
    )


def lists_rule(overview: Overview, style: Style) -> str:
    """The rule by which accounts are on the lists."""
    rule = overview.outlook.rule
    margin = overview.outlook.margin
    told = _(
        "Expected loss = chance to leave within 90 days × monthly revenue × gross margin {margin} × {months} months. "
        "May grow: core features on more than {core} and in use on more than {seats} of the seats. "
        "Expected extra profit = share of such accounts that grew {grows} × {growth} × gross margin × {months} months."
    ).format(
        margin=_("unknown, taken as 100%") if margin is None else number(margin, "ratio", style),
        months=rule.months,
        grows=number(rule.grows, "ratio", style) if overview.outlook.hits.ready else _("unknown, taken as 100%"),
        growth=_("the price of one more seat")
        if rule.growth is None
        else _("monthly revenue × usual growth {rate}").format(rate=number(rule.growth, "ratio", style)),
        core=number(rule.core_share, "ratio", style),
        seats=number(rule.seats_share, "ratio", style),
    )
    return told + ("" if style.japanese else " ") + lifecycle_words(rule.lifecycle, style)
