"""What every page about numbers shares: links, selects, cards, sentences, figures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from keiki.catalogue.kpi import Kpi
from keiki.charts.card import Card, Compared, card
from keiki.charts.certainty import certainty_words, period_name, provisional_mark
from keiki.charts.chart import Chart
from keiki.charts.format import Money, Style, number
from keiki.charts.happened import Happened
from keiki.charts.sentence import Driver, Told, sentence
from keiki.charts.trend import Bar, trend
from keiki.facts import fact, value_words
from keiki.lens import FINAL
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.data.actions import DEMO_JOB
from keiki.server.data.queries import newest_run
from keiki.server.jobs.models import Status
from keiki.server.kpis import queries
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import Known, TreeNumbers
from keiki.server.ui.language import current_language
from keiki.trees.build import Edge, InfluenceEdge, Node
from keiki.trees.document import NodeDocument
from keiki.trees.targets import Target


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
    begin_url: str = ""
    run_url: str = ""
    run_words: str = ""


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


def owner_words(node: Node | NodeDocument, style: Style) -> str:
    """Who looks after a node: person and department; "" while nobody does."""
    if node.owner is None:
        return ""
    department = value_words("department", node.owner.department or "", style.language)
    return ("・" if style.japanese else ", ").join(word for word in (node.owner.person, department) if word)


def missing_words(reading: TreeNumbers, node: Node, style: Style) -> str:
    """Why a node has no value: the facts without rows, or that the period has nothing to count yet; else ""."""
    if reading.value(node) is not None:
        return ""
    names = [fact(name).ja if style.japanese else fact(name).en for name in reading.missing_facts(node)]
    if names:
        return _("No rows yet: {facts}").format(facts=("・" if style.japanese else ", ").join(names))
    return _("No matching rows")


def told(reading: TreeNumbers, node: Node, style: Style) -> str:
    """One sentence about a node's number; for the goal also what weighs on it or moved it most."""
    mover = reading.mover if node.parent is None else None
    driver = None
    if mover is not None:
        driver = Driver(reading.tree.node(mover.node).label(style.language), mover.part, mover.of_target)
    question = reading.question
    value, before = reading.value(node), reading.value_before(node)
    aim, days = reading.aim(node), reading.elapsed
    shown = Told(value, before, node.unit, question.grain, question.comparison, days, driver, aim)
    return sentence(shown, style)


def history_chart(
    business: Business, reading: TreeNumbers, node: Node, style: Style, happened: Sequence[Happened] = ()
) -> Chart | None:
    """The node's history as columns, beside its target where it has one, with what happened; None while it has no
    value."""
    values = reading.series(node)
    if all(value is None for value in values):
        return None
    marked = period_labels(business, reading, style)
    bars = [
        Bar(
            business.calendar.short(period, style.language),
            name if complete else business.calendar.label(period, style.language),
            value,
            complete,
        )
        for period, name, value, complete in zip(reading.periods, marked, values, reading.completes, strict=True)
    ]
    label, words = node.label(style.language), told(reading, node, style)
    return trend(label, words, bars, node.unit, style, reading.aims.get(node.id, ()), happened=happened)


def period_labels(business: Business, reading: TreeNumbers, style: Style) -> list[str]:
    """The names of the periods of the history, each marked while its numbers are not final."""
    lens = reading.reading.lens
    return [
        business.calendar.label(period, style.language) + provisional_mark(lens.certainty(place), style)
        for place, period in enumerate(lens.periods)
    ]


def style_of(business: Business, known: Known) -> Style:
    """How numbers are written for this reader."""
    return Style(current_language(), business.currency, Money(known.money))


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
    state = certainty_words(reading.certainty, style)
    return _("{business} / {period} ({grain}, {state})").format(
        business=business.name, period=label, grain=grains[reading.question.grain], state=state
    )


def beside_business(business: Business, words: str) -> str:
    """The line below a title: the business and what the page is about."""
    return _("{business} / {words}").format(business=business.name, words=words) if words else business.name


def certainty_chip(reading: TreeNumbers, style: Style) -> Chip:
    """Whether the numbers of the period asked for are provisional or final."""
    words = certainty_words(reading.certainty, style)
    if reading.elapsed is not None:
        words = _("{certainty}: {days} days").format(certainty=words, days=reading.elapsed)
    return Chip(words, "" if reading.certainty == FINAL else "watch")


def fresh_words(reading: TreeNumbers, style: Style) -> str:
    """Up to which day the data speaks."""
    return fresh_on(reading.known.today, style)


def fresh_on(day: date | None, style: Style) -> str:
    """The same for a day; "" while there is no data."""
    return _("Data up to {day}").format(day=day_words(day, style)) if day else ""


def lens_form(business: Business, reading: TreeNumbers, asked: Asked, trees: bool) -> LensForm:
    """The selects of period, grain, comparison and, where it can be chosen, tree."""
    language = current_language()
    form = period_form(business, reading.known, asked, reading.period)
    if not trees:
        return form
    named = tuple((tree.id, tree.ja if language == "ja" else tree.en) for tree in reading.known.trees)
    choices = (Choice("tree", _("Tree"), named, reading.tree.id), *form.choices)
    return LensForm(choices, tuple(pair for pair in form.kept if pair[0] != "tree"))


