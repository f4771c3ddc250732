"""A tree ready to be measured: nodes in order, edges of formula and of influence, formulas over measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Direction, Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.versions import Dated
from keiki.errors import ChildNotInFormula, NodeWithoutNumber, UnknownName
from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Call, Condition, Formula, Negate, Reference
from keiki.formula.parse import parse, parse_condition
from keiki.measures.measure import Asked
from keiki.measures.units import dimension
from keiki.trees.document import LEVELS, TREE, Influence, Link, NodeDocument, Owner, TreeDocument
from keiki.trees.targets import Target

BADGES = {("sum", 1): "+", ("sum", -1): "−", ("product", 1): "×", ("product", -1): "÷"}


@dataclass(frozen=True)
class FormulaEdge:
    """The child is part of its parent's formula; `operator` (+ − × ÷) is what it does there, None inside a call."""

    operator: str | None


@dataclass(frozen=True)
class InfluenceEdge:
    """The child is believed to move its parent, `lag` periods later; drawn dashed, never calculated."""

    sign: int
    lag: int = 0


Edge = FormulaEdge | InfluenceEdge


@dataclass(frozen=True)
class Node:
    """One node of a built tree; `edge` leads to its parent and is None at the root.

    `formula` joins the ids of `children`; `measured` is the KPI's own formula over measures, narrowed by `where`,
    and None for a node that only its children give a number. `dated` holds the formulas of every time where the KPI's
    definition has changed, of which `measured` is the newest.
    """

    id: str
    kpi: str | None
    ja: str
    en: str
    unit: str
    direction: Direction
    level: str
    depth: int
    parent: str | None
    edge: Edge | None
    children: tuple[str, ...]
    formula: Formula | None
    measured: Formula | None
    where: Condition | None
    driver: bool
    why_ja: str | None
    why_en: str | None
    owner: Owner | None = None
    target: Target | None = None
    kra: str | None = None
    collapsed: bool = False
    impact: int | None = None
    feasibility: int | None = None
    control: int | None = None
    note_ja: str | None = None
    note_en: str | None = None
    dated: Dated | None = None

    def label(self, language: str) -> str:
        """Its name in `ja` or `en`."""
        return self.ja if language.startswith("ja") else self.en

    @property
    def factors(self) -> tuple[str, ...]:
        """The ids its formula names, each once, in order."""
        return tuple(dict.fromkeys(r.id for r in references(self.formula))) if self.formula is not None else ()

    @property
    def definitions(self) -> tuple[Formula, ...]:
        """Every formula over measures that gives it a number in some period: one, or more when its KPI has changed."""
        if self.dated is not None:
            return self.dated.formulas
        return () if self.measured is None else (self.measured,)

    @property
    def identity(self) -> tuple[str | None, Condition | None]:
        """What makes two nodes one number: the KPI and what narrows it."""
        return (self.kpi, self.where)


@dataclass(frozen=True)
class Tree:
    """Nodes from the goal down, parents before children; `links` are influences beside the tree.

    `kind` is `tree` or the `board` of a team; team, rank and the goal it serves are as the document has them.
    """

    id: str
    ja: str
    en: str
    about_ja: str
    about_en: str
    nodes: tuple[Node, ...]
    kind: str = TREE
    team: str | None = None
    rank: int | None = None
    goal_ja: str | None = None
    goal_en: str | None = None
    domain: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @cached_property
    def by_id(self) -> MappingProxyType[str, Node]:
        """Every node by its id."""
        return MappingProxyType({node.id: node for node in self.nodes})

    @property
    def root(self) -> Node:
        """The goal."""
        return self.nodes[0]

    def node(self, node_id: str) -> Node:
        """The node of that id; `UnknownName` suggests the nearest."""
        if node_id not in self.by_id:
            raise UnknownName(kind="node", name=node_id, known=self.by_id)
        return self.by_id[node_id]

    def above(self, node_id: str) -> tuple[Node, ...]:
        """The nodes above one, the nearest first and the goal last."""
        found: list[Node] = []
        parent = self.node(node_id).parent
        while parent is not None:
            found.append(self.by_id[parent])
            parent = found[-1].parent
        return tuple(found)

    def leads_to_goal(self, node_id: str) -> bool:
        """Whether formulas alone lead from a node to the goal; else an influence stands between them."""
        way = (self.node(node_id), *self.above(node_id))
        return not any(isinstance(node.edge, InfluenceEdge) for node in way)

    @cached_property
    def asked(self) -> frozenset[Asked]:
        """Every measure the tree needs."""
        return frozenset(asked_of(r) for n in self.nodes for formula in n.definitions for r in references(formula))


def build(document: TreeDocument, catalogue: Catalogue) -> Tree:
    """The tree of a document over a catalogue.

    Raises `UnknownName` for a KPI or a name in a formula that is no child, `ChildNotInFormula` for a child that is
    neither in the formula nor an influence, `NodeWithoutNumber` for a node with neither KPI nor formula nor children,
    and what the formula language raises.
    """
    nodes: list[Node] = []
    _add(document.root, None, 0, catalogue, nodes)
    return Tree(
        id=document.id,
        ja=document.ja,
        en=document.en,
        about_ja=document.about_ja,
        about_en=document.about_en,
        nodes=tuple(nodes),
        kind=document.kind,
        team=document.team,
        rank=document.rank,
        goal_ja=document.goal_ja,
        goal_en=document.goal_en,
        domain=document.domain,
        links=document.links,
    )


