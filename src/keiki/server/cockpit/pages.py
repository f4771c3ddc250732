"""The morning page, the KPI tree as cards, outline and table, the page of one node, and the design of trees."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.catalogue.kpi import Kpi, Layer
from keiki.catalogue.load import Catalogue
from keiki.catalogue.tags import TAGS, label
from keiki.charts.card import Card
from keiki.charts.format import Style, change, difference, exact, number
from keiki.charts.sentence import briefly_against
from keiki.charts.spark import sparkline
from keiki.charts.status import rule
from keiki.charts.tree import Badge, Edge, Layout, Twig, layout, levels, troubled
from keiki.errors import EditConflict, KeikiError, PartOfFormula, UnknownName
from keiki.facts import fact, vocabulary
from keiki.formula import mathml, show
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.queries import people_of
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit import actions, queries
from keiki.server.cockpit.actions import Wish
from keiki.server.cockpit.forms import (
    EDGES,
    FileForm,
    LayersForm,
    NodeForm,
    StartForm,
    TreeForm,
    department_words,
    language,
)
from keiki.server.cockpit.queries import Lever, Written
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.actions import (
    activate_goal,
    add_tree,
    adopt_tree,
    archive_tree,
    bring_back_tree,
    pause_goal,
    save_tree,
    step_again,
    step_back,
    use_template,
)
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import StoredTree, TreeNumbers, known
from keiki.server.planning.queries import counted, goal_target, measured
from keiki.trees.build import FormulaEdge, InfluenceEdge, Node, build
from keiki.trees.bundle import Bundle, bundle_of, over, read_text, to_json
from keiki.trees.bundle import to_yaml as bundle_yaml
from keiki.trees.decompose import Decomposition, Piece
from keiki.trees.diff import Change, diff
from keiki.trees.document import LEVELS as DEPTHS
from keiki.trees.document import Influence, NodeDocument, TreeDocument, template, to_yaml
from keiki.trees.edit import WORDS as EDIT_WORDS
from keiki.trees.edit import Edit
from keiki.trees.findings import Finding, Severity

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
    tree: str = ""
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
        tree=tree.id,
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


# --- the design of a tree ---

QUOTED = re.compile(r"([“「])([a-z][a-z0-9_]*)([”」])")
TONES = {Severity.RED: "act", Severity.YELLOW: "watch", Severity.INFO: "none"}
LEVEL_WORDS = {"kgi": "KGI", "ksf": "KSF", "kpi": "KPI"}
LAYERS = tuple(layer.value for layer in Layer)
FOUND = 8
"""KPIs that a search on the design page lists."""


@dataclass(frozen=True)
class DesignRow:
    """A node in the editable outline."""

    id: str
    label: str
    level: str
    level_number: int
    indent: str
    parent: str
    place: int
    children: int
    closed: bool
    link: str
    link_words: str
    influence: bool
    owner: str
    target: str
    kra: str
    tone: str
    troubles: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class CheckLine:
    """One thing that is red or yellow, and the node it is about."""

    tone: str
    words: str
    remedy: str
    label: str
    url: str


@dataclass(frozen=True)
class FoundKpi:
    id: str
    label: str
    definition: str
    here: bool


@dataclass(frozen=True)
class WayLine:
    """A way to take the chosen number apart."""

    id: str
    label: str
    about: str
    formula: str
    proved: bool


@dataclass(frozen=True)
class LinkLine:
    target: str
    label: str
    words: str


@dataclass(frozen=True)
class Inspector:
    """Everything that can be done to the chosen node."""

    row: DesignRow
    kpi: str
    kpi_url: str
    target: str
    target_url: str  # "" while nothing can be set: a group without a number, or a tree that cannot be measured yet
    form: NodeForm
    steps: tuple[tuple[str, str, str, bool], ...]  # what to do, words, icon, whether it can be done
    parents: tuple[tuple[str, str], ...]
    query: str
    found: tuple[FoundKpi, ...]
    add_edges: tuple[tuple[str, str], ...]
    add_edge: str
    ways: tuple[WayLine, ...]
    links: tuple[LinkLine, ...]
    others: tuple[tuple[str, str], ...]
    names: tuple[tuple[str, str], ...]  # ids below it, as its formula names them


@dataclass(frozen=True)
class Ask:
    """A question before something is done: the same form once more, with one value added."""

    words: str
    button: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Clash:
    """Two people saved: what the other did, what I wanted, and both texts."""

    words: str
    theirs: str
    mine: str
    mine_text: str
    theirs_text: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RevisionLine:
    number: int
    words: str
    when: datetime
    who: str
    current: bool


@dataclass(frozen=True)
class DesignPage:
    title: str
    subtitle: str
    tree: str
    url: str
    version: int
    may_edit: bool
    archived: bool
    active: bool
    board: bool
    rank_words: str
    measurable: bool
    can_undo: bool
    can_redo: bool
    last: str
    rows: tuple[DesignRow, ...]
    checks: tuple[CheckLine, ...]
    check_words: str
    check_tone: str
    unowned: int
    history: tuple[RevisionLine, ...]
    tree_form: TreeForm
    people: tuple[str, ...]
    departments: tuple[str, ...]
    file_url: str
    inspector: Inspector | None = None
    error: str = ""
    ask: Ask | None = None
    clash: Clash | None = None


@dataclass(frozen=True)
class Typed:
    """What came back from a form that could not be done: its values, and why."""

    node: str = ""
    node_form: NodeForm | None = None
    tree_form: TreeForm | None = None
    error: str = ""
    ask: Ask | None = None
    clash: Clash | None = None


@business_page()
@get_and_post
def design_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """A tree as it is designed; a POST is one step, which becomes one version."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        return _not_own_yet(request, business, tree)
    if request.method == "POST":
        if not allows(request.membership.role, EDIT):
            raise PermissionDenied
        return _step(request, business, stored)
    return _design(request, business, stored, Typed())


