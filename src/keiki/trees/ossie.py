"""The measured part of a bundle as Apache Ossie 0.1.1 (formerly Open Semantic Interchange), and what that cannot hold.

Source: apache/ossie, tag `osi-0.1.1-rc1`, `core-spec/spec.md` and `core-spec/osi-schema.json`. Facts become datasets,
keys relationships, KPIs metrics in ANSI SQL. The whole bundle travels as a custom extension, which Keiki can read back
and other tools pass over; what they cannot see is in the list of losses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.errors import KeikiError
from keiki.facts import FACTS
from keiki.facts.contract import Column, Fact, Role
from keiki.facts.contract import Kind as ColumnKind
from keiki.formula.evaluate import references
from keiki.formula.nodes import (
    Binary,
    Boolean,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    IsNull,
    Negate,
    Number,
    OneOf,
    Operand,
    Reference,
    Text,
)
from keiki.formula.show import show_number, show_text
from keiki.measures.measure import Aggregation, Measure
from keiki.trees.bundle import Bundle, as_dict

VERSION = "0.1.1"
VENDOR = "COMMON"
REASONS = {
    "model": ("読むのは表ではなくモデル（{detail}）", "it reads a model ({detail}), not a table"),
    "last": ("期末の状態を読む（{detail}）", "it reads the state at the end of the period ({detail})"),
    "previous": ("前の期間と比べる（{detail}）", "it compares with an earlier period ({detail})"),
    "parameter": ("パラメーターを使う（{detail}）", "it takes a parameter ({detail})"),
    "derived": ("Keikiが計算する列を使う（{detail}）", "it uses a column that Keiki derives ({detail})"),
    "moment": ("計算の時点を使う（{detail}）", "it depends on the moment it is asked ({detail})"),
    "record": ("Keikiの中の記録を読む（{detail}）", "it reads records kept inside Keiki ({detail})"),
    "broken": ("計算できない（{detail}）", "it cannot be calculated ({detail})"),
    "fallback": ("データがないときの代わりの測り方は表せない", "what is measured where a fact has no rows is not kept"),
    "keyless": (
        "行に鍵がない。dbt は鍵のない表を受け取らない",
        "its rows have no key, and dbt takes no table without one",
    ),
    "spans": (
        "複数の表にまたがる（{detail}）。先に行を結合するツールでは二重に数える",
        "it spans {detail}; a tool that joins their rows before it counts would count twice",
    ),
    "tree": (
        "ツリーの形（式・影響・担当）は拡張の中だけ",
        "the tree (formulas, influences, owners) is only in the extension",
    ),
    "target": ("目標は拡張の中だけ", "the target is only in the extension"),
    "words": (
        "単位・望ましい向き・基準の日付は拡張の中だけ",
        "unit, direction and time column are only in the extension",
    ),
}


@dataclass(frozen=True)
class Loss:
    """Something that Ossie 0.1.1 cannot say: of a `kpi`, a `fact`, a `tree`, a `target` or the whole `model`, and why.

    `gone`: the KPI is no metric at all; otherwise only a part of its meaning stays behind.
    """

    thing: str
    id: str
    reason: str
    detail: str = ""
    gone: bool = False

    def words(self, language: str) -> str:
        """The loss in one line, in `ja` or `en`."""
        japanese = language.startswith("ja")
        why = REASONS[self.reason][0 if japanese else 1].format(detail=self.detail)
        if not self.gone:
            return f"▲ {self.id}：{why}。" if japanese else f"▲ {self.id}: {why}."
        return f"✕ {self.id}：書き出せません。{why}。" if japanese else f"✕ {self.id}: left out, {why}."


@dataclass(frozen=True)
class Ossie:
    """The document, ready for JSON, and the losses."""

    document: dict[str, Any]
    losses: tuple[Loss, ...]


class Unsayable(Exception):
    """A part of a formula that ANSI SQL over tables cannot say; never leaves this file."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass
class _Used:
    """The columns that metrics read, by fact."""

    columns: dict[str, set[str]] = field(default_factory=dict)

    def take(self, fact: Fact, column: Column) -> str:
        self.columns.setdefault(fact.name, set()).add(column.name)
        return f"{fact.name}.{column.name}"


