"""`keiki values`: what people enter for a KPI, each value with its evidence."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of, unit_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.errors import UnknownName
from keiki.lens import periods_of
from keiki.periods import Grain

HELP = say("Values that people enter, with their evidence.", "人が入力する値と、その根拠。")
HELP_ENTER = say("Enter one value of a KPI.", "KPI の値を1つ入力する。")
HELP_LIST = say("The values entered for a KPI, newest first.", "KPI に入力された値（新しい順）。")

Id = Annotated[str, typer.Argument(help=say("The id of a KPI or measure.", "KPI・計測値のID。"))]
Length = Annotated[Grain, typer.Option("--grain", "-g", help=say("Length of the period.", "期間の単位。"))]


def enter(
    kpi: Id,
    value: Annotated[float, typer.Argument(help=say("The value; 0.035 for 3.5 %.", "値。3.5%は0.035。"))],
    when: Annotated[
        str,
        typer.Option("--period", "-p", help=say("2026-10-31, 2026-W44, 2026-10.", "2026-10-31、2026-W44、2026-10。")),
    ],
    evidence: Annotated[
        str,
        typer.Option(help=say("What shows that it is right; without it, marked.", "値の裏付け。空なら「根拠なし」。")),
    ] = "",
    source: Annotated[str, typer.Option(help=say("Where it comes from.", "出どころ。"))] = "",
    note: Annotated[str, typer.Option(help=say("A note.", "メモ。"))] = "",
    business: BusinessFolder = DEFAULT_BUSINESS,
) -> None:
    """Write one value down for a day, week, month, quarter or year."""
    import keiki

    with keiki.open(business) as own:
        period = periods_of(when, own.settings.calendar)[0]
        row = {
            "metric": kpi,
            "date": period.start,
            "grain": str(period.grain),
            "value": value,
            "evidence": evidence,
            "source": source or None,
            "note": note or None,
        }
        keiki.enter_values(own, [row], f"{kpi} {period.start}")
        when = own.settings.calendar.label(period, language())
        mark = "" if evidence.strip() else say(" (no evidence)", "（根拠なし）")
        tell(say(f"{kpi}, {when}: {value:g}{mark}", f"{kpi} {when}：{value:g}{mark}"))


def entered(
    kpi: Id, grain: Length = Grain.MONTH, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False
) -> None:
    """Values with evidence, source and note; those without evidence are marked."""
    import keiki
    from keiki.charts.format import number

    with keiki.open(business) as own:
        known = {*own.catalogue.kpis, *own.catalogue.measures}
        if kpi not in known:
            raise UnknownName(kind="KPI", name=kpi, known=known)
        found = keiki.entered_values(own, kpi, grain, date(1900, 1, 1))[::-1]
        if as_json:
            show_json([vars(each) | {"unproved": each.unproved} for each in found])
            return
        calendar, style, unit = own.settings.calendar, style_of(own), unit_of(own, kpi)
        none = say("no evidence", "根拠なし")
        head = (say("Period", "期間"), say("Evidence", "根拠"), say("From", "出どころ"), say("Note", "メモ"))
        rows = [
            [
                calendar.label(calendar.period(grain, each.day), language()),
                none if each.unproved else each.evidence,
                each.source,
                each.note,
                number(each.value, unit, style),
            ]
            for each in found
        ]
        show_table([*head, say("value", "値")], rows, figures=len(head))
