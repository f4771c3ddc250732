"""One sentence that says what a number means: against which period, how far, and what moved it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keiki.charts.aim import Aim
from keiki.charts.format import ABSOLUTE_CHANGE, JAPANESE, MISSING, Style, change, difference
from keiki.periods import Grain

AGAINST: Final[dict[tuple[str, Grain], tuple[str, str]]] = {
    ("previous", Grain.DAY): ("前日", "the day before"),
    ("previous", Grain.WEEK): ("前週", "the previous week"),
    ("previous", Grain.MONTH): ("前月", "the previous month"),
    ("previous", Grain.QUARTER): ("前四半期", "the previous quarter"),
    ("previous", Grain.YEAR): ("前年", "the previous year"),
    ("last_year", Grain.DAY): ("前年同日", "the same day last year"),
    ("last_year", Grain.WEEK): ("前年同週", "the same week last year"),
    ("last_year", Grain.MONTH): ("前年同月", "the same month last year"),
    ("last_year", Grain.QUARTER): ("前年同期", "the same quarter last year"),
    ("last_year", Grain.YEAR): ("前年", "the previous year"),
}


BRIEFLY: Final[dict[str, dict[Grain, str]]] = {
    "previous": {
        Grain.DAY: "Day before",
        Grain.WEEK: "Prev. week",
        Grain.MONTH: "Prev. month",
        Grain.QUARTER: "Prev. quarter",
        Grain.YEAR: "Prev. year",
    },
    "last_year": dict.fromkeys(Grain, "Last year"),
}


@dataclass(frozen=True)
class Driver:
    """What moved the number most: its name and its part of the change, in the number's own unit.

    `of_target`: not since the period compared with, but by missing its own target.
    """

    label: str
    part: float
    of_target: bool = False


@dataclass(frozen=True)
class Told:
    """A value beside the one it is compared with. `days` is set while the period still runs; with an `aim` the
    sentence speaks of the target.
    """

    value: float | None
    before: float | None
    unit: str
    grain: Grain = Grain.MONTH
    comparison: str = "previous"
    days: int | None = None
    driver: Driver | None = None
    aim: Aim | None = None


def against(comparison: str, grain: Grain, style: Style = JAPANESE) -> str:
    """The name of the period compared with: 前月, 前年同月, the previous month."""
    ja, en = AGAINST[comparison, grain]
    return ja if style.japanese else en


def briefly_against(comparison: str, grain: Grain, style: Style = JAPANESE) -> str:
    """The same for a card or a column head, where room is short: 前月, Prev. month."""
    return AGAINST[comparison, grain][0] if style.japanese else BRIEFLY[comparison][grain]


def sentence(told: Told, style: Style = JAPANESE) -> str:
    """What the value means, in one or two short sentences; says so when there is nothing to say."""
    if told.value is None:
        return "この期間の値はまだありません。" if style.japanese else "No value for this period yet."
    if told.aim is not None:
        return _of_target(told, told.value, told.aim, style)
    return _japanese(told, style) if style.japanese else _english(told, style)


def _japanese(told: Told, style: Style) -> str:
    period = against(told.comparison, told.grain, style)
    if told.days is not None:
        period = f"{period}の同じ{told.days}日間"
    start = "" if told.days is None else f"途中（{told.days}日分）の値。"
    if told.before is None:
        return f"{start}比べる{period}の値がありません。"
    size, up = _size(told, style)
    if size is None:
        return f"{start}{period}と同じ。"
    if size == MISSING:
        words = f"より{_distance(told, style)}{'多い' if up else '少ない'}"
    elif told.unit in ABSOLUTE_CHANGE:
        words = f"より{size}{'高い' if up else '低い'}"
    else:
        words = f"を{size}{'上回る' if up else '下回る'}"
    mover = "" if told.driver is None else f"最も大きく動かしたのは{told.driver.label}（{_part(told, style)}）。"
    return f"{start}{period}{words}。{mover}"


def _english(told: Told, style: Style) -> str:
    period = against(told.comparison, told.grain, style)
    if told.days is not None:
        count = "same day" if told.days == 1 else f"same {told.days} days"
        period = f"the {count} of {period}"
    start = "" if told.days is None else f"So far ({told.days} {'day' if told.days == 1 else 'days'}): "
    if told.before is None:
        return f"{start}{'n' if start else 'N'}o value of {period} to compare with."
    size, up = _size(told, style)
    if size is None:
        return f"{start}{'t' if start else 'T'}he same as {period}."
    shown = _distance(told, style) if size == MISSING else size
    mover = "" if told.driver is None else f" Moved most by {told.driver.label} ({_part(told, style)})."
    return f"{start}{shown} {'above' if up else 'below'} {period}.{mover}"


def _size(told: Told, style: Style) -> tuple[str | None, bool]:
    """The unsigned change as written (None when it rounds to nothing), and whether the value went up."""
    assert told.value is not None
    assert told.before is not None
    up = told.value > told.before
    if told.value == told.before:
        return None, up
    text = change(told.value, told.before, told.unit, style)
    if text.startswith("±"):
        return None, up
    return text if text == MISSING else text[1:], up


def _distance(told: Told, style: Style) -> str:
    return difference(told.value, told.before, told.unit, style)[1:]


def _part(told: Told, style: Style) -> str:
    assert told.driver is not None
    return difference(told.driver.part, 0.0, told.unit, style)


def _of_target(told: Told, value: float, aim: Aim, style: Style) -> str:
    """How the value stands to its target, and which missed target weighs on it or what moved it since before."""
    words = _target_japanese(told, value, aim, style) if style.japanese else _target_english(told, value, aim, style)
    if told.driver is not None and told.driver.of_target:
        if style.japanese:
            return f"{words}最も響いているのは{told.driver.label}の未達（{_part(told, style)}）。"
        return f"{words} The missed target of {told.driver.label} weighs most ({_part(told, style)})."
    if told.driver is None or told.before is None:
        return words
    period = against(told.comparison, told.grain, style)
    if style.japanese:
        return f"{words}{period}からの変化が最も大きいのは{told.driver.label}（{_part(told, style)}）。"
    return f"{words} Since {period}, moved most by {told.driver.label} ({_part(told, style)})."


def _target_japanese(told: Told, value: float, aim: Aim, style: Style) -> str:
    start = "" if told.days is None else f"途中（{told.days}日分）の値。"
    target = "目標" if told.days is None or aim.whole is None else "ここまでの目標"
    size = _from_target(told, value, aim, style)
    if aim.missing(value) == 0 and aim.low is not None and aim.high is not None:
        return f"{start}{target}の範囲内。"
    if size is None:
        return f"{start}{target}どおり。"
    up = value > (aim.bound(value) or 0.0)
    if told.unit in ABSOLUTE_CHANGE:
        words = f"{target}より{size}{'高い' if up else '低い'}"
    else:
        words = f"{target}を{size}{'上回る' if up else '下回る'}"
    return f"{start}{words}。" if aim.missing(value) else f"{start}{words}（達成）。"


def _target_english(told: Told, value: float, aim: Aim, style: Style) -> str:
    start = "" if told.days is None else f"So far ({told.days} {'day' if told.days == 1 else 'days'}): "
    target = "the target" if told.days is None or aim.whole is None else "the target by now"
    size = _from_target(told, value, aim, style)
    if aim.missing(value) == 0 and aim.low is not None and aim.high is not None:
        return f"{start}{'w' if start else 'W'}ithin {target}."
    if size is None:
        return f"{start}{'e' if start else 'E'}xactly {target}."
    side = "above" if value > (aim.bound(value) or 0.0) else "below"
    return f"{start}{size} {side} {target}." if aim.missing(value) else f"{start}{size} {side} {target}: reached."


def _from_target(told: Told, value: float, aim: Aim, style: Style) -> str | None:
    """The unsigned distance to the target; None when it rounds to nothing."""
    bound = aim.bound(value)
    text = change(value, bound, told.unit, style)
    text = difference(value, bound, told.unit, style) if text == MISSING else text
    return None if text.startswith("±") else text[1:]
