"""`keiki measure`: KPIs, measures or formulas over periods, as a table or as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import (
    DEFAULT_BUSINESS,
    DEFAULT_LAST,
    Against,
    AsJson,
    BusinessFolder,
    GrainName,
    Last,
    When,
    Where,
    lens_of,
    period_labels,
    reason_words,
    style_of,
    unit_of,
)
from keiki.cli.rates import tell_left_out
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.measured import Measured

HELP = say("Measure KPIs or formulas over periods.", "KPI や式を期間ごとに測る。")


def measure(
    kpis: Annotated[
        list[str], typer.Argument(help=say("Ids of KPIs or measures, or formulas.", "KPI・メジャーの ID、または式。"))
    ],
    when: When = None,
    grain: GrainName = None,
    last: Last = DEFAULT_LAST,
    by: Annotated[
        list[str] | None,
        typer.Option("--by", help=say("Split by this dimension; may be repeated.", "この切り口で分ける。複数可。")),
    ] = None,
    where: Where = None,
    against: Against = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One line per number and segment, one column per period, and the change of the last one."""
    import keiki

    with keiki.open(business) as own:
        measured = own.measure(kpis, lens_of(own, when, grain, last, where, against, tuple(by or ())))
        if as_json:
            left = [asdict(each) for each in keiki.left_out(own)]
            show_json({"snapshot": measured.snapshot, "rows": measured.rows(), "left_out": left})
            return
        _show(measured, style_of(own), {kpi: unit_of(own, kpi) for kpi in measured.formulas})
        tell_left_out(own)


def _show(measured: Measured, style: Style, units: Mapping[str, str]) -> None:
    from keiki.charts.format import change, counter_word, number

    rows = []
    for kpi in measured.formulas:
        label, unit = _label(measured, kpi), units[kpi]
        counter = counter_word(label) if style.japanese else ""
        for segment in ((), *measured.segments):
            values = measured.series(kpi, segment)
            name = "  " + " / ".join(part or say("(empty)", "（空）") for part in segment) if segment else label
            shown = [number(value, unit, style, counter) for value in values]
            rows.append([name, *shown, change(values[-1], measured.value(kpi, segment=segment, back=1), unit, style)])
    show_table(["", *period_labels(measured.lens), _against(measured)], rows)
    for kpi in measured.formulas:
        for reason in measured.missing(kpi, language()):
            tell(f"{_label(measured, kpi)}: {reason_words(reason)}")


def _label(measured: Measured, kpi: str) -> str:
    declared = measured.kpis.get(kpi)
    if declared is None:
        return kpi
    return declared.ja if language() == "ja" else declared.en


def _against(measured: Measured) -> str:
    yearly = measured.lens.comparison == "last_year"
    return say("vs last year", "前年比") if yearly else say("change", "前期比")
