"""docs/reference/measures.md: every measure that formulas may use."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

from keiki.formula.show import show, show_condition
from keiki.measures.load import load_measures
from keiki.measures.measure import Measure
from tools.pages.markdown import page, table


def pages(root: Path) -> dict[str, str]:
    """The page by file name."""
    measures = sorted(load_measures().values(), key=lambda measure: (measure.fact, measure.id))
    lead = (
        f"The {len(measures)} numbers that formulas are made of: each one aggregate of one fact or model.\n\n"
        f"式の材料になる {len(measures)} 個の数値です。それぞれ1つのファクトかモデルの集計です。"
    )
    sections = [
        f"## {fact}\n\n" + table(["measure", "日本語", "English", "how", "unit"], [_row(measure) for measure in group])
        for fact, group in groupby(measures, key=lambda measure: measure.fact)
    ]
    return {"measures.md": page("Measures / メジャー", lead, *sections)}


def _row(measure: Measure) -> list[str]:
    column = show(measure.column) if measure.column is not None else ""
    how = f"{measure.model} of {column}" if measure.model else f"{measure.aggregation}({column})"
    if measure.where is not None:
        how += f" where {show_condition(measure.where)}"
    return [f"`{measure.id}`", measure.ja, measure.en, f"`{how}`", measure.unit]
