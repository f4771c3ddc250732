"""`keiki insight budget`: cost, result and return of each type of campaign in the last quarters."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.budget_basis import BudgetBasis, Spent

HELP = say("Cost, result and return of each type of campaign.", "キャンペーンの種類ごとの費用・成果・投資対効果。")
TYPES = {
    "paid": say("Paid", "ペイド"),
    "earned": say("Earned", "アーンド"),
    "shared": say("Shared", "シェアード"),
    "owned": say("Owned", "オウンド"),
    "": say("No type", "種類なし"),
}


def budget(
    last: Annotated[
        int, typer.Option("--last", "-n", min=1, max=20, help=say("So many quarters back.", "さかのぼる四半期の数。"))
    ] = 4,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """The last fiscal quarters that are over, one line per type and quarter; a return without cost or profit is —."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.budget_basis(own, last)
        labels = [own.settings.calendar.label(each, language()) for each in found.quarters]
        style = style_of(own)
    if as_json:
        show_json(_plain(found))
        return
    if not found.types:
        tell(say("No row of these quarters names a campaign.", "この期間に、キャンペーン名のある行がありません。"))
        return
    rows = []
    for each in found.types:
        rows += [
            [TYPES[each.media_type], name, *_cells(one, style)] for name, one in zip(labels, each.quarters, strict=True)
        ]
        rows.append([TYPES[each.media_type], say("together", "合計"), *_cells(each.whole, style)])
    head = [say("cost", "費用"), say("leads", "リード"), say("customers", "新規顧客"), say("wins", "受注")]
    show_table([say("Type", "種類"), "", *head, say("revenue", "売上"), say("gross profit", "粗利"), "ROI"], rows)


def _cells(one: Spent, style: Style) -> list[str]:
    from keiki.charts.format import MISSING, number

    money = [number(value, "currency", style) for value in (one.revenue, one.gross_profit)]
    counts = [f"{value:,}" for value in (one.leads, one.new_customers, one.wins)]
    return [number(one.cost, "currency", style), *counts, *money, MISSING if one.roi is None else f"{one.roi:.0%}"]


def _plain(found: BudgetBasis) -> dict[str, Any]:
    return {
        "quarters": [{"start": each.start, "end": each.end} for each in found.quarters],
        "types": [
            {
                "media_type": each.media_type,
                "quarters": [_spent(one) for one in each.quarters],
                "whole": _spent(each.whole),
            }
            for each in found.types
        ],
    }


def _spent(one: Spent) -> dict[str, Any]:
    return asdict(one) | {"roi": one.roi}
