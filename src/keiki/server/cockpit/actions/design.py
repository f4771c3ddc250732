"""What a person does to a tree on the design page: each wish is one pure edit of the document, saved as one version."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db import transaction

from keiki.catalogue.load import Catalogue
from keiki.errors import UnknownName, UnreadableLag
from keiki.formula.parse import parse
from keiki.server.accounts.models import Business, User
from keiki.server.kpis import actions as kpis
from keiki.server.kpis.models import OwnTree
from keiki.server.kpis.queries import StoredTree, version_of
from keiki.server.planning.actions import take_targets
from keiki.trees import edit
from keiki.trees.build import badge
from keiki.trees.bundle import Bundle
from keiki.trees.decompose import apply, decomposition
from keiki.trees.document import LONGEST_LAG, STRENGTHS, Influence, Link, NodeDocument, TreeDocument
from keiki.trees.edit import Edge, Edited
from keiki.trees.parts import OPERATORS
from keiki.trees.shared_goal import below, is_shared_goal

MOST_ON_A_BOARD: Final = 5
MOST_GOALS: Final = 3
EDGES: Final = ("+", "-", "*", "/", "same", "against")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Wish:
    """What a person wants done: the name of an edit and its values, as they came from a form."""

    what: str
    values: Values

    @property
    def node(self) -> str:
        return str(self.values.get("node", ""))


@transaction.atomic
def take_in(actor: User, business: Business, bundle: Bundle, *, approves: bool) -> tuple[OwnTree, ...]:
    """All of a kpi-tree file or nothing: KPIs, trees with the targets as they hold today, and targets over time.

    Raises what `kpis.take_in` and `take_targets` raise.
    """
    trees = kpis.take_in(actor, business, bundle)
    here = {document.id: tree.tree_id for document, tree in zip(bundle.trees, trees, strict=True)}
    take_targets(actor, business, bundle.targets, here, approves)
    return trees


@transaction.atomic
def take_back(
    actor: User, tree: OwnTree, began_from: int, document: TreeDocument, bundle: Bundle, *, approves: bool
) -> OwnTree:
    """One more version of a tree as a file has it, with the KPIs and targets over time that came with it; or nothing.

    Raises what `kpis.take_back` and `take_targets` raise.
    """
    saved = kpis.take_back(actor, tree, began_from, document, bundle.kpis)
    alone = {bundle.trees[0].id: tree.tree_id} if len(bundle.trees) == 1 else {}
    take_targets(actor, tree.business, bundle.targets, alone, approves)
    return saved


def edit_tree(actor: User, tree: StoredTree, began_from: int, wish: Wish, catalogue: Catalogue) -> str:
    """Do a wish to the version a person had before them and save it; gives the node to show next.

    Raises `EditConflict` when another version was saved since, and what the edit itself cannot do.
    """
    before = version_of(tree, began_from)
    if before is None:
        raise UnknownName(kind="version", name=str(began_from))
    after = wished(before, wish, catalogue)
    if after.document != before:
        kpis.save_tree(actor, tree.row, began_from, after.document, after.edit.as_dict())
    return _next_node(before, after.document, wish)


def copy_with_wish(actor: User, tree: StoredTree, began_from: int, wish: Wish, catalogue: Catalogue) -> OwnTree:
    """A further tree: the version a person had before them, with what they wanted done to it."""
    before = version_of(tree, began_from)
    if before is None:
        raise UnknownName(kind="version", name=str(began_from))
    after = wished(before, wish, catalogue).document
    return copy_tree(actor, tree, after)


def copy_tree(actor: User, tree: StoredTree, document: TreeDocument | None = None) -> OwnTree:
    """A further tree that begins as this one."""
    copied = document or tree.document
    named = replace(copied, ja=f"{copied.ja}（コピー）", en=f"{copied.en} (copy)", rank=None)
    done = {"what": "copy_tree", "ja": copied.ja, "en": copied.en}
    return kpis.add_tree(actor, tree.row.business, named, done)


def copy_to_tree(actor: User, source: StoredTree, node: str, other: StoredTree) -> str:
    """A node with all below it, and why it matters, in the tree of another team too; gives its id there."""
    after = edit.take(other.document, node, source.document)
    kpis.save_tree(actor, other.row, other.version, after.document, after.edit.as_dict())
    return after.document.root.children[-1].id


def restore_version(actor: User, tree: StoredTree, began_from: int, number: int) -> OwnTree:
    """The tree as it was after an earlier step, as one more version."""
    document = version_of(tree, number)
    if document is None:
        raise UnknownName(kind="version", name=str(number))
    return kpis.save_tree(actor, tree.row, began_from, document, {"what": "restore", "number": number})


def start_empty(actor: User, business: Business, name: str, goal: str | None, team: str | None = None) -> OwnTree:
    """A tree that is only its goal: a KPI, or a name."""
    root = NodeDocument(goal, kpi=goal, level="kgi") if goal else NodeDocument("goal", ja=name, en=name, level="kgi")
    document = TreeDocument(goal or "tree", name, name, name, name, root, team=team)
    return kpis.add_tree(actor, business, document, {"what": "start_empty", "ja": name, "en": name})


@dataclass(frozen=True)
class Layers:
    """A team's three layers, each of KPIs, and the long-term profit they are for, which all departments share."""

    goal: str
    result: str
    between: tuple[str, ...]
    doing: tuple[str, ...]


