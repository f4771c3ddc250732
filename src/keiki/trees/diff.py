"""What changed between two kpi-tree documents or bundles, as records and in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar

from keiki.trees.bundle import KPI_TARGET_TABLE, Bundle, KpiTarget
from keiki.trees.document import LINK_TABLE, NODE_TABLE, TREE_TABLE, Link, NodeDocument, TreeDocument
from keiki.trees.edit import label
from keiki.trees.fields import Table, plain, written
from keiki.trees.kpi_document import KPI_TABLE
from keiki.trees.names import called

ADDED, REMOVED, MOVED, REORDERED, CHANGED = "added", "removed", "moved", "reordered", "changed"
THINGS = {
    "tree": ("ツリー", "tree"),
    "node": ("ノード", "node"),
    "link": ("影響", "link"),
    "kpi": ("KPI", "KPI"),
    "target": ("目標", "target"),
}
WORDS = {
    ADDED: ("＋ {thing}「{name}」を追加{place}", "+ {thing} “{name}” added{place}"),
    REMOVED: ("− {thing}「{name}」を削除{place}", "− {thing} “{name}” removed{place}"),
    MOVED: ("→ {thing}「{name}」を「{before}」の下から「{after}」の下へ移動{place}", "→ {thing} “{name}” moved from below “{before}” to below “{after}”{place}"),  # noqa: E501  # one sentence
    REORDERED: ("⇅ {thing}「{name}」の子の順番を {before} から {after} に変更{place}", "⇅ children of {thing} “{name}” reordered from {before} to {after}{place}"),  # noqa: E501  # one sentence
    CHANGED: ("～ {thing}「{name}」の{field}：{before} → {after}{place}", "~ {field} of {thing} “{name}”: {before} → {after}{place}"),  # noqa: E501  # one sentence
}  # fmt: skip
BESIDE = frozenset({"children", "root", "links", "trees", "kpis", "targets"})
"""Fields that hold things with changes of their own."""


@dataclass(frozen=True)
class Change:
    """One change: what happened (`added`, `removed`, `moved`, `reordered`, `changed`) to which thing.

    `thing` is a `tree`, `node`, `link`, `kpi` or `target`, `name` and `name_en` what it is called; `tree` is the tree
    it is in. `field` with a dot is a part of a field, as `target.value`. `before` and `after` are plain values, None
    for nothing; of what moved, the ids of its parents.
    """

    what: str
    thing: str
    id: str
    name: str
    name_en: str
    tree: str | None = None
    field: str | None = None
    before: Any = None
    after: Any = None

    def words(self, language: str) -> str:
        """The change in one line, in `ja` or `en`."""
        japanese = language.startswith("ja")
        here = self.tree is not None and self.thing in ("node", "link")
        place = (f"（{self.tree}）" if japanese else f" ({self.tree})") if here else ""
        return WORDS[self.what][0 if japanese else 1].format(
            thing=THINGS[self.thing][0 if japanese else 1],
            name=self.name if japanese else self.name_en,
            place=place,
            field=_field_words(self.field or "", language),
            before=_shown(self.before, language),
            after=_shown(self.after, language),
        )

    def as_dict(self) -> dict[str, Any]:
        """The change as plain data; what says nothing is left out."""
        shown = {name: plain(getattr(self, name)) for name in self.__dataclass_fields__}
        kept = ("what", "thing", "id", "name", "name_en", *(("before", "after") if self.what == CHANGED else ()))
        return {name: value for name, value in shown.items() if value is not None or name in kept}


def diff(before: Bundle | TreeDocument, after: Bundle | TreeDocument) -> tuple[Change, ...]:
    """Every change from one to the other; none when they say the same, in whatever order their trees, KPIs and links.

    Trees, KPIs and nodes are followed by their id; two single trees are compared whatever their ids.
    """
    if isinstance(before, TreeDocument) and isinstance(after, TreeDocument):
        return tuple(_tree(before, after))
    one, other = _as_bundle(before), _as_bundle(after)
    found: list[Change] = []
    for tree_id, was, now in _paired({t.id: t for t in one.trees}, {t.id: t for t in other.trees}):
        if was is None or now is None:
            found.append(_came_or_went("tree", tree_id, was, now))
        else:
            found += _tree(was, now)
    for kpi_id, old, new in _paired({k.id: k for k in one.kpis}, {k.id: k for k in other.kpis}):
        if old is None or new is None:
            found.append(_came_or_went("kpi", kpi_id, old, new))
        else:
            found += _fields("kpi", kpi_id, (new.ja, new.en), None, KPI_TABLE, old, new)
    found += _targets(one.targets, other.targets)
    return tuple(found)


def _as_bundle(given: Bundle | TreeDocument) -> Bundle:
    return given if isinstance(given, Bundle) else Bundle((given,))


def _tree(before: TreeDocument, after: TreeDocument) -> Iterator[Change]:
    yield from _fields("tree", after.id, (after.ja, after.en), after.id, TREE_TABLE, before, after)
    old, new = {n.id: n for n in before.root.walk()}, {n.id: n for n in after.root.walk()}
    old_parents, new_parents = _parents(before.root), _parents(after.root)
    for node_id, was, now in _paired(old, new):
        if was is None or now is None:
            yield _came_or_went("node", node_id, was, now, after.id)
            continue
        name = label(now), label(now, "en")
        was_below, is_below = old_parents.get(node_id), new_parents.get(node_id)
        if was_below != is_below:
            yield Change(MOVED, "node", node_id, *name, after.id, before=was_below, after=is_below)
        yield from _fields("node", node_id, name, after.id, NODE_TABLE, was, now)
        orders = _order(was, now), _order(now, was)
        if orders[0] != orders[1]:
            yield Change(REORDERED, "node", node_id, *name, after.id, before=orders[0], after=orders[1])
    yield from _links(before, after, old, new)


def _links(
    before: TreeDocument, after: TreeDocument, old: Mapping[str, NodeDocument], new: Mapping[str, NodeDocument]
) -> Iterator[Change]:
    for link_id, was, now in _paired(_by_ends(before.links), _by_ends(after.links)):
        known = was or now
        if known is None:
            continue
        nodes = new if now is not None else old
        source, target = nodes[known.source], nodes[known.target]
        name = f"{label(source)} → {label(target)}", f"{label(source, 'en')} → {label(target, 'en')}"
        if was is None or now is None:
            yield Change(ADDED if was is None else REMOVED, "link", link_id, *name, after.id)
        else:
            yield from _fields("link", link_id, name, after.id, LINK_TABLE, was, now)


def _by_ends(links: Iterable[Link]) -> dict[str, Link]:
    return {f"{link.source} > {link.target}": link for link in links}


def _targets(before: Sequence[KpiTarget], after: Sequence[KpiTarget]) -> Iterator[Change]:
    for key, was, now in _paired(_by_subject(before), _by_subject(after)):
        if was is None or now is None:
            yield Change(ADDED if was is None else REMOVED, "target", key, key, key)
        else:
            yield from _fields("target", key, (key, key), None, KPI_TARGET_TABLE, was, now)


def _by_subject(targets: Iterable[KpiTarget]) -> dict[str, KpiTarget]:
    found: dict[str, KpiTarget] = {}
    for given in targets:
        subject = given.kpi or f"{given.tree}/{given.node}"
        subject += f" [{given.where}]" if given.where else ""
        since = f" {given.target.since}" if given.target.since else ""
        key = wanted = subject + since
        number = 2
        while key in found:
            key, number = f"{wanted} #{number}", number + 1
        found[key] = given
    return found


def _fields(
    thing: str, thing_id: str, name: tuple[str, str], tree: str | None, table: Table, before: Any, after: Any
) -> Iterator[Change]:
    old, new = _flat(table, before, after), _flat(table, after, before)
    rank = {field.name: index for index, field in enumerate(table.fields)}
    for field in sorted(dict.fromkeys((*old, *new)), key=lambda name: rank[name.partition(".")[0]]):
        if old.get(field) != new.get(field):
            yield Change(CHANGED, thing, thing_id, *name, tree, field, old.get(field), new.get(field))


def _flat(table: Table, record: Any, other: Any, inside: str = "") -> dict[str, Any]:
    """The written values by field, those of a record inside by `field.part`.

    A default counts as said, unless the other side has no such record at all.
    """
    found: dict[str, Any] = {}
    for field in table.fields:
        value = getattr(record, field.name)
        if field.name in BESIDE or value in (None, ()) or (other is None and value == field.default):
            continue
        if is_dataclass(value) and field.table is not None:
            there = getattr(other, field.name, None)
            found |= _flat(field.table(), value, there, f"{field.name}.") or {field.name: True}
        else:
            found[f"{inside}{field.name}"] = plain(written(field, value))
    return found


Thing = TypeVar("Thing")


def _paired(
    before: Mapping[str, Thing], after: Mapping[str, Thing]
) -> Iterator[tuple[str, Thing | None, Thing | None]]:
    """Each thing before and after: those still there in the order they have now, then those gone."""
    for name in (*after, *(name for name in before if name not in after)):
        yield name, before.get(name), after.get(name)


def _came_or_went(thing: str, thing_id: str, was: Any, now: Any, tree: str | None = None) -> Change:
    known = now if was is None else was
    names: tuple[str, str]
    names = (label(known), label(known, "en")) if isinstance(known, NodeDocument) else (known.ja, known.en)
    return Change(ADDED if was is None else REMOVED, thing, thing_id, *names, tree)


def _parents(root: NodeDocument) -> dict[str, str | None]:
    found: dict[str, str | None] = {root.id: None}
    for node in root.walk():
        found |= {child.id: node.id for child in node.children}
    return found


def _order(node: NodeDocument, other: NodeDocument) -> list[str]:
    """The children in their order, those that the other state has too."""
    there = {child.id for child in other.children}
    return [child.id for child in node.children if child.id in there]


def _field_words(field: str, language: str) -> str:
    whole, _, part = field.partition(".")
    words = called([whole], language)
    if not part:
        return words
    within = called([part], language)
    return f"{words}（{within}）" if language.startswith("ja") else f"{words} ({within})"


def _shown(value: Any, language: str) -> str:
    if value is None:
        return "なし" if language.startswith("ja") else "none"
    if isinstance(value, bool):
        return ("はい" if value else "いいえ") if language.startswith("ja") else ("yes" if value else "no")
    if isinstance(value, list):
        return "[" + ", ".join(_shown(item, language) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(item, language)}" for key, item in value.items()) + "}"
    return str(value)
