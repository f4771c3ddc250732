"""What the morning page is about: the numbers for the headlines and where acting pays most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keiki.charts.status import ACT, PLAIN, WATCH
from keiki.server.kpis.queries import TreeNumbers
from keiki.trees.build import InfluenceEdge, Node

HEADLINES: Final = 4
ACTS: Final = 3


@dataclass(frozen=True)
class Lever:
    """A node that moved the goal to the wrong side, and by how much, in the goal's unit."""

    node: Node
    effect: float


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
    """At most three leaves that moved the goal most to the wrong side, by their part of its change."""
    if numbers.explanation is None:
        return ()
    wished = -1 if numbers.tree.root.direction == "lower" else 1
    found = [
        Lever(numbers.tree.node(part.node), part.contribution)
        for part in numbers.explanation.movers
        if not part.residual and part.contribution is not None and part.contribution * wished < 0
    ]
    return tuple(lever for lever in found if _matters(numbers, lever))[:ACTS]


def _matters(numbers: TreeNumbers, lever: Lever) -> bool:
    """Whether a lever is worth a morning: its own number is in trouble, or nobody judges it and it moved the goal by
    a hundredth."""
    before = numbers.value_before(numbers.tree.root)
    large = bool(before) and abs(lever.effect) >= abs(before or 0.0) / 100
    status = numbers.status(lever.node)
    return lever.node.parent is not None and (status in {ACT, WATCH} or (status == PLAIN and large))
