"""The decomposition assistant: ways to take a number apart, whether they are true, and putting one into a tree."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from keiki.catalogue.expand import both
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.errors import KeikiError, UnknownDecomposition
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.formula.parse import parse, parse_condition
from keiki.formula.show import show, show_condition
from keiki.measures.document import Entry, entries, read
from keiki.trees.document import NodeDocument, TreeDocument
from keiki.trees.identity import fraction, name_of, same

DECLARED = Path(__file__).parent / "decompositions.yaml"
NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST = 12
"""Ways shown for one KPI; more is no help."""


@dataclass(frozen=True)
class Piece:
    """One part of a decomposition: a KPI, narrowed by `where`, with its sentence why it moves the whole."""

    id: str
    kpi: str
    where: str | None = None
    ja: str | None = None
    en: str | None = None
    why_ja: str | None = None
    why_en: str | None = None


@dataclass(frozen=True)
class Decomposition:
    """One way to take a KPI apart. `formula` joins the ids of `parts`.

    `proved`: the definitions make it true whatever the data. Otherwise only the data can tell, and
    `keiki.trees.consistency.proof` says how far off it is in every period.
    """

    id: str
    kpi: str
    ja: str
    en: str
    about_ja: str
    about_en: str
    formula: str
    parts: tuple[Piece, ...]
    proved: bool


def decompositions(kpi: str, catalogue: Catalogue) -> tuple[Decomposition, ...]:
    """Every way to take a KPI apart that its catalogue allows: the well-known ones first, then those that follow.

    A KPI over other KPIs splits as it is defined; a ratio into what is above and below the line; an amount into
    another amount and the ratio between them. Raises `UnknownName` for an unknown KPI.
    """
    whole = catalogue.kpi(kpi)
    found: dict[frozenset[tuple[str, str | None]], Decomposition] = {}
    for one in (*_well_known(whole, catalogue), *_defined(whole, catalogue), *_by_rate(whole, catalogue)):
        found.setdefault(frozenset((piece.kpi, piece.where) for piece in one.parts), one)
    return tuple(found.values())[:MOST]


def decomposition(kpi: str, name: str, catalogue: Catalogue) -> Decomposition:
    """The way of that id; `UnknownDecomposition` names those that fit."""
    known = {one.id: one for one in decompositions(kpi, catalogue)}
    if name not in known:
        raise UnknownDecomposition(kpi=kpi, name=name, known=", ".join(known) or "—")
    return known[name]


def as_node(way: Decomposition, node: NodeDocument | None = None, taken: frozenset[str] = frozenset()) -> NodeDocument:
    """The node with the parts below it and their formula; ids already `taken` get a number behind them.

    A narrowed node narrows its parts the same way. Its influences stay.
    """
    whole = node or NodeDocument(id=way.kpi, kpi=way.kpi)
    fresh = _fresh_ids([piece.id for piece in way.parts], taken | {whole.id})
    children = tuple(_child(piece, fresh[piece.id], whole.where) for piece in way.parts)
    kept = tuple(child for child in whole.children if child.influence is not None)
    return replace(whole, formula=show(_renamed(parse(way.formula), fresh)), children=children + kept)


def apply(document: TreeDocument, node_id: str, way: Decomposition) -> TreeDocument:
    """The document with a node taken apart; what stood below its old formula gives way, influences stay.

    Raises `UnknownName` for a node the document has not, `UnknownDecomposition` for a way to take another KPI apart.
    """
    node = document.node(node_id)
    if node.kpi != way.kpi:
        raise UnknownDecomposition(kpi=node.kpi or node.id, name=way.id, known="—")
    below = {inner.id for child in node.children if child.influence is None for inner in child.walk()}
    taken = frozenset(each.id for each in document.root.walk()) - below
    return replace(document, root=_replaced(document.root, node_id, as_node(way, node, taken)))


def as_document(way: Decomposition) -> TreeDocument:
    """The way as a small tree of its own, ready to be measured and proved on data."""
    return TreeDocument(way.id, way.ja, way.en, way.about_ja, way.about_en, as_node(way))


def _replaced(node: NodeDocument, node_id: str, by: NodeDocument) -> NodeDocument:
    if node.id == node_id:
        return by
    return replace(node, children=tuple(_replaced(child, node_id, by) for child in node.children))


def _child(piece: Piece, node_id: str, where: str | None) -> NodeDocument:
    narrowed = both(parse_condition(where) if where else None, parse_condition(piece.where) if piece.where else None)
    return NodeDocument(
        id=node_id,
        kpi=piece.kpi,
        ja=piece.ja,
        en=piece.en,
        where=show_condition(narrowed) if narrowed is not None else None,
        driver=True,
        why_ja=piece.why_ja,
        why_en=piece.why_en,
    )


def _fresh_ids(wanted: list[str], taken: frozenset[str]) -> dict[str, str]:
    used, fresh = set(taken), {}
    for name in wanted:
        free, count = name, 2
        while free in used:
            free, count = f"{name}_{count}", count + 1
        used.add(free)
        fresh[name] = free
    return fresh


def _renamed(formula: Formula, names: Mapping[str, str]) -> Formula:
    match formula:
        case Number():
            return formula
        case Reference(id=name):
            return Reference(names.get(name, name))
        case Negate(operand=operand):
            return Negate(_renamed(operand, names))
        case Binary(op=op, left=left, right=right):
            return Binary(op, _renamed(left, names), _renamed(right, names))
        case Call(name=call, arguments=arguments):
            return Call(call, tuple(_renamed(a, names) for a in arguments))


# --- where the ways come from ---


@cache
def _declared() -> tuple[Entry, ...]:
    return tuple(entries(read(DECLARED), "decompositions"))


def _well_known(whole: Kpi, catalogue: Catalogue) -> Iterator[Decomposition]:
    for entry in _declared():
        if whole.id not in entry.words("kpis"):
            continue
        parts = tuple(_piece(part) for part in entries(entry, "parts"))
        if all(part.kpi in catalogue.kpis for part in parts):
            texts = {name: entry.text(name) for name in ("id", "ja", "en", "about_ja", "about_en", "formula")}
            yield _proved(Decomposition(kpi=whole.id, parts=parts, proved=False, **texts), catalogue)


def _piece(part: Entry) -> Piece:
    rest = {name: part.optional(name) for name in ("where", "ja", "en", "why_ja", "why_en")}
    return Piece(part.text("id"), part.text("kpi"), **rest)


def _proved(way: Decomposition, catalogue: Catalogue) -> Decomposition:
    """The way with the answer whether definitions alone make it true."""
    wheres = {p.id: parse_condition(p.where) if p.where else None for p in way.parts}
    told = {p.id: catalogue.expand(Reference(p.kpi, where=wheres[p.id])) for p in way.parts}
    joined = _inserted(parse(way.formula), told)
    return replace(way, proved=same(joined, catalogue.expand(way.kpi)))


def _inserted(formula: Formula, parts: Mapping[str, Formula]) -> Formula:
    match formula:
        case Reference(id=name):
            return parts[name]
        case Negate(operand=operand):
            return Negate(_inserted(operand, parts))
        case Binary(op=op, left=left, right=right):
            return Binary(op, _inserted(left, parts), _inserted(right, parts))
        case Call(name=call, arguments=arguments):
            return Call(call, tuple(_inserted(a, parts) for a in arguments))
        case _:
            return formula


def _defined(whole: Kpi, catalogue: Catalogue) -> Iterator[Decomposition]:
    """The KPI as it is defined, when every part of its definition is a KPI of its own."""
    if isinstance(whole.formula, Reference) or whole.params:
        return
    measured = _bare_kpis(catalogue)
    pieces: dict[str, Piece] = {}

    def named(formula: Formula) -> Formula:
        match formula:
            case Reference():
                return Reference(place(formula).id)
            case Binary(op=op, left=left, right=right):
                return Binary(op, named(left), named(right))
            case Negate(operand=operand):
                return Negate(named(operand))
            case Call(name="sum" | "min" | "max" | "coalesce" as call, arguments=arguments):
                return Call(call, tuple(named(a) for a in arguments))
            case Number():
                return formula
            case _:
                raise UnknownDecomposition(kpi=whole.id, name="defined", known="—")

    def place(reference: Reference) -> Piece:
        kpi = reference.id if reference.id in catalogue.kpis else measured.get(name_of(reference))
        if kpi is None or reference.params or reference.by:
            raise UnknownDecomposition(kpi=whole.id, name="defined", known="—")
        narrowed = show_condition(reference.where) if reference.id in catalogue.kpis and reference.where else None
        key = show(reference)
        pieces.setdefault(key, Piece(kpi if kpi not in [p.id for p in pieces.values()] else f"{kpi}_2", kpi, narrowed))
        return pieces[key]

    try:
        formula = named(whole.formula)
    except UnknownDecomposition:
        return
    if len(pieces) < 2 or any(piece.kpi == whole.id for piece in pieces.values()):
        return
    labels = {piece.id: catalogue.kpis[piece.kpi] for piece in pieces.values()}
    ja = _in_words(formula, {name: kpi.ja for name, kpi in labels.items()})
    en = _in_words(formula, {name: kpi.en for name, kpi in labels.items()})
    way = Decomposition(
        "defined",
        whole.id,
        ja,
        en,
        f"{whole.ja}は定義上、これらから計算されます。",
        f"{whole.en} is calculated from these by its definition.",
        show(formula),
        tuple(pieces.values()),
        False,
    )
    yield _proved(way, catalogue)


def _in_words(formula: Formula, labels: Mapping[str, str]) -> str:
    """The formula with the names of its parts: 売上高 − 総費用."""
    written = show(formula)
    for op, sign in (("*", "×"), ("/", "÷"), ("-", "−"), ("+", "+")):
        written = written.replace(f" {op} ", f" {sign} ")
    return NAME.sub(lambda found: labels.get(found[0], found[0]), written)


def _bare_kpis(catalogue: Catalogue) -> Mapping[str, str]:
    """Measure as asked → the KPI that is nothing but it."""
    found: dict[str, str] = {}
    for kpi in catalogue.kpis.values():
        if isinstance(kpi.formula, Reference) and not kpi.params:
            found.setdefault(name_of(kpi.formula), kpi.id)
    return found


def _by_rate(whole: Kpi, catalogue: Catalogue) -> Iterator[Decomposition]:
    """An amount as another amount times the ratio between them, for every ratio of the catalogue that fits."""
    amount = _bare_name(whole, catalogue)
    if amount is None:
        return
    bare = _bare_kpis(catalogue)
    for rate in catalogue.kpis.values():
        if not isinstance(rate.formula, Binary) or rate.formula.op != "/" or rate.params:
            continue
        for below in _below(rate, amount, bare, catalogue):
            if below == whole.id:
                continue
            base = catalogue.kpis[below]
            way = Decomposition(
                f"{below}_times_{rate.id}",
                whole.id,
                f"{base.ja}×{rate.ja}",
                f"{base.en} × {rate.en}",
                f"{base.ja}に{rate.ja}を掛けると{whole.ja}になります。",
                f"{base.en} times {rate.en} is {whole.en}.",
                f"{below} * {rate.id}",
                (Piece(below, below), Piece(rate.id, rate.id)),
                True,
            )
            yield way


def _below(rate: Kpi, amount: str, bare: Mapping[str, str], catalogue: Catalogue) -> Iterator[str]:
    """The KPI below the line of a rate whose upper part is the amount."""
    try:
        found = fraction(catalogue.expand(rate.id))
    except KeikiError:
        return
    if found is None or found[0] != {((amount, 1),): 1.0} or len(found[1]) != 1:
        return
    ((term, factor),) = found[1].items()
    if factor == 1.0 and len(term) == 1 and term[0][1] == 1 and term[0][0] in bare:
        yield bare[term[0][0]]


def _bare_name(whole: Kpi, catalogue: Catalogue) -> str | None:
    formula = catalogue.expand(whole.id)
    return name_of(formula) if isinstance(formula, Reference) else None