def _add(written: NodeDocument, parent: Node | None, depth: int, catalogue: Catalogue, nodes: list[Node]) -> None:
    kpi = catalogue.kpi(written.kpi) if written.kpi else None
    where = parse_condition(written.where) if written.where else None
    formula = _formula(written)
    told = _measured(kpi, where, catalogue)
    node = Node(
        id=written.id,
        kpi=written.kpi,
        ja=written.ja or (kpi.ja if kpi else written.id),
        en=written.en or (kpi.en if kpi else written.id),
        unit=_unit(written, catalogue),
        direction=kpi.direction if kpi else _direction_of_parts(written, catalogue),
        level=written.level or _level(written, depth),
        depth=depth,
        parent=parent.id if parent else None,
        edge=_edge(written, parent),
        children=tuple(child.id for child in written.children),
        formula=formula,
        measured=told.newest if told is not None else None,
        where=where,
        driver=written.driver,
        why_ja=written.why_ja,
        why_en=written.why_en,
        owner=written.owner,
        target=written.target,
        kra=written.kra,
        collapsed=written.collapsed,
        impact=written.impact,
        feasibility=written.feasibility,
        control=written.control,
        note_ja=written.note_ja,
        note_en=written.note_en,
        dated=told if told is not None and told.days else None,
    )
    nodes.append(node)
    for child in written.children:
        _add(child, node, depth + 1, catalogue, nodes)


def _formula(written: NodeDocument) -> Formula | None:
    parts = [child.id for child in written.children if child.influence is None]
    if written.formula is None:
        if parts:
            raise ChildNotInFormula(child=parts[0], node=written.id)
        if written.kpi is None and not written.children:
            raise NodeWithoutNumber(node=written.id)
        return None
    formula = parse(written.formula)
    named = {r.id for r in references(formula)}
    for name in sorted(named - set(parts)):
        raise UnknownName(kind="node", name=name, known=parts)
    for child in parts:
        if child not in named:
            raise ChildNotInFormula(child=child, node=written.id)
    return formula


def _measured(kpi: Kpi | None, where: Condition | None, catalogue: Catalogue) -> Dated | None:
    return catalogue.dated(Reference(kpi.id, where=where)) if kpi is not None else None


def _unit_of_parts(written: NodeDocument, catalogue: Catalogue) -> str:
    """A node without a KPI has the unit its parts give together, a bare number where that cannot be said.

    Parts of a sum share it; a product is money when its money does not cancel, and otherwise has the unit of its one
    factor that is no ratio.
    """
    units = {c.id: _unit(c, catalogue) for c in written.children if c.influence is None}
    if written.formula is None:
        return "number"
    operators = set("+-−＋－*/×÷＊／") & set(written.formula)
    if not operators & set("*/×÷＊／"):
        return next(iter(units.values())) if len(set(units.values())) == 1 else "number"
    if dimension(parse(written.formula), units).currency == 1:
        return "currency"
    counted = [unit for unit in units.values() if unit != "ratio"]
    if operators <= set("*×＊") and len(counted) == 1:
        return counted[0]
    return "number" if counted else "ratio"


def _unit(written: NodeDocument, catalogue: Catalogue) -> str:
    return catalogue.kpi(written.kpi).unit if written.kpi else _unit_of_parts(written, catalogue)


def _direction_of_parts(written: NodeDocument, catalogue: Catalogue) -> Direction:
    """A node without a KPI is better where its parts are, when they all agree."""
    found = {catalogue.kpi(c.kpi).direction for c in written.children if c.kpi and c.influence is None}
    return found.pop() if len(found) == 1 else Direction.NEUTRAL


def _level(written: NodeDocument, depth: int) -> str:
    """By depth; what only influences the goal is a KPI beside it, no success factor."""
    beside = written.influence is not None and depth == 1
    return "kpi" if beside else LEVELS[min(depth, len(LEVELS) - 1)]


def _edge(written: NodeDocument, parent: Node | None) -> Edge | None:
    if parent is None:
        return None
    if isinstance(written.influence, Influence):
        return InfluenceEdge(written.influence.sign, written.influence.lag)
    return FormulaEdge(badge(parent.formula, written.id)) if parent.formula is not None else FormulaEdge(None)


def badge(formula: Formula, child: str) -> str | None:
    """What a child does in a formula: + − × ÷; None when it stands inside a call or alone.

    >>> badge(parse("a - (b - c) * d"), "c"), badge(parse("a - (b - c)"), "c"), badge(parse("a / b"), "b")
    ('−', '+', '÷')
    """
    return _badge(formula, child, None, 1)


def _badge(formula: Formula, child: str, family: str | None, sign: int) -> str | None:
    match formula:
        case Reference(id=name) if name == child and family is not None:
            return BADGES[(family, sign)]
        case Negate(operand=operand):
            return _badge(operand, child, "sum", -sign)
        case Binary(op=op, left=left, right=right):
            here = "sum" if op in "+-" else "product"
            kept = sign if here == family else 1
            turned = -kept if op in "-/" else kept
            return _badge(left, child, here, kept) or _badge(right, child, here, turned)
        case Call(name="sum", arguments=arguments):
            kept = sign if family == "sum" else 1
            return next((b for a in arguments if (b := _badge(a, child, "sum", kept))), None)
        case _:
            return None
