"""What the morning page is about, and what the design page lists: nodes, problems, ways to take a number apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from keiki.catalogue.load import Catalogue
from keiki.charts.status import ACT, PLAIN, WATCH
from keiki.errors import KeikiError
from keiki.formula.parse import parse
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import gaps, targets_of
from keiki.trees.build import InfluenceEdge, Node, badge, build
from keiki.trees.decompose import Decomposition, decompositions
from keiki.trees.document import NodeDocument, TreeDocument
from keiki.trees.findings import Finding, Severity, of_error
from keiki.trees.review import review
from keiki.trees.smart import Known

HEADLINES: Final = 4
ACTS: Final = 3


@dataclass(frozen=True)
class Lever:
    """A node in trouble and what it does to the goal, in the goal's unit; None where no formula leads there.

    `to_target`: what the goal would gain if the node were at its target; otherwise how far it moved the goal since the
    period compared with.
    """

    node: Node
    effect: float | None
    to_target: bool = False


def headlines(numbers: TreeNumbers) -> tuple[Node, ...]:
    """The goal, the numbers right below it, then deeper ones in the worst state; measured ones first."""
    tree = numbers.tree
    order = {ACT: 0, WATCH: 1}
    rest = [node for node in tree.nodes[1:] if not isinstance(node.edge, InfluenceEdge)]
    rest.sort(
        key=lambda node: (
            not numbers.value(node),
            min(node.depth, 2),
            order.get(numbers.status(node), 2) if node.depth > 1 else 0,
            node.depth,
            tree.nodes.index(node),
        )
    )
    return (tree.root, *rest[: HEADLINES - 1])


def levers(numbers: TreeNumbers) -> tuple[Lever, ...]:
    """At most three numbers: those whose missed target costs the goal most, those that moved it most to the wrong
    side, then those that miss a target and only influence it.
    """
    wished = -1 if numbers.tree.root.direction == "lower" else 1
    missed = [(numbers.tree.node(row.node), row.effect) for row in gaps(numbers)]
    costly = [Lever(node, -cost, to_target=True) for node, cost in missed if cost is not None and cost * wished < 0]
    beside = [Lever(node, None) for node, cost in missed if cost is None and not node.children]
    beside.sort(key=lambda lever: numbers.status(lever.node) != ACT)
    return tuple([*costly, *_movers(numbers, wished), *beside][:ACTS])


def _movers(numbers: TreeNumbers, wished: int) -> list[Lever]:
    """Leaves without a target that moved the goal to the wrong side."""
    if numbers.explanation is None:
        return []
    found = [
        Lever(numbers.tree.node(part.node), part.contribution)
        for part in numbers.explanation.movers
        if not part.residual and part.contribution is not None and part.contribution * wished < 0
    ]
    return [lever for lever in found if numbers.aim(lever.node) is None and _matters(numbers, lever)]


def _matters(numbers: TreeNumbers, lever: Lever) -> bool:
    """Whether a lever is worth a morning: its own number is in trouble, or nobody judges it and it moved the goal by
    a hundredth."""
    before = numbers.value_before(numbers.tree.root)
    large = bool(before) and abs(lever.effect or 0.0) >= abs(before or 0.0) / 100
    status = numbers.status(lever.node)
    return lever.node.parent is not None and (status in {ACT, WATCH} or (status == PLAIN and large))


# --- the design of a tree ---


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


def findings(document: TreeDocument, catalogue: Catalogue, today: date) -> tuple[Finding, ...]:
    """What is red or yellow in a tree, the worst first; one that cannot be measured yet says only why."""
    try:
        tree = build(document, catalogue)
    except KeikiError as error:
        wrong = str(error.details.get("node") or error.details.get("child") or "")
        known = {node.id for node in document.root.walk()}
        return (of_error(wrong if wrong in known else document.root.id, error, Severity.RED),)
    return review(tree, catalogue, known=Known(today=today))


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
