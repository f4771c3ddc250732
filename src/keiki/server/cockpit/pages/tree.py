"""The KPI tree as cards, outline and table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.attainment import attainment_words
from keiki.charts.card import STATUS_WORDS, Card
from keiki.charts.format import Style
from keiki.charts.sentence import briefly_against
from keiki.charts.spark import sparkline
from keiki.charts.status import rule
from keiki.charts.tree import Badge, Edge, Layout, Twig, layout, levels, troubled
from keiki.facts import value_words
from keiki.formula import show
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.cockpit.pages.panels import said_of
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import measured
from keiki.server.ui.templatetags.ui import colon
from keiki.trees.build import FormulaEdge, InfluenceEdge, Node

LEVELS = {"kgi": "KGI", "ksf": "KSF"}


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
    attained: str = ""
    reached: str = ""
    leads: bool = False
    said: int = 0


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
    if file_asked(request):
        name = reading.tree.ja if kpis.style_of(business, known).japanese else reading.tree.en
        return file_answer(request, business, kpis.book_of(request, business, reading, reading.tree.nodes, name))
    return render(request, "cockpit/tree.html", {"page": _tree_page(request.user, business, reading, asked, path)})


def _tree_page(user: Any, business: Business, reading: TreeNumbers, asked: Asked, path: str) -> TreePage:
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
        cards=_cards(user, business, reading, asked, laid, style),
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


def _cards(
    user: Any, business: Business, reading: TreeNumbers, asked: Asked, laid: Layout, style: Style
) -> tuple[TreeCard, ...]:
    comments = door.comment_counts(user, business, reading.period)
    depths = [placed.depth for placed in laid.cards] + [0]
    path = kpis.tree_url(business, reading.tree.id)
    cards = []
    for index, placed in enumerate(laid.cards):
        node = reading.tree.node(placed.id)
        ends = 0 if placed.open else max(placed.depth - depths[index + 1], 0)
        label = node.label(style.language)
        words = _("Close {name}") if placed.open else _("Open {name}, below it at worst: {status}")
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
                toggle_words=words.format(name=label, status=STATUS_WORDS[placed.worst][0 if style.japanese else 1]),
                spark=_spark(business, reading, node, style),
                closing=mark_safe("</ul></li>" * ends),
                formula=_formula_words(reading, node, style),
                indent=f"{min(placed.depth, 15):x}",
                attained=attainment_words(reading.value(node), reading.aim(node), style),
                reached=attainment_words(reading.value(node), reading.aim(node), style, named=False),
                leads=placed.leads,
                said=said_of(comments, reading, node),
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
        words = f"{kpis.dimension_words(dimension, style)}{colon()}{value_words(dimension, value, style.language)}"
        chips.append(kpis.Chip(words, "accent", asked.url(path, segment=None)))
    chips.append(kpis.certainty_chip(reading, style))
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
