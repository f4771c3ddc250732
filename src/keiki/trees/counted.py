"""What a count counts: page views, visits and visitors are three things, whatever channel they come from."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from keiki.catalogue.expand import both
from keiki.catalogue.load import Catalogue
from keiki.facts import FACTS
from keiki.formula.nodes import Both, Compare, Condition, Formula, Reference, Text
from keiki.measures.measure import Aggregation, Measure
from keiki.trees.build import FormulaEdge, Node, Tree
from keiki.trees.findings import Finding, Name, Severity, named
from keiki.trees.identity import powers
from keiki.trees.mix import is_sum
from keiki.trees.shares import exponents

COUNTS = ("count", "items")
SHORTEST_ALIAS = 3


@dataclass(frozen=True)
class Thing:
    """What is counted: rows of one kind, or the different subjects (people, visits) behind rows. Equal by `key`."""

    key: Hashable
    ja: str
    en: str
    fact: str

    @property
    def name(self) -> Name:
        return Name(self.ja, self.en)


def counted(formula: Formula | None, catalogue: Catalogue) -> Thing | None:
    """What a formula over measures counts, None when it is no plain count."""
    if not isinstance(formula, Reference):
        return None
    return thing_of(catalogue.measures[formula.id], formula.where)


def thing_of(measure: Measure, where: Condition | None = None) -> Thing | None:
    """What a measure counts. A filter on a channel or a device counts fewer of the same; one on the kind another."""
    if measure.unit not in COUNTS:
        return None
    column = measure.column.id if isinstance(measure.column, Reference) else None
    source = measure.facts[0]
    key: Hashable
    match measure.aggregation:
        case Aggregation.COUNT:
            key = ("rows", source, _kinds(source, both(measure.where, where)))
        case Aggregation.COUNT_DISTINCT | Aggregation.CUSTOM if column is not None:
            key = ("subjects", column)
        case Aggregation.SUM | Aggregation.LAST if column is not None:
            key = (measure.aggregation, source, column)
        case _:
            return None
    return Thing(key, measure.ja, _inside(measure.en), source)


def _inside(name: str) -> str:
    """A name as it stands inside a sentence: “page views”, but “MQLs”."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _kinds(source: str, where: Condition | None) -> frozenset[tuple[str, str]]:
    """The conditions on the columns that say what a row of the fact is: required words of a vocabulary."""
    known = FACTS.get(source)  # what people enter in Keiki itself is no fact
    columns = {c.name for c in known.columns if c.required and c.vocabulary is not None} if known is not None else set()
    return frozenset((name, value) for name, value in _equalities(where) if name in columns)


def _equalities(where: Condition | None) -> Iterator[tuple[str, str]]:
    match where:
        case Both(left=left, right=right):
            yield from _equalities(left)
            yield from _equalities(right)
        case Compare(op="=", left=Reference(id=name), right=Text(value=value)):
            yield name, value


def mixed_counts(tree: Tree, catalogue: Catalogue) -> Iterator[Finding]:
    """Every place of a tree where one thing counted stands for another."""
    for node in tree.nodes:
        yield from _in_sums(tree, node, catalogue)
        yield from _in_products(tree, node, catalogue)
        yield from _in_influences(tree, node, catalogue)


def _in_sums(tree: Tree, node: Node, catalogue: Catalogue) -> Iterator[Finding]:
    if node.formula is None or not is_sum(node.formula):
        return
    children = [(tree.by_id[f], counted(tree.by_id[f].measured, catalogue)) for f in node.factors]
    wanted = _wanted(node, catalogue) or next((thing for _, thing in children if thing is not None), None)
    for child, thing in children:
        if wanted is not None and thing is not None and thing.key != wanted.key:
            yield _other(child, thing, node, wanted, Severity.RED)


