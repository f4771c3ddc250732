"""Which number to work on first, and which idea."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.format import MISSING, Style, change, counter_word, difference, number
from keiki.insight.funnel_top import FunnelTop
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import pages as kpis
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.reasons.forms import IdeaForm
from keiki.server.reasons.pages import ideas
from keiki.server.reasons.pages.asked import numbers_of
from keiki.server.reasons.queries import why as queries
from keiki.trees.priority import Priority


@dataclass(frozen=True)
class FirstRow:
    place: int
    label: str
    now: str
    reachable: str
    effect: str
    bar: str
    control: int
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class FirstPage:
    title: str
    subtitle: str
    tree: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    goal: str = ""
    sentence: str = ""
    rows: tuple[FirstRow, ...] = ()
    warning: str = ""
    ideas: ideas.Ideas | None = None


@business_page()
@require_safe
def first_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """Which number to work on first: its effect on the goal, the room it has, and how far we control it."""
    return _answer(request, business, tree)


@business_page(EDIT)
@require_POST
def keep_idea(request: Any, business: Business, tree: str) -> HttpResponse:
    """Keep an idea, or what is now said about one; on an error the page comes back as it was."""
    numbers = numbers_of(request, business, tree, Asked.read({}))
    if numbers is None:
        raise Http404
    form = ideas.kept(request, business, numbers, kpis.style_of(business, numbers.known))
    if form is None:
        return redirect(f"{reverse('reasons:first', kwargs={'business': business.id, 'tree': tree})}#ideas")
    return _answer(request, business, tree, form)


def _answer(request: Any, business: Business, tree: str | None, form: IdeaForm | None = None) -> HttpResponse:
    asked = Asked.read(request.GET)
    numbers = numbers_of(request, business, tree, asked)
    if numbers is None:
        page = FirstPage(_("What first"), business.name, tree or "", kpis.empty_state(request, business))
        return render(request, "reasons/first.html", {"page": page})
    style = kpis.style_of(business, numbers.known)
    found = queries.first_of(request.user, business, numbers)
    most = max((abs(each.score) for each in found), default=0.0) or 1.0
    goal = numbers.tree.root.label(style.language)
    page = FirstPage(
        title=_("What first"),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=numbers.tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        goal=goal,
        sentence=_first_sentence(numbers, found, goal, style),
        warning=_warning(queries.top_of_funnel(request.user, business, numbers), style),
        rows=tuple(
            _first_row(business, numbers, each, place, most, asked, style) for place, each in enumerate(found, 1)
        ),
        ideas=ideas.ideas_of(request, business, numbers, style, form),
    )
    return render(request, "reasons/first.html", {"page": page}, status=422 if form is not None else 200)


def _warning(top: FunnelTop | None, style: Style) -> str:
    """Says so when more people come and hardly more of them fit."""
    if top is None or not top.in_vain:
        return ""
    leads = MISSING if top.leads is None else change(1 + top.leads, 1.0, "number", style)
    return _(
        "Visits moved by {visits}, leads that fit our ideal customer by {leads}: "
        "a wider top alone brings no good customers."
    ).format(visits=change(1 + top.visits, 1.0, "number", style), leads=leads)


def _first_sentence(numbers: TreeNumbers, found: tuple[Priority, ...], goal: str, style: Style) -> str:
    if not found or found[0].score <= 0:
        return _("No number below {goal} has room that history, targets or benchmarks can show.").format(goal=goal)
    first = numbers.tree.node(found[0].node)
    return _("{driver} comes first: within reach it is worth {effect} of {goal}.").format(
        driver=first.label(style.language),
        effect=difference(found[0].effect, 0.0, numbers.tree.root.unit, style),
        goal=goal,
    )


def _first_row(
    business: Business, numbers: TreeNumbers, each: Priority, place: int, most: float, asked: Asked, style: Style
) -> FirstRow:
    node = numbers.tree.node(each.node)
    label = node.label(style.language)
    counter = counter_word(label)
    return FirstRow(
        place=place,
        label=label,
        now=number(each.value, node.unit, style, counter),
        reachable=number(each.reachable, node.unit, style, counter),
        effect=difference(each.effect, 0.0, numbers.tree.root.unit, style),
        bar=f"{max(each.score, 0.0) / most * 100:.1f}",
        control=each.control,
        reasons=tuple(
            said.words(style.language, lambda value, unit: number(value, unit, style)) for said in each.reasons
        ),
        url=kpis.node_url(business, numbers, node, asked),
    )
