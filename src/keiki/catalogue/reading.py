"""A formula as people read it: names in the place of ids, and what stands in [ ] in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import MappingProxyType

from keiki.catalogue.load import Catalogue
from keiki.errors import KeikiError
from keiki.facts import FACTS, vocabulary
from keiki.facts.contract import Column, Kind
from keiki.facts.vocabulary import Label
from keiki.facts.vocabulary import domains as all_domains
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
from keiki.formula.show import BINDING, NEGATION, show_condition, show_number, show_operand

SIGNS = MappingProxyType({"+": "+", "-": "−", "*": "×", "/": "÷"})
SPANS = MappingProxyType({"d": ("日", "day"), "w": ("週間", "week"), "m": ("か月", "month"), "y": ("年", "year")})
SPAN = re.compile(r"(\d+)([dwmy])")
WINDOWS = MappingProxyType(
    {
        "day": Label("1日", "one day"),
        "week": Label("1週間", "one week"),
        "month": Label("1か月", "one month"),
        "to_date": Label("開始からの累計", "so far in all"),
    }
)
CALLS = MappingProxyType(
    {
        "min": Label("小さいほう", "smallest of"),
        "max": Label("大きいほう", "largest of"),
        "sum": Label("合計", "sum of"),
        "coalesce": Label("最初に値のあるもの", "first there is of"),
    }
)
COLUMNS = MappingProxyType(
    {
        "activated": Label("主要機能を活用", "uses the main features"),
        "converted": Label("成果あり", "reached a goal"),
    }
)
"""Columns that models make."""

VALUES = MappingProxyType(
    {
        ("product", "app"): Label("アプリ", "app"),
        ("product", "credit_card"): Label("クレジットカード", "credit card"),
        ("product", "debit_card"): Label("デビットカード", "debit card"),
        ("product", "investment_trust"): Label("投資信託", "investment trust"),
        ("product", "mortgage_consultation"): Label("住宅ローン相談", "mortgage consultation"),
        ("product", "payroll_account"): Label("給与振込口座", "payroll account"),
        ("product", "time_deposit"): Label("定期預金", "time deposit"),
        ("store", "owned_media"): Label("オウンドメディア", "owned media"),
        ("topic", "comparison"): Label("比較検討", "comparison"),
        ("rank", "loyal"): Label("ロイヤル", "loyal"),
        ("initiated_by", "customer_success"): Label("CS起点", "started by customer success"),
        ("specificity", "3"): Label("内容が具体的", "specific"),
        ("landing_page_type", "webinar"): Label("ウェビナー告知ページ", "webinar page"),
    }
)
"""Values of the catalogue's own formulas whose columns are free in every fact."""


