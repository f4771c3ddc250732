"""The morning page, the KPI tree as cards, as an outline and as a table, and the page of one node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.card import Card
from keiki.charts.format import Style, change, difference, exact
from keiki.charts.sentence import briefly_against
from keiki.charts.spark import sparkline
from keiki.charts.status import rule
from keiki.charts.tree import Badge, Edge, Layout, Twig, layout, levels, troubled
from keiki.facts import fact
from keiki.formula import mathml, show
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.cockpit import queries
from keiki.server.cockpit.queries import Lever
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers, known
from keiki.server.planning.queries import counted, measured
from keiki.trees.build import FormulaEdge, InfluenceEdge, Node

LEVELS = {"kgi": "KGI", "ksf": "KSF"}


@dataclass(frozen=True)
class Headline:
    number: Card
    url: str


@dataclass(frozen=True)
class Act:
    """One thing to look at: the number, and what it did to the goal."""

    number: Card
    effect: str
    url: str


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
    trend: kpis.Figure | None = None
    sentence: str = ""
    tree_url: str = ""


@business_page()
@require_safe
def today_page(request: HttpRequest, business: Business) -> HttpResponse:
    """What matters this morning; the address holds tree, period and comparison."""
    asked = Asked.read(request.GET)
    can = known(request.user, business)
    if can.today is None:
        page = TodayPage(_("Today"), business.name, kpis.empty_state(request, business))
    else:
        page = _today_page(business, measured(request.user, business, request.GET.get("tree"), asked.question), asked)
    return render(request, "cockpit/today.html", {"page": page})


def _today_page(business: Business, numbers: TreeNumbers, asked: Asked) -> TodayPage:
    style = kpis.style_of(business, numbers.known)
    root = numbers.tree.root
    goal = root.label(style.language)
    return TodayPage(
        title=_("Today"),
        subtitle=kpis.subtitle(business, numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        fresh=kpis.fresh_words(numbers, style),
        headlines=tuple(
            Headline(kpis.number_card(numbers, node, style), kpis.node_url(business, numbers, node, asked))
            for node in queries.headlines(numbers)
        ),
        acts=tuple(_act(business, numbers, lever, asked, style) for lever in queries.levers(numbers)),
        ranked_by=_("by effect on {goal}").format(goal=goal),
        nothing_to_act=_nothing(numbers, goal),
        rule=rule(asked.comparison, asked.grain, style, targets=bool(numbers.aims)),
        trend=kpis.history_chart(business, numbers, root, style),
        sentence=kpis.told(numbers, root, style),
        tree_url=asked.url(kpis.tree_url(business, numbers.tree.id)),
    )


def _act(business: Business, numbers: TreeNumbers, lever: Lever, asked: Asked, style: Style) -> Act:
    root = numbers.tree.root
    goal, amount = root.label(style.language), difference(lever.effect, 0.0, root.unit, style)
    if lever.effect is None:
        effect = _("Misses its target; influences {goal} without a formula").format(goal=goal)
    else:
        words = _("At its target, {goal} would be {amount}") if lever.to_target else _("Moved {goal} by {amount}")
        effect = words.format(goal=goal, amount=amount)
    return Act(
        kpis.number_card(numbers, lever.node, style), effect, kpis.node_url(business, numbers, lever.node, asked)
    )


def _nothing(numbers: TreeNumbers, goal: str) -> str:
    if numbers.aims:
        return _("No number misses its target or moved {goal} to the wrong side.").format(goal=goal)
    if numbers.explanation is None:
        return _("There is nothing to compare {goal} with yet.").format(goal=goal)
    return _("No number in trouble moved {goal} to the wrong side.").format(goal=goal)


# --- the tree ---


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
    lens_form: kpis.LensForm
    table: bool
    as_tree_url: str
    as_table_url: str
    empty: kpis.Empty | None = None
    root_label: str = ""
    sentence: str = ""
    chips: tuple[kpis.Chip, ...] = ()
    openings: tuple[kpis.Way, ...] = ()
    opening_hint: str = ""
    rule: str = ""
    tree_label: str = ""
    has_targets: bool = False
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
    known = door.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    path = kpis.tree_url(business, known.tree(chosen).id)
    if known.today is None:
        page = TreePage(
            _("KPI tree"), business.name, "", kpis.LensForm(()), False, path, path, kpis.empty_state(request, business)
        )
        return render(request, "cockpit/tree.html", {"page": page})
    reading = measured(request.user, business, chosen, asked.question)
    return render(request, "cockpit/tree.html", {"page": _tree_page(business, reading, asked, path)})


def _tree_page(business: Business, reading: TreeNumbers, asked: Asked, path: str) -> TreePage:
    style = kpis.style_of(business, reading.known)
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
        subtitle=kpis.subtitle(business, reading, style),
        fresh=kpis.fresh_words(reading, style),
        lens_form=kpis.lens_form(business, reading, asked, trees=True),
        table=asked.table,
        as_tree_url=asked.url(path, table=False),
        as_table_url=asked.url(path, table=True),
        root_label=root.label(style.language),
        sentence=kpis.told(reading, root, style),
        chips=_chips(business, reading, asked, path, style),
        openings=_openings(asked, path),
        opening_hint=_opening_hint(asked, twigs),
        rule=rule(asked.comparison, asked.grain, style, targets=bool(reading.aims)),
        tree_label=_("KPI tree of {name}").format(name=root.label(style.language)),
        has_targets=bool(reading.aims),
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
    path = kpis.tree_url(business, reading.tree.id)
    cards = []
    for index, placed in enumerate(laid.cards):
        node = reading.tree.node(placed.id)
        ends = 0 if placed.open else max(placed.depth - depths[index + 1], 0)
        label = node.label(style.language)
        words = _("Close {name}") if placed.open else _("Open {name}")
        cards.append(
            TreeCard(
                id=node.id,
                number=kpis.number_card(reading, node, style),
                level=LEVELS.get(node.level, ""),
                level_number=placed.depth + 1,
                place=placed.place,
                children=placed.children,
                open=placed.open,
                hidden=placed.hidden,
                hidden_status=placed.worst,
                url=kpis.node_url(business, reading, node, asked),
                toggle_url=asked.flipped(node.id).url(path),
                toggle_words=words.format(name=label),
                spark=_spark(business, reading, node, style),
                closing=mark_safe("</ul></li>" * ends),
                formula=_formula_words(reading, node, style),
                indent=f"{min(placed.depth, 15):x}",
            )
        )
    return tuple(cards)


def _spark(business: Business, reading: TreeNumbers, node: Node, style: Style) -> SafeString:
    values = reading.series(node)
    if all(value is None for value in values):
        return mark_safe("")
    labels = [business.calendar.label(period, style.language) for period in reading.periods]
    chart = sparkline(node.label(style.language), labels, values, node.unit, style, reading.completes)
    return mark_safe(chart.svg)


def _chips(business: Business, reading: TreeNumbers, asked: Asked, path: str, style: Style) -> tuple[kpis.Chip, ...]:
    chips = []
    if asked.segment is not None:
        dimension, value = asked.segment
        words = f"{kpis.dimension_words(dimension, style)}: {door.value_label(dimension, value, style.language)}"
        chips.append(kpis.Chip(words, "accent", asked.url(path, segment=None)))
    if reading.elapsed is not None:
        chips.append(kpis.Chip(_("So far"), "watch"))
    chips.append(kpis.Chip(kpis.tax_words(business)))
    return tuple(chips)


def _openings(asked: Asked, path: str) -> tuple[kpis.Way, ...]:
    words = {"trouble": _("Only what needs action"), "two": _("Two levels"), "all": _("Open all")}
    nothing: frozenset[str] = frozenset()
    return tuple(
        kpis.Way(text, asked.url(path, opening=name, flips=nothing), asked.opening == name and not asked.flips)
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
    return door.renamed(show(node.formula), names)


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
    path: tuple[kpis.Way, ...]
    tree_url: str
    target_url: str
    sentence: str
    missing: str
    history: kpis.Figure | None
    parts: tuple[PartBar, ...]
    parts_sentence: str
    dimensions: tuple[kpis.Way, ...]
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
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    reading = measured(request.user, business, tree, asked.question)
    chosen = reading.tree.by_id.get(node)
    if chosen is None:
        raise Http404
    page = _node_page(request, business, reading, chosen, asked)
    return render(request, "cockpit/node.html", {"page": page})


def _node_page(request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, asked: Asked) -> NodePage:
    style = kpis.style_of(business, reading.known)
    dimensions = door.dimensions(request.user, business, node)
    by = asked.by if asked.by in dimensions else ""
    why = node.why_ja if style.japanese else node.why_en
    kpi = door.kpi_of(request.user, business, node)
    here = {"business": business.id, "tree": reading.tree.id, "node": node.id}
    return NodePage(
        title=node.label(style.language),
        subtitle=kpis.subtitle(business, reading, style),
        fresh=kpis.fresh_words(reading, style),
        node_id=node.id,
        number=kpis.number_card(reading, node, style),
        path=_path(business, reading, node, asked, style),
        tree_url=asked.url(kpis.tree_url(business, reading.tree.id), by=""),
        target_url=reverse("planning:target", kwargs=here) if counted(node) else "",
        sentence=kpis.told(reading, node, style),
        missing=kpis.missing_words(reading, node, style),
        history=kpis.history_chart(business, reading, node, style),
        parts=_parts(reading, node, style),
        parts_sentence=_parts_sentence(reading, node, style),
        dimensions=tuple(
            kpis.Way(
                kpis.dimension_words(name, style), kpis.node_url(business, reading, node, asked, by=name), name == by
            )
            for name in dimensions
        ),
        segments=_segments(request, business, reading, node, asked, by, style) if by else (),
        segment_label=kpis.dimension_words(by, style) if by else "",
        period_label=business.calendar.label(reading.period, style.language),
        definition=(kpi.definition_ja if style.japanese else kpi.definition_en) if kpi else "",
        why=why or "",
        formula=_mathml(request, business, reading, node, style),
        facts=_facts(request, business, node, style),
    )


def _path(business: Business, reading: TreeNumbers, node: Node, asked: Asked, style: Style) -> tuple[kpis.Way, ...]:
    """The nodes above, the goal first."""
    steps: list[kpis.Way] = []
    above = node.parent
    while above is not None:
        parent = reading.tree.node(above)
        steps.append(kpis.Way(parent.label(style.language), kpis.node_url(business, reading, parent, asked)))
        above = parent.parent
    return tuple(reversed(steps))


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
    split = door.measured(request.user, business, reading.tree.id, asked.question, by)
    path = kpis.tree_url(business, reading.tree.id)
    rows = []
    for segment in split.segments:
        value, before = split.value(node, segment), split.value_before(node, segment)
        if value is None and before is None:
            continue
        name = segment[0]
        url = asked.url(path, segment=(by, name), by="") if name is not None else ""
        words = door.value_label(by, name, style.language) if name is not None else _("(empty)")
        shown = SegmentRow(words, exact(value, node.unit, style), change(value, before, node.unit, style), url)
        rows.append((-(value or 0.0), words, shown))
    return tuple(row for _size, _words, row in sorted(rows, key=lambda each: each[:2]))


def _mathml(request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, style: Style) -> SafeString:
    formula = node.formula or node.measured
    if formula is None:
        return mark_safe("")
    names = door.names_of(request.user, business, reading, node, style.language)
    return mark_safe(mathml(formula, label=lambda reference: names.get(reference.id, reference.id)))


def _facts(request: HttpRequest, business: Business, node: Node, style: Style) -> tuple[tuple[str, str], ...]:
    directions = {"higher": _("Higher is better"), "lower": _("Lower is better"), "neutral": _("Neither is better")}
    sources = door.sources_of(request.user, business, node)
    comma = "、" if style.japanese else ", "
    facts = [fact(name).ja if style.japanese else fact(name).en for name in sources.facts]
    measures = [measure.ja if style.japanese else measure.en for measure in sources.measures]
    rows = [
        (_("Wished direction"), directions[node.direction]),
        (_("Unit"), door.unit_words(node.unit, style.language)),
        (_("Read from"), comma.join(facts)),
        (_("Measured numbers"), comma.join(measures)),
    ]
    return tuple((name, words) for name, words in rows if words)
