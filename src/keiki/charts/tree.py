"""Where the cards of a KPI tree lie: a tidy tree that grows to the right, its connectors and its badges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

UNIT: Final = 4
"""Everything lies on a grid of four pixels."""
CARD_WIDTH, CARD_HEIGHT = 216, 92
COLUMN_GAP, ROW_GAP, FAMILY_GAP = 56, 8, 12
MARGIN = 24
TRUNK, CORNER = 36, 8

WORST: Final = ("act", "watch", "good", "plain", "none")
"""Statuses, the most urgent first."""


@dataclass(frozen=True)
class Twig:
    """One node of a tree to be laid out. `sign` is how it enters its parent's formula: + − × ÷ or nothing."""

    id: str
    parent: str | None
    sign: str = ""
    influence: bool = False
    status: str = "none"


@dataclass(frozen=True)
class Card:
    """A card's place in pixels; `hidden` counts the nodes behind a closed branch, `worst` is their worst status.

    `leads` says that a number below is in `act`.
    """

    id: str
    parent: str | None
    depth: int
    x: int
    y: int
    children: int
    open: bool
    hidden: int = 0
    worst: str = "none"
    leads: bool = False

    @property
    def place(self) -> str:
        """The place as style classes, since pages forbid inline styles: the hexadecimal digits of both coordinates
        on the grid, lowest first (`x0-6 x1-4 x2-0 y0-a …`)."""
        across = [f"x{power}-{self.x // UNIT >> 4 * power & 15:x}" for power in range(3)]
        down = [f"y{power}-{self.y // UNIT >> 4 * power & 15:x}" for power in range(4)]
        return " ".join([*across, *down])


@dataclass(frozen=True)
class Edge:
    """A connector as SVG path data; dashed when the link is an influence, not a formula; `failing` when it leads to a
    number in `act`.
    """

    parent: str
    child: str
    path: str
    influence: bool
    failing: bool = False


@dataclass(frozen=True)
class Badge:
    """An operator sign centred at a point of the connectors."""

    x: int
    y: int
    sign: str


@dataclass(frozen=True)
class Layout:
    """Everything a page needs to draw the tree, in the order of the nodes."""

    cards: tuple[Card, ...]
    edges: tuple[Edge, ...]
    badges: tuple[Badge, ...]
    width: int
    height: int


def worst(statuses: Iterable[str]) -> str:
    """The most urgent of some statuses, `none` when there are none.

    >>> worst(["good", "act", "watch"])
    'act'
    """
    return min(statuses, key=WORST.index, default="none")


def troubled(twigs: Sequence[Twig]) -> frozenset[str]:
    """The branches that a page opens first: those that lead to a node in `act`; without any, the root."""
    parent = {twig.id: twig.parent for twig in twigs}
    opened: set[str] = set()
    for twig in twigs:
        if twig.status != "act":
            continue
        above = twig.parent
        while above is not None and above not in opened:
            opened.add(above)
            above = parent[above]
    return frozenset(opened) if opened else levels(twigs, 1)


def levels(twigs: Sequence[Twig], count: int) -> frozenset[str]:
    """The branches to open so that `count` levels below the root can be seen."""
    depth: dict[str, int] = {}
    for twig in twigs:
        depth[twig.id] = 0 if twig.parent is None else depth[twig.parent] + 1
    return frozenset(id for id, level in depth.items() if level < count)


def layout(twigs: Sequence[Twig], opened: frozenset[str] | None = None) -> Layout:
    """Place the visible nodes; parents come before their children in `twigs`. All are open when `opened` is None.

    Leaves stand in rows, a parent in the middle of its children, a column per level; one pass, no overlap.
    """
    grown = _Grown(twigs, opened)
    rows = grown.rows()
    cards = tuple(
        Card(
            id=twig.id,
            parent=twig.parent,
            depth=grown.depth[twig.id],
            x=MARGIN + grown.depth[twig.id] * (CARD_WIDTH + COLUMN_GAP),
            y=MARGIN + rows[twig.id] * UNIT,
            children=len(grown.children[twig.id]),
            open=grown.is_open(twig.id),
            hidden=0 if grown.is_open(twig.id) else grown.below[twig.id][0],
            worst=grown.below[twig.id][1],
            leads=grown.below[twig.id][1] == "act",
        )
        for twig in grown.visible
    )
    at = {card.id: card for card in cards}
    return Layout(
        cards=cards,
        edges=tuple(
            _edge(at[t.parent], at[t.id], t.influence, "act" in (t.status, grown.below[t.id][1]))
            for t in grown.visible
            if t.parent is not None
        ),
        badges=tuple(badge for card in cards if card.open for badge in _badges(card, grown.children[card.id], at)),
        width=max((card.x for card in cards), default=0) + CARD_WIDTH + MARGIN,
        height=max((card.y for card in cards), default=0) + CARD_HEIGHT + MARGIN,
    )


