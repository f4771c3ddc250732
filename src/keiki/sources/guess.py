"""What a source seems to be: its fact, a column for each target, how sure that is and why."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from keiki.facts import FACTS
from keiki.facts import fact as fact_of
from keiki.facts.contract import Column, Fact, Kind
from keiki.facts.mapping import Mapping, Rule
from keiki.facts.vocabulary import Label
from keiki.sources.exports import recognise
from keiki.sources.layout import VALUE
from keiki.sources.part import Part, Sampled

SURE, CHECK = Label("確実", "sure"), Label("確かめる", "please check")
BY_NAME = Label("列名が一致", "the heading says so")
BY_LIKENESS = Label("列名が似ている", "the heading is similar")
VALUES_FIT = Label("値の形が合う", "the values fit")
VALUES_UNFIT = Label("値の形が合わないものがある", "some values do not fit")
NO_VALUES = Label("値が空", "there are no values")
TAXED = Label("税込なので税抜に直す", "includes tax, taken off")
MANY_SAME = Label("同じ値が多い", "many values are the same")

LOOKED_AT = 300
SURE_FROM, TAKEN_FROM = 0.85, 0.45
DATES = re.compile(
    r"(?:(?:令和|平成|昭和|大正|明治|[RHSTM])\.?(?:元|\d{1,2})[年./-]\d{1,2}[月./-]\d{1,2}日?"
    r"|\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[-/]\d{1,2}[-/]\d{4}|(?:19|20)\d{6}|[A-Z][a-z]{2} \d{1,2},? \d{4}"
    r"|\d{1,2} [A-Z][a-z]{2} \d{4})(?:\D.*)?"
)
PARTS = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/]\d{4}")
BOOLEANS = {"true", "false", "1", "0", "yes", "no", "はい", "いいえ", "有", "無", "t", "f", "y", "n", "○", "×"}
TAX_INCLUDED = re.compile(r"税込|incl\w*tax|taxincl", re.IGNORECASE)


@dataclass(frozen=True)
class Confidence:
    """How sure one column's guess is (0 to 1), and why."""

    score: float
    reasons: tuple[Label, ...] = ()

    @property
    def sure(self) -> bool:
        """Whether a person need not look at it."""
        return self.score >= SURE_FROM

    @property
    def label(self) -> Label:
        """確実 or 確かめる."""
        return SURE if self.sure else CHECK


@dataclass(frozen=True)
class Guess:
    """A proposal for an import. `fact` is None when the columns look like no fact; `export` names a known file of a
    vendor, whose parts need no checking. `confidence` is by target column. `missing` are required targets without a
    column.
    """

    fact: str | None
    mapping: Mapping | None
    confidence: AnyMapping[str, Confidence] = field(default_factory=dict)
    export: str | None = None
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()


FEWEST = 2
"""A single fitting column says nothing about a file."""


def guess(source: Sampled) -> Guess:
    """The most likely reading of a source: a vendor's export by its header, else the fact whose columns fit best."""
    export = recognise(source.columns)
    if export is not None:
        parts = export.parts(source)
        sure = {target: Confidence(1.0, (BY_NAME,)) for target in parts[0].mapping.rules}
        return Guess(parts[0].fact, parts[0].mapping, sure, export.name, parts)
    sample = source.sample(LOOKED_AT)
    whole = [_proposed(source, name, sample) for name in FACTS]
    complete = [one for one in whole if not one.missing and len(one.confidence) >= FEWEST]
    if not complete:
        return Guess(None, None)
    return max(complete, key=_fit)


def guess_for(source: Sampled, fact: str) -> Guess:
    """The likely columns for a fact that is known; `missing` tells what has none."""
    fact_of(fact)
    return _proposed(source, fact, source.sample(LOOKED_AT))


def _fit(one: Guess) -> float:
    """Required columns count as they are sure; each further column adds a little; many mean a better fit."""
    required = {c.name for c in fact_of(one.fact or "").required}
    needed = [c.score for target, c in one.confidence.items() if target in required]
    further = [c.score for target, c in one.confidence.items() if target not in required]
    return sum(needed) / max(len(needed), 1) + 0.15 * len(needed) + 0.1 * sum(further)


def _proposed(source: Sampled, name: str, sample: Sequence[AnyMapping[str, Any]]) -> Guess:
    fact = fact_of(name)
    cells = {heading: [row[heading] for row in sample] for heading in source.columns}
    scored = [
        (confidence.score, -place, column, heading, confidence)
        for column in fact.loadable
        for place, heading in enumerate(source.columns)
        if (confidence := _confidence(fact, column, heading, cells[heading])).score >= TAKEN_FROM
    ]
    taken: dict[str, tuple[str, Confidence]] = {}
    for _, _, column, heading, confidence in sorted(scored, key=lambda one: one[:2], reverse=True):
        if column.name not in taken and heading not in {h for h, _ in taken.values()}:
            taken[column.name] = (heading, confidence)
    in_order = [c.name for c in fact.loadable if c.name in taken]
    rules = {target: _rule(fact, target, taken[target][0]) for target in in_order}
    _allow_guests(fact, rules, cells)
    sure = {target: _told(rules[target], taken[target][1]) for target in in_order}
    dates = [cells[taken[t][0]] for t in in_order if _kind(fact, t) in (Kind.DATE, Kind.TIMESTAMP)]
    mapping = Mapping(name, rules, date_order=date_order(cell for column in dates for cell in column))
    missing = tuple(c.name for c in fact.required if c.name not in rules and (not c.unless or c.unless not in rules))
    return Guess(name, mapping, sure, None, (Part(name, source.table(), mapping),), missing)