def _not_own_yet(request: Any, business: Business, tree: str) -> HttpResponse:
    """A built-in tree, or one written by hand: it can be taken over."""
    catalogue = door.catalogue_of(request.user, business)
    if tree not in catalogue.trees and tree not in catalogue.templates:
        raise Http404
    if request.method != "POST":
        document = template(catalogue, tree)
        name = document.ja if language() == "ja" else document.en
        may = allows(request.membership.role, EDIT)
        page = {"title": _("Design"), "subtitle": business.name, "name": name, "tree": tree, "may_edit": may}
        return render(request, "cockpit/adopt.html", {"page": page})
    if not allows(request.membership.role, EDIT):
        raise PermissionDenied
    if tree in catalogue.trees:
        own = adopt_tree(request.user, business, template(catalogue, tree))
    else:
        own, _fresh = use_template(request.user, business, tree)
    return redirect("cockpit:design", business=business.id, tree=own.tree_id)


def _step(request: Any, business: Business, stored: StoredTree) -> HttpResponse:
    """Do what the form asks; what cannot be done comes back with its reason and everything that was typed."""
    posted = request.POST
    what, _colon, way = posted.get("do", "").partition(":")
    base = posted.get("base", "")
    began_from = int(base) if base.isdecimal() and len(base) < 10 else stored.version
    catalogue = door.catalogue_of(request.user, business)
    form, wish = _wish(posted, what, way, stored, business, request)
    typed = Typed(
        node=posted.get("node", ""),
        node_form=form if isinstance(form, NodeForm) else None,
        tree_form=form if isinstance(form, TreeForm) else None,
    )
    if form is not None and not form.is_valid():
        return _design(request, business, stored, typed, status=422)
    if actions.crowded(stored.document, wish) and not posted.get("sure"):
        words = _("This board has {count} KPIs already. A team keeps an eye on 3–5; more dilute its attention.")
        count = sum(node.kpi is not None for node in stored.document.root.walk())
        ask = Ask(words.format(count=count), _("Add it all the same"), (*_kept(posted), ("sure", "1")))
        return _design(request, business, stored, replace(typed, ask=ask), status=422)
    try:
        shown = _done(request, business, stored, began_from, what, way, wish, catalogue)
    except EditConflict:
        now = door.stored_tree(request.user, business, stored.id) or stored
        clash = _clash(now, stored_from=began_from, wish=wish, posted=posted, catalogue=catalogue)
        return _design(request, business, now, replace(typed, clash=clash), status=409)
    except PartOfFormula as error:
        ask = Ask(error.words(language()), _("Take it out of the formula and go on"), (*_kept(posted), ("loose", "1")))
        return _design(request, business, stored, replace(typed, ask=ask), status=422)
    except KeikiError as error:
        return _design(request, business, stored, replace(typed, error=error.words(language())), status=422)
    return redirect(shown)


