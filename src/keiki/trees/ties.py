"""What joins a KPI to the others of a tree beyond formulas, and letting go of it."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.trees.document import NodeDocument, TreeDocument
from keiki.trees.edit import Edited, remove, remove_link


@dataclass(frozen=True)
class Tie:
    """`source` is believed to move `target`, up (+1) or down (-1), `lag` periods later.

    `beside`: a link beside the tree; else the source hangs below the target. `loose`: it can be let go while all else
    stays: a link beside the tree, or a node of the KPI with nothing below it.
    """

    source: NodeDocument
    target: NodeDocument
    sign: int
    lag: int
    beside: bool
    loose: bool


def ties(document: TreeDocument, kpi: str) -> tuple[Tie, ...]:
    """Every influence that begins or ends at a KPI, in the order of the tree, those beside it last."""
    found = [
        Tie(child, node, child.influence.sign, child.influence.lag, False, child.kpi == kpi and not child.children)
        for node in document.root.walk()
        for child in node.children
        if child.influence is not None and kpi in (node.kpi, child.kpi)
    ]
    nodes = {node.id: node for node in document.root.walk()}
    for link in document.links:
        source, target = nodes[link.source], nodes[link.target]
        if kpi in (source.kpi, target.kpi):
            found.append(Tie(source, target, link.sign, link.lag, True, True))
    return tuple(found)


def untied(document: TreeDocument, kpi: str) -> tuple[Edited, ...]:
    """One edit after the other that lets every loose tie of a KPI go."""
    done: list[Edited] = []
    while any(tie.loose for tie in ties(document, kpi)):
        tie = next(tie for tie in reversed(ties(document, kpi)) if tie.loose)
        done.append(
            remove_link(document, tie.source.id, tie.target.id) if tie.beside else remove(document, tie.source.id)
        )
        document = done[-1].document
    return tuple(done)
