"""A tree as people write it: YAML to a document and back, nothing measured yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from keiki.catalogue.load import Catalogue
from keiki.errors import MissingField, UnknownName, WrongField
from keiki.measures.document import Entry, Place, entries, parse

LEVELS = ("kgi", "ksf", "kpi", "detail")
LONGEST_LAG = 24
DEEPEST = 40


@dataclass(frozen=True)
class Influence:
    """A belief, not an identity: the child moves its parent `lag` periods later, up (+1) or down (-1) with it."""

    sign: int
    lag: int = 0


@dataclass(frozen=True)
class NodeDocument:
    """One node as written. `formula` joins the ids of its children; `where` narrows its KPI.

    `driver`: a what-if may move it, and then its own formula holds still. `influence`: it is not part of its
    parent's formula. `why_ja`, `why_en`: the causal sentence of a success factor.
    """

    id: str
    kpi: str | None = None
    ja: str | None = None
    en: str | None = None
    level: str | None = None
    formula: str | None = None
    where: str | None = None
    driver: bool = False
    influence: Influence | None = None
    why_ja: str | None = None
    why_en: str | None = None
    children: tuple[NodeDocument, ...] = ()

    def walk(self) -> Iterator[NodeDocument]:
        """This node and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class TreeDocument:
    """A whole tree as written, with its names and what it is about in both languages."""

    id: str
    ja: str
    en: str
    about_ja: str
    about_en: str
    root: NodeDocument


def template(catalogue: Catalogue, tree_id: str) -> TreeDocument:
    """A tree of the catalogue by id; `UnknownName` suggests the nearest."""
    if tree_id not in catalogue.templates:
        raise UnknownName(kind="tree", name=tree_id, known=catalogue.templates)
    return tree_document(catalogue.templates[tree_id])


def from_yaml(text: str, file: str = "tree.yaml") -> TreeDocument:
    """A tree from YAML text; errors name the line, with `file` as the name of the text."""
    return tree_document(parse(text, file))


def to_yaml(document: TreeDocument) -> str:
    """The tree as YAML that `from_yaml` reads back to the same document."""
    return yaml.safe_dump(as_dict(document), allow_unicode=True, sort_keys=False, width=120)


def from_dict(content: Mapping[str, Any]) -> TreeDocument:
    """A tree from plain mappings and lists, as `as_dict` gives them."""
    return tree_document(_entry(content))


def as_dict(document: TreeDocument) -> dict[str, Any]:
    """The tree as plain mappings and lists, ready for JSON; what is absent is left out."""
    names = ("id", "ja", "en", "about_ja", "about_en")
    return {**{name: getattr(document, name) for name in names}, "root": _node_dict(document.root)}


def tree_document(entry: Entry) -> TreeDocument:
    """A tree from a document that was read."""
    root = entry.get("root")
    if not isinstance(root, Entry):
        raise MissingField(subject=entry.name, field="root", place=entry.at)
    document = TreeDocument(
        id=entry.text("id"),
        ja=entry.text("ja"),
        en=entry.text("en"),
        about_ja=entry.text("about_ja"),
        about_en=entry.text("about_en"),
        root=_node(root, 0),
    )
    seen: set[str] = set()
    for node in document.root.walk():
        if node.id in seen:
            raise WrongField(subject=document.id, field="id", value=node.id, options=f"{node.id}_2, …")
        seen.add(node.id)
    return document


def _node(entry: Entry, depth: int) -> NodeDocument:
    level = entry.optional("level")
    if level is not None and level not in LEVELS:
        raise WrongField(subject=entry.name, field="level", value=level, options=", ".join(LEVELS))
    if depth > DEEPEST:
        raise WrongField(subject=entry.name, field="children", value=str(depth), options=f"≤ {DEEPEST}")
    kpi = entry.optional("kpi")
    return NodeDocument(
        id=entry.optional("id") or kpi or entry.text("id"),
        kpi=kpi,
        ja=entry.optional("ja"),
        en=entry.optional("en"),
        level=level,
        formula=entry.optional("formula"),
        where=entry.optional("where"),
        driver=entry.flag("driver"),
        influence=_influence(entry),
        why_ja=entry.optional("why_ja"),
        why_en=entry.optional("why_en"),
        children=tuple(_node(child, depth + 1) for child in entries(entry, "children")),
    )


def _influence(entry: Entry) -> Influence | None:
    given = entry.get("influence")
    if given is None:
        return None
    if not isinstance(given, Entry) or given.get("sign") not in ("+", "-"):
        raise WrongField(subject=entry.name, field="influence", value=str(given), options='{sign: "+" or "-", lag: 1}')
    lag = given.get("lag", 0)
    if not isinstance(lag, int) or isinstance(lag, bool) or not 0 <= lag <= LONGEST_LAG:
        raise WrongField(subject=entry.name, field="lag", value=str(lag), options=f"0 – {LONGEST_LAG}")
    return Influence(1 if given["sign"] == "+" else -1, lag)


def _node_dict(node: NodeDocument) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": node.id}
    for name in ("kpi", "ja", "en", "level", "formula", "where", "driver", "why_ja", "why_en"):
        if getattr(node, name):
            shown[name] = getattr(node, name)
    if node.influence is not None:
        shown["influence"] = {"sign": "+" if node.influence.sign > 0 else "-", "lag": node.influence.lag}
    if node.children:
        shown["children"] = [_node_dict(child) for child in node.children]
    return shown


def _entry(content: Any) -> Any:
    if isinstance(content, Mapping):
        entry = Entry(Place(str(content.get("id") or content.get("kpi") or "?"), 1))
        for key, value in content.items():
            entry[str(key)] = _entry(value)
        return entry
    if isinstance(content, list | tuple):
        return [_entry(item) for item in content]
    return content
