"""The KPI tree as cards, as an outline and as a table, and the page of one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.bars import NARROW, WIDTH, Bar, history
from keiki.charts.card import Card, Compared, card
from keiki.charts.chart import Table
from keiki.charts.format import Money, Style, change, difference, exact
from keiki.charts.sentence import Driver, Told, briefly_against, sentence
from keiki.charts.spark import sparkline
from keiki.charts.status import rule
from keiki.charts.tree import Badge, Edge, Layout, Twig, layout, levels, troubled
from keiki.facts import fact
from keiki.formula import mathml, show
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import Known, TreeNumbers
from keiki.trees.build import FormulaEdge, InfluenceEdge, Node

LEVELS = {"kgi": "KGI", "ksf": "KSF"}


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


@dataclass(frozen=True)
class TreeCard:
    """A node's card in the tree. `closing` ends the lists that this card is the last of."""

    id: str
    number: Card
    level: str
    level_number: int
    place: str
    children: int
    open: bool
    hidden: int
    hidden_status: str
    url: str
    toggle_url: str
    toggle_words: str
    spark: SafeString
    closing: SafeString
    formula: str
    indent: str


@dataclass(frozen=True)
class TreePage:
    title: str
    subtitle: str
    fresh: str
    lens_form: LensForm
    table: bool
    as_tree_url: str
    as_table_url: str
    empty: Empty | None = None
    root_label: str = ""
    sentence: str = ""
    chips: tuple[Chip, ...] = ()
    openings: tuple[Way, ...] = ()
    opening_hint: str = ""
    rule: str = ""
    tree_label: str = ""
    period_label: str = ""
    against_label: str = ""
    cards: tuple[TreeCard, ...] = ()
    edges: tuple[Edge, ...] = ()
    badges: tuple[Badge, ...] = ()
    width: int = 0
    height: int = 0


@business_page()
@require_safe
def tree_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """The whole tree; the address holds tree, period, comparison, segment and the open branches."""
    asked = Asked.read(request.GET)
    known = queries.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    path = tree_url(business, known.tree(chosen).id)
    if known.today is None:
        page = TreePage(
            _("KPI tree"), business.name, "", LensForm(()), False, path, path, empty_state(request, business)
        )
        return render(request, "kpis/tree.html", {"page": page})
    reading = queries.measured(request.user, business, chosen, asked.question)
    return render(request, "kpis/tree.html", {"page": _tree_page(business, reading, asked, path)})


def _tree_page(business: Business, reading: TreeNumbers, asked: Asked, path: str) -> TreePage:
    style = style_of(business, reading.known)
    twigs = _twigs(reading)
    if asked.table:
        laid = layout(twigs)
    else:
        start = {"two": levels(twigs, 2), "all": levels(twigs, len(twigs))}.get(asked.opening, troubled(twigs))
        laid = layout(twigs, frozenset(start ^ asked.flips))
    tree = reading.tree
    root = tree.root
    return TreePage(
        title=_("KPI tree"),
        subtitle=subtitle(business, reading, style),
        fresh=fresh_words(reading, style),
        lens_form=lens_form(business, reading, asked, trees=True),
        table=asked.table,
        as_tree_url=asked.url(path, table=False),
        as_table_url=asked.url(path, table=True),
        root_label=root.label(style.language),
        sentence=told(reading, root, style),
        chips=_chips(business, reading, asked, path, style),
        openings=_openings(asked, path),
        opening_hint=_opening_hint(asked, twigs),
        rule=rule(asked.comparison, asked.grain, style),
        tree_label=_("KPI tree of {name}").format(name=root.label(style.language)),
        period_label=business.calendar.label(reading.period, style.language),
        against_label=briefly_against(asked.comparison, asked.grain, style),
        cards=_cards(business, reading, asked, laid, style),
        edges=laid.edges,
        badges=laid.badges,
        width=laid.width,
        height=laid.height,
    )


