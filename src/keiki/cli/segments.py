"""`keiki explain … --by`: a KPI's change by the segments of a dimension."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keiki.cli.options import style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.tree import tree_named
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.periods import Period
    from keiki.trees.mix import Split


def show_split(
    own: Business, name: str, dimension: str, before: Period, after: Period, *, where: str | None, as_json: bool
) -> None:
    """The change of a KPI, or of the goal of a tree, by a dimension."""
    from keiki.charts.mix_sentence import mix_sentence

    kpi = _kpi(own, name)
    split = own.explain_by(kpi, dimension, before, after, where=where)
    if as_json:
        periods = [{"start": period.start, "end": period.end} for period in (before, after)]
        show_json({"kpi": kpi, "dimension": dimension, "periods": periods, **asdict(split)})
        return
    known = own.catalogue.kpis.get(kpi)
    label, unit = (say(known.en, known.ja), known.unit) if known else (kpi, "number")
    style, shown = style_of(own), _named(split, dimension)
    tell(mix_sentence(label, shown, unit, style))
    _table(shown, unit, style)


def segment_words(dimension: str, value: str | None) -> str:
    """One value of a dimension in the reader's words; rows without one are said to be empty."""
    from keiki.facts import value_words

    return say("(empty)", "（空）") if not value else value_words(dimension, value, language())


def _named(split: Split, dimension: str) -> Split:
    """The split with the values of its dimension in the reader's words."""
    from keiki.facts import value_words

    def words(value: str | None) -> str | None:
        return None if value is None else value_words(dimension, value, language())

    parts = tuple(replace(part, segment=tuple(map(words, part.segment))) for part in split.parts)
    return replace(split, parts=parts)


def _kpi(own: Business, name: str) -> str:
    """The KPI named, or the goal of the tree named."""
    if name in own.catalogue.kpis:
        return name
    if name in own.catalogue.templates or Path(name).is_file():
        found = own.tree_named(tree_named(name)).root.kpi
        return found or name
    return name


def _table(split: Split, unit: str, style: Style) -> None:
    from keiki.charts.format import difference, number
    from keiki.charts.mix_sentence import segment_label

    ratio = split.rate is not None
    head = ["", say("value", "値"), say("share", "割合")]
    head += [say("own change", "値の変化"), say("mix", "構成の変化")] if ratio else []
    rows = []
    for part in split.parts:
        row = [
            segment_label(part, style),
            f"{number(part.before, unit, style)} → {number(part.after, unit, style)}",
            f"{number(part.share_before, 'ratio', style)} → {number(part.share_after, 'ratio', style)}",
        ]
        row += [difference(value, 0.0, unit, style) for value in (part.rate, part.mix)] if ratio else []
        rows.append([*row, difference(part.part, 0.0, unit, style)])
    if split.rest and abs(split.rest) > 1e-9 * max(abs(split.before or 0.0), abs(split.after or 0.0)):
        blank = [""] * (len(head) - 1)
        rows.append(
            [say("not told by segments", "内訳で説明できない分"), *blank, difference(split.rest, 0, unit, style)]
        )
    show_table([*head, say("effect", "影響")], rows)