def _wish(
    posted: QueryDict, what: str, way: str, stored: StoredTree, business: Business, request: Any
) -> tuple[NodeForm | TreeForm | None, Wish]:
    """What the form asks for, and the form when it has to be checked first."""
    values: dict[str, Any] = {name: posted.get(name, "") for name in posted}
    values["way"] = way or values.get("way", "")
    if what == "change":
        form = NodeForm(posted, **_lists(request, business, stored.document))
        if form.is_valid():
            values = form.cleaned_data | {"node": posted.get("node", ""), "fields": form.node_fields}
            if "formula" not in posted:  # nothing hangs below it, so its formula was not shown
                del values["formula"]
        return form, Wish(what, values)
    if what == "change_tree":
        tree_form = TreeForm(posted)
        return tree_form, Wish(what, {"fields": tree_form.tree_fields} if tree_form.is_valid() else {"fields": {}})
    return None, Wish(what, values)


def _done(
    request: Any,
    business: Business,
    stored: StoredTree,
    began_from: int,
    what: str,
    way: str,
    wish: Wish,
    catalogue: Catalogue,
) -> str:
    """Do it, and the address to go to."""
    user = request.user
    here = _design_url(business, stored.id)
    node = wish.node
    match what:
        case "undo":
            step_back(user, stored.row, began_from)
        case "redo":
            step_again(user, stored.row, began_from)
        case "restore":
            actions.restore_version(user, stored, began_from, int(way) if way.isdecimal() else 0)
        case "copy_tree":
            return _design_url(business, actions.copy_tree(user, stored).tree_id)
        case "copy_mine":
            mine = Wish(*_first_wish(request.POST, stored, business, request))
            return _design_url(business, actions.copy_with_wish(user, stored, began_from, mine, catalogue).tree_id)
        case "archive":
            archive_tree(user, stored.row)
            return reverse("cockpit:designs", kwargs={"business": business.id})
        case "bring_back":
            bring_back_tree(user, stored.row)
        case "activate":
            _activate(request, business, stored)
        case "pause":
            pause_goal(user, stored.row)
        case _:
            node = actions.edit_tree(user, stored, began_from, wish, catalogue)
    return f"{here}?node={node}" if node else here


def _first_wish(
    posted: QueryDict, stored: StoredTree, business: Business, request: Any
) -> tuple[str, Mapping[str, Any]]:
    """The wish that met another person's, kept in the form as `first`."""
    what, _colon, way = posted.get("first", "").partition(":")
    _form, wish = _wish(posted, what, way, stored, business, request)
    return wish.what, wish.values


def _activate(request: Any, business: Business, stored: StoredTree) -> None:
    """Activate the goal by its plan, or by the target it was written with."""
    target = goal_target(request.user, business, stored) or stored.document.root.target
    value = (target.value if target.value is not None else target.low) if target else None
    count = activate_goal(request.user, stored.row, value, target.by if target else None)
    if count > actions.MOST_GOALS:
        words = _("The team now has {count} active goals. One to three stay in sight; consider pausing one.")
        messages.warning(request, words.format(count=count))
    else:
        messages.success(request, _("The goal is active."))


def _kept(posted: QueryDict) -> tuple[tuple[str, str], ...]:
    """What was sent, to be sent once more."""
    return tuple(
        (name, posted.get(name, "")) for name in posted if name not in {"csrfmiddlewaretoken", "sure", "loose"}
    )


def _clash(now: StoredTree, stored_from: int, wish: Wish, posted: QueryDict, catalogue: Catalogue) -> Clash:
    before = door.version_of(now, stored_from)
    try:
        mine = actions.wished(before, wish, catalogue) if before is not None else None
    except KeikiError:
        mine = None
    words = _("While you were editing, {who} saved the tree. Nothing of yours was saved yet, and nothing is lost.")
    again = tuple((name, value) for name, value in _kept(posted) if name != "base")
    names = _names(catalogue, now.document)
    return Clash(
        words=words.format(who=now.changed_by or _("somebody")),
        theirs=done_words(now.done, names),
        mine=named(mine.edit.words(language()), names) if mine else _("undo or redo"),
        mine_text=to_yaml(mine.document) if mine else "",
        theirs_text=to_yaml(now.document),
        fields=(*again, ("before", str(stored_from))),
    )


def _design(request: Any, business: Business, stored: StoredTree, typed: Typed, status: int = 200) -> HttpResponse:
    page = _design_page(request, business, stored, typed)
    return render(request, "cockpit/design.html", {"page": page}, status=status)