def _twigs(reading: TreeNumbers) -> tuple[Twig, ...]:
    return tuple(
        Twig(
            node.id,
            node.parent,
            (node.edge.operator or "") if isinstance(node.edge, FormulaEdge) else "",
            isinstance(node.edge, InfluenceEdge),
            reading.status(node),
        )
        for node in reading.tree.nodes
    )


def _cards(business: Business, reading: TreeNumbers, asked: Asked, laid: Layout, style: Style) -> tuple[TreeCard, ...]:
    depths = [placed.depth for placed in laid.cards] + [0]
    path = tree_url(business, reading.tree.id)
    cards = []
    for index, placed in enumerate(laid.cards):
        node = reading.tree.node(placed.id)
        ends = 0 if placed.open else max(placed.depth - depths[index + 1], 0)
        label = node.label(style.language)
        words = _("Close {name}") if placed.open else _("Open {name}")
        cards.append(
            TreeCard(
                id=node.id,
                number=number_card(reading, node, style),
                level=LEVELS.get(node.level, ""),
                level_number=placed.depth + 1,
                place=placed.place,
                children=placed.children,
                open=placed.open,
                hidden=placed.hidden,
                hidden_status=placed.worst,
                url=node_url(business, reading, node, asked),
                toggle_url=asked.flipped(node.id).url(path),
                toggle_words=words.format(name=label),
                spark=_spark(business, reading, node, style),
                closing=mark_safe("</ul></li>" * ends),
                formula=_formula_words(reading, node, style),
                indent=f"{min(placed.depth, 15):x}",
            )
        )
    return tuple(cards)


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
    )
    return card(compared, style, missing_words(reading, node, style))


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
    return sentence(Told(value, before, node.unit, question.grain, question.comparison, reading.elapsed, driver), style)


def _spark(business: Business, reading: TreeNumbers, node: Node, style: Style) -> SafeString:
    values = reading.series(node)
    if all(value is None for value in values):
        return mark_safe("")
    labels = [business.calendar.label(period, style.language) for period in reading.periods]
    chart = sparkline(node.label(style.language), labels, values, node.unit, style, reading.completes)
    return mark_safe(chart.svg)


def _chips(business: Business, reading: TreeNumbers, asked: Asked, path: str, style: Style) -> tuple[Chip, ...]:
    chips = []
    if asked.segment is not None:
        dimension, value = asked.segment
        words = f"{dimension_words(dimension, style)}: {queries.value_label(dimension, value, style.language)}"
        chips.append(Chip(words, "accent", asked.url(path, segment=None)))
    if reading.elapsed is not None:
        chips.append(Chip(_("So far"), "watch"))
    chips.append(Chip(tax_words(business)))
    return tuple(chips)


def _openings(asked: Asked, path: str) -> tuple[Way, ...]:
    words = {"trouble": _("Only what needs action"), "two": _("Two levels"), "all": _("Open all")}
    nothing: frozenset[str] = frozenset()
    return tuple(
        Way(text, asked.url(path, opening=name, flips=nothing), asked.opening == name and not asked.flips)
        for name, text in words.items()
    )


def _opening_hint(asked: Asked, twigs: Sequence[Twig]) -> str:
    if asked.opening != "trouble" or asked.flips:
        return ""
    if any(twig.status == "act" for twig in twigs):
        return _("Only branches that lead to “Act now” are open.")
    return _("Nothing needs action now.")


def _formula_words(reading: TreeNumbers, node: Node, style: Style) -> str:
    """The node's formula with the names of its children."""
    if node.formula is None:
        return ""
    names = {child: reading.tree.node(child).label(style.language) for child in node.children}
    return queries.renamed(show(node.formula), names)


# --- one node ---


@dataclass(frozen=True)
class PartBar:
    """A part of a change as a bar to the left or right of zero, in a drawing 84 wide."""

    label: str
    words: str
    side: str
    x: str
    width: str
    zero: str


