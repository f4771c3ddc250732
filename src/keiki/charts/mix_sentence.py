"""One sentence on why a ratio changed, that a manager can read aloud: inside the segments, or by their weights."""

from __future__ import annotations

from keiki.charts.format import JAPANESE, Style, decimal, difference, number
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
    larger = max(abs(rate), abs(mix))
    if larger == 0:
        return ""
    effects = [difference(value, 0.0, unit, style) for value in (rate, mix)]
    parts = []
    if abs(rate) >= SMALL * larger:
        parts.append(_inside(split, effects[0], rate > 0, style))
    if abs(mix) >= SMALL * larger:
        parts.append(_weights(split, effects[1], style))
    if len(parts) == 2 and (rate > 0) != (mix > 0):
        joined = f"{parts[0]}が、{parts[1]}。" if style.japanese else f"{parts[0]}, but {parts[1]}."
    else:
        joined = "、".join(parts) + "。" if style.japanese else " and ".join(parts) + "."
    return joined if style.japanese else joined[0].upper() + joined[1:]


def _inside(split: Split, effect: str, up: bool, style: Style) -> str:
    if split.turned_by_mix:
        if style.japanese:
            return f"どの内訳も{'上がった' if up else '下がった'}（影響 {effect}）"
        return f"every segment by itself went {'up' if up else 'down'} ({effect})"
    first = max(split.parts, key=lambda p: abs(p.rate or 0.0))
    name, own = segment_label(first, style), f"{_shift(first, style)}"
    if style.japanese:
        return f"内訳ごとの値の変化が{effect}（最も大きいのは{name}{own}）"
    return f"the segments' own values made {effect} (most of all {name}{own})"


def _weights(split: Split, effect: str, style: Style) -> str:
    first = max(split.parts, key=lambda p: abs(p.mix or 0.0))
    name = segment_label(first, style)
    shares = [number(value, "ratio", style) for value in (first.share_before, first.share_after)]
    if style.japanese:
        return f"{name}の割合が{shares[0]}から{shares[1]}になり、構成の変化が{effect}"
    return f"{name} went from {shares[0]} to {shares[1]} of the whole, and that mix made {effect}"


def _shift(part: SegmentPart, style: Style) -> str:
    if decimal(part.before) is None or decimal(part.after) is None:
        return ""
    ends = [number(value, "ratio", style) for value in (part.before, part.after)] if _small(part) else None
    return "" if ends is None else (f" {ends[0]}→{ends[1]}" if style.japanese else f", {ends[0]} to {ends[1]}")


def _small(part: SegmentPart) -> bool:
    return part.before is not None and part.after is not None and max(abs(part.before), abs(part.after)) <= 1
