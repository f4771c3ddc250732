"""What is left of a catalogue for somebody who may not see some of its KPIs: neither them nor what gives them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.versions import reached
from keiki.errors import KeikiError
from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Both, Call, Condition, Formula, Negate, Number, Reference
from keiki.formula.parse import parse
from keiki.formula.show import show
from keiki.measures.document import Entry
from keiki.measures.told import Told, gives_away, subjects
from keiki.trees.document import Influence, NodeDocument, TreeDocument, as_dict, tree_document
from keiki.trees.fields import entry_of

WHOLE_COMPANY: Final = "executive"
"""The department whose KPIs are those of the whole company."""


@dataclass(frozen=True)
class Left:
    """A catalogue without its `closed` KPIs; `measures` are those the closed ones are made of, to be asked for only
    through KPIs that are left; `secrets` what the restricted ones are made of, measure by measure.
    """

    catalogue: Catalogue
    closed: frozenset[str]
    measures: frozenset[str]
    secrets: frozenset[frozenset[Told]] = frozenset()

    def refused(self, formula: Formula) -> str | None:
        """The first name in a typed formula that this person cannot ask for; None when there is none."""
        named = (reference.id for reference in references(formula))
        return next((name for name in named if name in self.closed or name in self.measures), None)

    def shown(self, told: Told) -> bool:
        """Whether numbers that tell `told` show no restricted KPI."""
        return not any(gives_away(told, secret) for secret in self.secrets)


def without(catalogue: Catalogue, restricted: frozenset[str]) -> Left:
    """The catalogue without these KPIs, without those calculated from them or by the same formula, and with trees that
    have lost their nodes; a tree whose goal is closed is gone.
    """
    closed = closed_kpis(catalogue, restricted)
    measures = _made_of(catalogue, closed)
    return Left(_lessened(catalogue, catalogue.kpis, closed), closed, measures, secrets_of(catalogue, restricted))


def secrets_of(catalogue: Catalogue, restricted: Iterable[str]) -> frozenset[frozenset[Told]]:
    """What every formula that a restricted KPI has or had is made of, measure by measure."""
    formulas = (each for name in restricted if name in catalogue.kpis for each in _unfolded(catalogue, name))
    named = ({reference.id for reference in references(each)} for each in formulas)
    return frozenset(frozenset(subjects(catalogue.measures[measure]) for measure in each) for each in named if each)


def within(catalogue: Catalogue, departments: frozenset[str]) -> Left:
    """The catalogue as the members of some departments see it: their own KPIs, those of the whole company (of the
    department executive), and those that belong to no department.

    A KPI that stays although it is calculated from closed ones is calculated from measures; it is closed as well where
    a definition below it has changed over time, or is a value that people enter.
    """
    closed, kept = set(), dict(catalogue.kpis)
    for kpi in catalogue.kpis.values():
        if kpi.department and not {*departments, WHOLE_COMPANY}.intersection(kpi.department):
            closed.add(kpi.id)
    for name in kept.keys() - closed:
        if closed.intersection(reached(kept[name].formula, catalogue.kpis)):
            formulas = _unfolded(catalogue, name)
            if len(formulas) == 1 and not _entered(formulas[0]):
                kept[name] = replace(kept[name], formula=formulas[0], source=show(formulas[0]))
            else:
                closed.add(name)
    measures = _made_of(catalogue, closed) - _made_of(catalogue, kept.keys() - closed)
    return Left(_lessened(catalogue, kept, frozenset(closed)), frozenset(closed), measures)


def _entered(formula: Formula) -> bool:
    """Whether a formula asks for a value that people enter for one KPI."""
    return any(name == "this_kpi" for reference in references(formula) for name, _value in reference.params)


def _made_of(catalogue: Catalogue, kpis: Iterable[str]) -> frozenset[str]:
    """The measures that KPIs are calculated from."""
    return frozenset(r.id for name in kpis for each in _unfolded(catalogue, name) for r in references(each))


def _lessened(catalogue: Catalogue, kpis: Mapping[str, Kpi], closed: frozenset[str]) -> Catalogue:
    return replace(
        catalogue,
        kpis=MappingProxyType({name: kpi for name, kpi in kpis.items() if name not in closed}),
        trees=MappingProxyType(_pruned(catalogue.trees, closed)),
        templates=MappingProxyType(_pruned(catalogue.templates, closed)),
        playbooks=MappingProxyType({name: one for name, one in catalogue.playbooks.items() if name not in closed}),
    )


def closed_kpis(catalogue: Catalogue, restricted: frozenset[str]) -> frozenset[str]:
    """The restricted KPIs, and every one that names them or whose formula over measures holds theirs."""
    secret = [each for name in restricted if name in catalogue.kpis for each in _unfolded(catalogue, name)]

    def gives_away(kpi: Kpi) -> bool:
        if kpi.id in restricted or restricted.intersection(reached(kpi.formula, catalogue.kpis)):
            return True
        return any(holds(whole, part) for whole in _unfolded(catalogue, kpi.id) for part in secret)

    return restricted | {kpi.id for kpi in catalogue.kpis.values() if gives_away(kpi)}


def worked_out_from(catalogue: Catalogue, name: str, restricted: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    """The sets of KPIs from which whoever sees all of a set can work a closed one out, as from revenue and purchases
    what a purchase is worth: the parts of its own formula, and the other numbers of every formula of a tree that has
    it. Sets with a KPI that the `restricted` ones close are none.

    >>> from keiki.catalogue.load import builtin
    >>> worked_out_from(builtin(), "aov", frozenset({"aov"}))[0]
    ('order_revenue', 'purchases')
    """
    closed = closed_kpis(catalogue, restricted | {name})
    by_formula: dict[Formula, str] = {}
    for kpi in catalogue.kpis.keys() - closed:
        for each in _unfolded(catalogue, kpi)[-1:]:
            by_formula[each] = min(kpi, by_formula.get(each, kpi))
    own = [_composed(each, by_formula) for each in _unfolded(catalogue, name)[-1:]]
    beside = [set(each) - {name} for each in _equations(catalogue) if name in each]
    found = {tuple(sorted(each)) for each in (*own, *beside) if each and closed.isdisjoint(each)}
    return tuple(sorted(found, key=lambda each: (len(each), each)))


def _composed(formula: Formula, by_formula: Mapping[Formula, str]) -> set[str] | None:
    """The KPIs whose values a formula joins; None where a part of it is the value of none."""
    if formula in by_formula:
        return {by_formula[formula]}
    if isinstance(formula, Number):
        return set()
    parts = [_composed(each, by_formula) for each in _parts(formula)]
    return set().union(*(each for each in parts if each)) if parts and None not in parts else None


def _equations(catalogue: Catalogue) -> Iterator[frozenset[str]]:
    """The KPIs of every formula of a tree: the node's own and those that it joins, all of them on all rows."""
    for entry in (*catalogue.trees.values(), *catalogue.templates.values()):
        with suppress(KeikiError):  # unreadable: whoever opens it is told
            for node in tree_document(entry).root.walk():
                if node.formula is None:
                    continue
                named = {each.id for each in references(parse(node.formula))}
                joined = [node, *(child for child in node.children if child.id in named)]
                kpis = [each.kpi for each in joined if each.kpi is not None and each.where is None]
                if len(kpis) == len(joined) == len(named) + 1:
                    yield frozenset(kpis)