def start_in_layers(actor: User, business: Business, name: str, layers: Layers) -> OwnTree:
    """A team's board: what it does moves what lies between, which moves the result, which moves the shared goal."""
    deeds = tuple(
        NodeDocument(f"do_{kpi}" if kpi in layers.between else kpi, kpi=kpi, influence=Influence(1))
        for kpi in layers.doing
    )
    middle = tuple(
        NodeDocument(kpi, kpi=kpi, influence=Influence(1), children=deeds if place == 0 else ())
        for place, kpi in enumerate(layers.between)
    )
    result = NodeDocument(layers.result, kpi=layers.result, level="kpi", influence=Influence(1), children=middle)
    same = layers.goal == layers.result
    root = replace(result, level="kgi", influence=None) if same else below(layers.goal, result)
    document = TreeDocument(layers.result, name, name, name, name, root, kind="board", team=name)
    return kpis.add_tree(actor, business, document, {"what": "start_in_layers", "ja": name, "en": name})


# --- wishes ---


def wished(document: TreeDocument, wish: Wish, catalogue: Catalogue) -> Edited:
    """The document after a wish, and what was done in words."""
    if wish.what not in WISHES:
        raise UnknownName(kind="edit", name=wish.what, known=WISHES)
    return WISHES[wish.what](document, wish, catalogue)


def numbers_of_team(document: TreeDocument, catalogue: Catalogue) -> int:
    """How many KPIs of a board its team keeps an eye on: all but the goal that every department shares, at the top."""
    return sum(node.kpi is not None for node in document.root.walk()) - is_shared_goal(document.root, catalogue)


def crowded(document: TreeDocument, wish: Wish, catalogue: Catalogue) -> bool:
    """Whether a wish puts more KPIs on a team's board than a team can keep an eye on."""
    adds = document.kind == "board" and wish.what in {"add", "copy"}
    return adds and numbers_of_team(document, catalogue) >= MOST_ON_A_BOARD


def _add(document: TreeDocument, wish: Wish, catalogue: Catalogue) -> Edited:
    kpi, name = wish.values.get("kpi") or None, (wish.values.get("name") or "").strip()
    taken = {node.id for node in document.root.walk()}
    if kpi is not None:
        catalogue.kpi(kpi)
        fresh = NodeDocument(edit.free_id(kpi, taken), kpi=kpi)
    else:
        level = "ksf" if wish.values.get("parent") == document.root.id else None
        fresh = NodeDocument(edit.free_id(_as_id(name), taken), ja=name, en=name, level=level)
    return edit.add(document, str(wish.values["parent"]), fresh, edge_of(wish.values))


def _decompose(document: TreeDocument, wish: Wish, catalogue: Catalogue) -> Edited:
    way = decomposition(document.node(wish.node).kpi or "", str(wish.values["way"]), catalogue)
    after = apply(document, wish.node, way)
    edit.sound(after)
    names = {"node": edit.label(document.node(wish.node)), "way_ja": way.ja, "way_en": way.en}
    return Edited(after, edit.Edit("decompose", tuple(names.items())))


