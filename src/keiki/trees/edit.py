"""Edits of a tree document: each gives a new document and says in both languages what it did.

Undo is to keep the document before. No edit can make a cycle, a formula that names what is not below its node, an id
that stands twice, or a tree beyond the limits; then it raises and nothing is changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from keiki.errors import (
    FormulaError,
    GoalStays,
    KpiUnderItself,
    NodeTwice,
    NodeUnderItself,
    PartOfFormula,
    TreeTooLarge,
    UnknownName,
    WrongField,
)
from keiki.formula.nodes import Formula
from keiki.formula.parse import parse, parse_condition
from keiki.formula.show import show, show_condition
from keiki.trees.build import badge
from keiki.trees.document import NODE_TABLE, TREE_TABLE, Influence, Link, NodeDocument, TreeDocument
from keiki.trees.fields import DEEPEST, LARGEST, Table, entry_of, plain, read, write
from keiki.trees.names import called
from keiki.trees.parts import OPERATORS, Inseparable, joined, named, renamed, turned, without
from keiki.trees.targets import within_reach

WORDS = {
    "add": ("「{node}」を「{parent}」の下に加えた", "Added “{node_en}” below “{parent_en}”"),
    "remove": ("「{node}」を「{parent}」の下から外した", "Removed “{node_en}” from below “{parent_en}”"),
    "move": ("「{node}」を「{parent}」の下へ移した", "Moved “{node_en}” below “{parent_en}”"),
    "copy": ("「{node}」の写しを「{parent}」の下に置いた", "Copied “{node_en}” below “{parent_en}”"),
    "take": ("「{node}」を「{tree}」から写した", "Took “{node_en}” over from “{tree_en}”"),
    "reorder": ("「{node}」の順番を変えた", "Changed the order of “{node_en}”"),
    "change": ("「{node}」の{fields_ja}を変えた", "Changed {fields} of “{node_en}”"),
    "formula": ("「{node}」の式を {formula} にした", "Set the formula of “{node_en}” to {formula}"),
    "no_formula": ("「{node}」の式を消した", "Cleared the formula of “{node_en}”"),
    "edge": ("「{node}」と「{parent}」のつながりを {edge_ja} にした", "Made “{node_en}” {edge} of “{parent_en}”"),
    "decompose": ("「{node}」を「{way_ja}」に分けた", "Split “{node_en}” by “{way_en}”"),
    "collapse": ("「{node}」を畳んだ", "Collapsed “{node_en}”"),
    "unfold": ("「{node}」を開いた", "Unfolded “{node_en}”"),
    "link": ("「{node}」から「{parent}」への影響を書いた", "Linked “{node_en}” to “{parent_en}”"),
    "unlink": ("「{node}」から「{parent}」への影響を消した", "Removed the link from “{node_en}” to “{parent_en}”"),
    "change_tree": ("ツリーの{fields_ja}を変えた", "Changed {fields} of the tree"),
}
EDGE_WORDS = {
    "+": ("＋", "a part (+)"),
    "-": ("−", "a part (−)"),
    "*": ("×", "a factor (×)"),
    "/": ("÷", "a divisor (÷)"),
}
KEPT = frozenset({"children", "formula", "influence"})
"""Fields of a node that have an edit of their own."""


@dataclass(frozen=True)
class Edit:
    """One entry of the log: `what` was done, and the names it concerns, ready to be stored as data."""

    what: str
    names: tuple[tuple[str, str], ...]

    def words(self, language: str) -> str:
        """What was done, in `ja` or `en`."""
        names = dict(self.names)
        english = {f"{name}_en": value for name, value in self.names}
        return WORDS[self.what][0 if language.startswith("ja") else 1].format_map({**english, **names})

    def as_dict(self) -> dict[str, str]:
        """The entry as data that `Edit.from_dict` reads."""
        return {"what": self.what, **dict(self.names)}

    @classmethod
    def from_dict(cls, content: Mapping[str, str]) -> Edit:
        """The entry of such data."""
        return cls(content["what"], tuple((name, value) for name, value in content.items() if name != "what"))


class Edited(NamedTuple):
    """The document after an edit, and what the edit was."""

    document: TreeDocument
    edit: Edit


Edge = str | Influence
"""How a child hangs below its parent: an operator (+ − × ÷) in the formula, or an influence."""


def add(
    document: TreeDocument,
    parent: str,
    node: NodeDocument,
    edge: Edge = Influence(1),  # noqa: B008  # frozen
    at: int | None = None,
) -> Edited:
    """Hang a node, with all below it, under a parent: last, or at a place. Its id must be free.

    With an operator it joins the end of the parent's formula: `a + b` and × make `(a + b) * node`.
    """
    above = document.node(parent)
    placed = _placed(above, _hung(node, edge), edge, at)
    return _done(document, _with(document, parent, lambda _: placed), "add", node=node, parent=above)


def remove(document: TreeDocument, node: str, formula: str | None = None) -> Edited:
    """Take a node away with all below it, and the links that end there.

    A term leaves its parent's sum; a factor cannot leave a product unless the parent's `formula` afterwards is given.
    """
    above, gone = _place(document, node)
    kept = replace(_rid(above, node, formula), children=tuple(c for c in above.children if c.id != node))
    lost = {n.id for n in gone.walk()}
    links = tuple(link for link in document.links if link.source not in lost and link.target not in lost)
    after = replace(_with(document, above.id, lambda _: kept), links=links)
    return _done(document, after, "remove", node=gone, parent=above)


def move(
    document: TreeDocument,
    node: str,
    parent: str,
    at: int | None = None,
    edge: Edge | None = None,
    formula: str | None = None,
) -> Edited:
    """Hang a node under another parent; below the same one, change its place.

    Without `edge` an influence stays one, and a part keeps its operator where the formula there is of that kind, else
    it becomes an influence. `formula` is what the parent that it leaves is calculated by afterwards.
    """
    above, moved = _place(document, node)
    below = {n.id for n in moved.walk()}
    if parent in below:
        path = " > ".join((node, *_way(moved, parent)))
        raise NodeUnderItself(node=label(moved), parent=label(document.node(parent)), path=path)
    if parent == above.id and edge is None and formula is None:
        return reorder(document, node, len(above.children) - 1 if at is None else at)
    hangs = edge if edge is not None else _same_edge(above, moved, document.node(parent))
    kept = replace(_rid(above, node, formula), children=tuple(c for c in above.children if c.id != node))
    left = _with(document, above.id, lambda _: kept)
    hung = _hung(moved, hangs)
    after = _with(left, parent, lambda found: _placed(found, hung, hangs, at))
    return _done(document, after, "move", node=moved, parent=document.node(parent))


def copy(
    document: TreeDocument,
    node: str,
    parent: str | None = None,
    edge: Edge = Influence(1),  # noqa: B008  # frozen
    at: int | None = None,
) -> Edited:
    """A copy of a node and all below it with ids of its own, under another parent or beside the node."""
    copied = document.node(node)
    under = parent if parent is not None else _place(document, node)[0].id
    above = document.node(under)
    placed = _placed(above, _hung(_freshly_named(document, copied), edge), edge, at)
    return _done(document, _with(document, under, lambda _: placed), "copy", node=copied, parent=above)


def take(document: TreeDocument, node: str, source: TreeDocument, edge: Influence | None = None) -> Edited:
    """A copy of a node of another tree and of all below it, put below the goal of this one as an influence.

    Formulas, reasons, ratings of impact and notes come along, and the note of the node says where it is from. Owners,
    targets and how far one can move it are the other team's own and stay there.
    """
    taken = source.node(node)
    own = _theirs_left(taken)
    noted = replace(
        own,
        note_ja=f"「{source.ja}」から。{own.note_ja or ''}",
        note_en=f"From “{source.en}”. {own.note_en or ''}".strip(),
    )
    hung = _hung(_freshly_named(document, noted), edge or taken.influence or Influence(1))
    root = document.root
    after = replace(document, root=replace(root, children=(*root.children, hung)))
    return _done(document, after, "take", node=taken, tree=source.ja, tree_en=source.en)


def _freshly_named(document: TreeDocument, node: NodeDocument) -> NodeDocument:
    """A node and all below it under ids that the document has not."""
    taken = {n.id for n in document.root.walk()}
    names: dict[str, str] = {}
    for below in node.walk():
        names[below.id] = free_id(below.id, taken)
        taken.add(names[below.id])
    return _renamed(node, names)


def _theirs_left(node: NodeDocument) -> NodeDocument:
    """A node and all below it without what only its own team can say; a goal becomes a number like others."""
    children = tuple(_theirs_left(child) for child in node.children)
    level = None if node.level == "kgi" else node.level
    return replace(node, owner=None, target=None, control=None, kra=None, level=level, children=children)


def reorder(document: TreeDocument, node: str, at: int) -> Edited:
    """Put a node at another place among its siblings; 0 is the first."""
    above, moved = _place(document, node)
    others = [child for child in above.children if child.id != node]
    others.insert(min(max(at, 0), len(others)), moved)
    after = _with(document, above.id, lambda found: replace(found, children=tuple(others)))
    return _done(document, after, "reorder", node=moved)


def change(document: TreeDocument, node: str, **fields: Any) -> Edited:
    """Other values for fields of a node, None for none; a new `id` is carried into formulas and links.

    Formula, edge and children have edits of their own. Values are as in `NodeDocument`, or as plain data: an owner as
    `{"department": …}`.
    """
    before = document.node(node)
    for name in fields:
        if name in KEPT or name not in {field.name for field in NODE_TABLE.fields}:
            options = [field.name for field in NODE_TABLE.fields if field.name not in KEPT]
            raise UnknownName(kind="field", name=name, known=options)
    alone = _values(NODE_TABLE, replace(before, children=(), formula=None, influence=None), fields)
    kept = {"children": before.children, "formula": before.formula, "influence": before.influence}
    changed: NodeDocument = replace(alone, **kept)
    if changed.where is not None:
        parse_condition(changed.where)
    if changed.id != node:
        taken = {n.id for n in document.root.walk()}
        if changed.id in taken:
            raise _twice(document, changed.id)
        document_ = _renamed_in(document, node, changed.id)
    else:
        document_ = document
    after = _with(document_, changed.id, lambda found: replace(changed, children=found.children))
    return _done(document, after, "change", node=before, **_called(fields))


def change_tree(document: TreeDocument, **fields: Any) -> Edited:
    """Other values for fields of the tree itself: names, team, rank, goal; not its id, root and links."""
    options = [field.name for field in TREE_TABLE.fields if field.name not in ("id", "root", "links")]
    for name in fields:
        if name not in options:
            raise UnknownName(kind="field", name=name, known=options)
    bare = NodeDocument(id="root", ja="root")
    changed = _values(TREE_TABLE, replace(document, root=bare, links=()), fields)
    after = replace(changed, root=document.root, links=document.links)
    return _done(document, after, "change_tree", **_called(fields))


def set_formula(document: TreeDocument, node: str, formula: str | None) -> Edited:
    """Another formula over the children; those it names become parts, the others influences; None for no formula."""
    before = document.node(node)
    after = _with(document, node, lambda found: _calculated(found, formula))
    if formula is None:
        return _done(document, after, "no_formula", node=before)
    return _done(document, after, "formula", node=before, formula=formula)


def set_edge(document: TreeDocument, node: str, edge: Edge) -> Edited:
    """How a node hangs below its parent: + − × ÷ in the formula, or an influence with sign and lag.

    The operator is turned where the node stands in the formula, when that keeps its family; else the node goes to the
    end of the formula. Becoming an influence, it leaves the formula, a product too.
    """
    above, child = _place(document, node)
    if isinstance(edge, Influence):
        formula = _without(above, child, factors=True) if child.influence is None else _formula(above)
        words = {"edge": "an influence", "edge_ja": "影響"}
    else:
        operator = _operator(edge)
        formula = _with_operator(above, child, operator)
        words = {"edge": EDGE_WORDS[operator][1], "edge_ja": EDGE_WORDS[operator][0]}
    hung = _hung(child, edge)
    children = tuple(hung if c.id == node else c for c in above.children)
    text = show(formula) if formula is not None else None
    after = _with(document, above.id, lambda found: replace(found, children=children, formula=text))
    return _done(document, after, "edge", node=child, parent=above, **words)


def collapse(document: TreeDocument, node: str, collapsed: bool = True) -> Edited:
    """Draw a node without, or again with, its children."""
    after = _with(document, node, lambda found: replace(found, collapsed=collapsed))
    return _done(document, after, "collapse" if collapsed else "unfold", node=document.node(node))


def set_link(document: TreeDocument, link: Link) -> Edited:
    """Write an influence beside the tree; one from and to the same nodes is replaced."""
    source, target = document.node(link.source), document.node(link.target)
    if source.id == target.id:
        raise NodeUnderItself(node=label(source), parent=label(target), path=f"{source.id} > {target.id}")
    others = tuple(other for other in document.links if (other.source, other.target) != (link.source, link.target))
    after = replace(document, links=(*others, link))
    return _done(document, after, "link", node=source, parent=target)


def remove_link(document: TreeDocument, source: str, target: str) -> Edited:
    """Take an influence beside the tree away."""
    kept = tuple(link for link in document.links if (link.source, link.target) != (source, target))
    if len(kept) == len(document.links):
        known = [f"{link.source} > {link.target}" for link in document.links]
        raise UnknownName(kind="link", name=f"{source} > {target}", known=known)
    after = replace(document, links=kept)
    return _done(document, after, "unlink", node=document.node(source), parent=document.node(target))


def _called(fields: Mapping[str, Any]) -> dict[str, str]:
    return {"fields": called(fields, "en"), "fields_ja": called(fields, "ja")}


def label(node: NodeDocument, language: str = "ja") -> str:
    """What the log calls a node: its name in the language or else the other, its KPI, its id."""
    names = (node.ja, node.en) if language.startswith("ja") else (node.en, node.ja)
    return names[0] or names[1] or node.kpi or node.id


def free_id(wanted: str, taken: set[str]) -> str:
    """The id itself when it is free, else with the first free number.

    >>> free_id("visits", {"visits", "visits_2"})
    'visits_3'
    """
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}_{number}" in taken:
        number += 1
    return f"{wanted}_{number}"


# --- what holds after every edit ---


def _done(before: TreeDocument, after: TreeDocument, what: str, **names: str | NodeDocument) -> Edited:
    sound(after)
    storable(after, before)
    return Edited(after, Edit(what, tuple(_named(names))))


def storable(document: TreeDocument, before: TreeDocument | None = None) -> None:
    """Raise what keeps a document from being stored; what was so `before` stays.

    `KpiUnderItself` for a KPI that would be calculated from itself, `WrongField` for a target whose day or time lies
    further away than anybody plans.
    """
    had = _under_themselves(before.root) if before is not None else set()
    has = _under_themselves(document.root)
    if len(has) > len(had):
        path = min(has - had)
        raise KpiUnderItself(kpi=document.node(path[-1]).kpi, path=" > ".join(path))
    planned = {node.id: node.target for node in before.root.walk()} if before is not None else {}
    for node in document.root.walk():
        if node.target is not None and node.target != planned.get(node.id):
            within_reach(node.target, node.id)


def _named(names: Mapping[str, str | NodeDocument]) -> Iterator[tuple[str, str]]:
    """Nodes by their name in Japanese and, with `_en`, in English."""
    for name, value in names.items():
        if isinstance(value, NodeDocument):
            yield name, label(value)
            yield f"{name}_en", label(value, "en")
        else:
            yield name, value


def sound(document: TreeDocument) -> None:
    """Raise when ids stand twice, limits are passed, or a formula and the children below it do not fit."""
    seen: set[str] = set()
    for node, depth in _depths(document.root, 0):
        if node.id in seen:
            raise _twice(document, node.id)
        seen.add(node.id)
        if depth > DEEPEST:
            raise TreeTooLarge(subject=document.id, count=depth, limit=DEEPEST, what="levels", what_ja="階層")
        _fits(node)
    if len(seen) > LARGEST:
        raise TreeTooLarge(subject=document.id, count=len(seen), limit=LARGEST, what="nodes", what_ja="ノード数")


def _fits(node: NodeDocument) -> None:
    parts = [child.id for child in node.children if child.influence is None]
    if node.formula is None and not parts:
        return
    mentioned = set(named(parse(node.formula))) if node.formula is not None else set()
    for name in sorted(mentioned - set(parts)):
        raise UnknownName(kind="node", name=name, known=[child.id for child in node.children])
    for name in parts:
        if name not in mentioned:
            raise PartOfFormula(node=name, parent=label(node), formula=node.formula or "")


def _under_themselves(root: NodeDocument) -> set[tuple[str, ...]]:
    """The ways from a node down formulas to the same KPI, where no driver between holds still."""
    found: set[tuple[str, ...]] = set()

    def visit(node: NodeDocument, above: tuple[NodeDocument, ...]) -> None:
        chain = () if node.influence is not None else above
        if node.kpi is not None:
            for index, other in enumerate(chain):
                if _identity(other) == _identity(node):
                    found.add((*(n.id for n in chain[index:]), node.id))
        here = () if node.driver else (*chain, node)
        for child in node.children:
            visit(child, here)

    visit(root, ())
    return found


def _identity(node: NodeDocument) -> tuple[str | None, str | None]:
    try:
        return node.kpi, show_condition(parse_condition(node.where)) if node.where else None
    except FormulaError:
        return node.kpi, node.where


def _depths(node: NodeDocument, depth: int) -> Iterator[tuple[NodeDocument, int]]:
    yield node, depth
    for child in node.children:
        yield from _depths(child, depth + 1)


# --- inside ---


def _with(document: TreeDocument, node: str, turn: Callable[[NodeDocument], NodeDocument]) -> TreeDocument:
    """The document with one node replaced."""

    def visit(found: NodeDocument) -> NodeDocument:
        if found.id == node:
            return turn(found)
        children = tuple(visit(child) for child in found.children)
        same = all(new is old for new, old in zip(children, found.children, strict=True))
        return found if same else replace(found, children=children)

    return replace(document, root=visit(document.root))


def _place(document: TreeDocument, node: str) -> tuple[NodeDocument, NodeDocument]:
    """A node and its parent; the goal has none."""
    found = document.node(node)
    above = next((n for n in document.root.walk() if any(c.id == node for c in n.children)), None)
    if above is None:
        raise GoalStays(node=label(found))
    return above, found


def _way(node: NodeDocument, to: str) -> tuple[str, ...]:
    for child in node.children:
        if child.id == to:
            return (to,)
        rest = _way(child, to)
        if rest:
            return (child.id, *rest)
    return ()


def _formula(node: NodeDocument) -> Formula | None:
    return parse(node.formula) if node.formula is not None else None


def _operator(edge: str) -> str:
    if edge not in OPERATORS:
        raise WrongField(subject="edge", field="operator", value=edge, options="+ − × ÷")
    return OPERATORS[edge]


def _hung(node: NodeDocument, edge: Edge) -> NodeDocument:
    return replace(node, influence=edge if isinstance(edge, Influence) else None)


def _placed(above: NodeDocument, node: NodeDocument, edge: Edge, at: int | None) -> NodeDocument:
    """A parent with one more child, in its formula when the edge is an operator."""
    children = list(above.children)
    children.insert(len(children) if at is None else min(max(at, 0), len(children)), node)
    if isinstance(edge, Influence):
        return replace(above, children=tuple(children))
    formula = show(joined(_formula(above), node.id, _operator(edge)))
    return replace(above, children=tuple(children), formula=formula)


def _rid(above: NodeDocument, node: str, formula: str | None) -> NodeDocument:
    """A parent whose formula no longer names a child."""
    child = next(c for c in above.children if c.id == node)
    if formula is not None:
        return replace(above, formula=formula)
    if child.influence is not None:
        return above
    rest = _without(above, child)
    return replace(above, formula=show(rest) if rest is not None else None)


def _without(above: NodeDocument, child: NodeDocument, *, factors: bool = False) -> Formula | None:
    formula = _formula(above)
    if formula is None:
        return None
    try:
        return without(formula, child.id, factors=factors)
    except Inseparable:
        raise PartOfFormula(node=label(child), parent=label(above), formula=above.formula) from None


def _with_operator(above: NodeDocument, child: NodeDocument, operator: str) -> Formula:
    formula = _formula(above)
    if child.influence is None and formula is not None:
        found = turned(formula, child.id, operator)
        if found is not None:
            return found
        formula = _without(above, child, factors=True)
    return joined(formula, child.id, operator)


def _same_edge(above: NodeDocument, node: NodeDocument, parent: NodeDocument) -> Edge:
    """The edge a node keeps under another parent."""
    if node.influence is not None:
        return node.influence
    formula, there = _formula(above), _formula(parent)
    operator = (badge(formula, node.id) or "+") if formula is not None else "+"
    others = [badge(there, name) for name in named(there)] if there is not None else []
    family = ("+", "−") if operator in ("+", "−") else ("×", "÷")
    return operator if all(other is None or other in family for other in others) else Influence(1)


def _calculated(node: NodeDocument, formula: str | None) -> NodeDocument:
    mentioned = set(named(parse(formula))) if formula is not None else set()
    children = tuple(
        replace(c, influence=None) if c.id in mentioned else replace(c, influence=c.influence or Influence(1))
        for c in node.children
    )
    return replace(node, formula=formula, children=children)


def _renamed(node: NodeDocument, names: Mapping[str, str]) -> NodeDocument:
    formula = _formula(node)
    return replace(
        node,
        id=names.get(node.id, node.id),
        formula=show(renamed(formula, names))
        if formula is not None and names.keys() & named(formula)
        else node.formula,
        children=tuple(_renamed(child, names) for child in node.children),
    )


def _renamed_in(document: TreeDocument, node: str, name: str) -> TreeDocument:
    names = {node: name}
    links = tuple(
        replace(link, source=names.get(link.source, link.source), target=names.get(link.target, link.target))
        for link in document.links
    )
    return replace(document, root=_renamed(document.root, names), links=links)


def _values(table: Table, record: Any, fields: Mapping[str, Any]) -> Any:
    """The record with other values, read as if they had been written."""
    by_name = {field.name: field for field in table.fields}
    content = write(table, record)
    for name, value in fields.items():
        content.pop(name, None)
        field = by_name[name]
        if value is not None:
            content[name] = write(field.table(), value) if _is_record(value) and field.table is not None else value
    return read(table, entry_of(plain(content)))


def _is_record(value: Any) -> bool:
    return hasattr(value, "__dataclass_fields__")


def _twice(document: TreeDocument, node_id: str) -> NodeTwice:
    return NodeTwice(subject=document.id, field="id", value=node_id, options=f"{node_id}_2", place=document.id)
