"""`keiki customers history`: how often, how recently and for how long customers have bought."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say

HELP = say(
    "How often, how recently and for how long customers have bought.",
    "顧客ごとの購入頻度・最終購入までの期間・経過期間。",
)


class Unit(StrEnum):
    """What times are told in."""

    DAY = "day"
    WEEK = "week"


def history(
    until: Annotated[
        datetime | None,
        typer.Option(
            "--until",
            formats=["%Y-%m-%d"],
            help=say("The last day that counts.", "集計に使う最後の日。"),
            show_default=say("the last day of the data", "データの最終日"),
        ),
    ] = None,
    held_out: Annotated[
        datetime | None,
        typer.Option(
            "--held-out",
            formats=["%Y-%m-%d"],
            help=say("Count the days after it up to this one on their own.", "その後この日までを、別に数える。"),
        ),
    ] = None,
    unit: Annotated[
        Unit, typer.Option("--unit", help=say("Times in days or weeks.", "期間の単位（日・週）。"))
    ] = Unit.DAY,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1_000, help=say("Rows shown.", "表示する行数。"))] = 25,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One line per customer, who bought most often first: what a forecast of buyers is fitted to."""
    import keiki
    from keiki.charts.format import number

    with keiki.open(business) as own:
        found = keiki.history_page(own, _day(until), _day(held_out), unit.value, limit)
        style = style_of(own)
    totals = {"customers": found.customers, "repeaters": found.repeaters, "purchases": found.purchases}
    if as_json:
        told = {"until": found.rule.until, "held_out": found.rule.held_out_until, "unit": unit.value, **totals}
        show_json({**told, "rows": list(found.rows)})
        return
    words = say(
        "{} customers by {}, {} of them bought again: {} repeat purchases.",
        "{}人（{}まで）。うち{}人がリピートし、リピート購入は{}回です。",
    )
    counts = [number(value, "count", style) for value in totals.values()]
    tell(words.format(counts[0], found.rule.until, *counts[1:]))
    later = held_out is not None
    head = [
        *(say("Customer", "顧客"), say("First", "初回"), say("Last", "最終"), say("frequency", "頻度")),
        *(say("recency", "最終購入まで"), say("age", "経過"), say("per purchase", "1回あたり")),
        *([say("after", "その後の購入")] if later else []),
    ]
    rows = [
        [
            *(row["customer_id"], str(row["first_on"]), str(row["last_on"]), str(row["frequency"])),
            *(f"{row[name]:.4g}" for name in ("recency", "age")),
            number(row["mean_value"], "currency", style),
            *([str(row["purchases_after"])] if later else []),
        ]
        for row in found.rows
    ]
    show_table(head, rows, figures=3)


def _day(on: datetime | None) -> date | None:
    return None if on is None else on.date()