def _unfolded(catalogue: Catalogue, name: str) -> tuple[Formula, ...]:
    try:
        return catalogue.dated(Reference(name)).formulas
    except KeikiError:  # a definition that cannot be used gives nothing away
        return ()


def holds(whole: Formula, part: Formula) -> bool:
    """Whether a formula over measures is another one, or has it as a part; a narrower filter is the same part.

    >>> [holds(parse("a / (b - c)"), parse(part)) for part in ("b - c", "a", "c - b")]
    [True, True, False]
    >>> holds(parse("a[x = 'y']"), parse("a")), holds(parse("a"), parse("a[x = 'y']"))
    (True, False)
    """
    return _same(whole, part) or any(holds(each, part) for each in _parts(whole))


def _parts(formula: Formula) -> Iterator[Formula]:
    match formula:
        case Binary(left=left, right=right):
            yield from (left, right)
        case Negate(operand=operand):
            yield operand
        case Call(arguments=arguments):
            yield from arguments


def _same(one: Formula, other: Formula) -> bool:
    match one, other:
        case Reference(), Reference():
            return one.id == other.id and set(_conditions(other.where)) <= set(_conditions(one.where))
        case Binary(), Binary():
            same = one.op == other.op and _same(one.left, other.left) and _same(one.right, other.right)
            turned = one.op == other.op and one.op in "+*"
            return same or (turned and _same(one.left, other.right) and _same(one.right, other.left))
        case Negate(), Negate():
            return _same(one.operand, other.operand)
        case Call(), Call():
            named = one.name == other.name and len(one.arguments) == len(other.arguments)
            return named and all(map(_same, one.arguments, other.arguments))
    return one == other


def _conditions(where: Condition | None) -> Iterator[Condition]:
    if isinstance(where, Both):
        yield from _conditions(where.left)
        yield from _conditions(where.right)
    elif where is not None:
        yield where


def _pruned(entries: Mapping[str, Entry], closed: frozenset[str]) -> dict[str, Entry]:
    """Trees by id, those that name a closed KPI without it."""
    found: dict[str, Entry] = {}
    for name, entry in entries.items():
        try:
            document = tree_document(entry)
        except KeikiError:  # unreadable as before: whoever opens it is told
            found[name] = entry
            continue
        left = pruned(document, closed)
        if left is not None:
            found[name] = entry if left is document else entry_of(as_dict(left))
    return found


def pruned(document: TreeDocument, closed: frozenset[str]) -> TreeDocument | None:
    """A tree without the nodes of closed KPIs and what lies below them; None when its goal is closed.

    A parent that has lost a part of its formula keeps the number of its own KPI, and its other parts stand beside it.
    """
    if not any(node.kpi in closed for node in document.root.walk()):
        return document
    root = _left(document.root, closed)
    if root is None:
        return None
    there = {node.id for node in root.walk()}
    links = tuple(link for link in document.links if {link.source, link.target} <= there)
    return replace(document, root=root, links=links)


def _left(node: NodeDocument, closed: frozenset[str]) -> NodeDocument | None:
    if node.kpi in closed:
        return None
    kept = tuple(left for child in node.children if (left := _left(child, closed)) is not None)
    there = {child.id for child in kept}
    named = {r.id for r in references(parse(node.formula))} if node.formula else set()
    if named <= there:
        return replace(node, children=kept)
    if node.kpi is None:
        return None
    beside = tuple(replace(child, influence=child.influence or Influence(1)) for child in kept)
    return replace(node, formula=None, children=beside)