def _design_page(request: Any, business: Business, stored: StoredTree, typed: Typed) -> DesignPage:
    catalogue = door.catalogue_of(request.user, business)
    document = queries.planned(request.user, business, stored.document, catalogue)
    listed = queries.written(document, catalogue)
    found = queries.findings(document, catalogue, business.calendar.today())
    style = Style(language(), business.currency)
    chosen = typed.node or request.GET.get("node", "") or document.root.id
    rows = _rows(business, stored, listed, found, chosen, style)
    lists = _lists(request, business, document)
    may = allows(request.membership.role, EDIT)
    back, again = stored.steps
    checks = _checks(business, stored, listed, found, style)
    names = _names(catalogue, document)
    return DesignPage(
        title=_("Design"),
        subtitle=document.ja if style.japanese else document.en,
        tree=stored.id,
        url=_design_url(business, stored.id),
        version=stored.version,
        may_edit=may and stored.row.archived_at is None,
        archived=stored.row.archived_at is not None,
        active=stored.active,
        board=document.kind == "board",
        rank_words=_rank_words(document),
        measurable=stored.measurable,
        can_undo=back is not None,
        can_redo=again is not None,
        last=_last(stored, names),
        rows=rows,
        checks=checks,
        check_words=_check_words(checks),
        check_tone=min((line.tone for line in checks if line.tone != "none"), default="good"),
        unowned=len(queries.unowned(document)),
        history=_history(stored, names),
        tree_form=typed.tree_form or TreeForm(initial=TreeForm.initial_of(document)),
        **lists,
        file_url=reverse("cockpit:tree_file", kwargs={"business": business.id, "tree": stored.id}),
        inspector=_inspector(request, business, stored, document, listed, rows, chosen, typed, style),
        error=named(typed.error, names),
        ask=replace(typed.ask, words=named(typed.ask.words, names)) if typed.ask else None,
        clash=typed.clash,
    )


def _rows(
    business: Business,
    stored: StoredTree,
    listed: Sequence[Written],
    found: Sequence[Finding],
    chosen: str,
    style: Style,
) -> tuple[DesignRow, ...]:
    here = _design_url(business, stored.id)
    troubles: dict[str, list[str]] = {}
    for one in found:
        if one.node and one.severity is not Severity.INFO:
            troubles.setdefault(one.node, []).append(TONES[one.severity])
    return tuple(
        DesignRow(
            id=each.node.id,
            label=each.label(style.language),
            level=LEVEL_WORDS.get(level_of(each), ""),
            level_number=each.depth + 1,
            indent=f"{min(each.depth, 15):x}",
            parent=each.parent.id if each.parent else "",
            place=each.place,
            children=len(each.node.children),
            closed=each.node.collapsed,
            link=_link_sign(each),
            link_words=_link_words(each),
            influence=each.node.influence is not None,
            owner=kpis.owner_words(each.node, style),
            target=_aim_words(each, style),
            kra=each.node.kra or "",
            tone=min(troubles.get(each.node.id, ()), default=""),
            troubles=len(troubles.get(each.node.id, ())),
            chosen=each.node.id == chosen,
            url=f"{here}?node={each.node.id}",
        )
        for each in listed
    )


def _aim_words(each: Written, style: Style) -> str:
    """What a number is to reach, as short as a row has room for; the inspector says from where and by when."""
    if each.node.target is None:
        return ""
    return kpis.target_words(replace(each.node.target, start=None, by=None, within=None), each.unit, style)


def level_of(each: Written) -> str:
    """KGI, KSF, KPI or detail: as written, else by its place."""
    beside = each.node.influence is not None and each.depth == 1
    return each.node.level or ("kpi" if beside else DEPTHS[min(each.depth, len(DEPTHS) - 1)])


def _link_sign(each: Written) -> str:
    if each.node.influence is not None:
        return "↑" if each.node.influence.sign > 0 else "↓"
    return each.operator


def _link_words(each: Written) -> str:
    if each.parent is None:
        return _("the goal")
    if each.node.influence is not None:
        return kpis.edge_words(InfluenceEdge(each.node.influence.sign, each.node.influence.lag))
    return (
        _("part of the formula above")
        if each.operator == ""
        else _("{sign} in the formula above").format(sign=each.operator)
    )


def _checks(
    business: Business, stored: StoredTree, listed: Sequence[Written], found: Sequence[Finding], style: Style
) -> tuple[CheckLine, ...]:
    here = _design_url(business, stored.id)
    names = {each.node.id: each.label(style.language) for each in listed}

    def write(value: float | None, unit: str) -> str:
        return number(value, unit, style)

    return tuple(
        CheckLine(
            TONES[one.severity],
            named(one.message(style.language, write), names),
            one.remedy(style.language, write),
            names.get(one.node or "", ""),
            f"{here}?node={one.node}" if one.node in names else here,
        )
        for one in found
    )


