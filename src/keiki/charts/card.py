"""A number on a card: its value, how it moved, what it stands beside, its status and its bullet bar, as written."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.charts.aim import Aim, bounds
from keiki.charts.chart import short
from keiki.charts.format import (
    ABSOLUTE_CHANGE,
    JAPANESE,
    MISSING,
    Style,
    change,
    counter_word,
    difference,
    exact,
    number,
)
from keiki.charts.sentence import briefly_against
from keiki.charts.status import standing
from keiki.periods import Grain

STATUS_WORDS = {
    "good": ("順調", "On track"),
    "watch": ("注意", "Watch"),
    "act": ("要対応", "Act now"),
    "none": ("未計測", "No data"),
    "plain": ("判定なし", "Not judged"),
}


@dataclass(frozen=True)
class Compared:
    """A number to be shown: its name, its value and the value it is compared with.

    `part` says that the period still runs; then `before` covers the same number of days. With an `aim` the number
    is judged by its target, and its change is the difference to it.
    """

    label: str
    value: float | None
    before: float | None
    unit: str
    direction: str = "higher"
    grain: Grain = Grain.MONTH
    comparison: str = "previous"
    part: bool = False
    counter: str = ""
    aim: Aim | None = None
    owner: str = ""


@dataclass(frozen=True)
class Bullet:
    """A bar of 100: the value as fill, the one compared with as tick; empty texts where there is none."""

    fill: str
    tick: str


@dataclass(frozen=True)
class Card:
    """Everything a card says, in the reader's language.

    `against` names what `change` is measured from: the target, else the period compared with; `moved` is always the
    change since that period. `by_now` is where the target says that a running period should stand;
    `gap` is the distance to the target in the number's own unit, where `change` is a share; `apart` says both.
    """

    label: str
    value: str
    exact: str
    before_exact: str
    change: str
    beside: str
    status: str
    part: bool
    bullet: Bullet | None
    spoken: str
    against: str = ""
    moved: str = ""
    target: str = ""
    target_exact: str = ""
    by_now: str = ""
    owner: str = ""
    gap: str = ""
    apart: str = ""
    before: str = ""


def card(shown: Compared, style: Style = JAPANESE, reason: str = "") -> Card:
    """The card of a number; `reason` stands beside a missing value and says why."""
    counter = shown.counter or counter_word(shown.label)
    value = number(shown.value, shown.unit, style, counter)
    aim = shown.aim
    measured_from = shown.before if aim is None else aim.bound(shown.value)
    gap = change(shown.value, measured_from, shown.unit, style)
    moved = gap if aim is None else change(shown.value, shown.before, shown.unit, style)
    found = standing(shown.value, shown.before, aim, shown.unit, shown.direction)
    beside = _beside(shown, style, counter, reason)
    gap, moved = ("" if words == MISSING else words for words in (gap, moved))
    distance = _gap(shown, measured_from, style)
    words = STATUS_WORDS[found][0 if style.japanese else 1]
    spoken = [shown.label, value, gap, beside, words]
    return Card(
        label=shown.label,
        value=value,
        exact=exact(shown.value, shown.unit, style, counter),
        before_exact=exact(shown.before, shown.unit, style, counter),
        before=number(shown.before, shown.unit, style, counter),
        change=gap,
        beside=beside,
        status=found,
        part=shown.part,
        bullet=bullet(shown.value, measured_from if aim is None else aim.full.bound(shown.value)),
        spoken=("、" if style.japanese else ", ").join(word for word in spoken if word and word != MISSING),
        against=_against(shown, style),
        moved=moved,
        target="" if aim is None else bounds(aim.full, shown.unit, style, counter),
        target_exact="" if aim is None else bounds(aim.full, shown.unit, style, counter, exactly=True),
        by_now="" if aim is None or aim.whole is None else bounds(aim, shown.unit, style, counter),
        owner=shown.owner,
        gap=distance,
        apart=gap if not distance or not gap else f"{distance}（{gap}）" if style.japanese else f"{distance} ({gap})",
    )


def _gap(shown: Compared, bound: float | None, style: Style) -> str:
    """The distance to the target; "" without one, and where the change is a distance already."""
    if shown.aim is None or shown.unit in ABSOLUTE_CHANGE or shown.value is None:
        return ""
    return difference(shown.value, bound, shown.unit, style)


def _against(shown: Compared, style: Style) -> str:
    if shown.aim is not None:
        return "目標との差" if style.japanese else "vs target"
    period = briefly_against(shown.comparison, shown.grain, style)
    return f"{period}比" if style.japanese else f"vs {period[:1].lower()}{period[1:]}"


def bullet(value: float | None, before: float | None) -> Bullet | None:
    """The bar of a value beside the one before; None when there is nothing that a bar from zero could show."""
    if value is None or value < 0 or (before is not None and before < 0):
        return None
    longest = max(value, before or 0.0)
    if longest == 0:
        return None
    scale = 96 / longest
    tick = "" if before is None else short(min(before * scale, 98.8))
    return Bullet(short(value * scale), tick)


def _beside(shown: Compared, style: Style, counter: str, reason: str) -> str:
    if shown.value is None and reason:
        return reason
    if shown.aim is not None:
        return _target_words(shown.aim, shown, style, counter)
    if shown.before is None:
        return ""
    period = briefly_against(shown.comparison, shown.grain, style)
    words = f"{period} {number(shown.before, shown.unit, style, counter)}"
    if not shown.part:
        return words
    return f"途中・{words}" if style.japanese else f"So far · {words}"


def _target_words(aim: Aim, shown: Compared, style: Style, counter: str) -> str:
    words = bounds(aim, shown.unit, style, counter)
    if aim.whole is None:
        return f"目標 {words}" if style.japanese else f"Target {words}"
    return f"途中・ここまでの目標 {words}" if style.japanese else f"So far · Target by now {words}"
