"""What is wrong or missing in a tree, told node by node."""

from __future__ import annotations

from collections.abc import Iterator

from keiki.catalogue.check import unknown_dimensions
from keiki.catalogue.load import Catalogue
from keiki.errors import (
    KeikiError,
    NothingToMove,
    SameNumberAbove,
    SuccessFactorWithoutReason,
    UnitClash,
    UnitMismatch,
)
from keiki.formula.evaluate import references
from keiki.formula.show import show
from keiki.measures.document import Problem
from keiki.measures.units import Clash, dimension, fits
from keiki.trees.build import InfluenceEdge, Node, Tree


def check(tree: Tree, catalogue: Catalogue | None = None) -> tuple[Problem, ...]:
    """Every problem of a built tree; all are warnings, the tree can be measured as it is.

    Units that the formula cannot give, a number that stands above itself with nothing holding still between,
    a success factor without its causal sentence, and a tree in which a what-if can move nothing. With the
    catalogue also filters on columns that nobody declared, unless they are dimensions of the business's own.
    """
    found = [Problem(node.id, error, severity="warning") for node in tree.nodes for error in _of_node(tree, node)]
    if catalogue is not None:
        found += [Problem(n.id, e, severity="warning") for n in tree.nodes for e in _filters(n, catalogue)]
    if not any(_moves_the_goal(tree, node) for node in tree.nodes):
        found.append(Problem(tree.id, NothingToMove(tree=tree.en, tree_ja=tree.ja), severity="warning"))
    return tuple(found)


def _of_node(tree: Tree, node: Node) -> Iterator[KeikiError]:
    yield from _units(tree, node)
    above = _same_above(tree, node)
    if above is not None:
        yield SameNumberAbove(node=node.id, above=above.id)
    if node.level == "ksf" and not (node.why_ja and node.why_en):
        yield SuccessFactorWithoutReason(node=node.id)


def _filters(node: Node, catalogue: Catalogue) -> Iterator[KeikiError]:
    if node.where is None or node.measured is None:
        return
    for reference in references(node.measured):
        yield from unknown_dimensions(reference, catalogue.measures[reference.id])


def _units(tree: Tree, node: Node) -> Iterator[KeikiError]:
    if node.formula is None:
        return
    clashes: list[Clash] = []
    proved = dimension(node.formula, {c: tree.by_id[c].unit for c in node.factors}, clashes)
    for clash in clashes:
        yield UnitClash(left=clash.left, right=clash.right, formula=show(node.formula))
    if not clashes and not fits(proved, node.unit):
        yield UnitMismatch(unit=node.unit, formula=show(node.formula))


def _same_above(tree: Tree, node: Node) -> Node | None:
    """The node above that is the same number, when no driver between them breaks the circle."""
    if node.kpi is None or isinstance(node.edge, InfluenceEdge):
        return None
    above = tree.by_id.get(node.parent or "")
    while above is not None and not above.driver:
        if above.identity == node.identity:
            return above
        if isinstance(above.edge, InfluenceEdge):
            return None
        above = tree.by_id.get(above.parent or "")
    return None


def _moves_the_goal(tree: Tree, node: Node) -> bool:
    """Whether a what-if can move the node and a chain of formulas leads from it to the goal."""
    return node.driver and tree.leads_to_goal(node.id)
