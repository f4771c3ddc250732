"""Which data a tree needs, and how much of it a business has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from keiki.catalogue.expand import asked_of
from keiki.catalogue.load import Catalogue
from keiki.formula.evaluate import references
from keiki.measures.measure import Asked, Measure
from keiki.measures.models import reads_of
from keiki.trees.build import Node, Tree


@dataclass(frozen=True)
class Source:
    """Where one measure gets its rows: rows of any fact of `facts` tell it; `first` are those it is declared over."""

    measure: str
    first: tuple[str, ...]
    facts: frozenset[str]

    def told(self, filled: Collection[str]) -> bool:
        """Whether the facts that have rows tell the measure."""
        return not self.facts.isdisjoint(filled)


@dataclass(frozen=True)
class Needs:
    """What the KPIs of a tree are measured from: every KPI id with its sources, in the order of the tree."""

    kpis: Mapping[str, tuple[Source, ...]]

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact the tree reads, the one that most KPIs need first."""
        return _most_wanted(self.kpis.values())

    def measurable(self, filled: Collection[str]) -> tuple[str, ...]:
        """The KPIs that can be measured when these facts have rows."""
        return tuple(kpi for kpi, sources in self.kpis.items() if all(source.told(filled) for source in sources))

    def share(self, filled: Collection[str]) -> float | None:
        """The part of the KPIs that can be measured, 0 to 1; None for a tree without KPIs."""
        return len(self.measurable(filled)) / len(self.kpis) if self.kpis else None

    def missing(self, filled: Collection[str]) -> tuple[str, ...]:
        """The facts to add so that every KPI can be measured, the one that most KPIs wait for first."""
        waiting = ([s for s in sources if not s.told(filled)] for sources in self.kpis.values())
        return _most_wanted(waiting)


def needs(tree: Tree, catalogue: Catalogue) -> Needs:
    """The data a tree needs, as the catalogue declares its KPIs; a KPI on several nodes is one KPI."""
    found: dict[str, dict[str, Source]] = {}
    for node in tree.nodes:
        if node.kpi is not None:
            found.setdefault(node.kpi, {}).update((s.measure, s) for s in _sources(node, catalogue))
    return Needs(MappingProxyType({kpi: tuple(sources.values()) for kpi, sources in found.items()}))


def _sources(node: Node, catalogue: Catalogue) -> Iterator[Source]:
    asked: dict[Asked, None] = {}
    for formula in node.definitions:
        asked |= dict.fromkeys(asked_of(reference) for reference in references(formula))
    for one in asked:
        measure = catalogue.measures[one.measure]
        yield Source(measure.id, measure.facts, frozenset(_any_of(measure)))


def _any_of(measure: Measure) -> Iterator[str]:
    """The facts of which any tells a measure, its stand-in included; a model may read more than it is declared over."""
    if measure.model is not None and len(measure.facts) == 1:
        yield from reads_of(measure.model, measure.param("stat"))
    yield from measure.facts
    if measure.fallback is not None:
        yield from _any_of(measure.fallback)


def _most_wanted(kpis: Iterable[Collection[Source]]) -> tuple[str, ...]:
    counted: Counter[str] = Counter()
    for sources in kpis:
        counted.update(dict.fromkeys((fact for source in sources for fact in source.first), 1))
    return tuple(fact for fact, _ in counted.most_common())
