"""`keiki together`: a KPI of several businesses, and of all of them as one company."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, GrainName, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.together import Together

HELP = say("A KPI of several businesses and their total.", "複数の事業の KPI と合計を見る。")


def together(
    kpi: Annotated[str, typer.Argument(help=say("Id of the KPI.", "KPI の ID。"))],
    other: Annotated[
        list[Path],
        typer.Option(
            "--with", help=say("Folder of another business; may be repeated.", "ほかの事業のフォルダー。複数可。")
        ),
    ],
    grain: GrainName = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Rates are calculated from the sums of both sides, never as a mean; what cannot be added says why."""
    import keiki

    with ExitStack() as opened:
        own = {str(folder): opened.enter_context(keiki.open(folder)) for folder in (business, *other)}
        first = own[str(business)]
        found = keiki.together(own, kpi, grain or Grain.MONTH)
        if as_json:
            show_json(_plain(found))
            return
        label = first.settings.calendar.label(found.periods[-1], language())
        _show(found, label, style_of(first))


def _plain(found: Together) -> dict[str, object]:
    parts = [vars(each) for each in found.parts]
    periods = [{"start": each.start.isoformat(), "end": each.end.isoformat()} for each in found.periods]
    told = {"kpi": found.kpi.id, "periods": periods, "businesses": parts, "totals": found.totals}
    return told | {"adds": found.adds, "why": found.why.words(language()) if found.why else None}


def _show(found: Together, label: str, style: Style) -> None:
    from keiki.charts.format import change, number

    unit = found.kpi.unit

    def line(name: str, value: float | None, share: float | None, before: float | None) -> list[str]:
        return [name, number(value, unit, style), number(share, "ratio", style), change(value, before, unit, style)]

    rows = [line(each.name, each.values[-1], each.share, each.before) for each in found.parts]
    rows.append(line(say("together", "合計"), found.totals[-1], None, found.before))
    share = say("part", "構成比") if found.adds else say("weight", "重み")
    name = found.kpi.ja if language() == "ja" else found.kpi.en
    show_table([f"{name} {label}", say("value", "値"), share, say("change", "変化")], rows)
    if found.why is not None:
        tell(found.why.words(language()))
