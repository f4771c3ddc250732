"""A number or a target as a person types it, “-5%”, and everything it could mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from keiki.errors import TargetOutOfReach, UnitDoesNotFit, UnreadableTarget
from keiki.measures.units import UNITS

ABSOLUTE, RELATIVE, POINTS, CHANGE = "absolute", "relative", "points", "change"
MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "▲": "-", "△": "-", "‐": "-", "ー": "-"})
TYPED = re.compile(
    r"(?P<times>[x×*])?(?P<sign>[+-])?(?P<amount>\d{1,18}(?:\.\d{1,12})?|\.\d{1,12})"
    r"(?P<scale>千|万|億|k|m)?(?P<unit>%|パーセント|percent|pts?|points?|ポイント|倍|times|x|円|yen|件|人|回|日|分|時間)?"
    r"(?P<way>増|減|増加|減少|アップ|ダウン|up|down|more|less)?",
    re.IGNORECASE,
)
WAY = re.compile(r"(?:増|減|増加|減少|アップ|ダウン|up|down|more|less)$", re.IGNORECASE)
UNIT_WORDS = {"ratio": ("％", "per cent"), "currency": ("金額", "money")}
"""Units as a person says them who types a number."""
GROUPS_BROKEN = re.compile(r"\d[,、](?!\d{3}(?!\d))")
"""A comma that does not part thousands: 1,5 may be meant as one and a half."""
SCALES = {"千": 1e3, "万": 1e4, "億": 1e8, "k": 1e3, "m": 1e6}
PERCENT = frozenset({"%", "パーセント", "percent"})
POINT = frozenset({"pt", "pts", "point", "points", "ポイント"})
TIMES = frozenset({"倍", "times", "x"})
MOST = 1e15
LONGEST = 40
"""Characters of a typed number."""
LARGEST = {"ratio": 1_000.0}
"""Beyond these a value is a slip of the hand."""
COUNTED = frozenset({"count", "items", "per_year", "number", "distribution"})
SIGNS = (
    (re.compile(r"[¥￥$€£円]|\byen\b|\d\s*(?:yen|jpy|usd)", re.IGNORECASE), frozenset({"currency"})),
    (re.compile(r"%|パーセント|percent", re.IGNORECASE), frozenset({"ratio"})),
    (re.compile(r"[件人回]"), COUNTED),
    (re.compile(r"点"), COUNTED | {"score", "points"}),
    (re.compile(r"日"), COUNTED | {"days", "business_days"}),
    (re.compile(r"分"), COUNTED | {"minutes"}),
    (re.compile(r"時間"), COUNTED | {"hours"}),
)
"""Signs that people write beside a number, and the units that they may mean."""
DOWN = frozenset({"減", "減少", "ダウン", "down", "less"})


@dataclass(frozen=True)
class Reading:
    """One meaning of what was typed: the target's value, and which kind of change it is, in both languages.

    `kind`: `absolute` (this very value), `relative` (a share of the value now), `points` (percentage points), `change`
    (so much more or less).
    """

    kind: str
    value: float
    ja: str
    en: str


def stated(text: str, current: float | None = None, unit: str = "ratio") -> tuple[Reading, ...]:
    """Every meaning of a typed target for a KPI with that unit and that value now, the most likely first.

    A ratio is written as a fraction: 10 % is 0.1. Raises `UnreadableTarget` for what is no number, and for a change
    when there is no value to change; `TargetOutOfReach` for what is larger than any number of that unit;
    `UnitDoesNotFit` for the sign of another unit, ¥1,200 for a rate.

    >>> [(r.kind, round(r.value, 6)) for r in stated("-5%", 0.10)]
    [('relative', 0.095), ('points', 0.05)]
    >>> [(r.kind, r.value) for r in stated("1.2倍", 8000.0, "currency")]
    [('relative', 9600.0)]
    """
    plain = unicodedata.normalize("NFKC", text).translate(MINUS)
    if GROUPS_BROKEN.search(plain):
        raise UnreadableTarget(text=text[:40])
    misfit = ill_fitting(text, unit, changes=True)
    if misfit is not None:
        raise misfit
    typed = TYPED.fullmatch(re.sub(r"[\s,、¥￥$]", "", plain))
    if typed is None:
        raise UnreadableTarget(text=text[:40])
    found = tuple(_readings(typed, current, unit))
    if not found:
        raise UnreadableTarget(text=text[:40])
    if any(abs(reading.value) > LARGEST.get(unit, MOST) for reading in found):
        most = f"{LARGEST[unit] * 100:,.0f}%" if unit in LARGEST else f"{MOST:,.0f}"
        raise TargetOutOfReach(text=text[:40], most=most)
    return found


def ill_fitting(text: str, unit: str, *, changes: bool = False) -> UnitDoesNotFit | None:
    """What is wrong with a typed number that carries the sign of another unit; None when nothing is.

    With `changes`, per cent also say how far any number moves, as long as the direction is said: +10%, 5%減.

    >>> ill_fitting("¥1,200", "ratio").words("ja")
    '「¥1,200」は単位が合いません。ここの単位は％です。2.5%のように入れてください。'
    >>> ill_fitting("80%", "currency", changes=True).words("en")
    '“80%” does not fit: the unit here is money. Write it like 1,200 or +10%.'
    >>> ill_fitting("1,200円", "currency"), ill_fitting("+10%", "currency", changes=True), ill_fitting("5％", "ratio")
    (None, None, None)
    """
    plain = unicodedata.normalize("NFKC", text).translate(MINUS).strip()
    moves = changes and (plain[:1] in {"+", "-"} or WAY.search(plain) is not None)
    allowed = {unit, "ratio"} if moves else {unit}
    if all(allowed & units for sign, units in SIGNS if sign.search(plain)):
        return None
    example = "2.5%" if unit == "ratio" else "1,200"
    known = UNITS.get(unit)
    ja, en = UNIT_WORDS.get(unit, (known.ja, known.en) if known else (unit, unit))
    return UnitDoesNotFit(
        text=text.strip()[:40],
        unit=en,
        unit_ja=ja,
        example=f"{example} or +10%" if changes else example,
        example_ja=f"{example}か+10%" if changes else example,
    )


def amount_of(text: str, unit: str) -> float | None:
    """A number as people type it; a share as a fraction or with the sign, 0.05 or 5%. None when it is neither, or that
    of another unit.

    >>> amount_of("5％", "ratio"), amount_of("0.05", "ratio"), amount_of("1,200円", "currency"), amount_of("x", "ratio")
    (0.05, 0.05, 1200.0, None)
    >>> amount_of("¥1,200", "ratio"), amount_of("5%", "currency")
    (None, None)
    """
    if ill_fitting(text, unit) is not None:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace("\u2212", "-")
    percent = unit == "ratio" and plain.endswith("%")
    plain = plain.rstrip("%円回人件年月か ").lstrip("¥$€£ ")
    try:
        number = Decimal(plain) if len(plain) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > MOST:
        return None
    return float(number / 100 if percent else number)


def _readings(typed: re.Match[str], current: float | None, unit: str) -> list[Reading]:
    amount = float(typed["amount"]) * SCALES.get((typed["scale"] or "").lower(), 1.0)
    word, way = (typed["unit"] or "").lower(), (typed["way"] or "").lower()
    signed = bool(typed["sign"] or way)
    change = -amount if typed["sign"] == "-" or way in DOWN else amount
    ratio = unit == "ratio"
    if typed["times"] or word in TIMES:
        return (
            []
            if signed
            else _relative(current, amount, f"今の{_figure(amount)}倍", f"{_figure(amount)} times the value now")
        )
    if word in PERCENT:
        if signed:
            return _relative(current, 1 + change / 100, *_less(change, "%", "%")) + (
                _points(current, change) if ratio else []
            )
        return [_absolute(amount / 100, f"{_figure(amount)}%", f"{_figure(amount)}%")]
    if ratio and (signed or word in POINT):
        return _points(current, change)
    if signed or word in POINT:
        moved = _moved(CHANGE, current, change, *_less(change, "", ""))
        return moved + ([_absolute(change, _figure(change), _figure(change))] if not way else [])
    if ratio and not word:
        as_percent = _absolute(amount / 100, f"{_figure(amount)}%", f"{_figure(amount)}%")
        as_is = _absolute(amount, f"{_figure(amount * 100)}%", f"{_figure(amount * 100)}%")
        return [as_is, as_percent] if amount < 1 else [as_percent, as_is]
    return [_absolute(amount, _figure(amount), _figure(amount))]


def _absolute(value: float, ja: str, en: str) -> Reading:
    return Reading(ABSOLUTE, value, f"{ja}にする", f"to {en}")


def _relative(current: float | None, factor: float, ja: str, en: str) -> list[Reading]:
    return [] if current is None else [Reading(RELATIVE, current * factor, ja, en)]


def _points(current: float | None, change: float) -> list[Reading]:
    return _moved(POINTS, current, change / 100, *_less(change, "ポイント", " points"))


def _moved(kind: str, current: float | None, change: float, ja: str, en: str) -> list[Reading]:
    return [] if current is None else [Reading(kind, current + change, ja, en)]


def _less(change: float, ja: str, en: str) -> tuple[str, str]:
    size = _figure(abs(change))
    return f"今より{size}{ja}{'減' if change < 0 else '増'}", f"{size}{en} {'less' if change < 0 else 'more'} than now"


def _figure(value: float) -> str:
    return f"{value:,.12g}"
