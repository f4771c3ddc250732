"""What an explanation says: every node's part of the goal's change, and where it had to stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keiki.errors import UnknownName
from keiki.periods import Period
from keiki.trees.build import Tree

Value = float | None


@dataclass(frozen=True)
class Part:
    """One node's part of the goal's change, in the goal's unit; or what a node's children leave over (`residual`).

    `before`, `after` and `change` are the node's own, in its own unit. `contribution` is None when it cannot be told,
    and then `Explanation.gaps` says why. `share` is the contribution over the goal's change, None when that is 0.
    `leaf`: nothing below it takes its contribution further, so leaves sum to the change of the goal.
    """

    node: str
    before: Value
    after: Value
    change: Value
    contribution: Value
    share: Value
    leaf: bool
    residual: bool = False


@dataclass(frozen=True)
class Gap:
    """Where the explanation ends though there is more below, and why.

    `reason`: `undefined` (values of `missing` are not there before or after), `undefined_between` (a formula has no
    value while some of its parts have moved), `looks_back` (it reads another period) or `too_many` factors.
    """

    node: str
    reason: str
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Instead:
    """Where Shapley took the place of LMDI, and why.

    `reason`: `not_a_product` (the formula is neither a sum nor a product), `not_positive` (a product with a part at
    or below 0) or `above` (a node above it was shared out by Shapley already).
    """

    node: str
    reason: str


@dataclass(frozen=True)
class Explanation:
    """The change of the goal and every part of it, parents before children, in the order of the tree.

    The contributions of a node's children and its residual sum to the node's own; all leaves sum to `change`
    (to 1e-9 of the goal). `change` is None when the goal is undefined before or after. `instead` names every node at
    which the method asked for does not apply.
    """

    tree: Tree
    method: str
    before: Value
    after: Value
    change: Value
    parts: tuple[Part, ...]
    gaps: tuple[Gap, ...] = ()
    instead: tuple[Instead, ...] = ()
    period_before: Period | None = None
    period_after: Period | None = None

    def part(self, node_id: str) -> Part:
        """The part of a node; `UnknownName` when the node is only an influence or not in the tree."""
        for part in self.parts:
            if part.node == node_id and not part.residual:
                return part
        raise UnknownName(kind="node", name=node_id, known=[p.node for p in self.parts])

    @property
    def leaves(self) -> tuple[Part, ...]:
        """The parts that sum to the change: nodes taken no further, and residuals."""
        return tuple(p for p in self.parts if p.leaf)

    @property
    def movers(self) -> tuple[Part, ...]:
        """The leaves with a known contribution, the largest first, up or down alike; residuals last."""
        known = [p for p in self.leaves if p.contribution is not None]
        return tuple(sorted(known, key=lambda p: (p.residual, -abs(p.contribution or 0.0), p.node)))

    def relative(self, part: Part) -> Value:
        """A part as a fraction of the goal before: parts of a fall by 10 % sum to -0.1. None when that is 0."""
        return part.contribution / abs(self.before) if part.contribution is not None and self.before else None

    def as_dict(self, before: Period, after: Period) -> dict[str, Any]:
        """The explanation as JSON-able values, with the periods it compares."""
        names = ("node", "before", "after", "change", "contribution", "share", "leaf", "residual")
        return {
            "tree": self.tree.id,
            "method": self.method,
            "periods": [{"start": period.start, "end": period.end} for period in (before, after)],
            "before": self.before,
            "after": self.after,
            "change": self.change,
            "parts": [{name: getattr(part, name) for name in names} for part in self.parts],
            "gaps": [{"node": gap.node, "reason": gap.reason, "missing": list(gap.missing)} for gap in self.gaps],
            "instead": [{"node": place.node, "reason": place.reason} for place in self.instead],
        }

    @property
    def residual(self) -> float:
        """The part of the change that no formula tells: all residuals together."""
        return sum(p.contribution or 0.0 for p in self.parts if p.residual)
