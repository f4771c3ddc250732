"""The page of one node: definition, formula, history, segments and what moved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.card import Card
from keiki.charts.chart import Chart
from keiki.charts.format import Style, change, difference, exact, number
from keiki.charts.lines import Line
from keiki.charts.multiples import multiples
from keiki.facts import fact, value_words
from keiki.formula import mathml
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.models import WRITTEN
from keiki.server.cockpit.pages.happened import MarkLine, annotate_url, happened_to, mark_lines
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import counted, key_of, measured
from keiki.trees.build import Node


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
    rows_url: str = ""


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
    history: Chart | None
    parts: tuple[PartBar, ...]
    parts_sentence: str
    dimensions: tuple[kpis.Way, ...]
    segments: tuple[SegmentRow, ...]
    segment_chart: Chart | None
    segment_label: str
    period_label: str
    definition: str
    why: str
    formula: SafeString
    facts: tuple[tuple[str, str], ...]
    marks: tuple[MarkLine, ...] = ()
    annotate_url: str = ""
    number_key: str = ""
    rows_url: str = ""
    today: str = ""
    kinds: tuple[tuple[str, str], ...] = ()
    talk: kpis.Talk | None = None


@business_page()
@require_safe
def node_page(request: Any, business: Business, tree: str, node: str) -> HttpResponse:
    """One node: definition, formula, history, segments and what moved it; htmx takes its part into the tree page."""
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    reading = measured(request.user, business, tree, asked.question)
    chosen = reading.tree.by_id.get(node)
    if chosen is None:
        raise Http404
    if file_asked(request):
        below = (chosen, *(reading.tree.node(child) for child in chosen.children))
        name = chosen.label(kpis.style_of(business, known).language)
        return file_answer(request, business, kpis.book_of(request, business, reading, below, name))
    page = _node_page(request, business, reading, chosen, asked)
    return render(request, "cockpit/node.html", {"page": page})


def _node_page(request: Any, business: Business, reading: TreeNumbers, node: Node, asked: Asked) -> NodePage:
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
        history=kpis.history_chart(
            business, reading, node, style, happened_to(request.user, business, reading, node, style)
        ),
        parts=_parts(reading, node, style),
        parts_sentence=_parts_sentence(reading, node, style),
        dimensions=tuple(
            kpis.Way(
                kpis.dimension_words(name, style), kpis.node_url(business, reading, node, asked, by=name), name == by
            )
            for name in dimensions
        ),
        segments=_segments(request, business, reading, node, asked, by, style) if by else (),
        segment_chart=_segment_chart(request, business, reading, node, asked, by, style) if by else None,
        segment_label=kpis.dimension_words(by, style) if by else "",
        period_label=business.calendar.label(reading.period, style.language),
        definition=(kpi.definition_ja if style.japanese else kpi.definition_en) if kpi else "",
        why=why or "",
        formula=_mathml(request, business, reading, node, style),
        facts=_facts(request, business, node, style),
        marks=mark_lines(request, business, reading, node, style),
        annotate_url=annotate_url(business) if allows(request.membership.role, EDIT) and counted(node) else "",
        rows_url=rows_url(business, reading, node, asked),
        number_key=f"{reading.tree.id}/{node.id}",
        today=business.calendar.today().isoformat(),
        kinds=tuple((each.value, str(each.label)) for each in WRITTEN),
        talk=_talk(request, business, reading, node, style),
    )


def _talk(request: Any, business: Business, reading: TreeNumbers, node: Node, style: Style) -> kpis.Talk | None:
    """What is said about the KPI of a node, as this tree counts it; a node that only its children give a number has
    none."""
    if not node.kpi:
        return None
    _kpi, where, _tree, _node = key_of(reading.tree, node)
    return kpis.talk_of(request, business, node.kpi, reading.periods, style, where)


def rows_url(
    business: Business, reading: TreeNumbers, node: Node, asked: Asked, segment: tuple[str, str] | None = None
) -> str:
    """The address of the rows behind a number, of all or of one segment; nothing where no rows are counted."""
    if node.measured is None:
        return ""
    here = {"business": business.id, "tree": reading.tree.id, "node": node.id}
    return asked.url(reverse("reasons:rows", kwargs=here), by="", segment=segment or asked.segment)


def _path(business: Business, reading: TreeNumbers, node: Node, asked: Asked, style: Style) -> tuple[kpis.Way, ...]:
    """The nodes above, the goal first."""
    return tuple(
        kpis.Way(above.label(style.language), kpis.node_url(business, reading, above, asked))
        for above in reversed(reading.tree.above(node.id))
    )


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
        words = value_words(by, name, style.language) if name is not None else _("(empty)")
        moved = change(value, before, node.unit, style)
        behind = rows_url(business, reading, node, asked, (by, name)) if name is not None else ""
        shown = SegmentRow(words, exact(value, node.unit, style), moved, url, behind)
        rows.append((-(value or 0.0), words, shown))
    return tuple(row for _size, _words, row in sorted(rows, key=lambda each: each[:2]))


def _segment_chart(
    request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, asked: Asked, by: str, style: Style
) -> Chart | None:
    """The history of every segment as a small line, the largest first; None where there are not two."""
    split = door.measured(request.user, business, reading.tree.id, asked.question, by)
    found = [(each, split.reading.now.series(node.id, each)) for each in split.segments if each[0] is not None]
    found = [(each, values) for each, values in found if any(value is not None for value in values)]
    if len(found) < 2:
        return None
    found.sort(key=lambda one: (-(one[1][-1] or 0.0), str(one[0])))
    named = [Line(value_words(by, str(each[0]), style.language), values) for each, values in found]
    title = _("{name} by {dimension}").format(
        name=node.label(style.language), dimension=kpis.dimension_words(by, style)
    )
    labels = [business.calendar.label(period, style.language) for period in split.periods]
    first, newest = named[0], number(found[0][1][-1], node.unit, style)
    words = _("{name} is highest with {value} in the latest period.").format(name=first.name, value=newest)
    return multiples(title, words, named, labels, node.unit, style)


def _mathml(request: HttpRequest, business: Business, reading: TreeNumbers, node: Node, style: Style) -> SafeString:
    formula = node.formula or (node.measured and door.calculated(node.measured))
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
