"""kpi-tree as code: trees, a business's own KPIs and targets in one YAML or JSON file, read and written without loss.

>>> bundle = Bundle(targets=(KpiTarget(Target(0.03), kpi="purchase_rate"),))
>>> print(to_yaml(bundle))
kpi_tree: 1
targets:
- kpi: purchase_rate
  target:
    value: 0.03
<BLANKLINE>
>>> read_text(to_yaml(bundle)) == bundle
True
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from keiki.catalogue.load import Catalogue, builtin
from keiki.errors import DeclaredTwice, KeikiError, UnreadableBundle, UnreadableDeclaration
from keiki.formula.evaluate import references
from keiki.formula.parse import parse_condition
from keiki.formula.show import show_condition
from keiki.measures.document import LARGEST_FILE, Entry, Place, Problem
from keiki.measures.document import parse as parse_yaml
from keiki.trees.build import Tree, build
from keiki.trees.check import check
from keiki.trees.document import TREE_TABLE, NodeDocument, TreeDocument, as_yaml, template, tree_document
from keiki.trees.edit import storable
from keiki.trees.fields import Field, Kind, Table, entry_of, missing, plain, read, write, wrong
from keiki.trees.findings import Finding
from keiki.trees.kpi_document import KPI_TABLE, KpiDocument, declared, kpi_document
from keiki.trees.over_time import in_force
from keiki.trees.review import review
from keiki.trees.smart import Known
from keiki.trees.target_fields import TARGET
from keiki.trees.targets import Target, within_reach

VERSION = 1
JSON_NAMES = (".json",)


@dataclass(frozen=True)
class KpiTarget:
    """A target of a KPI (narrowed by `where`) wherever it stands, or of one `node` of one `tree`.

    Several of one KPI follow each other by their `since`.
    """

    target: Target
    kpi: str | None = None
    where: str | None = None
    tree: str | None = None
    node: str | None = None

    @property
    def subject(self) -> str:
        """What it is a target of, as a person reads it: kpi, kpi[condition] or tree/node."""
        return f"{self.kpi}[{self.where}]" if self.where else self.kpi or f"{self.tree}/{self.node}"


@dataclass(frozen=True)
class Bundle:
    """Everything one file says: trees with their owners, links and targets, own KPIs, and targets of KPIs."""

    trees: tuple[TreeDocument, ...] = ()
    kpis: tuple[KpiDocument, ...] = ()
    targets: tuple[KpiTarget, ...] = ()


# --- files and texts ---


def read_bundle(path: Path | str) -> Bundle:
    """The bundle of a file, JSON by its name and else YAML; a file with one tree is a bundle of that tree.

    Raises `UnreadableBundle` when the file cannot be opened, and otherwise names the line (in JSON the way to the
    field) of what is wrong.
    """
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise UnreadableDeclaration(place=Place(file.name, 1), detail=f"> {LARGEST_FILE:,} bytes")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableBundle(path=file.name, detail=_reason(error)) from error
    return read_text(text, file.name)


def read_text(text: str, file: str = "kpi-tree.yaml") -> Bundle:
    """The bundle of a text; a `file` that ends in .json is JSON."""
    content = _json(text, file) if file.endswith(JSON_NAMES) else parse_yaml(text, file)
    return _bundle_of(content)


def write_bundle(bundle: Bundle, path: Path | str) -> None:
    """Write a bundle as JSON or YAML by the name of the file; what was there is replaced in one step."""
    file = Path(path)
    text = to_json(bundle) if file.name.endswith(JSON_NAMES) else to_yaml(bundle)
    beside = file.with_name(f".{file.name}.part")
    try:
        try:
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, file)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UnreadableBundle(path=file.name, detail=_reason(error)) from error


def to_yaml(bundle: Bundle) -> str:
    """The bundle as YAML."""
    return as_yaml(_content(bundle))


def to_json(bundle: Bundle) -> str:
    """The bundle as JSON."""
    return json.dumps(as_dict(bundle), ensure_ascii=False, indent=2) + "\n"


def as_dict(bundle: Bundle) -> dict[str, Any]:
    """The bundle as plain mappings and lists, ready for JSON."""
    shown: dict[str, Any] = plain(_content(bundle))
    return shown


def from_dict(content: Mapping[str, Any]) -> Bundle:
    """The bundle of plain mappings and lists."""
    return _bundle_of(entry_of(content))


# --- what is in it ---


def bundle_of(catalogue: Catalogue, trees: Iterable[str] | None = None) -> Bundle:
    """The trees of those ids with the KPIs they use that Keiki does not bring; without ids all of the business."""
    if trees is None:
        chosen = tuple(template(catalogue, name) for name in sorted(catalogue.trees))
        return Bundle(chosen, tuple(_own(catalogue, sorted(catalogue.kpis))))
    chosen = tuple(template(catalogue, name) for name in trees)
    used = dict.fromkeys(node.kpi for tree in chosen for node in tree.root.walk() if node.kpi)
    return Bundle(chosen, tuple(_own(catalogue, sorted(_reached(catalogue, used)))))


def over(catalogue: Catalogue, bundle: Bundle) -> Catalogue:
    """The catalogue with the KPIs and trees of a bundle laid over it; the bundle itself is not stored anywhere."""
    kpis = {**catalogue.kpis, **{kpi.id: declared(kpi) for kpi in bundle.kpis}}
    trees = {**catalogue.trees, **{tree.id: entry_of(write(TREE_TABLE, tree)) for tree in bundle.trees}}
    return replace(catalogue, kpis=MappingProxyType(kpis), trees=MappingProxyType(trees))


def check_bundle(bundle: Bundle, catalogue: Catalogue) -> tuple[Problem, ...]:
    """What is wrong with KPIs and trees of a bundle over a catalogue, and targets of what is nowhere."""
    laid = over(catalogue, bundle)
    trees = (check(tree, laid) for tree in _built(bundle.trees, laid))
    return (*_declared(bundle, laid), *(problem for found in trees for problem in found))


def review_bundle(bundle: Bundle, catalogue: Catalogue, day: date) -> tuple[Problem | Finding, ...]:
    """What `check_bundle` finds, and all else a design tells by itself: whether the targets as they hold on a `day`
    reach the goal, what is counted, owners, gaps. Nothing is measured.
    """
    laid = over(catalogue, bundle)
    trees = (review(tree, laid, known=Known(today=day)) for tree in _built(with_targets(bundle, day), laid))
    return (*_declared(bundle, laid), *(finding for found in trees for finding in found))


def _declared(bundle: Bundle, laid: Catalogue) -> Iterator[Problem]:
    """What is wrong with the KPIs, with trees that cannot be built, and with targets of what is nowhere."""
    own = {kpi.id for kpi in bundle.kpis}
    yield from (problem for problem in laid.check() if problem.subject in own)
    for document in bundle.trees:
        try:
            storable(document)
            build(document, laid)
        except KeikiError as error:
            yield Problem(document.id, error)
    for target in bundle.targets:
        try:
            _subject(target, laid, bundle)
            within_reach(target.target, target.kpi or target.node or "")
        except KeikiError as error:
            yield Problem(target.kpi or target.node or "", error)


def _built(documents: Iterable[TreeDocument], laid: Catalogue) -> Iterator[Tree]:
    """Those that can be built."""
    for document in documents:
        with suppress(KeikiError):
            yield build(document, laid)


def with_targets(bundle: Bundle, day: date) -> tuple[TreeDocument, ...]:
    """The trees with the targets of the bundle, as they hold on a day, on their nodes; a node's own target stays."""
    by_kpi: dict[tuple[str, str | None], list[Target]] = {}
    by_node: dict[tuple[str, str], list[Target]] = {}
    for given in bundle.targets:
        if given.kpi is not None:
            by_kpi.setdefault((given.kpi, canonical(given.where)), []).append(given.target)
        else:
            by_node.setdefault((given.tree or "", given.node or ""), []).append(given.target)

    def visit(node: NodeDocument, tree: str) -> NodeDocument:
        listed = by_node.get((tree, node.id), [])
        if not listed and node.kpi is not None:
            listed = by_kpi.get((node.kpi, canonical(node.where)), [])
        target = node.target if node.target is not None else in_force(listed, day)
        return replace(node, target=target, children=tuple(visit(child, tree) for child in node.children))

    return tuple(replace(tree, root=visit(tree.root, tree.id)) for tree in bundle.trees)


