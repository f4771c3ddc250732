"""`keiki customers cohorts`: customers by the period they began in, and who is there at every age."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, GrainName, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.cohort_table import CohortTable

HELP = say(
    "Customers by when they began, and who is there at every age.", "始まりの期間ごとの顧客と、その後に残る割合。"
)
DEFAULT_COUNT = 13

By = Annotated[
    str | None,
    typer.Option(
        "--by",
        help=say("One table per value of this column of the customers.", "顧客のこの列の値ごとに表を分ける。"),
    ),
]


def cohorts(
    start: Annotated[
        str,
        typer.Option(
            "--start",
            help=say(
                "When a customer begins: order, contract, acquired or event.",
                "顧客の始まり：order（初回注文）、contract（初回契約）、acquired（獲得日）、event（行動）。",
            ),
        ),
    ] = "order",
    counts: Annotated[
        str | None,
        typer.Option(
            "--counts",
            help=say(
                "What counts as being there: order, contract or event.", "在籍とみなすもの：order、contract、event。"
            ),
            show_default=say("as the beginning", "始まりと同じ"),
        ),
    ] = None,
    event: Annotated[
        str | None, typer.Option("--event", help=say("Only events of this name.", "この名前の行動だけ。"))
    ] = None,
    value: Annotated[
        str,
        typer.Option(
            "--value",
            help=say(
                "What a cell shows: share, customers, times, revenue, profit, cumulative_profit; the last three also "
                "with _per_customer.",
                "マスに示す値：share、customers、times、revenue、profit、cumulative_profit。"
                "後の3つは _per_customer を付けると1人あたり。",
            ),
        ),
    ] = "share",
    or_after: Annotated[
        bool,
        typer.Option(
            "--or-after",
            help=say("Count who is there at an age or at any later one.", "その月齢以降に一度でもいた人を数える。"),
        ),
    ] = False,
    every_status: Annotated[
        bool,
        typer.Option("--every-status", help=say("Cancelled and returned orders too.", "取消・返品の注文も数える。")),
    ] = False,
    simple: Annotated[
        bool,
        typer.Option(
            "--simple", help=say("Average of cohorts, whatever their size.", "人数によらずコホートを平均する。")
        ),
    ] = False,
    grain: GrainName = None,
    last: Annotated[
        int, typer.Option("--last", "-n", min=1, help=say("So many cohorts.", "コホートの数。"))
    ] = DEFAULT_COUNT,
    by: By = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One row per cohort, one column per age; a cell whose period is not over is empty."""
    import keiki
    from keiki.charts.rule_words import without_cost_words
    from keiki.customers.cohort_table import VALUES, TableRule
    from keiki.errors import UnknownName

    if value not in VALUES:
        raise UnknownName(kind="value", name=value, known=VALUES)
    rule = TableRule(
        grain=grain or Grain.MONTH,
        start=start,
        counts=counts,
        start_event=event if start == "event" else None,
        event=event,
        every_status=every_status,
        by=by,
    )
    with keiki.open(business) as own:
        tables = keiki.cohort_table(own, rule, last)
        if as_json:
            show_json([_plain(table, value, or_after=or_after, simple=simple) for table in tables])
            return
        style = style_of(own)
        for table in tables:
            _show(table, value, style, or_after=or_after, simple=simple)
        if "profit" in value:
            tell_what_is(without_cost_words(keiki.gross_margin(own).unknown, style, some=True))
        if not tables:
            tell(say("Nobody began in these periods.", "この期間に始まった顧客はいません。"))


def _plain(table: CohortTable, value: str, *, or_after: bool, simple: bool) -> dict[str, object]:
    """The table for a program."""
    rows = [
        {
            "start": cohort.period.start,
            "end": cohort.period.end,
            "customers": cohort.size,
            "values": [table.value(cohort, age, value, or_after=or_after) for age in range(len(cohort.cells))],
        }
        for cohort in table.cohorts
    ]
    average = [table.average(age, value, or_after=or_after, simple=simple) for age in range(table.ages)]
    rule = {name: each for name, each in asdict(replace(table.rule)).items() if name != "calendar"}
    return {"segment": table.segment, "value": value, "rule": rule, "cohorts": rows, "average": average}


def _show(table: CohortTable, value: str, style: Style, *, or_after: bool, simple: bool) -> None:
    from keiki.charts.format import number

    unit = _unit(value)
    if table.rule.by is not None:
        tell(table.segment or say("(empty)", "（空）"))
    head = [say("Began", "開始"), say("customers", "人数"), *map(str, range(table.ages))]
    rows = [
        [
            table.rule.calendar.label(cohort.period, language()),
            number(cohort.size, "count", style),
            *(
                number(table.value(cohort, age, value, or_after=or_after), unit, style)
                for age in range(len(cohort.cells))
            ),
            *("" for _ in range(table.ages - len(cohort.cells))),
        ]
        for cohort in table.cohorts
        if cohort.size
    ]
    average = say("Average of cohorts", "コホートの平均") if simple else say("Average of customers", "全員の平均")
    line = [
        number(table.average(age, value, or_after=or_after, simple=simple), unit, style) for age in range(table.ages)
    ]
    total = number(sum(cohort.size for cohort in table.cohorts), "count", style)
    show_table(head, [*rows, [average, total, *line]])


def _unit(value: str) -> str:
    if value == "share":
        return "ratio"
    return "count" if value in ("customers", "times") else "currency"
