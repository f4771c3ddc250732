"""The morning page: headline numbers, where to act now, and the goal over time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.card import Card
from keiki.charts.chart import Chart
from keiki.charts.status import rule
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.cockpit.pages.happened import happened_to
from keiki.server.cockpit.pages.panels import Act, act_of, nothing_to_act, said_of
from keiki.server.cockpit.pages.tabs import TODAY, tabs
from keiki.server.cockpit.queries import today as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers, comment_counts, known
from keiki.server.planning.queries import measured
from keiki.server.success.pages.alerts import alerts_for_you


@dataclass(frozen=True)
class Headline:
    number: Card
    url: str
    said: int = 0


@dataclass(frozen=True)
class TodayPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    fresh: str = ""
    headlines: tuple[Headline, ...] = ()
    acts: tuple[Act, ...] = ()
    ranked_by: str = ""
    nothing_to_act: str = ""
    rule: str = ""
    trend: Chart | None = None
    sentence: str = ""
    tree_url: str = ""
    tabs: tuple[kpis.Way, ...] = ()
    alerts: str = ""


@business_page()
@require_safe
def today_page(request: HttpRequest, business: Business) -> HttpResponse:
    """What matters this morning; the address holds tree, period and comparison."""
    asked = Asked.read(request.GET)
    can = known(request.user, business)
    if can.today is None:
        page = TodayPage(_("Today"), business.name, kpis.empty_state(request, business))
    else:
        page = _today_page(
            request.user, business, measured(request.user, business, request.GET.get("tree"), asked.question), asked
        )
        page = replace(page, tabs=tabs(request, business, asked, TODAY), alerts=alerts_for_you(request.user, business))
    return render(request, "cockpit/today.html", {"page": page})


def _today_page(user: Any, business: Business, numbers: TreeNumbers, asked: Asked) -> TodayPage:
    style = kpis.style_of(business, numbers.known)
    root = numbers.tree.root
    goal = root.label(style.language)
    comments = comment_counts(user, business, numbers.period)
    return TodayPage(
        title=_("Today"),
        subtitle=kpis.subtitle(business, numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        fresh=kpis.fresh_words(numbers, style),
        headlines=tuple(
            Headline(
                kpis.number_card(numbers, node, style),
                kpis.node_url(business, numbers, node, asked),
                said_of(comments, numbers, node),
            )
            for node in queries.headlines(numbers)
        ),
        acts=tuple(act_of(business, numbers, lever, asked, style) for lever in queries.levers(numbers)),
        ranked_by=_("by effect on {goal}").format(goal=goal),
        nothing_to_act=nothing_to_act(numbers, goal),
        rule=rule(asked.comparison, asked.grain, style, targets=bool(numbers.aims)),
        trend=kpis.history_chart(business, numbers, root, style, happened_to(user, business, numbers, root, style)),
        sentence=kpis.told(numbers, root, style),
        tree_url=asked.url(kpis.tree_url(business, numbers.tree.id)),
    )
