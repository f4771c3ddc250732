"""What history says beside the field of a target, and the values it offers."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from keiki.charts.format import ABSOLUTE_CHANGE, MISSING, Style, change, difference, number
from keiki.insight.baseline import Baseline, LeftOut, Why
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import queries
from keiki.server.planning.forms import Basis
from keiki.server.planning.models import Way
from keiki.server.planning.pages.written import query_string, target_url
from keiki.trees.build import Node

AHEAD = 12
"""Months that a target's chart shows beyond today."""

STEADY = 0.5
"""Yearly growth up to which last year's says something about the next one."""


FAR_ABOVE_BEST = 1.2
"""A proposal from last year's growth is not made when it lies this far above anything reached so far."""


@dataclass(frozen=True)
class Fact:
    """One thing history says, beside the field."""

    name: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A value to click: what it is made of and what it comes to."""

    words: str
    value: str
    url: str


def facts_beside(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, base: Baseline, style: Style
) -> tuple[Fact, ...]:
    """What stands beside the field: last year, past best, natural growth, baseline, spread, benchmarks."""

    def said(value: float | None) -> str:
        return number(value, node.unit, style)

    label = business.calendar.label
    found = [Fact(_("Last year, same month"), said(base.last_year))]
    if base.best is not None and base.best_month is not None:
        found.append(Fact(_("Past best"), said(base.best), label(base.best_month, style.language)))
    else:
        found.append(Fact(_("Past best"), MISSING))
    found.append(Fact(_("Natural growth"), *_growth_words(base, node, style)))
    found.append(Fact(_("Baseline"), said(base.level), _baseline_note(base)))
    if base.spread is not None:
        found.append(Fact(_("Usual spread"), f"±{difference(base.spread, 0.0, node.unit, style).lstrip('+')}"))
    kpi = door.kpi_of(request.user, business, node)
    benchmarks = kpi.benchmarks if kpi is not None else ()
    if not benchmarks:
        found.append(Fact(_("Benchmark"), MISSING, _("none known for this number")))
    for benchmark in benchmarks:
        low, high = (None if edge is None else said(edge) for edge in (benchmark.low, benchmark.high))
        between = f"{low or ''}〜{high or ''}" if style.japanese else f"{low or ''} – {high or ''}"
        name = _("Benchmark: {name}").format(name=benchmark.ja if style.japanese else benchmark.en)
        found.append(Fact(name, between, benchmark.source_ja if style.japanese else benchmark.source_en))
    return tuple(found)


def _growth_words(base: Baseline, node: Node, style: Style) -> tuple[str, str]:
    if base.growth is None:
        return MISSING, ""
    moved = difference(base.growth, 0.0, node.unit, style)
    if base.growth_share is not None and node.unit not in ABSOLUTE_CHANGE:
        moved = f"{moved} ({change(1 + base.growth_share, 1.0, 'number', style)})"
    month = _("{change} a month").format(change=moved)
    if base.growth_year is None or node.unit in ABSOLUTE_CHANGE:  # rates differ by points, not by per cent
        return month, ""
    sign = "+" if base.growth_year >= 0 else "−"
    return month, _("{share} against last year").format(share=f"{sign}{abs(base.growth_year) * 100:.1f}%")


def _baseline_note(base: Baseline) -> str:
    if not base.enough:
        words = _("{months} of at least {fewest} months: too few for a baseline")
        return words.format(months=base.months, fewest=base.rule.fewest)
    words = _("middle of {months} months") if base.ideal else _("middle of {months} months; {ideal} would be better")
    season = _(", season taken off") if base.season else ""
    return words.format(months=base.months, ideal=base.rule.ideal) + season


def left_out_by_hand(request: Any) -> frozenset[date]:
    """The first days of the months in the address that the baseline is not to rest on."""
    found = set()
    for text in request.GET.getlist("without")[:YEAR_OF_MONTHS]:
        with suppress(ValueError):
            found.add(date.fromisoformat(text))
    return frozenset(found)


YEAR_OF_MONTHS = 12


def months_to_leave_out(
    business: Business, numbers: TreeNumbers, node: Node, base: Baseline, style: Style
) -> tuple[tuple[str, str, str, bool], ...]:
    """The last twelve complete months: first day, name, value, and whether it is left out by hand."""
    chosen = {each.month.start for each in base.left_out if each.why is Why.CHOSEN}
    over = [place for place, complete in enumerate(numbers.completes) if complete][-YEAR_OF_MONTHS:]
    return tuple(
        (
            numbers.periods[place].start.isoformat(),
            business.calendar.label(numbers.periods[place], style.language),
            number(numbers.series(node)[place], node.unit, style),
            numbers.periods[place].start in chosen,
        )
        for place in over
        if numbers.series(node)[place] is not None
    )


def left_out_words(left: LeftOut, business: Business, node: Node, style: Style) -> str:
    """Why a month is not part of the baseline."""
    why = {
        Why.UNUSUAL: _("{month}: {value}, far from the trend"),
        Why.RUNNING: _("{month}: still running"),
        Why.EMPTY: _("{month}: no value"),
        Why.CHOSEN: _("{month}: {value}, left out by us"),
    }
    month = business.calendar.label(left.month, style.language)
    return why[left.why].format(month=month, value=number(left.value, node.unit, style))


def suggestions_of(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, base: Baseline, basis: Basis, style: Style
) -> tuple[Suggestion, ...]:
    """Values to click, each with what it is made of; what history cannot tell is not offered."""
    grown = base.expected(AHEAD)
    half = None if base.best is None or base.level is None else (base.level + base.best) / 2
    offered = [
        (_("Baseline"), base.level),
        (_("Baseline + a year's natural growth"), grown),
        (_("Half-way to the past best"), half),
        (_("The past best again"), base.best),
        (_("Last year + its growth"), _last_year_grown(base)),
    ]
    path, found = target_url(business, numbers.tree, node), []
    below = _from_below(request, business, numbers, node)
    if below is not None:
        value, grain = below
        asked = query_string(
            value=basis.written(_rounded(value, node.unit)), period=grain.value, way=Way.BOTTOM_UP.value
        )
        words = _("What the targets below give")
        found.append(Suggestion(words, number(value, node.unit, style), f"{path}?{asked}#target-form"))
    for words, offer in offered:
        if offer is not None and (offer > 0 or node.unit not in {"ratio", "count"}):
            asked = query_string(value=basis.written(_rounded(offer, node.unit)))
            found.append(Suggestion(words, number(offer, node.unit, style), f"{path}?{asked}#target-form"))
    return tuple(found)


def _last_year_grown(base: Baseline) -> float | None:
    """Last year's month with the growth of the last year; nothing where that growth is no rule yet."""
    if base.last_year is None or base.growth_year is None or base.best is None or abs(base.growth_year) > STEADY:
        return None
    grown = base.last_year * (1 + base.growth_year)
    return grown if abs(grown) <= abs(base.best) * FAR_ABOVE_BEST else None


def _from_below(request: Any, business: Business, numbers: TreeNumbers, node: Node) -> tuple[float, Grain] | None:
    """What the targets below a number make of it: the team's figure, and for which period."""
    plans = queries.plans_of(request.user, business, numbers.tree)
    reaching = queries.reaching(request.user, business, numbers.declared, plans) if node.formula is not None else None
    if reaching is None or reaching.grain not in {Grain.MONTH, Grain.QUARTER, Grain.YEAR}:
        return None
    found = reaching.node(node.id)
    return None if found.implied is None or found.without else (found.implied, reaching.grain)


def _rounded(value: float, unit: str) -> float:
    """A proposed value with no more digits than anybody would promise."""
    if unit == "ratio":
        return round(value, 4)
    if abs(value) >= 1000:
        size = float(10 ** (len(str(int(abs(value)))) - 3))
        return round(value / size) * size
    return round(value, 2 if abs(value) < 100 else 0)