def changing(bundle: Bundle) -> tuple[str, ...]:
    """The subjects with more than one target in a bundle; of them `with_targets` leaves one."""
    named = [each.subject for each in bundle.targets]
    return tuple(name for name in dict.fromkeys(named) if named.count(name) > 1)


def _own(catalogue: Catalogue, names: Iterable[str]) -> Iterator[KpiDocument]:
    brought = builtin().kpis
    for name in names:
        kpi = catalogue.kpis.get(name)
        if kpi is not None and brought.get(name) != kpi:
            yield kpi_document(kpi)


def _reached(catalogue: Catalogue, names: Iterable[str]) -> set[str]:
    """The KPIs of that name and every KPI that they are calculated from."""
    found: set[str] = set()
    waiting = [name for name in names if name in catalogue.kpis]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            kpi = catalogue.kpis[name]
            formulas = (kpi.formula, *(earlier.formula for earlier in kpi.earlier))
            waiting += [r.id for formula in formulas for r in references(formula) if r.id in catalogue.kpis]
    return found


def _subject(target: KpiTarget, catalogue: Catalogue, bundle: Bundle) -> None:
    """Raise `UnknownName` when what a target is of does not exist."""
    if target.kpi is not None:
        catalogue.kpi(target.kpi)
    else:
        template(catalogue, target.tree or "").node(target.node or "")