def ossie(bundle: Bundle, catalogue: Catalogue, name: str = "keiki", tables: str = "") -> Ossie:
    """The KPIs of a bundle, or without any those of the whole catalogue, as an Ossie 0.1.1 document with its losses.

    `tables` is where the tables of the facts lie, such as `analytics.public`; dbt asks for database and schema.
    """
    losses: list[Loss] = []
    used = _Used()
    metrics = [m for kpi in _kpis(bundle, catalogue) if (m := _metric(kpi, catalogue, used, losses)) is not None]
    losses += [Loss("model", name, "words")] if metrics else []
    losses += [Loss("tree", tree.id, "tree") for tree in bundle.trees]
    losses += [
        Loss("target", f"{tree.id}/{node.id}", "target")
        for tree in bundle.trees
        for node in tree.root.walk()
        if node.target is not None
    ]
    losses += [Loss("target", given.kpi or f"{given.tree}/{given.node}", "target") for given in bundle.targets]
    facts = [fact for fact in FACTS.values() if fact.name in used.columns] or [FACTS["orders"]]
    losses += [Loss("fact", fact.name, "keyless") for fact in facts if not fact.key]
    model = {
        "name": name,
        "description": "KPIs of Keiki / KeikiのKPI",
        "datasets": [_dataset(fact, f"{tables}." if tables else "") for fact in facts],
        "relationships": list(_relationships(facts)),
        "metrics": metrics,
        "custom_extensions": [_extension({"kpi_tree": as_dict(bundle)})],
    }
    kept = {key: value for key, value in model.items() if value != []}
    return Ossie({"version": VERSION, "semantic_model": [kept]}, tuple(losses))


def _kpis(bundle: Bundle, catalogue: Catalogue) -> Iterator[Kpi]:
    named = dict.fromkeys(node.kpi for tree in bundle.trees for node in tree.root.walk() if node.kpi)
    named |= dict.fromkeys(kpi.id for kpi in bundle.kpis)
    for kpi_id in named or catalogue.kpis:
        if kpi_id in catalogue.kpis:
            yield catalogue.kpis[kpi_id]


def _metric(kpi: Kpi, catalogue: Catalogue, used: _Used, losses: list[Loss]) -> dict[str, Any] | None:
    try:
        unfolded = catalogue.expand(kpi.id)
        here = _Used()
        text = _sql(unfolded, lambda reference: _aggregate(reference, catalogue.measures[reference.id], here))
    except Unsayable as reason:
        losses.append(Loss("kpi", kpi.id, reason.reason, reason.detail, gone=True))
        return None
    except KeikiError as error:
        losses.append(Loss("kpi", kpi.id, "broken", type(error).__name__, gone=True))
        return None
    for fact, columns in here.columns.items():
        used.columns.setdefault(fact, set()).update(columns)
    measures = [catalogue.measures[r.id] for r in references(unfolded)]
    spanned = sorted({measure.fact for measure in measures})
    if len(spanned) > 1:
        losses.append(Loss("kpi", kpi.id, "spans", ", ".join(spanned)))
    if any(measure.fallback or measure.time_fallback for measure in measures):
        losses.append(Loss("kpi", kpi.id, "fallback"))
    times = sorted({f"{measure.fact}.{measure.time}" for measure in measures})
    return {
        "name": kpi.id,
        "expression": _expression(text),
        "description": f"{kpi.definition_en} / {kpi.definition_ja}",
        "ai_context": {"synonyms": list(dict.fromkeys((kpi.en, kpi.ja, *kpi.aliases)))},
        "custom_extensions": [
            _extension({"unit": kpi.unit, "direction": kpi.direction.value, "time": times, "formula": kpi.source})
        ],
    }


# --- SQL ---


Column_ = Callable[[Reference], str]


def _sql(formula: Formula, refer: Callable[[Reference], str]) -> str:
    """A formula as SQL; division by zero is NULL, as in Keiki."""
    match formula:
        case Number(value=value):
            return show_number(value)
        case Reference():
            return refer(formula)
        case Negate(operand=operand):
            return f"(-{_sql(operand, refer)})"
        case Binary(op="/", left=left, right=right):
            return f"({_sql(left, refer)} * 1.0 / NULLIF({_sql(right, refer)}, 0))"
        case Binary(op=op, left=left, right=right):
            return f"({_sql(left, refer)} {op} {_sql(right, refer)})"
        case Call(name="coalesce", arguments=arguments):
            return f"COALESCE({', '.join(_sql(argument, refer) for argument in arguments)})"
        case Call(name="sum", arguments=arguments):
            return "(" + " + ".join(f"COALESCE({_sql(argument, refer)}, 0)" for argument in arguments) + ")"
        case Call(name="min" | "max" as name, arguments=(first, *others)):
            found = _sql(first, refer)
            for other in others:
                found = _lesser("<" if name == "min" else ">", found, _sql(other, refer))
            return found
        case Call(name=name):
            raise Unsayable("previous" if name in ("prev", "growth") else "moment", name)


def _lesser(sign: str, one: str, other: str) -> str:
    """The smaller or larger of two, the one that is there when the other is not."""
    return f"CASE WHEN {one} IS NULL OR {other} {sign} {one} THEN COALESCE({other}, {one}) ELSE {one} END"