class _Grown:
    """The tree by parent, with what can be seen and what hides below each node."""

    def __init__(self, twigs: Sequence[Twig], opened: frozenset[str] | None) -> None:
        self.opened = opened
        self.children: dict[str, list[Twig]] = {twig.id: [] for twig in twigs}
        self.depth: dict[str, int] = {}
        for twig in twigs:
            if twig.parent is None:
                self.depth[twig.id] = 0
            else:
                self.children[twig.parent].append(twig)
                self.depth[twig.id] = self.depth[twig.parent] + 1
        self.below = self._counted(twigs)
        self.visible = self._walk([twig for twig in twigs if twig.parent is None])

    def is_open(self, id: str) -> bool:
        return bool(self.children[id]) and (self.opened is None or id in self.opened)

    def _counted(self, twigs: Sequence[Twig]) -> dict[str, tuple[int, str]]:
        """Below each node: how many nodes, and the worst status among them."""
        below = {twig.id: (0, "none") for twig in twigs}
        for twig in reversed(twigs):
            if twig.parent is not None:
                count, status = below[twig.id]
                above, worse = below[twig.parent]
                below[twig.parent] = above + count + 1, worst((worse, status, twig.status))
        return below

    def _walk(self, roots: list[Twig]) -> tuple[Twig, ...]:
        """Visible nodes, each before its children, siblings in order."""
        seen: list[Twig] = []
        waiting = roots[::-1]
        while waiting:
            twig = waiting.pop()
            seen.append(twig)
            if self.is_open(twig.id):
                waiting.extend(reversed(self.children[twig.id]))
        return tuple(seen)

    def rows(self) -> dict[str, int]:
        """The row of each visible node, in units from the top."""
        rows: dict[str, int] = {}
        cursor, family = 0, None
        for twig in self.visible:
            if self.is_open(twig.id):
                continue
            if rows:
                cursor += (CARD_HEIGHT + ROW_GAP + (0 if twig.parent == family else FAMILY_GAP)) // UNIT
            rows[twig.id], family = cursor, twig.parent
        for twig in reversed(self.visible):
            if twig.id not in rows:
                kin = self.children[twig.id]
                rows[twig.id] = (rows[kin[0].id] + rows[kin[-1].id]) // 2
        return rows


def _edge(parent: Card, child: Card, influence: bool, failing: bool) -> Edge:
    start, end = parent.x + CARD_WIDTH, child.x
    top, foot = parent.y + CARD_HEIGHT // 2, child.y + CARD_HEIGHT // 2
    if top == foot:
        return Edge(parent.id, child.id, f"M{start} {top}H{end}", influence, failing)
    trunk = start + TRUNK
    corner = min(CORNER, abs(foot - top) // 2)
    turn = corner if foot > top else -corner
    path = (
        f"M{start} {top}H{trunk - corner}Q{trunk} {top} {trunk} {top + turn}"
        f"V{foot - turn}Q{trunk} {foot} {trunk + corner} {foot}H{end}"
    )
    return Edge(parent.id, child.id, path, influence, failing)


def _badges(card: Card, kin: Sequence[Twig], at: dict[str, Card]) -> list[Badge]:
    """One sign on the trunk when all operators are alike, otherwise one before each child."""
    formula = [twig for twig in kin if not twig.influence]
    signs = {twig.sign for twig in formula[1:]}
    if len(signs) == 1 and "" not in signs and _leads(formula[0].sign, next(iter(signs))):
        return [Badge(card.x + CARD_WIDTH + TRUNK, card.y + CARD_HEIGHT // 2, next(iter(signs)))]
    return [Badge(at[t.id].x - 9, at[t.id].y + CARD_HEIGHT // 2, t.sign) for t in formula if t.sign and len(kin) > 1]


def _leads(first: str, sign: str) -> bool:
    """Whether the first operand may stand before the sign without one of its own: a + b, a − b, a × b, a ÷ b."""
    return first in {"", "+" if sign in "+−" else "×", sign if sign in "+×" else ""}