def canonical(where: str | None) -> str | None:
    """A condition as it is always written; None for none."""
    return show_condition(parse_condition(where)) if where is not None else None


# --- reading ---


def _content(bundle: Bundle) -> dict[str, Any]:
    return {"kpi_tree": VERSION, **write(BUNDLE_TABLE, bundle)}


def _bundle_of(entry: Entry) -> Bundle:
    if "kpi_tree" not in entry and "root" in entry:
        return Bundle((tree_document(entry),))
    if "kpi_tree" not in entry:
        raise missing(entry, "kpi_tree")
    if entry["kpi_tree"] != VERSION or isinstance(entry["kpi_tree"], bool):
        raise wrong(entry, "kpi_tree", entry["kpi_tree"], str(VERSION))
    body = Entry(entry.at)
    body.places = entry.places
    body.update({name: value for name, value in entry.items() if name != "kpi_tree"})
    bundle: Bundle = read(BUNDLE_TABLE, body)
    return bundle


def _made(entry: Entry, values: dict[str, Any]) -> Bundle:
    bundle = Bundle(**values)
    _once(entry, "trees", [tree.id for tree in bundle.trees])
    _once(entry, "kpis", [kpi.id for kpi in bundle.kpis])
    return bundle


def _once(entry: Entry, field: str, names: list[str]) -> None:
    seen: dict[str, Place] = {}
    for name, item in zip(names, entry.get(field) or [], strict=True):
        if name in seen:
            raise DeclaredTwice(name=name, first=seen[name])
        seen[name] = item.at


def _target(entry: Entry, values: dict[str, Any]) -> KpiTarget:
    target = KpiTarget(**values)
    if target.kpi is not None and (target.tree is not None or target.node is not None):
        raise wrong(entry, "node", target.node or target.tree, "kpi | tree + node")
    for name in ("tree", "node") if target.kpi is None else ():
        if values[name] is None:
            raise missing(entry, "kpi" if values["tree"] is None and values["node"] is None else name)
    if target.where is not None:
        parse_condition(target.where)
    return target


def _json(text: str, file: str) -> Entry:
    try:
        content = json.loads(text, object_pairs_hook=_pairs, parse_constant=_no_number)
    except (ValueError, RecursionError) as reason:
        line = getattr(reason, "lineno", 1)
        detail = str(getattr(reason, "msg", None) or reason)[:80]
        raise UnreadableDeclaration(place=Place(file, line), detail=detail) from reason
    if not isinstance(content, dict):
        raise UnreadableDeclaration(place=Place(file, 1), detail="{…}")
    entry: Entry = entry_of(content)
    return entry


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)[:40]} ×2")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _reason(error: Exception) -> str:
    return error.strerror or type(error).__name__ if isinstance(error, OSError) else "UTF-8"


KPI_TARGET_TABLE = Table(
    "kpi_target",
    "KPIの目標。どのツリーにあっても同じ。時期ごとにいくつも書ける（since の順に有効）。",
    "A target of a KPI wherever it stands; several follow each other by their `since`.",
    (
        Field("kpi", Kind.TEXT, "KPIの id。", "Id of the KPI."),
        Field("where", Kind.TEXT, "KPIを絞り込む条件。", "Condition that narrows the KPI."),
        Field("tree", Kind.TEXT, "KPIのないノードの目標なら、そのツリーの id。", "For a node without a KPI: its tree."),
        Field("node", Kind.TEXT, "KPIのないノードの id。", "For a node without a KPI: its id."),
        Field("target", Kind.RECORD, "目標。", "The target.", needed=True, table=lambda: TARGET),
    ),
    _target,
)

BUNDLE_TABLE = Table(
    "bundle",
    "ツリー・独自のKPI・目標をまとめた一つのファイル。",
    "Trees, own KPIs and targets in one file.",
    (
        Field("trees", Kind.RECORDS, "ツリー。", "Trees.", table=lambda: TREE_TABLE, default=()),
        Field("kpis", Kind.RECORDS, "独自のKPI。", "Own KPIs.", table=lambda: KPI_TABLE, default=()),
        Field("targets", Kind.RECORDS, "KPIの目標。", "Targets of KPIs.", table=lambda: KPI_TARGET_TABLE, default=()),
    ),
    _made,
)