@dataclass(frozen=True)
class Reader:
    """Reads formulas of one catalogue aloud, in `ja` or `en`."""

    catalogue: Catalogue
    language: str

    @property
    def japanese(self) -> bool:
        return self.language.startswith("ja")

    def name(self, reference: Reference) -> str:
        """What a KPI or measure is called; its id when nothing of that name is declared."""
        found = self.catalogue.kpis.get(reference.id) or self.catalogue.measures.get(reference.id)
        return reference.id if found is None else found.ja if self.japanese else found.en

    def narrowing(self, reference: Reference) -> str:
        """What a reference says in [ ], in words; "" for a plain one."""
        columns, pipeline = self._columns(reference), _pipeline(reference.where)
        read = _Conditions(columns, pipeline, self.language)
        parts = [read.words(reference.where)] if reference.where is not None else []
        split = [_column_name(name, columns, self.language) for name in reference.by]
        parts += [self._say("{}ごと", "by {}").format(name) for name in split]
        parts += [self._parameter(name, value, pipeline) for name, value in reference.params]
        return self._say("・", ", ").join(each for each in parts if each)

    def reference(self, reference: Reference) -> str:
        """A name with what narrows it: 「セッション数（SNS）」."""
        narrowed = self.narrowing(reference)
        if not narrowed:
            return self.name(reference)
        return self._say("{}（{}）", "{} ({})").format(self.name(reference), narrowed)

    def formula(self, formula: Formula, figure: Callable[[Reference, int], str] | None = None) -> str:
        """The formula in one line; `figure` adds what each reference is worth, so many comparison periods before."""
        return _Line(self, figure).part(formula, 0)

    def _say(self, ja: str, en: str) -> str:
        return ja if self.japanese else en

    def _columns(self, reference: Reference) -> tuple[Column, ...]:
        """The declared columns of the facts that a reference reads, those of its own measure first."""
        try:
            asked = references(self.catalogue.expand(Reference(reference.id)))
        except KeikiError:  # a definition that cannot be used is read as it is written
            asked = ()
        names = [
            name for one in asked if one.id in self.catalogue.measures for name in self.catalogue.measures[one.id].facts
        ]
        facts = [FACTS[name] for name in dict.fromkeys((*names, *FACTS)) if name in FACTS]
        return tuple(column for fact in facts for column in fact.columns)

    def _parameter(self, name: str, value: str, pipeline: str | None) -> str:
        stage = vocabulary("stage", pipeline).get(value)
        told = stage.words(self.language) if stage is not None else value.replace("_", " ")
        match name:
            case "within":
                return self._say("{}以内", "within {}").format(self._span(value))
            case "at":
                return self._say("{}後", "after {}").format(self._span(value))
            case "window" if value in WINDOWS:
                return WINDOWS[value].words(self.language)
            case "window":
                return self._say("直近{}", "last {}").format(self._span(value))
            case "from" if value == "reactivated":
                return self._say("復活した顧客", "customers who came back")
            case "from":
                return self._say("{}から", "from {}").format(told)
            case "to":
                return self._say("{}まで", "to {}").format(told)
            case "min":
                return self._say("{}つ以上", "at least {}").format(value)
        return f"{name}: {value}"

    def _span(self, value: str) -> str:
        found = SPAN.fullmatch(value)
        if found is None:
            return value
        ja, en = SPANS[found[2]]
        return f"{found[1]}{ja}" if self.japanese else f"{found[1]} {en}{'' if found[1] == '1' else 's'}"


@dataclass(frozen=True)
class _Conditions:
    """Conditions in words, by the declared columns of what they narrow; a stage by the words of its pipeline."""

    columns: tuple[Column, ...]
    pipeline: str | None
    language: str

    def words(self, where: Condition) -> str:
        match where:
            case Both():
                parts = _conjuncts(where)
                staged = any(_is_equal(each, "stage") for each in parts)
                told = [self.words(each) for each in parts if not (staged and _is_equal(each, "pipeline"))]
                return self.say("・", ", ").join(told)
            case Either(left=left, right=right):
                return self.say("{}または{}", "{} or {}").format(self.words(left), self.words(right))
            case Compare(op="=", left=Reference() as column, right=Boolean(value=value)):
                name = _column_name(column.id, self.columns, self.language)
                return name if value else self.say("{}ではない", "not {}").format(name)
            case Compare(op="=" | "<>" as op, left=Reference() as column, right=Text() | Number() as value):
                spoken = self.value(column.id, value, named=True)
                return spoken if op == "=" else self.say("{}以外", "other than {}").format(spoken)
            case OneOf(operand=Reference() as column, options=options):
                options_told = [self.value(column.id, option, named=False) for option in options]
                return self.say("または", " or ").join(options_told)
            case IsNull(operand=Reference() as column, negated=negated):
                name = _column_name(column.id, self.columns, self.language)
                return (self.say("{}あり", "with {}") if negated else self.say("{}なし", "without {}")).format(name)
        return show_condition(where)

    def value(self, column: str, operand: Operand, *, named: bool) -> str:
        """A value by its label; one that no vocabulary knows stands behind the name of its column."""
        text = operand.value if isinstance(operand, Text) else show_operand(operand)
        scoped = vocabulary("stage", self.pipeline).get(text) if column == "stage" else None
        labels = [scoped, VALUES.get((column, text)), *_labels(column, text, self.columns)]
        label = next((each for each in labels if each is not None), None)
        if label is not None:
            return label.words(self.language)
        return f"{_column_name(column, self.columns, self.language)}: {text}" if named else text

    def say(self, ja: str, en: str) -> str:
        return ja if self.language.startswith("ja") else en