def _remove(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    return edit.remove(_loose(document, wish), wish.node)


def _move(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    at = str(wish.values.get("at", ""))
    edge = edge_of(wish.values) if wish.values.get("edge") else None
    loose = _loose(document, wish)
    return edit.move(loose, wish.node, str(wish.values["parent"]), int(at) if at.isdecimal() else None, edge)


def _step(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    """One place up or down, below the one before it, or beside its parent."""
    above = parents(document)
    parent = above.get(wish.node)
    if parent is None:
        return edit.move(document, wish.node, document.root.id)
    place = [child.id for child in parent.children].index(wish.node)
    way = wish.values.get("way")
    if way in {"up", "down"}:
        return edit.reorder(document, wish.node, max(place + (1 if way == "down" else -1), 0))
    if way == "in" and place > 0:
        return edit.move(_loose(document, wish), wish.node, parent.children[place - 1].id)
    grand = above.get(parent.id)
    if way == "out" and grand is not None:
        at = [child.id for child in grand.children].index(parent.id) + 1
        return edit.move(_loose(document, wish), wish.node, grand.id, at)
    return edit.reorder(document, wish.node, place)


def _copy(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    parent = wish.values.get("parent") or None
    return edit.copy(document, wish.node, str(parent) if parent else None, edge_of(wish.values))


def _change(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    """Other values of a node; how it hangs and its formula go along in the same step."""
    node = document.node(wish.node)
    changed = {name: value for name, value in wish.values["fields"].items() if getattr(node, name) != value}
    done = edit.change(document, wish.node, **changed) if changed else None
    after = done.document if done else document
    edge = edge_of(wish.values) if wish.values.get("edge") else None
    if edge is not None and edge != current_edge(document, wish.node):
        turned = edit.set_edge(after, wish.node, edge)
        done, after = done or turned, turned.document
    formula = wish.values.get("formula")
    if formula is not None and (formula or None) != node.formula and node.children:
        written = edit.set_formula(after, wish.node, formula or None)
        done, after = done or written, written.document
    return Edited(after, done.edit) if done else edit.change(document, wish.node)


def _change_tree(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    fields = {name: value for name, value in wish.values["fields"].items() if getattr(document, name) != value}
    return edit.change_tree(document, **fields)


def _collapse(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    return edit.collapse(document, wish.node, not document.node(wish.node).collapsed)


def _link(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    edge = edge_of(wish.values)
    sign, lag = (edge.sign, edge.lag) if isinstance(edge, Influence) else (1, 0)
    strength = wish.values.get("strength")
    link = Link(wish.node, str(wish.values["target"]), sign, lag, strength if strength in STRENGTHS else None)
    return edit.set_link(document, link)


def _unlink(document: TreeDocument, wish: Wish, _catalogue: Catalogue) -> Edited:
    return edit.remove_link(document, wish.node, str(wish.values["target"]))


WISHES: Final[Mapping[str, Callable[[TreeDocument, Wish, Catalogue], Edited]]] = {
    "add": _add,
    "decompose": _decompose,
    "remove": _remove,
    "move": _move,
    "step": _step,
    "copy": _copy,
    "change": _change,
    "change_tree": _change_tree,
    "collapse": _collapse,
    "link": _link,
    "unlink": _unlink,
}


def edge_of(values: Values) -> Edge:
    """How a node is to hang on the one above it, from a form; raises `UnreadableLag`."""
    wanted = values.get("edge") or "same"
    if wanted in {"same", "against"}:
        return Influence(1 if wanted == "same" else -1, _lag(str(values.get("lag") or 0)))
    return str(wanted)


def _lag(typed: str) -> int:
    if not re.fullmatch(r"\d{1,3}", typed) or int(typed) > LONGEST_LAG:
        raise UnreadableLag(text=typed[:20], longest=LONGEST_LAG)
    return int(typed)


def current_edge(document: TreeDocument, node_id: str) -> Edge | None:
    """How a node hangs now; None for the goal."""
    node, parent = document.node(node_id), parents(document).get(node_id)
    if parent is None:
        return None
    if node.influence is not None:
        return node.influence
    sign = badge(parse(parent.formula), node_id) if parent.formula else None
    return OPERATORS[sign] if sign else "+"


def parents(document: TreeDocument) -> dict[str, NodeDocument]:
    """The node above each node."""
    return {child.id: node for node in document.root.walk() for child in node.children}


def _loose(document: TreeDocument, wish: Wish) -> TreeDocument:
    """The document in which the node has left its parent's formula, when the person said so."""
    if not wish.values.get("loose"):
        return document
    return edit.set_edge(document, wish.node, Influence(1)).document


def _as_id(name: str) -> str:
    found = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40].strip("_")
    return found if found and found[0].isalpha() else "group"


def _next_node(before: TreeDocument, after: TreeDocument, wish: Wish) -> str:
    """The node a person wants to see after a wish: the fresh one, the same, or the one above what is gone."""
    there = {node.id for node in after.root.walk()}
    if wish.what in {"add", "copy"}:
        fresh = [node.id for node in after.root.walk() if node.id not in {n.id for n in before.root.walk()}]
        return fresh[0] if fresh and wish.what == "copy" else str(wish.values.get("parent") or after.root.id)
    if wish.node in there:
        return wish.node
    parent = parents(before).get(wish.node)
    return parent.id if parent is not None and parent.id in there else after.root.id