def _in_products(tree: Tree, node: Node, catalogue: Catalogue) -> Iterator[Finding]:
    """A rate multiplied by what it is not a rate of: page views × (orders ÷ visits)."""
    used = exponents(node.formula) if node.formula is not None else None
    if used is None or len(used) < 2:
        return
    children = [tree.by_id[f] for f in node.factors]
    told = {c.id: powers(c.measured) for c in children if c.measured is not None}
    total: dict[str, int] = {}
    for child in children:
        for name, power in (told.get(child.id) or {}).items():
            total[name] = total.get(name, 0) + power * used[child.id]
    own = powers(node.measured) if node.measured is not None else None
    left = {name: power - (own or {}).get(name, 0) for name, power in total.items()}
    for rate in children:
        below = [n for n, p in (told.get(rate.id) or {}).items() if p < 0 and left.get(n, 0) < 0]
        for name in below:
            yield from _not_per(rate, name, children, left, node, catalogue)


def _not_per(
    rate: Node, name: str, children: list[Node], left: dict[str, int], node: Node, catalogue: Catalogue
) -> Iterator[Finding]:
    base = _thing_named(name, catalogue)
    for child in children:
        thing = counted(child.measured, catalogue)
        plain = powers(child.measured) if child.measured is not None else None
        if base is None or thing is None or plain is None or child.id == rate.id:
            continue
        spare = any(left.get(n, 0) > 0 for n in plain)
        if spare and thing.key != base.key and thing.fact == base.fact:
            details = {
                "node": named(node),
                "rate": named(rate),
                "child": named(child),
                "thing": base.name,
                "child_thing": thing.name,
            }
            yield Finding("rate_of_other_things", node.id, details, (rate.id, child.id))


def _in_influences(tree: Tree, node: Node, catalogue: Catalogue) -> Iterator[Finding]:
    """A count hung below another count of the same step of the journey, which is the same way counted otherwise."""
    below = [tree.by_id[c] for c in node.children if not isinstance(tree.by_id[c].edge, FormulaEdge)]
    things = [(child, thing) for child in below if (thing := counted(child.measured, catalogue)) is not None]
    wanted = _wanted(node, catalogue) if things else None
    if wanted is None:
        return
    stage = _stage(node, catalogue)
    for child, thing in things:
        same_rows = thing.fact == wanted.fact and thing.key != wanted.key
        if same_rows and stage and _stage(child, catalogue) == stage:
            yield _other(child, thing, node, wanted, Severity.YELLOW)


def _other(child: Node, thing: Thing, node: Node, wanted: Thing, severity: Severity) -> Finding:
    details = {"child": named(child), "child_thing": thing.name, "node": named(node), "thing": wanted.name}
    return Finding("counts_other_things", child.id, details, (node.id,), level=severity)


def _wanted(node: Node, catalogue: Catalogue) -> Thing | None:
    """What a node counts: by its KPI, else by the KPI that its name speaks of."""
    if node.kpi is not None:
        return counted(node.measured, catalogue)
    spoken = _spoken_of(node, catalogue)
    return counted(catalogue.expand(spoken), catalogue) if spoken is not None else None


def _stage(node: Node, catalogue: Catalogue) -> str:
    kpi = catalogue.kpis.get(node.kpi or _spoken_of(node, catalogue) or "")
    return str(kpi.journey_stage) if kpi is not None else ""


def _spoken_of(node: Node, catalogue: Catalogue) -> str | None:
    """The count whose name or alias a success factor's own name holds: “raise monthly visitors” speaks of visits."""
    found: dict[str, int] = {}
    for kpi in catalogue.kpis.values():
        if kpi.unit not in COUNTS:
            continue
        for words, said in ((kpi.ja, node.ja), (kpi.en, node.en), *((alias, node.ja) for alias in kpi.aliases)):
            if len(words) >= SHORTEST_ALIAS and words.lower() in said.lower():
                found[kpi.id] = max(found.get(kpi.id, 0), len(words))
    return max(found, key=lambda kpi: (found[kpi], kpi), default=None)


def _thing_named(name: str, catalogue: Catalogue) -> Thing | None:
    measure = catalogue.measures.get(name.partition("[")[0])
    return thing_of(measure) if measure is not None else None