class _Line:
    """A formula written in one line, with parentheses only where reading order needs them."""

    def __init__(self, reader: Reader, figure: Callable[[Reference, int], str] | None) -> None:
        self.reader = reader
        self.figure = figure

    def part(self, formula: Formula, back: int) -> str:
        match formula:
            case Number(value=value):
                return show_number(value)
            case Reference():
                return self.reference(formula, back)
            case Negate(operand=operand):
                return f"−{self.within(operand, NEGATION, back)}"
            case Binary(op=op, left=left, right=right):
                before, after = self.within(left, BINDING[op], back), self.within(right, BINDING[op] + 1, back)
                return f"{before} {SIGNS[op]} {after}"
            case Call(name="prev", arguments=(argument,)):
                return self.part(argument, back + 1)
            case Call(name="growth", arguments=(argument,)):
                now, before = self.within(argument, 1, back), self.within(argument, 2, back + 1)
                return f"({now} − {before}) ÷ {self.within(argument, 3, back + 1)}"
            case Call(name=name, arguments=arguments):
                words = CALLS[name].words(self.reader.language) if name in CALLS else name
                return f"{words} ({', '.join(self.part(each, back) for each in arguments)})"

    def reference(self, reference: Reference, back: int) -> str:
        name = self.reader.reference(reference)
        if back:
            name = ("前の期間の{}" if self.reader.japanese else "{} of the period before").format(name)
        return name if self.figure is None else f"{name} {self.figure(reference, back)}"

    def within(self, formula: Formula, binding: int, back: int) -> str:
        inner, plain = self.part(formula, back), formula
        while isinstance(plain, Call) and plain.name == "prev":
            plain = plain.arguments[0]
        match plain:
            case Binary(op=op):
                own = BINDING[op]
            case Call(name="growth"):
                own = BINDING["/"]
            case Negate():
                own = NEGATION
            case _:
                return inner
        return inner if own >= binding else f"({inner})"


def _column_name(name: str, columns: Iterable[Column], language: str) -> str:
    plain = name.rpartition(".")[2]
    column = COLUMNS.get(plain) or next((each for each in columns if each.name == plain), None)
    return plain if column is None else column.ja if language.startswith("ja") else column.en


def _labels(name: str, value: str, columns: Iterable[Column]) -> list[Label]:
    """What vocabularies call a value of a column: that of the nearest fact first."""
    plain = name.rpartition(".")[2]
    domains = [each.vocabulary for each in columns if each.name == plain and each.vocabulary and each.kind is Kind.TEXT]
    known = [*domains, plain] if plain in all_domains() else domains
    found = [vocabulary(domain).get(value) for domain in dict.fromkeys(known)]
    return [label for label in found if label is not None]


def _conjuncts(where: Condition | None) -> list[Condition]:
    """The conditions that must all hold."""
    if isinstance(where, Both):
        return _conjuncts(where.left) + _conjuncts(where.right)
    return [] if where is None else [where]


def _pipeline(where: Condition | None) -> str | None:
    """The pipeline that a condition keeps to, None when it names none."""
    for each in _conjuncts(where):
        match each:
            case Compare(op="=", left=Reference(id="pipeline"), right=Text(value=value)):
                return value
    return None


def _is_equal(where: Condition, column: str) -> bool:
    return isinstance(where, Compare) and where.op == "=" and where.left == Reference(column)
