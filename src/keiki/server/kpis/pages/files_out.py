"""Numbers as files that leave a page: what they were asked with, every value, what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from keiki.charts.certainty import certainty_words
from keiki.charts.files_out import Book, Drawn, Sheet
from keiki.charts.format import Style
from keiki.facts import value_words
from keiki.formula import show
from keiki.server.accounts.models import Business
from keiki.server.data.pages.rates import left_out_words
from keiki.server.kpis import queries
from keiki.server.kpis.pages.numbers import dimension_words, period_labels, style_of, tax_words
from keiki.server.kpis.queries import TreeNumbers
from keiki.trees.build import Node


def filters_of(request: Any, business: Business, reading: TreeNumbers, style: Style) -> tuple[tuple[str, str], ...]:
    """What the numbers of a page were asked with, for a file that leaves the page."""
    question, label = reading.question, business.calendar.label
    before = reading.reading.lens.period(len(reading.periods) - 1, back=1)
    found = [
        (_("Business"), business.name),
        (_("Tree"), reading.tree.ja if style.japanese else reading.tree.en),
        (_("Period"), label(reading.period, style.language)),
        (_("State of the numbers"), certainty_words(reading.certainty, style)),
        (_("Compared with"), label(before, style.language)),
        (_("Currency"), f"{business.currency} ({tax_words(business)})"),
        (_("Data up to"), reading.known.today.isoformat() if reading.known.today else ""),
        (_("State of the data"), str(reading.known.snapshot)),
        (_("Made by"), str(request.user)),
    ]
    left = left_out_words(queries.left_out_of(request.user, business))
    if left:
        found.append((_("Without an exchange rate"), left))
    if question.segment is not None:
        name, value = question.segment
        words = f"{dimension_words(name, style)}: {value_words(name, value, style.language)}"
        found.insert(5, (_("Segment"), words))
    return tuple(found)


def definitions_of(
    request: Any, business: Business, reading: TreeNumbers, nodes: Iterable[Node], style: Style
) -> Sheet:
    """What the numbers of some nodes mean."""
    head = (_("ID"), _("Name"), _("Definition"), _("Formula"), _("Unit"))
    rows = []
    for node in nodes:
        kpi = queries.kpi_of(request.user, business, node)
        meaning = "" if kpi is None else kpi.definition_ja if style.japanese else kpi.definition_en
        formula = kpi.source if kpi is not None else "" if node.formula is None else show(node.formula)
        unit = queries.unit_words(node.unit, style.language)
        rows.append((node.kpi or node.id, node.label(style.language), meaning, formula, unit))
    return Sheet(head, rows)


def book_of(request: Any, business: Business, reading: TreeNumbers, nodes: Sequence[Node], name: str) -> Book:
    """Nodes as a file: a row each with their history and comparison; every value as an observation that can be
    imported again; the filters; the definitions.
    """
    style = style_of(business, reading.known)
    labels = period_labels(business, reading, style)
    certain = [reading.reading.lens.certainty(place) for place in range(len(reading.periods))]
    summary = Sheet(
        (_("Name"), _("Unit"), *labels, _("Compared with"), _("Target")),
        [
            (
                node.label(style.language),
                queries.unit_words(node.unit, style.language),
                *reading.series(node),
                reading.value_before(node),
                _aimed(reading, node),
            )
            for node in nodes
        ],
        tuple(node.unit for node in nodes),
        by_row=True,
    )
    segment = reading.question.segment
    metrics = _metrics(nodes)
    details = Sheet(
        ("metric", "date", "grain", "value", "note", "certainty", *((segment[0],) if segment else ())),
        [
            (
                metrics[node.id],
                period.start,
                reading.question.grain.value,
                value,
                node.label(style.language),
                certainty,
                *((segment[1],) if segment else ()),
            )
            for node in nodes
            for period, value, certainty in zip(reading.periods, reading.series(node), certain, strict=True)
            if value is not None
        ],
    )
    drawn = Drawn("line", 2, 1 + len(labels))
    filters = filters_of(request, business, reading, style)
    return Book(name, summary, details, filters, definitions_of(request, business, reading, nodes, style), drawn)


def _metrics(nodes: Iterable[Node]) -> dict[str, str]:
    """By node the name of its number in a file: the KPI where the node is all of it, else the node's own id."""
    found: dict[str, str] = {}
    for node in nodes:
        whole = node.kpi is not None and node.where is None and node.kpi not in found.values()
        found[node.id] = str(node.kpi) if whole else node.id
    return found


def _aimed(reading: TreeNumbers, node: Node) -> float | None:
    aim = reading.aim(node)
    if aim is None:
        return None
    return aim.full.low if aim.full.low is not None else aim.full.high