def _check_words(checks: Sequence[CheckLine]) -> str:
    red, yellow = (sum(line.tone == tone for line in checks) for tone in ("act", "watch"))
    if red + yellow == 0:
        return _("Nothing to mend.")
    return _("{red} to mend, {yellow} to look at").format(red=red, yellow=yellow)


def _rank_words(document: TreeDocument) -> str:
    if document.team and document.rank:
        return _("{team}, goal {rank}").format(team=document.team, rank=document.rank)
    return document.team or ""


def _last(stored: StoredTree, names: Mapping[str, str]) -> str:
    return _("Version {number}: {what} ({who})").format(
        number=stored.version, what=done_words(stored.done, names), who=stored.changed_by or "—"
    )


def _history(stored: StoredTree, names: Mapping[str, str]) -> tuple[RevisionLine, ...]:
    return tuple(
        RevisionLine(
            each.number, done_words(each.done, names), each.made_at, each.made_by, each.number == stored.version
        )
        for each in door.tree_history(stored)
    )


def done_words(done: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A step of a tree in words; `names` say what KPIs and nodes are called that it has by their ids."""
    what = str(done.get("what", ""))
    if what in EDIT_WORDS:
        return named(Edit.from_dict(done).words(language()), names)
    name = str(done.get(language(), ""))
    said = {
        "use_template": _("Made from the template “{name}”"),
        "adopt": _("Taken over from a file"),
        "start_empty": _("Started “{name}” empty"),
        "start_in_layers": _("Started “{name}” in three layers"),
        "copy_tree": _("Copied from “{name}”"),
        "import": _("Brought in from a file"),
        "restore": _("Went back to version {number}"),
        "decompose": _("Took “{node}” apart: {way}"),
        "undo": _("Undid: {step}"),
        "redo": _("Did again: {step}"),
    }.get(what, _("Changed"))
    step = done_words(done["of"], names) if isinstance(done.get("of"), Mapping) else ""
    way = done.get(f"way_{language()}", "")
    node = names.get(str(done.get("node", "")), done.get("node", ""))
    return said.format(name=name, number=done.get("number", ""), node=node, way=way, step=step)


def named(words: str, names: Mapping[str, str]) -> str:
    """A sentence with the names of numbers in the place of their quoted ids."""
    return QUOTED.sub(lambda found: found[1] + names.get(found[2], found[2]) + found[3], words)


def _names(catalogue: Catalogue, document: TreeDocument) -> dict[str, str]:
    """What KPIs and the nodes of a tree are called, by id."""
    kpis_by_id = {kpi.id: kpi.ja if language() == "ja" else kpi.en for kpi in catalogue.kpis.values()}
    nodes = {each.node.id: each.label(language()) for each in queries.written(document, catalogue)}
    return kpis_by_id | nodes


def _lists(request: Any, business: Business, document: TreeDocument) -> dict[str, tuple[str, ...]]:
    """Who and which departments can be named as owners."""
    owners = [node.owner for node in document.root.walk() if node.owner]
    people = [person.name for person in people_of(business, request.user)]
    departments = [words.words(language()) for words in vocabulary("department").values()]
    return {
        "people": tuple(dict.fromkeys([*people, *(o.person for o in owners if o.person)])),
        "departments": tuple(
            dict.fromkeys([*(department_words(o.department) for o in owners if o.department), *departments])
        ),
    }


def _inspector(
    request: Any,
    business: Business,
    stored: StoredTree,
    document: TreeDocument,
    listed: Sequence[Written],
    rows: Sequence[DesignRow],
    chosen: str,
    typed: Typed,
    style: Style,
) -> Inspector | None:
    by_id = {each.node.id: each for each in listed}
    if chosen not in by_id:
        return None
    each, row = by_id[chosen], next(row for row in rows if row.id == chosen)
    node, names = each.node, {one.node.id: one.label(style.language) for one in listed}
    edge = actions.current_edge(document, chosen)
    form = typed.node_form or NodeForm(initial=NodeForm.initial_of(node, edge), **_lists(request, business, document))
    form.fields["ja"].widget.attrs["placeholder"], form.fields["en"].widget.attrs["placeholder"] = each.ja, each.en
    if each.parent is None:
        del form.fields["edge"], form.fields["lag"]
    if not node.children:
        del form.fields["formula"]
    below = {one.id for one in node.walk()}
    catalogue = door.catalogue_of(request.user, business)
    query = (request.GET.get("q") or "").strip()[:80]
    return Inspector(
        row=row,
        kpi=_kpi_words(catalogue, node, style),
        kpi_url=kpis.url_of("kpis:kpi", business=business.id, kpi=node.kpi) if node.kpi else "",
        target=kpis.target_words(node.target, each.unit, style) if node.target else "",
        target_url=reverse("planning:target", kwargs={"business": business.id, "tree": stored.id, "node": node.id})
        if stored.measurable and (node.kpi or node.formula)
        else "",
        form=form,
        steps=_steps(each),
        parents=tuple((one.id, "　" * one.level_number + one.label) for one in rows if one.id not in below),
        query=query,
        found=_found_kpis(catalogue, query, document, style),
        add_edges=tuple((value, str(words)) for value, words in EDGES),
        add_edge=_usual_edge(document, node),
        ways=tuple(
            WayLine(
                way.id,
                way.ja if style.japanese else way.en,
                way.about_ja if style.japanese else way.about_en,
                door.renamed(way.formula, _piece_names(way, catalogue, style)),
                way.proved,
            )
            for way in queries.ways_of(node, catalogue)
        ),
        links=tuple(
            LinkLine(link.target, names[link.target], kpis.edge_words(InfluenceEdge(link.sign, link.lag)))
            for link in document.links
            if link.source == chosen
        ),
        others=tuple((one.id, one.label) for one in rows if one.id != chosen),
        names=tuple((child.id, names[child.id]) for child in node.children),
    )


def _kpi_words(catalogue: Catalogue, node: NodeDocument, style: Style) -> str:
    kpi = catalogue.kpis.get(node.kpi or "")
    return (kpi.definition_ja if style.japanese else kpi.definition_en) if kpi else ""


def _piece_names(way: Decomposition, catalogue: Catalogue, style: Style) -> dict[str, str]:
    def name(piece: Piece) -> str:
        kpi = catalogue.kpi(piece.kpi)
        return (piece.ja or kpi.ja) if style.japanese else (piece.en or kpi.en)

    return {piece.id: name(piece) for piece in way.parts}


def _usual_edge(document: TreeDocument, node: NodeDocument) -> str:
    """How one more number below a node would most likely hang: as its last child does."""
    if not node.children:
        return "same"
    edge = actions.current_edge(document, node.children[-1].id)
    return ("same" if edge.sign > 0 else "against") if isinstance(edge, Influence) else str(edge)


def _found_kpis(catalogue: Catalogue, query: str, document: TreeDocument, style: Style) -> tuple[FoundKpi, ...]:
    if not query:
        return ()
    here = {node.kpi for node in document.root.walk()}
    return tuple(
        FoundKpi(
            kpi.id,
            kpi.ja if style.japanese else kpi.en,
            kpi.definition_ja if style.japanese else kpi.definition_en,
            kpi.id in here,
        )
        for kpi in catalogue.search(query, style.language)[:FOUND]
    )


def _steps(each: Written) -> tuple[tuple[str, str, str, bool], ...]:
    parent = each.parent
    last = parent is None or each.place == len(parent.children) - 1
    return (
        ("step:up", _("Up"), "up", parent is not None and each.place > 0),
        ("step:down", _("Down"), "down", not last),
        ("step:out", _("Out"), "out", each.depth > 1),
        ("step:in", _("In"), "in", parent is not None and each.place > 0),
        ("copy", _("Copy"), "copy", parent is not None),
        ("collapse", _("Unfold") if each.node.collapsed else _("Fold"), "chevron", bool(each.node.children)),
        ("remove", _("Remove"), "close", parent is not None),
    )


def _design_url(business: Business, tree: str) -> str:
    return reverse("cockpit:design", kwargs={"business": business.id, "tree": tree})


# --- all trees, beginning one, files ---


@dataclass(frozen=True)
class TreeLine:
    """An own tree in the list of all."""

    name: str
    url: str
    design_url: str
    kind: str
    rank: str
    goal: str
    active: bool
    measurable: bool
    numbers: int
    unowned: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class DesignsPage:
    title: str
    subtitle: str
    may_edit: bool
    lines: tuple[TreeLine, ...]
    archived: tuple[TreeLine, ...]
    without_goal: tuple[str, ...]
    form: FileForm
    error: str = ""


@business_page()
@get_and_post
def designs_page(request: Any, business: Business) -> HttpResponse:
    """All own trees, and how to begin one; a POST brings one in from a file."""
    may, form, error = allows(request.membership.role, EDIT), FileForm(), ""
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return redirect(_brought_in(request, business, form))
            except KeikiError as wrong:
                error = wrong.words(language())
    stored = door.stored_trees(request.user, business)
    page = DesignsPage(
        title=_("Design"),
        subtitle=business.name,
        may_edit=may,
        lines=tuple(_tree_line(business, each) for each in stored),
        archived=tuple(_tree_line(business, each) for each in door.stored_trees(request.user, business, archived=True)),
        without_goal=tuple(
            _name(each.document) for each in stored if not (each.document.goal_ja or each.document.goal_en)
        ),
        form=form,
        error=error,
    )
    return render(request, "cockpit/designs.html", {"page": page}, status=422 if error or form.errors else 200)


def _brought_in(request: Any, business: Business, form: FileForm) -> str:
    """Every tree of a file becomes an own tree; the address of the first."""
    bundle = read_text(form.cleaned_data["text"], form.file_name)
    if not bundle.trees:
        raise UnknownName(kind="tree", name=form.file_name)
    rows = [add_tree(request.user, business, document, {"what": "import"}) for document in bundle.trees]
    return _design_url(business, rows[0].tree_id)


def _tree_line(business: Business, stored: StoredTree) -> TreeLine:
    document = stored.document
    return TreeLine(
        name=_name(document),
        url=kpis.tree_url(business, stored.id) if stored.row.published and not stored.row.archived_at else "",
        design_url=_design_url(business, stored.id),
        kind=_("Board") if document.kind == "board" else _("Tree"),
        rank=_rank_words(document),
        goal=(document.goal_ja if language() == "ja" else document.goal_en) or "",
        active=stored.active,
        measurable=stored.measurable,
        numbers=sum(1 for _node in document.root.walk()),
        unowned=len(queries.unowned(document)),
        changed_at=stored.changed_at,
        changed_by=stored.changed_by,
    )


def _name(document: TreeDocument) -> str:
    return document.ja if language() == "ja" else document.en


@dataclass(frozen=True)
class NewTreePage:
    title: str
    subtitle: str
    order: str
    orders: tuple[kpis.Way, ...]
    domain: kpis.Choice
    form: StartForm
    layers: LayersForm


@business_page(EDIT)
@get_and_post
def new_tree_page(request: Any, business: Business) -> HttpResponse:
    """A tree without a template: only its goal, or three layers from the goal down or from the action up."""
    order = "action" if (request.POST.get("order") or request.GET.get("order")) == "action" else "goal"
    catalogue = door.catalogue_of(request.user, business)
    domain = request.GET.get("domain") or request.POST.get("domain") or "ec"
    chosen = [kpi for kpi in catalogue.kpis.values() if any(name.partition(":")[0] == domain for name in kpi.domain)]
    names = {kpi.id: kpi.ja if language() == "ja" else kpi.en for kpi in chosen}
    layers = {layer: _of_layer(catalogue, chosen, layer) for layer in LAYERS}
    posted = request.POST if request.method == "POST" else None
    in_layers = posted is not None and "result" in posted
    start = StartForm(None if in_layers else posted, kpis=tuple(names.items()))
    three = LayersForm(posted if in_layers else None, kpis=layers, order=order)
    user = request.user
    if in_layers and three.is_valid():
        given = three.cleaned_data
        tree = actions.start_in_layers(
            user, business, given["name"], given["result"], tuple(given["between"]), tuple(given["doing"])
        )
        return redirect(_design_url(business, tree.tree_id))
    if posted is not None and not in_layers and start.is_valid():
        given = start.cleaned_data
        tree = actions.start_empty(user, business, given["name"], given["goal"] or None, given["team"] or None)
        return redirect(_design_url(business, tree.tree_id))
    here = reverse("cockpit:new_tree", kwargs={"business": business.id})
    heads = {name.partition(":")[0] for kpi in catalogue.kpis.values() for name in kpi.domain}
    domains = tuple((name, label("domain", name, language())) for name in TAGS["domain"] if name in heads)
    page = NewTreePage(
        title=_("Start without a template"),
        subtitle=business.name,
        order=order,
        orders=(
            kpis.Way(_("From the goal down"), f"{here}?order=goal&domain={domain}#layers", order == "goal"),
            kpis.Way(_("From the action up"), f"{here}?order=action&domain={domain}#layers", order == "action"),
        ),
        domain=kpis.Choice("domain", _("Field of work"), domains, domain),
        form=start,
        layers=three,
    )
    return render(request, "cockpit/start.html", {"page": page}, status=422 if start.errors or three.errors else 200)


def _of_layer(catalogue: Catalogue, chosen: Sequence[Kpi], layer: str) -> tuple[tuple[str, str], ...]:
    """The KPIs of a layer to choose from; where the field of work has none, those of all fields."""
    found = [kpi for kpi in chosen if kpi.layer == layer] or [k for k in catalogue.kpis.values() if k.layer == layer]
    return tuple((kpi.id, kpi.ja if language() == "ja" else kpi.en) for kpi in found)


@dataclass(frozen=True)
class ChangeLine:
    kind: str
    mark: str
    words: str


@dataclass(frozen=True)
class TreeFilePage:
    """A tree as a file, and a file that may become the tree; `changes` is None until one was sent."""

    title: str
    subtitle: str
    tree: str
    url: str
    design_url: str
    version: int
    may_edit: bool
    yaml: str
    form: FileForm
    changes: tuple[ChangeLine, ...] | None = None
    text: str = ""
    wrong: str = ""
    error: str = ""


@business_page()
@get_and_post
def tree_file_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """Download a tree, or send one back: what would change is shown first, then applied as one version."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        raise Http404
    catalogue = door.catalogue_of(request.user, business)
    document = queries.planned(request.user, business, stored.document, catalogue)
    bundle = bundle_of(over(catalogue, Bundle((document,))), [document.id])
    if request.GET.get("as") in {"yaml", "json"}:
        return _download(bundle, stored.id, request.GET["as"])
    may = allows(request.membership.role, EDIT)
    page = TreeFilePage(
        title=_("File"),
        subtitle=_name(document),
        tree=stored.id,
        url=request.path,
        design_url=_design_url(business, stored.id),
        version=stored.version,
        may_edit=may and stored.row.archived_at is None,
        yaml=bundle_yaml(bundle),
        form=FileForm(),
    )
    if request.method != "POST":
        return render(request, "cockpit/tree_file.html", {"page": page})
    if not may:
        raise PermissionDenied
    return _sent_back(request, business, stored, page, catalogue)


def _download(bundle: Bundle, name: str, kind: str) -> HttpResponse:
    text, mime = (to_json(bundle), "application/json") if kind == "json" else (bundle_yaml(bundle), "application/yaml")
    answer = HttpResponse(text, content_type=f"{mime}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _sent_back(
    request: Any, business: Business, stored: StoredTree, page: TreeFilePage, catalogue: Catalogue
) -> HttpResponse:
    """Show what a text would change; apply it when the person has seen that."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "cockpit/tree_file.html", {"page": replace(page, form=form)}, status=422)
    text = form.cleaned_data["text"]
    kept = FileForm(initial={"text": text})
    base = request.POST.get("base", "")
    began_from = int(base) if base.isdecimal() and len(base) < 10 else stored.version
    try:
        document = _one_tree(text, form.file_name, stored)
        if request.POST.get("do") == "apply":
            save_tree(request.user, stored.row, began_from, document, {"what": "import"})
            return redirect(page.design_url)
        shown = replace(
            page,
            form=kept,
            text=text,
            changes=tuple(_change_line(change) for change in diff(stored.document, document)),
            wrong=_why_draft(document, catalogue),
        )
        return render(request, "cockpit/tree_file.html", {"page": shown})
    except EditConflict as error:
        now = door.stored_tree(request.user, business, stored.id) or stored
        changes = tuple(_change_line(change) for change in diff(now.document, document))
        again = replace(page, form=kept, text=text, version=now.version, changes=changes, error=error.words(language()))
        return render(request, "cockpit/tree_file.html", {"page": again}, status=409)
    except KeikiError as error:
        wrong = replace(page, form=kept, error=error.words(language()))
        return render(request, "cockpit/tree_file.html", {"page": wrong}, status=422)


def _one_tree(text: str, file: str, stored: StoredTree) -> TreeDocument:
    """The tree of a text under the id of this one; of several the one with that id, else the first."""
    bundle = read_text(text, file)
    if not bundle.trees:
        raise UnknownName(kind="tree", name=file)
    found = next((each for each in bundle.trees if each.id == stored.id), bundle.trees[0])
    return replace(found, id=stored.id)


def _change_line(change: Change) -> ChangeLine:
    words = change.words(language())
    return ChangeLine(change.what, words[:1], words[1:].strip())


def _why_draft(document: TreeDocument, catalogue: Catalogue) -> str:
    """Why a document would only be a draft; nothing when it can be measured."""
    try:
        build(document, catalogue)
    except KeikiError as error:
        return error.words(language())
    return ""