def period_form(
    business: Business, known: Known, asked: Asked, period: Period, kept: Iterable[tuple[str, str]] = ()
) -> LensForm:
    """The selects of period, grain and comparison; `kept` stays in the address besides what was asked."""
    language = current_language()
    style = Style(language, business.currency)
    # an address may ask for a period without rows
    offered = {p.start: p for p in (period, *queries.choosable(business, known, asked.grain))}
    listed = tuple(
        (start.isoformat(), period_name(business.calendar.label(p, language), queries.is_over(known, p), style))
        for start, p in sorted(offered.items(), reverse=True)
    )
    grains = (
        ("day", _("Day")),
        ("week", _("Week")),
        ("month", _("Month")),
        ("quarter", _("Quarter")),
        ("year", _("Year")),
    )
    versus = (("previous", _("Previous period")), ("last_year", _("Same period last year")))
    choices = (
        Choice("grain", _("By"), grains, asked.grain),
        Choice("on", _("Period"), listed, period.start.isoformat()),
        Choice("versus", _("Compared with"), versus, asked.comparison),
    )
    chosen = {choice.name for choice in choices} | {"flip"}
    kept = tuple(kept)
    given = {name for name, _value in kept}
    asked_for = tuple(pair for pair in asked.pairs if pair[0] not in chosen | given)
    return LensForm(choices, (*asked_for, *kept))


def empty_state(request: Any, business: Business) -> Empty:
    """What a business without rows shows instead of numbers."""
    if not allows(request.membership.role, EDIT):
        return Empty(_("There are no numbers yet. Someone who may change data has to bring in a file."), "", "")
    words = _("There are no numbers yet. Bring in a file that your shop or system exports; it takes three minutes.")
    data, demo, begin = (page_url(name, business) for name in ("data:data", "data:make_demo", "cockpit:begin"))
    run = newest_run(business, DEMO_JOB)
    if run is None or run.status == Status.DONE:
        return Empty(words, data, demo, begin)
    run_url = url_of("data:run", business=business.id, run_id=str(run.pk))
    if run.is_finished:
        stopped = _("Making the sample data stopped. Try it again, or bring in a file.")
        return Empty(stopped, data, demo, begin, run_url, _("Why it stopped"))
    return Empty(_("The sample data is being made."), "", "", "", run_url, _("See how far it is"))


def dimension_words(name: str, style: Style) -> str:
    """What a dimension is called."""
    return queries.dimension_label(name, style.language)


def tax_words(business: Business) -> str:
    """Whether amounts hold tax: always net in Keiki."""
    return _("net of tax")


def page_url(name: str, business: Business) -> str:
    """The address of a page of the business, or nothing when this site has no such page."""
    return url_of(name, business=business.id)


def url_of(name: str, **where: str) -> str:
    """The address of a page, or nothing when this site has no such page."""
    try:
        return reverse(name, kwargs=where)
    except NoReverseMatch:
        return ""


def edge_words(edge: Edge | None) -> str:
    """How a node hangs on the one above: a sign of the formula, or an influence with its direction and delay."""
    if isinstance(edge, InfluenceEdge):
        words = _("moves it the same way") if edge.sign > 0 else _("moves it the other way")
        return words + (_(", {lag} periods later").format(lag=edge.lag) if edge.lag else "")
    return (edge.operator or "") if edge is not None else ""


def target_words(target: Target, unit: str, style: Style) -> str:
    """A target in words: how far, for which period, by when."""
    spans = {"d": _("{n} days"), "w": _("{n} weeks"), "m": _("{n} months"), "y": _("{n} years")}
    per = {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    }
    if target.compare == "between":
        words = f"{number(target.low, unit, style)} – {number(target.high, unit, style)}"
    elif target.value is None and target.months:
        words = _("month by month")
    else:
        sign = {"at_least": "≥ ", "at_most": "≤ "}.get(target.compare or "", "")
        words = sign + number(target.value, unit, style)
    if target.start is not None:
        words = f"{number(target.start, unit, style)} → {words}"
    if target.period is not None:
        words = _("{value} {period}").format(value=words, period=per[target.period.value])
    if target.within:
        span = spans[target.within[-1]].format(n=target.within[:-1])
        return _("{value} within {span}").format(value=words, span=span)
    if target.by:
        day = f"{target.by:%Y/%m/%d}" if style.japanese else f"{target.by:%d %b %Y}"
        return _("{value} by {day}").format(value=words, day=day)
    return words


def kpi_url(business: Business, kpi_id: str, name: str = "kpi") -> str:
    """The address of a KPI's page, or of what can be done with it."""
    return reverse(f"kpis:{name}", kwargs={"business": business.id, "kpi": kpi_id})


def kpi_name(kpi: Kpi, language: str) -> str:
    """What a KPI is called."""
    return kpi.ja if language == "ja" else kpi.en


def definition(kpi: Kpi, language: str) -> str:
    """What a KPI means; nothing where nobody has written more than its name."""
    words = kpi.definition_ja if language == "ja" else kpi.definition_en
    return "" if words in {kpi.ja, kpi.en} else words


def comma(style: Style) -> str:
    """What stands between the words of a list."""
    return "、" if style.japanese else ", "


def day_words(day: date | None, style: Style) -> str:
    """A day as it is written."""
    if day is None:
        return ""
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def range_words(low: float | None, high: float | None, unit: str, style: Style) -> str:
    """A range in words; an open end is left out."""
    if low is not None and high is not None:
        return f"{number(low, unit, style)} – {number(high, unit, style)}"
    return f"≥ {number(low, unit, style)}" if low is not None else f"≤ {number(high, unit, style)}"