@dataclass(frozen=True)
class SegmentRow:
    words: str
    value: str
    change: str
    url: str


@dataclass(frozen=True)
class NodePage:
    title: str
    subtitle: str
    fresh: str
    node_id: str
    number: Card
    path: tuple[Way, ...]
    tree_url: str
    sentence: str
    missing: str
    history: Figure | None
    parts: tuple[PartBar, ...]
    parts_sentence: str
    dimensions: tuple[Way, ...]
    segments: tuple[SegmentRow, ...]
    segment_label: str
    period_label: str
    definition: str
    why: str
    formula: SafeString
    facts: tuple[tuple[str, str], ...]


@business_page()
@require_safe
def node_page(request: HttpRequest, business: Business, tree: str, node: str) -> HttpResponse:
    """One node: definition, formula, history, segments and what moved it; htmx takes its part into the tree page."""
    asked = Asked.read(request.GET)
    known = queries.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    reading = queries.measured(request.user, business, tree, asked.question)
    chosen = reading.tree.by_id.get(node)
    if chosen is None:
        raise Http404
    page = _node_page(request, business, reading, chosen, asked)
    return render(request, "kpis/node.html", {"page": page})


def _node_page(request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, asked: Asked) -> NodePage:
    style = style_of(business, reading.known)
    dimensions = queries.dimensions(request.user, business, node)
    by = asked.by if asked.by in dimensions else ""
    why = node.why_ja if style.japanese else node.why_en
    kpi = queries.kpi_of(request.user, business, node)
    return NodePage(
        title=node.label(style.language),
        subtitle=subtitle(business, reading, style),
        fresh=fresh_words(reading, style),
        node_id=node.id,
        number=number_card(reading, node, style),
        path=_path(business, reading, node, asked, style),
        tree_url=asked.url(tree_url(business, reading.tree.id), by=""),
        sentence=told(reading, node, style),
        missing=missing_words(reading, node, style),
        history=history_chart(business, reading, node, style),
        parts=_parts(reading, node, style),
        parts_sentence=_parts_sentence(reading, node, style),
        dimensions=tuple(
            Way(dimension_words(name, style), node_url(business, reading, node, asked, by=name), name == by)
            for name in dimensions
        ),
        segments=_segments(request, business, reading, node, asked, by, style) if by else (),
        segment_label=dimension_words(by, style) if by else "",
        period_label=business.calendar.label(reading.period, style.language),
        definition=(kpi.definition_ja if style.japanese else kpi.definition_en) if kpi else "",
        why=why or "",
        formula=_mathml(request, business, reading, node, style),
        facts=_facts(request, business, node, style),
    )


def _path(business: Business, reading: TreeNumbers, node: Node, asked: Asked, style: Style) -> tuple[Way, ...]:
    """The nodes above, the goal first."""
    steps: list[Way] = []
    above = node.parent
    while above is not None:
        parent = reading.tree.node(above)
        steps.append(Way(parent.label(style.language), node_url(business, reading, parent, asked)))
        above = parent.parent
    return tuple(reversed(steps))


def history_chart(business: Business, reading: TreeNumbers, node: Node, style: Style) -> Figure | None:
    """The node's history as columns; None while it has no value."""
    values = reading.series(node)
    if all(value is None for value in values):
        return None
    bars = [
        Bar(_tick(period, style), business.calendar.label(period, style.language), value, complete)
        for period, value, complete in zip(reading.periods, values, reading.completes, strict=True)
    ]
    label, words = node.label(style.language), told(reading, node, style)
    wide, narrow = (history(label, words, bars, node.unit, style, width) for width in (WIDTH, NARROW))
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


