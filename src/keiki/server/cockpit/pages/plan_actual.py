"""Plan and actual (予実): target, value, pace, landing and gap of every number of a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.aim import bounds
from keiki.charts.attainment import attainment_words
from keiki.charts.format import ABSOLUTE_CHANGE, MISSING, Style, change, counter_word, difference, exact, number
from keiki.charts.status import judged
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.cockpit.queries import plan_actual as queries
from keiki.server.cockpit.queries.plan_actual import PlanRow
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import measured
from keiki.server.ui.templatetags.ui import gap


@dataclass(frozen=True)
class PlanLine:
    """One number as written. `indent` is its depth in the tree, as one hexadecimal digit."""

    label: str
    indent: str
    plan: str
    actual: str
    actual_exact: str
    pace: str
    attained: str
    landing: str
    gap: str
    gap_share: str
    status: str
    owner: str
    url: str


@dataclass(frozen=True)
class PlanTold:
    """Plan and actual of a tree: the rows, what they mean, and how the landing was worked out."""

    sentence: str
    rule: str
    lines: tuple[PlanLine, ...]


@dataclass(frozen=True)
class PlanPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    fresh: str = ""
    told: PlanTold | None = None
    tree_url: str = ""


@business_page()
@require_safe
def plan_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """Plan and actual of a tree; the address holds tree, period and grain."""
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    if known.today is None:
        page = PlanPage(_("Plan and actual"), business.name, kpis.empty_state(request, business))
        return render(request, "cockpit/plan.html", {"page": page})
    numbers = measured(request.user, business, chosen, asked.question)
    style = kpis.style_of(business, numbers.known)
    page = PlanPage(
        title=_("Plan and actual"),
        subtitle=kpis.subtitle(business, numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        fresh=kpis.fresh_words(numbers, style),
        told=plan_told(request.user, business, numbers, asked, style),
        tree_url=asked.url(kpis.tree_url(business, numbers.tree.id)),
    )
    return render(request, "cockpit/plan.html", {"page": page})


def plan_told(user: Any, business: Business, numbers: TreeNumbers, asked: Asked, style: Style) -> PlanTold:
    """Plan and actual of a tree as written."""
    rows = queries.plan_actual(user, business, numbers)
    return PlanTold(
        _sentence(numbers, rows, style),
        _rule(numbers, rows),
        tuple(_line(business, numbers, row, asked, style) for row in rows),
    )


def _line(business: Business, numbers: TreeNumbers, row: PlanRow, asked: Asked, style: Style) -> PlanLine:
    node = row.node
    label = node.label(style.language)
    counter = counter_word(label)
    aim = row.aim
    running = numbers.elapsed is not None
    return PlanLine(
        label=label,
        indent=f"{min(node.depth, 15):x}",
        plan=MISSING if aim is None else bounds(aim.full, node.unit, style, counter),
        actual=number(row.actual, node.unit, style, counter),
        actual_exact=exact(row.actual, node.unit, style, counter),
        pace=number(row.pace, node.unit, style, counter) if running and row.pace is not None else MISSING,
        attained=attainment_words(row.landing, None if aim is None else aim.full, style, named=False) or MISSING,
        landing=number(row.landing, node.unit, style, counter),
        gap=_gap(row, style),
        gap_share=_share(row, style),
        status="plain" if aim is None else judged(row.landing, aim.full, node.unit),
        owner=kpis.owner_words(node, style),
        url=kpis.node_url(business, numbers, node, asked),
    )


def _gap(row: PlanRow, style: Style) -> str:
    """How far the landing is from the plan; inside a band only that it is."""
    if row.gap is None:
        return MISSING
    return _("within") if _inside(row) else difference(row.landing, row.plan, row.node.unit, style)


def _inside(row: PlanRow) -> bool:
    """Whether the landing lies inside a plan that has two ends."""
    aim = row.aim.full if row.aim is not None else None
    if aim is None or aim.low is None or aim.high is None or row.landing is None:
        return False
    return aim.missing(row.landing) == 0


def _share(row: PlanRow, style: Style) -> str:
    """The gap as a share of the plan; rates and scores, whose gap is one of points already, have none."""
    if row.gap is None or row.node.unit in ABSOLUTE_CHANGE or _inside(row):
        return MISSING
    return change(row.landing, row.plan, row.node.unit, style)


def _sentence(numbers: TreeNumbers, rows: tuple[PlanRow, ...], style: Style) -> str:
    goal = rows[0] if rows and rows[0].node.id == numbers.tree.root.id else None
    planned = [row for row in rows if row.aim is not None and row.landing is not None]
    reached = sum(row.aim is not None and row.aim.full.missing(row.landing or 0.0) == 0 for row in planned)
    if not planned:
        return _("No number of this tree has a target in this period yet.")
    over = numbers.elapsed is None
    words = (
        _("{reached} of {count} numbers with a plan reached it.")
        if over
        else _("{reached} of {count} numbers with a plan reach it.")
    ).format(reached=reached, count=len(planned))
    if goal is None or goal.gap is None:
        return words
    name, landing = goal.node.label(style.language), number(goal.landing, goal.node.unit, style)
    short = difference(goal.landing, goal.plan, goal.node.unit, style)
    told = (
        _("{goal} lands at {landing} ({gap} against the plan).")
        if not over
        else _("{goal} came to {landing} ({gap} against the plan).")
    )
    return f"{told.format(goal=name, landing=landing, gap=short)}{gap()}{words}"


def _rule(numbers: TreeNumbers, rows: tuple[PlanRow, ...]) -> str:
    if numbers.elapsed is None:
        return _("The period is over: the landing is the actual value.")
    if any(row.seasonal for row in rows):
        return _(
            "Landing: the value so far, led on as the same period went on last year; without last year evenly by days. "
            "Rates and stocks land where they stand."
        )
    return _("Landing: the value so far, led on evenly by days. Rates and stocks land where they stand.")
