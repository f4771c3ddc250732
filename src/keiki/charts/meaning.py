"""One sentence under a picture of parts, steps, lines or movements: the largest, the share, where it falls."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from keiki.charts.axes import finite
from keiki.charts.bridge import End, Step
from keiki.charts.format import JAPANESE, Style, difference, number
from keiki.charts.lines import Line
from keiki.charts.rows import Part
from keiki.charts.stacked import Column

NOTHING = ("まだ値がありません。", "There are no values yet.")


def parts_sentence(found: Sequence[Part], unit: str, style: Style = JAPANESE, total: float | None = None) -> str:
    """The largest part, with its share where the parts add up; else how far it lies from the smallest."""
    known = [(value, part.label) for part in found for value in (finite(part.value),) if value is not None]
    if not known:
        return NOTHING[not style.japanese]
    most, first = max(known)
    amount = number(most, unit, style)
    if total:
        share = number(most / total, "ratio", style)
        return (
            f"最も大きいのは{first}で、{amount}（全体の{share}）。"
            if style.japanese
            else (f"{first} is the largest: {amount}, {share} of the whole.")
        )
    least, last = min(known)
    if len(known) == 1 or least == most:
        return f"{first}は{amount}。" if style.japanese else f"{first} is at {amount}."
    low = number(least, unit, style)
    return (
        f"最も高いのは{first}の{amount}、最も低いのは{last}の{low}。"
        if style.japanese
        else (f"{first} is highest at {amount}, {last} lowest at {low}.")
    )


def funnel_sentence(steps: Sequence[Part], style: Style = JAPANESE) -> str:
    """How many of the first step reach the last, and before which step most are lost."""
    values = [finite(step.value) for step in steps]
    if len(steps) < 2 or not values[0]:
        return NOTHING[not style.japanese]
    drops = [
        (1 - after / before, steps[place].label, steps[place + 1].label)
        for place, (before, after) in enumerate(pairwise(values))
        if before and after is not None
    ]
    reached = number(None if values[-1] is None else values[-1] / values[0], "ratio", style)
    first, last = steps[0].label, steps[-1].label
    told = f"{first}の{reached}が{last}に至る。" if style.japanese else f"{reached} of {first} reach {last}."
    lost, before, after = max(drops, default=(0.0, "", ""))
    if lost <= 0:
        return told
    share = number(lost, "ratio", style)
    return (
        f"{told}最も落ちるのは{before}から{after}（{share}離脱）。"
        if style.japanese
        else (f"{told} Most are lost from {before} to {after} ({share}).")
    )


def movements_sentence(ends: tuple[End, End], steps: Sequence[Step], unit: str, style: Style = JAPANESE) -> str:
    """From the start to the end of a waterfall: by how much, and the largest movement either way."""
    start, end = finite(ends[0][1]), finite(ends[1][1])
    if start is None or end is None:
        return NOTHING[not style.japanese]
    amount = difference(end, start, unit, style)
    added = max(steps, key=lambda step: step.amount, default=None)
    taken = min(steps, key=lambda step: step.amount, default=None)
    told = [
        f"{step.label}（{words}）" if style.japanese else f"{step.label} ({words})"
        for step, sign in ((added, 1), (taken, -1))
        if step is not None and step.amount * sign > 0
        for words in (difference(step.amount, 0.0, unit, style),)
    ]
    if style.japanese:
        return f"{ends[0][0]}から{ends[1][0]}まで{amount}。" + (f"大きな動きは{'と'.join(told)}。" if told else "")
    return f"{amount} from {ends[0][0]} to {ends[1][0]}." + (f" Largest: {' and '.join(told)}." if told else "")


def lines_sentence(series: Sequence[Line], labels: Sequence[str], unit: str, style: Style = JAPANESE) -> str:
    """Which line is highest and which lowest at the last place that any of them has reached."""
    ends = [
        (place, value, line.name)
        for line in series
        for place, value in [next(((n, v) for n, v in reversed(_known(line)) if v is not None), (-1, 0.0))]
        if place >= 0
    ]
    if not ends:
        return NOTHING[not style.japanese]
    last = max(place for place, _value, _name in ends)
    there = sorted((value, name) for place, value, name in ends if place == last)
    (low, lowest), (high, highest) = there[0], there[-1]
    at = labels[last] if last < len(labels) else ""
    top = number(high, unit, style)
    if len(there) == 1:
        return f"{at}の{highest}は{top}。" if style.japanese else f"{highest} is at {top} ({at})."
    least = number(low, unit, style)
    return (
        f"{at}で最も高いのは{highest}の{top}、最も低いのは{lowest}の{least}。"
        if style.japanese
        else (f"At {at}, {highest} is highest with {top} and {lowest} lowest with {least}.")
    )


def _known(line: Line) -> list[tuple[int, float | None]]:
    return [(place, finite(value)) for place, value in enumerate(line.values)]


def heat_sentence(
    rows: Sequence[tuple[str, Sequence[float | None]]], columns: Sequence[str], unit: str, style: Style = JAPANESE
) -> str:
    """In which row and column the value is highest, and in which lowest."""
    known = [
        (value, name, columns[place])
        for name, values in rows
        for place, value in enumerate(map(finite, values))
        if value is not None
    ]
    if not known:
        return NOTHING[not style.japanese]
    (high, top, then), (low, bottom, when) = max(known, key=_first), min(known, key=_first)
    most, least = number(high, unit, style), number(low, unit, style)
    if high == low:
        return f"どこでも{most}。" if style.japanese else f"It is {most} everywhere."
    return (
        f"最も高いのは{then}の{top}で{most}、最も低いのは{when}の{bottom}で{least}。"
        if style.japanese
        else f"{top} is highest with {most} in {then}, {bottom} lowest with {least} in {when}."
    )


def _first(told: tuple[float, str, str]) -> float:
    return told[0]


def stacked_sentence(columns: Sequence[Column], parts: Sequence[tuple[str, str]], style: Style = JAPANESE) -> str:
    """Which part is largest in the last complete period, and whose share changed most since the first."""
    whole = [column for column in columns if column.complete and sum(max(part, 0.0) for part in column.parts) > 0]
    if not whole:
        return NOTHING[not style.japanese]
    now, then = _shares(whole[-1]), _shares(whole[0])
    largest = max(range(len(parts)), key=lambda place: now[place])
    name, share, at = parts[largest][0], number(now[largest], "ratio", style), whole[-1].label
    told = f"{at}は{name}が{share}で最大。" if style.japanese else f"In {at}, {name} is largest with {share}."
    moved = max(range(len(parts)), key=lambda place: (round(abs(now[place] - then[place]), 9), now[place]))
    gap = difference(now[moved], then[moved], "ratio", style)
    if len(whole) == 1 or gap.startswith("±"):
        return told
    return (
        f"{told}{whole[0].label}から最も変わったのは{parts[moved][0]}（{gap}）。"
        if style.japanese
        else (f"{told} Since {whole[0].label}, {parts[moved][0]} changed most ({gap}).")
    )


def _shares(column: Column) -> list[float]:
    whole = sum(max(part, 0.0) for part in column.parts)
    return [max(part, 0.0) / whole for part in column.parts]