def _kind(fact: Fact, target: str) -> Kind:
    column = fact.column(target)
    return Kind.TEXT if column is None else column.kind


def _rule(fact: Fact, target: str, heading: str) -> Rule:
    money = _kind(fact, target) is Kind.MONEY and target in ("amount", "mrr")
    return Rule((heading,), "net_of_tax" if money and TAX_INCLUDED.search(_plain(heading)) else "copy")


def _told(rule: Rule, confidence: Confidence) -> Confidence:
    """A tax that is taken off is a change of the number: a person should see it."""
    if rule.transform != "net_of_tax":
        return confidence
    return Confidence(min(confidence.score, SURE_FROM - 0.05), (*confidence.reasons, TAXED))


def _allow_guests(fact: Fact, rules: dict[str, Rule], cells: AnyMapping[str, Sequence[Any]]) -> None:
    """Orders that name no customer are guests' when the file has customers for the others."""
    column = fact.column("customer_id")
    if column is None or column.unless is None or "customer_id" not in rules or column.unless in rules:
        return
    (heading,) = rules["customer_id"].sources
    if any(_filled(cell) for cell in cells[heading]):
        rules[column.unless] = Rule((heading,), "is_empty")


def _confidence(fact: Fact, column: Column, heading: str, cells: Sequence[Any]) -> Confidence:
    name, reason = _name_score(fact, column, heading)
    if name == 0.0:
        return Confidence(0.0)
    share = fitting_share(column.kind, cells)
    if share is None:
        return Confidence(name * 0.8, (reason, NO_VALUES))
    score = name * (0.25 + 0.75 * share)
    reasons = (reason, VALUES_FIT if share > 0.9 else VALUES_UNFIT)
    if fact.key == (column.name,) and _repeats(cells):
        return Confidence(score * 0.8, (*reasons, MANY_SAME))
    return Confidence(round(score, 3), reasons)


def _name_score(fact: Fact, column: Column, heading: str) -> tuple[float, Label]:
    plain, known = _plain(heading), known_headings(fact.name)[column.name]
    if plain in known:
        return 1.0, BY_NAME
    longer = [word for word in known if len(word) >= (2 if not word.isascii() else 4) and (word in plain)]
    return (0.7, BY_LIKENESS) if longer else (0.0, BY_LIKENESS)


@cache
def _synonyms() -> Any:
    """Fact → column → other headings for it; read once, it takes longer than looking at a file."""
    return yaml.safe_load(files("keiki.sources").joinpath("synonyms.yaml").read_text(encoding="utf-8"))


@cache
def known_headings(fact: str) -> dict[str, frozenset[str]]:
    """The headings that mean each column of a fact, plain: its name, its labels and their synonyms."""
    more = _synonyms().get(fact, {})
    return {
        c.name: frozenset(_plain(word) for word in (c.name, c.ja, c.en, *more.get(c.name, ())))
        for c in fact_of(fact).loadable
    }


def _plain(heading: str) -> str:
    """A heading without width, size of letters, spaces, signs and words in brackets that only name the tax or zone."""
    narrow = unicodedata.normalize("NFKC", heading).lower()
    return re.sub(r"[\W_]+", "", re.sub(r"\((?:utc|jst|円|jpy|yen)\)", "", narrow))


def fitting_share(kind: Kind, cells: Iterable[Any]) -> float | None:
    """The share of filled cells that look like a value of the kind, None when all are empty."""
    filled = [cell for cell in cells if _filled(cell)]
    if not filled:
        return None
    return sum(_fits(kind, cell) for cell in filled) / len(filled)


def _filled(cell: Any) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""


def _fits(kind: Kind, cell: Any) -> bool:
    if kind is Kind.TEXT:
        return not isinstance(cell, date | datetime)
    if kind is Kind.BOOLEAN:
        return isinstance(cell, bool) or str(cell).strip().lower() in BOOLEANS
    written = unicodedata.normalize("NFKC", str(cell)).strip()
    if kind in (Kind.DATE, Kind.TIMESTAMP):
        return isinstance(cell, date | datetime) or DATES.fullmatch(written) is not None
    if isinstance(cell, bool | date | datetime):
        return False
    return not isinstance(cell, str) or (VALUE.fullmatch(written) is not None and DATES.fullmatch(written) is None)


def _repeats(cells: Sequence[Any]) -> bool:
    """Whether values that should be a key come again and again."""
    filled = [cell for cell in cells if _filled(cell)]
    return len(filled) >= 10 and len(set(filled)) < 0.5 * len(filled)


def date_order(cells: Iterable[Any]) -> str | None:
    """`mdy` or `dmy` when some date such as 1/13/2025 shows it and none speaks against it, else None."""
    found = [PARTS.match(str(cell)) for cell in cells if isinstance(cell, str)]
    pairs = [(int(m[1]), int(m[2])) for m in found if m]
    month_first, day_first = any(second > 12 for _, second in pairs), any(first > 12 for first, _ in pairs)
    if month_first == day_first:
        return None
    return "mdy" if month_first else "dmy"
