"""What every page about numbers shares: links, selects, cards, sentences, figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keiki.charts.bars import NARROW, WIDTH, Bar, history
from keiki.charts.card import Card, Compared, card
from keiki.charts.chart import Table
from keiki.charts.format import Money, Style
from keiki.charts.sentence import Driver, Told, sentence
from keiki.charts.trend import trend
from keiki.facts import fact
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import Known, TreeNumbers
from keiki.trees.build import Node


@dataclass(frozen=True)
class Way:
    """A link with its words; `current` when it is what is shown."""

    words: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Choice:
    """One select above a page; options are (value, words)."""

    name: str
    words: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class LensForm:
    """The selects of tree, period and comparison; `kept` is what else stays in the address."""

    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Chip:
    words: str
    tone: str = ""
    remove_url: str = ""


@dataclass(frozen=True)
class Empty:
    """What to say and offer while there are no numbers."""

    words: str
    data_url: str
    demo_url: str


@dataclass(frozen=True)
class Figure:
    """A picture in two widths, of which the page shows the one that fits, and its table."""

    title: str
    wide: SafeString
    narrow: SafeString
    table: Table


def number_card(reading: TreeNumbers, node: Node, style: Style) -> Card:
    """A node's number as a card."""
    compared = Compared(
        label=node.label(style.language),
        value=reading.value(node),
        before=reading.value_before(node),
        unit=node.unit,
        direction=node.direction,
        grain=reading.question.grain,
        comparison=reading.question.comparison,
        part=reading.elapsed is not None,
        aim=reading.aim(node),
        owner=owner_words(node, style),
    )
    return card(compared, style, missing_words(reading, node, style))


def owner_words(node: Node, style: Style) -> str:
    """Who looks after a node: person and department; "" while nobody does."""
    if node.owner is None:
        return ""
    return ("・" if style.japanese else ", ").join(word for word in (node.owner.person, node.owner.department) if word)


def missing_words(reading: TreeNumbers, node: Node, style: Style) -> str:
    """Why a node has no value: the facts without rows, or that the period has nothing to count yet; else ""."""
    if reading.value(node) is not None:
        return ""
    names = [fact(name).ja if style.japanese else fact(name).en for name in reading.missing_facts(node)]
    if names:
        return _("No rows yet: {facts}").format(facts=("・" if style.japanese else ", ").join(names))
    return _("No matching rows")


def told(reading: TreeNumbers, node: Node, style: Style) -> str:
    """One sentence about a node's number; for the goal also what moved it most."""
    driver = None
    if node.parent is None and reading.explanation is not None:
        movers = [part for part in reading.explanation.movers if not part.residual and part.node != node.id]
        if movers and movers[0].contribution:
            driver = Driver(reading.tree.node(movers[0].node).label(style.language), movers[0].contribution)
    question = reading.question
    value, before = reading.value(node), reading.value_before(node)
    aim, days = reading.aim(node), reading.elapsed
    shown = Told(value, before, node.unit, question.grain, question.comparison, days, driver, aim)
    return sentence(shown, style)


def history_chart(business: Business, reading: TreeNumbers, node: Node, style: Style) -> Figure | None:
    """The node's history as columns, beside its target where it has one; None while it has no value."""
    values = reading.series(node)
    if all(value is None for value in values):
        return None
    bars = [
        Bar(_tick(period, style), business.calendar.label(period, style.language), value, complete)
        for period, value, complete in zip(reading.periods, values, reading.completes, strict=True)
    ]
    label, words = node.label(style.language), told(reading, node, style)
    aims = reading.aims.get(node.id)
    wide, narrow = (
        trend(label, words, bars, aims, node.unit, style, width)
        if aims
        else history(label, words, bars, node.unit, style, width)
        for width in (WIDTH, NARROW)
    )
    return Figure(label, mark_safe(wide.svg), mark_safe(narrow.svg), wide.table)


