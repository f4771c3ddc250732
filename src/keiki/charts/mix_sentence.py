"""One sentence on why a ratio changed, that a manager can read aloud: inside the segments, or by their weights."""

from __future__ import annotations

from keiki.charts.format import JAPANESE, Style, difference, number
from keiki.trees.mix import SegmentPart, Split

SMALL = 0.1
"""Below this part of the larger effect the smaller one is not worth a word."""


def segment_label(part: SegmentPart, style: Style = JAPANESE) -> str:
    """The name of a segment; rows without a value in the column have a name too."""
    empty = "（なし）" if style.japanese else "(none)"
    return " / ".join(name or empty for name in part.segment)


def mix_sentence(label: str, split: Split, unit: str, style: Style = JAPANESE) -> str:
    """What moved a KPI from one period to another, by its segments."""
    if split.change is None:
        return f"{label}は比べられません。" if style.japanese else f"{label} cannot be compared."
    moved = difference(split.after, split.before, unit, style)
    ends = [number(value, unit, style) for value in (split.before, split.after)]
    if not any(digit in "123456789" for digit in moved):
        return f"{label}は{ends[1]}で、変わっていません。" if style.japanese else f"{label} stayed at {ends[1]}."
    size = moved[1:]
    up = split.change > 0
    start = (
        f"{label}は{ends[0]}から{ends[1]}へ{size}{'上がりました' if up else '下がりました'}。"
        if style.japanese
        else f"{label} {'rose' if up else 'fell'} by {size}, from {ends[0]} to {ends[1]}."
    )
    told = _ratio(split, unit, style) if split.rate is not None else _amount(split, unit, style)
    return f"{start}{'' if style.japanese or not told else ' '}{told}"


def _amount(split: Split, unit: str, style: Style) -> str:
    if not split.parts:
        return ""
    first = split.parts[0]
    name, part = segment_label(first, style), difference(first.part, 0.0, unit, style)
    return f"最も大きく動いたのは{name}（{part}）です。" if style.japanese else f"{name} moved most ({part})."


def _ratio(split: Split, unit: str, style: Style) -> str:
    rate, mix = split.rate or 0.0, split.mix or 0.0
    bare = sum(part.part - (part.rate or 0.0) - (part.mix or 0.0) for part in split.parts)
    larger = max(abs(rate), abs(mix), abs(bare))
    if larger == 0:
        return ""
    if split.turned_by_mix:
        return _turned(split, unit, style)
    parts = []
    if abs(rate) >= SMALL * larger:
        parts.append(_inside(split, unit, style))
    if abs(mix) >= SMALL * larger:
        parts.append(_weights(split, unit, style))
    if abs(bare) >= SMALL * larger:
        parts.append(_bare(split, bare, unit, style))
    listed = [", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts
    joined = "、".join(parts) + "です。" if style.japanese else " and ".join(listed) + "."
    return joined if style.japanese else joined[0].upper() + joined[1:]


def _turned(split: Split, unit: str, style: Style) -> str:
    up = (split.rate or 0.0) > 0
    first = max(split.parts, key=lambda p: abs(p.mix or 0.0))
    name, (start, end) = segment_label(first, style), _shares(first, style)
    rate, mix = (difference(value, 0.0, unit, style) for value in (split.rate, split.mix))
    if style.japanese:
        return (
            f"どの内訳も値は{'上がりました' if up else '下がりました'}が（合わせて{rate}）、"
            f"{name}の割合が{start}から{end}に変わったため、構成の変化で{mix}です。"
        )
    return (
        f"Every segment by itself went {'up' if up else 'down'} ({rate} together), but {name} went from {start} to "
        f"{end} of the whole, and that mix made {mix}."
    )


def _inside(split: Split, unit: str, style: Style) -> str:
    first = max(split.parts, key=lambda p: _same_way(p.rate, split.rate))
    name, effect = segment_label(first, style), difference(split.rate, 0.0, unit, style)
    start, end = (number(value, unit, style) for value in (first.before, first.after))
    if style.japanese:
        return f"内訳ごとの値の変化は{effect}（最も大きいのは{name}、{start}→{end}）"
    return f"the segments' own values {_made(effect)} (most of all {name}, {start} to {end})"


def _weights(split: Split, unit: str, style: Style) -> str:
    first = max(split.parts, key=lambda p: _same_way(p.mix, split.mix))
    name, effect = segment_label(first, style), difference(split.mix, 0.0, unit, style)
    start, end = _shares(first, style)
    if style.japanese:
        return f"構成の変化は{effect}（最も大きいのは{name}、割合が{start}→{end}）"
    return f"the mix {_made(effect)} (most of all {name}, {start} to {end} of the whole)"


def _bare(split: Split, bare: float, unit: str, style: Style) -> str:
    """What stands above the line of segments that have nothing below it."""
    first = max(split.parts, key=lambda p: _same_way(p.part - (p.rate or 0.0) - (p.mix or 0.0), bare))
    name, effect = segment_label(first, style), difference(bare, 0.0, unit, style)
    if style.japanese:
        return f"分母のない内訳の分は{effect}（最も大きいのは{name}）"
    return f"segments without a base {_made(effect)} (most of all {name})"


def _same_way(part: float | None, whole: float | None) -> float:
    """How much a part did in the direction in which all of them went together."""
    return (part or 0.0) * (1 if (whole or 0.0) > 0 else -1)


def _made(effect: str) -> str:
    return f"{'added' if effect.startswith('+') else 'took'} {effect[1:]}"


def _shares(part: SegmentPart, style: Style) -> tuple[str, str]:
    return number(part.share_before, "ratio", style), number(part.share_after, "ratio", style)
