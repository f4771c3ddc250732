"""The units a number may have, their words, and what arithmetic on them proves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.errors import UnknownName
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference


@dataclass(frozen=True)
class Unit:
    """A unit in both languages. `family` groups units that may stand for each other in a sum."""

    name: str
    ja: str
    en: str
    family: str
    currency: int = 0


UNITS: dict[str, Unit] = {
    unit.name: unit
    for unit in (
        Unit("count", "件", "count", "count"),
        Unit("items", "点", "items", "count"),
        Unit("per_year", "回/年", "per year", "count"),
        Unit("currency", "通貨", "currency", "currency", currency=1),
        Unit("ratio", "比率", "ratio", "ratio"),
        Unit("points", "ポイント", "points", "points"),
        Unit("score", "点数", "score", "score"),
        Unit("rank", "順位", "rank", "rank"),
        Unit("seconds", "秒", "seconds", "seconds"),
        Unit("minutes", "分", "minutes", "minutes"),
        Unit("hours", "時間", "hours", "hours"),
        Unit("days", "日", "days", "days"),
        Unit("business_days", "営業日", "business days", "business_days"),
        Unit("months", "か月", "months", "months"),
        Unit("years", "年", "years", "years"),
        Unit("number", "数値", "number", "number"),
        Unit("distribution", "分布", "distribution", "number"),
    )
}


def unit(name: str) -> Unit:
    """The unit of that name; `UnknownName` suggests the nearest one."""
    if name not in UNITS:
        raise UnknownName(kind="unit", name=name, known=UNITS)
    return UNITS[name]


@dataclass(frozen=True)
class Dimension:
    """What arithmetic leaves of units: the power of money, and the family when it is known for certain.

    Rates per month or per customer are declared without their denominator (MRR is money), so a power of
    time proves nothing and is not kept. `currency` None: anything, as for a bare number or an observation.
    """

    currency: int | None
    family: str | None = None


ANYTHING = Dimension(None)
NUMBER = Dimension(None, "number")
"""A number written in the formula: scales a product, joins any sum."""


@dataclass(frozen=True)
class Clash:
    """Two families that a formula adds or compares though they cannot be."""

    left: str
    right: str


def declared(name: str) -> Dimension:
    """The dimension of a declared unit."""
    known = unit(name)
    return ANYTHING if known.family == "number" else Dimension(known.currency, known.family)


def fits(found: Dimension, wanted: str) -> bool:
    """False only when the arithmetic proves that a formula cannot have the declared unit.

    >>> fits(Dimension(1), "ratio"), fits(Dimension(0), "ratio"), fits(Dimension(0, "count"), "ratio")
    (False, True, False)
    """
    target = declared(wanted)
    if target.currency is not None and found.currency is not None and target.currency != found.currency:
        return False
    if found.currency is None or found.family is None or target.family is None:
        return True
    return found.family == target.family


def dimension(formula: Formula, units: dict[str, str], clashes: list[Clash] | None = None) -> Dimension:
    """The dimension of a formula whose references have `units` (id → unit); impossible sums go to `clashes`."""
    found = clashes if clashes is not None else []
    match formula:
        case Number():
            return NUMBER
        case Reference(id=name):
            return declared(units[name]) if name in units else ANYTHING
        case Negate(operand=operand):
            return dimension(operand, units, found)
        case Binary(op="+" | "-", left=left, right=right):
            return _alike([dimension(left, units, found), dimension(right, units, found)], found)
        case Binary(op=op, left=left, right=right):
            return _scaled(op, dimension(left, units, found), dimension(right, units, found))
        case Call(name="growth", arguments=arguments):
            dimension(arguments[0], units, found)
            return Dimension(0, "ratio")
        case Call(arguments=arguments):
            return _alike([dimension(a, units, found) for a in arguments], found)


def counts_per_count(formula: Formula, units: Mapping[str, str]) -> bool:
    """Whether a rate is made of counts alone and nothing is taken off, as conversions / sessions: never below 0, and
    above 1 only where there is more than one for each.

    >>> from keiki.formula.parse import parse
    >>> units = {"orders": "count", "visits": "count", "sales": "currency"}
    >>> [counts_per_count(parse(text), units) for text in ("orders / visits", "sales / visits", "1 - orders / visits")]
    [True, False, False]
    """
    match formula:
        case Number(value=value):
            return value >= 0
        case Reference(id=name):
            return name in units and unit(units[name]).family == "count"
        case Binary(op="-") | Negate() | Call(name="growth"):
            return False
        case Binary(left=left, right=right):
            return counts_per_count(left, units) and counts_per_count(right, units)
        case Call(arguments=arguments):
            return all(counts_per_count(each, units) for each in arguments)


def _alike(parts: list[Dimension], clashes: list[Clash]) -> Dimension:
    sure = [p for p in parts if p.currency is not None]
    families = [p.family for p in sure if p.family is not None]
    powers = {p.currency for p in sure}
    if len(powers) > 1 or len(set(families)) > 1:
        names = [p.family or _money(p.currency) for p in sure]
        clashes.append(Clash(names[0], next((n for n in names if n != names[0]), names[-1])))
        return ANYTHING
    if not sure:
        return ANYTHING if ANYTHING in parts else NUMBER
    whole = len(families) == len(sure) and ANYTHING not in parts
    return Dimension(sure[0].currency, families[0] if families and whole else None)


def _scaled(op: str, left: Dimension, right: Dimension) -> Dimension:
    if left is NUMBER and right is NUMBER:
        return NUMBER
    if ANYTHING in (left, right):
        return ANYTHING
    sign = 1 if op == "*" else -1
    return Dimension((left.currency or 0) + sign * (right.currency or 0))


def _money(power: int | None) -> str:
    return "currency" if power == 1 else f"currency^{power}" if power else "ratio"