def _parts(reading: TreeNumbers, node: Node, style: Style) -> tuple[PartBar, ...]:
    """What each child added to or took from the goal."""
    if reading.explanation is None:
        return ()
    wanted = set(node.children)
    parts = [p for p in reading.explanation.parts if p.node in wanted and not p.residual and p.contribution is not None]
    longest = max((abs(p.contribution or 0.0) for p in parts), default=0.0)
    if longest == 0:
        return ()
    parts.sort(key=lambda p: (-abs(p.contribution or 0.0), p.node))
    unit = reading.tree.root.unit
    return tuple(
        _part(reading.tree.node(p.node).label(style.language), p.contribution or 0.0, longest, unit, style)
        for p in parts
    )


def _part(label: str, contribution: float, longest: float, unit: str, style: Style) -> PartBar:
    width = abs(contribution) / longest * 40
    x = 42 if contribution >= 0 else 42 - width
    words = difference(contribution, 0.0, unit, style)
    return PartBar(label, words, "plus" if contribution >= 0 else "minus", f"{x:.1f}", f"{width:.1f}", "42")


def _parts_sentence(reading: TreeNumbers, node: Node, style: Style) -> str:
    if reading.explanation is None or reading.explanation.change is None:
        return ""
    root = reading.tree.root
    goal, change_words = root.label(style.language), difference(reading.explanation.change, 0.0, root.unit, style)
    if node.parent is None:
        return _("{goal} changed by {change}. Each part's share of that change:").format(goal=goal, change=change_words)
    return _("How much each part moved {goal} (its whole change: {change}):").format(goal=goal, change=change_words)


def _segments(
    request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, asked: Asked, by: str, style: Style
) -> tuple[SegmentRow, ...]:
    split = queries.measured(request.user, business, reading.tree.id, asked.question, by)
    path = tree_url(business, reading.tree.id)
    rows = []
    for segment in split.segments:
        value, before = split.value(node, segment), split.value_before(node, segment)
        if value is None and before is None:
            continue
        name = segment[0]
        url = asked.url(path, segment=(by, name), by="") if name is not None else ""
        words = queries.value_label(by, name, style.language) if name is not None else _("(empty)")
        shown = SegmentRow(words, exact(value, node.unit, style), change(value, before, node.unit, style), url)
        rows.append((-(value or 0.0), words, shown))
    return tuple(row for _size, _words, row in sorted(rows, key=lambda each: each[:2]))


def _mathml(request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, style: Style) -> SafeString:
    formula = node.formula or node.measured
    if formula is None:
        return mark_safe("")
    names = queries.names_of(request.user, business, reading, node, style.language)
    return mark_safe(mathml(formula, label=lambda reference: names.get(reference.id, reference.id)))


def _facts(request: HttpRequest, business: Business, node: Node, style: Style) -> tuple[tuple[str, str], ...]:
    directions = {"higher": _("Higher is better"), "lower": _("Lower is better"), "neutral": _("Neither is better")}
    sources = queries.sources_of(request.user, business, node)
    comma = "、" if style.japanese else ", "
    facts = [fact(name).ja if style.japanese else fact(name).en for name in sources.facts]
    measures = [measure.ja if style.japanese else measure.en for measure in sources.measures]
    rows = [
        (_("Wished direction"), directions[node.direction]),
        (_("Unit"), queries.unit_words(node.unit, style.language)),
        (_("Read from"), comma.join(facts)),
        (_("Measured numbers"), comma.join(measures)),
    ]
    return tuple((name, words) for name, words in rows if words)


# --- shared with the morning page ---


def style_of(business: Business, known: Known) -> Style:
    """How numbers are written for this reader."""
    return Style((get_language() or "ja")[:2], business.currency, Money(known.money))


def tree_url(business: Business, tree_id: str) -> str:
    """The address of a tree."""
    return reverse("kpis:tree", kwargs={"business": business.id, "tree": tree_id})


def node_url(business: Business, reading: TreeNumbers, node: Node, asked: Asked, by: str = "") -> str:
    """The address of a node's page, with the same question."""
    path = reverse("kpis:node", kwargs={"business": business.id, "tree": reading.tree.id, "node": node.id})
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
