"""What the design page lists: nodes, problems, ways to take a number apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from keiki.catalogue.load import Catalogue
from keiki.engine.reviewed import OnData as OnData
from keiki.engine.reviewed import review_on_data, ways_on_data
from keiki.errors import KeikiError
from keiki.formula.parse import parse
from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.planning.queries import changing_targets, targets_of
from keiki.trees.build import badge, build
from keiki.trees.bundle import KpiTarget
from keiki.trees.consistency import Proof
from keiki.trees.coverage import departments_expected
from keiki.trees.decompose import Decomposition, decompositions
from keiki.trees.document import NodeDocument, TreeDocument, to_yaml
from keiki.trees.findings import Finding, Severity, of_error
from keiki.trees.review import review
from keiki.trees.smart import Known


@dataclass(frozen=True)
class Written:
    """One node of a document as the design page lists it; `problems` are what its checks say."""

    node: NodeDocument
    depth: int
    parent: NodeDocument | None
    place: int
    ja: str
    en: str
    unit: str
    operator: str

    def label(self, language: str) -> str:
        """Its name in `ja` or `en`."""
        return self.ja if language.startswith("ja") else self.en


def written(document: TreeDocument, catalogue: Catalogue) -> tuple[Written, ...]:
    """Every node of a document, parents first, whether it can be measured or not."""
    found: list[Written] = []

    def visit(node: NodeDocument, parent: NodeDocument | None, depth: int, place: int) -> None:
        kpi = catalogue.kpis.get(node.kpi or "")
        ja, en = node.ja or (kpi.ja if kpi else node.en or node.id), node.en or (kpi.en if kpi else node.ja or node.id)
        found.append(Written(node, depth, parent, place, ja, en, kpi.unit if kpi else "number", operator(parent, node)))
        for index, child in enumerate(node.children):
            visit(child, node, depth + 1, index)

    visit(document.root, None, 0, 0)
    return tuple(found)


def operator(parent: NodeDocument | None, node: NodeDocument) -> str:
    """What a node does in the formula above it: + − × ÷, or nothing."""
    if parent is None or parent.formula is None or node.influence is not None:
        return ""
    try:
        return badge(parse(parent.formula), node.id) or ""
    except KeikiError:
        return ""


def findings(
    document: TreeDocument, catalogue: Catalogue, today: date, departments: Sequence[str] = ()
) -> tuple[Finding, ...]:
    """What is red or yellow in a tree, the worst first; one that cannot be measured yet says only why."""
    try:
        tree = build(document, catalogue)
    except KeikiError as error:
        wrong = str(error.details.get("node") or error.details.get("child") or "")
        known = {node.id for node in document.root.walk()}
        return (of_error(wrong if wrong in known else document.root.id, error, Severity.RED),)
    return review(tree, catalogue, known=Known(today=today), departments=departments)


def departments(user: Any, business: Business, document: TreeDocument) -> tuple[str, ...]:
    """The departments that should answer for something in a tree of the business."""
    return departments_expected(document, (each.document for each in door.stored_trees(user, business)))


def on_data(user: Any, business: Business, document: TreeDocument, departments: Sequence[str]) -> OnData | None:
    """What the data adds to the checks of a document with its targets; None while it cannot be measured."""
    try:
        return door.answered(
            user,
            business,
            ("on_data", to_yaml(document), tuple(departments)),
            lambda numbers: review_on_data(numbers, numbers.tree_named(document), departments=departments),
            tells=NOTHING,
        )
    except KeikiError:  # the checks say what is wrong with it
        return None


def ways_proved(user: Any, business: Business, node: NodeDocument) -> Mapping[str, Proof]:
    """How a node's KPI can be taken apart: each way by its id, with its proof on the data."""
    kpi = node.kpi
    if kpi is None:
        return {}
    key = ("ways_proved", kpi, node.where)
    proved = door.answered(user, business, key, lambda numbers: ways_on_data(numbers, kpi, node.where), tells=NOTHING)
    return {each.way.id: each.proof for each in proved}


def planned(user: Any, business: Business, document: TreeDocument, catalogue: Catalogue) -> TreeDocument:
    """The document with the targets in force; a node without a plan keeps the target it was written with."""
    try:
        tree = build(document, catalogue)
    except KeikiError:
        return document
    targets = targets_of(user, business, tree)

    def filled(node: NodeDocument) -> NodeDocument:
        children = tuple(filled(child) for child in node.children)
        return replace(node, target=targets.get(node.id) or node.target, children=children)

    return replace(document, root=filled(document.root))


def changing(user: Any, business: Business, document: TreeDocument, catalogue: Catalogue) -> tuple[KpiTarget, ...]:
    """The targets of a document's numbers that change over time, each from its day on."""
    try:
        return changing_targets(user, business, build(document, catalogue))
    except KeikiError:
        return ()


def as_stored(sent: TreeDocument, shown: TreeDocument, stored: TreeDocument) -> TreeDocument:
    """A document that came back from a file: targets that only repeat the plans in force, as `shown` had them, are no
    change; the node keeps the target it is `stored` with.
    """
    in_force = {node.id: node.target for node in shown.root.walk()}
    own = {node.id: node.target for node in stored.root.walk()}

    def taken(node: NodeDocument) -> NodeDocument:
        repeats = node.id in own and node.target == in_force[node.id]
        children = tuple(taken(child) for child in node.children)
        return replace(node, target=own[node.id] if repeats else node.target, children=children)

    return replace(sent, root=taken(sent.root))


def unowned(document: TreeDocument) -> tuple[NodeDocument, ...]:
    """The numbers that nobody answers for: no department and no person."""
    return tuple(node for node in document.root.walk() if node.kpi and not _owned(node))


def _owned(node: NodeDocument) -> bool:
    return node.owner is not None and bool(node.owner.department or node.owner.person)


def ways_of(node: NodeDocument, catalogue: Catalogue) -> tuple[Decomposition, ...]:
    """How a node's KPI can be taken apart."""
    if node.kpi is None or node.kpi not in catalogue.kpis:
        return ()
    return decompositions(node.kpi, catalogue)
