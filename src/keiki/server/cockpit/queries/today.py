"""What the morning page is about: headline numbers, and the numbers to act on."""

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
    """A node in trouble and what it does to the goal, in the goal's unit; None where no formula leads there.

    `to_target`: what the goal would gain if the node were at its target; otherwise how far it moved the goal since the
    period compared with.
    """

    node: Node
    effect: float | None
    to_target: bool = False


def headlines(numbers: TreeNumbers, count: int = HEADLINES) -> tuple[Node, ...]:
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
    return (tree.root, *rest[: count - 1])


def levers(numbers: TreeNumbers) -> tuple[Lever, ...]:
    """At most three numbers: those whose missed target costs the goal most, those that moved it most to the wrong
    side, then those that miss a target and only influence it.
    """
    wished = -1 if numbers.tree.root.direction == "lower" else 1
    missed = [(numbers.tree.node(row.node), row.effect) for row in numbers.gaps]
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