def _aggregate(reference: Reference, measure: Measure, used: _Used) -> str:
    """A measure as an aggregate over the rows that its conditions keep."""
    if measure.model is not None or measure.aggregation is Aggregation.CUSTOM:
        raise Unsayable("model", measure.id)
    if measure.aggregation is Aggregation.LAST or measure.timing.value == "stock":
        raise Unsayable("last", measure.id)
    if reference.params or reference.by:
        raise Unsayable("parameter", measure.id)
    if measure.fact not in FACTS:
        raise Unsayable("record", measure.fact)
    fact = FACTS[measure.fact]
    kept = [_condition(where, fact, used) for where in (measure.where, reference.where) if where is not None]
    value = _sql(measure.column, lambda column: _column(column, fact, used)) if measure.column is not None else None
    if value is None:
        counted = fact.column(fact.key[0] if fact.key else fact.time)
        value = used.take(fact, counted) if counted is not None else "1"
    otherwise = " ELSE 0" if measure.aggregation is Aggregation.SUM else ""  # the sum of no row is 0, as in Keiki
    rows = f"CASE WHEN {' AND '.join(kept)} THEN {value}{otherwise} END" if kept else value
    match measure.aggregation:
        case Aggregation.COUNT:
            return f"COUNT({rows})"
        case Aggregation.COUNT_DISTINCT:
            return f"COUNT(DISTINCT {rows})"
        case Aggregation.AVG:
            return f"AVG({rows})"
    return f"SUM({rows})"


def _column(reference: Reference, fact: Fact, used: _Used) -> str:
    """A column by its own name, or of the order or customer that a row belongs to."""
    table, _, name = reference.id.rpartition(".")
    homes = {"order": ["orders"], "customer": ["customers"]}.get(table, [fact.name, "orders", "customers"])
    for home in homes:
        column = FACTS[home].column(name)
        if column is not None:
            if column.role is Role.DERIVED:
                raise Unsayable("derived", f"{home}.{name}")
            return used.take(FACTS[home], column)
    raise Unsayable("derived", reference.id)


def _condition(where: Condition, fact: Fact, used: _Used) -> str:
    def operand(found: Operand) -> str:
        return _operand(found, fact, used)

    match where:
        case Both(left=left, right=right):
            return f"({_condition(left, fact, used)} AND {_condition(right, fact, used)})"
        case Either(left=left, right=right):
            return f"({_condition(left, fact, used)} OR {_condition(right, fact, used)})"
        case Compare(op="<>", left=left, right=right):
            return f"({operand(left)} <> {operand(right)} OR {operand(left)} IS NULL)"
        case Compare(op=op, left=left, right=right):
            return f"{operand(left)} {op} {operand(right)}"
        case OneOf(operand=found, options=options):
            return f"{operand(found)} IN ({', '.join(operand(option) for option in options)})"
        case IsNull(operand=found, negated=negated):
            return f"{operand(found)} IS {'NOT ' if negated else ''}NULL"


def _operand(found: Operand, fact: Fact, used: _Used) -> str:
    if isinstance(found, Text):
        return show_text(found.value)
    if isinstance(found, Boolean):
        return "TRUE" if found.value else "FALSE"
    if isinstance(found, Formula):
        return _sql(found, lambda column: _column(column, fact, used))
    raise Unsayable("moment", "as_of" if type(found).__name__ == "AsOf" else "this_kpi")


# --- datasets ---


def _dataset(fact: Fact, where: str) -> dict[str, Any]:
    columns = [column for column in fact.columns if column.role is not Role.DERIVED]
    return {
        "name": fact.name,
        "source": f"{where}{fact.name}",
        **({"primary_key": [_key(fact)]} if fact.key else {}),
        "description": f"{fact.grain_en} / {fact.grain_ja}",
        "ai_context": {"synonyms": [fact.en, fact.ja]},
        "fields": [*([_joined_key(fact)] if len(fact.key) > 1 else []), *map(_field, columns)],
    }


def _key(fact: Fact) -> str:
    """The column of the key; of several one computed field, since dbt takes several columns for several keys."""
    return fact.key[0] if len(fact.key) == 1 else f"{fact.name}_key"


def _joined_key(fact: Fact) -> dict[str, Any]:
    columns = [f"COALESCE(CAST({column} AS VARCHAR), '')" for column in fact.key]
    return {
        "name": _key(fact),
        "expression": _expression(" || '|' || ".join(columns)),
        "dimension": {"is_time": False},
        "description": f"What makes a row: {', '.join(fact.key)} / 行を決める列の組",
    }


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "expression": _expression(column.name),
        "dimension": {"is_time": column.kind in (ColumnKind.DATE, ColumnKind.TIMESTAMP)},
        "description": f"{column.en} / {column.ja}",
    }


def _relationships(facts: list[Fact]) -> Iterator[dict[str, Any]]:
    """Rows that name an order or a customer belong to it."""
    names = {fact.name for fact in facts}
    for fact in facts:
        for one, key in (("orders", "order_id"), ("customers", "customer_id")):
            if one in names and fact.name != one and fact.column(key) is not None:
                yield {
                    "name": f"{fact.name}_to_{one}",
                    "from": fact.name,
                    "to": one,
                    "from_columns": [key],
                    "to_columns": [key],
                }


def _expression(text: str) -> dict[str, Any]:
    return {"dialects": [{"dialect": "ANSI_SQL", "expression": text}]}


def _extension(data: Mapping[str, Any]) -> dict[str, str]:
    return {"vendor_name": VENDOR, "data": json.dumps({"keiki": data}, ensure_ascii=False)}