def _tick(period: Period, style: Style) -> str:
    """A short name for the axis."""
    start = period.start
    if period.grain in {Grain.DAY, Grain.WEEK}:
        return f"{start.month}/{start.day}"
    if period.grain is Grain.YEAR:
        return str(start.year)
    if period.grain is Grain.QUARTER:
        return f"{start:%y}/{start.month}"
    return f"{start.month}月" if style.japanese else f"{start:%b}"


def style_of(business: Business, known: Known) -> Style:
    """How numbers are written for this reader."""
    return Style((get_language() or "ja")[:2], business.currency, Money(known.money))


def tree_url(business: Business, tree_id: str) -> str:
    """The address of a tree."""
    return reverse("cockpit:tree", kwargs={"business": business.id, "tree": tree_id})


def node_url(business: Business, reading: TreeNumbers, node: Node, asked: Asked, by: str = "") -> str:
    """The address of a node's page, with the same question."""
    path = reverse("cockpit:node", kwargs={"business": business.id, "tree": reading.tree.id, "node": node.id})
    return asked.url(path, by=by, table=False)


def subtitle(business: Business, reading: TreeNumbers, style: Style) -> str:
    """Business, period and grain beside the title."""
    grains = {
        "day": _("daily"),
        "week": _("weekly"),
        "month": _("monthly"),
        "quarter": _("quarterly"),
        "year": _("yearly"),
    }
    label = business.calendar.label(reading.period, style.language)
    state = _("so far") if reading.elapsed is not None else _("complete")
    return _("{business} / {period} ({grain}, {state})").format(
        business=business.name, period=label, grain=grains[reading.question.grain], state=state
    )


def fresh_words(reading: TreeNumbers, style: Style) -> str:
    """Up to which day the data speaks."""
    day = reading.known.today
    if day is None:
        return ""
    return _("Data up to {day}").format(day=f"{day:%Y/%m/%d}" if style.japanese else f"{day:%d %b %Y}")


def lens_form(business: Business, reading: TreeNumbers, asked: Asked, trees: bool) -> LensForm:
    """The selects of period, grain, comparison and, where it can be chosen, tree."""
    language = (get_language() or "ja")[:2]
    so_far = _(" (so far)")
    periods = queries.choosable(business, reading.known, asked.grain)
    listed = tuple(
        (
            p.start.isoformat(),
            business.calendar.label(p, language) + ("" if queries.is_over(reading.known, p) else so_far),
        )
        for p in periods
    )
    grains = (
        ("day", _("Day")),
        ("week", _("Week")),
        ("month", _("Month")),
        ("quarter", _("Quarter")),
        ("year", _("Year")),
    )
    versus = (("previous", _("Previous period")), ("last_year", _("Same period last year")))
    choices = [
        Choice("grain", _("By"), grains, asked.grain),
        Choice("on", _("Period"), listed, reading.period.start.isoformat()),
        Choice("versus", _("Compared with"), versus, asked.comparison),
    ]
    if trees:
        named = tuple((tree.id, tree.ja if language == "ja" else tree.en) for tree in reading.known.trees)
        choices.insert(0, Choice("tree", _("Tree"), named, reading.tree.id))
    chosen = {choice.name for choice in choices} | {"flip"}
    return LensForm(tuple(choices), tuple((name, value) for name, value in asked.pairs if name not in chosen))


def empty_state(request: Any, business: Business) -> Empty:
    """What a business without rows shows instead of numbers."""
    if not allows(request.membership.role, EDIT):
        return Empty(_("There are no numbers yet. Someone who may change data has to bring in a file."), "", "")
    words = _("There are no numbers yet. Bring in a file that your shop or system exports; it takes three minutes.")
    return Empty(words, _url("data:data", business), _url("data:make_demo", business))


def dimension_words(name: str, style: Style) -> str:
    """What a dimension is called."""
    return queries.dimension_label(name, style.language)


def tax_words(business: Business) -> str:
    """Whether amounts hold tax: always net in Keiki."""
    return _("net of tax")


def _url(name: str, business: Business) -> str:
    try:
        return reverse(name, kwargs={"business": business.id})
    except NoReverseMatch:
        return ""
