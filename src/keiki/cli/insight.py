"""`keiki insight …`: which number drives which, a number before and after a change, trials."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, GrainName, Where, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.insight.correlation import Correlation

HELP = say(
    "What the numbers say about each other: drivers with delays, before and after, trials.",
    "数字どうしの関係。遅れつきの相関、変更の前後、試験の結果。",
)
DRIVERS = say("How an outcome follows other KPIs, at once and with delays.", "成果が他のKPIに、どの遅れで連動するか。")
CHANGE = say("A KPI before and after a change.", "変更の前と後のKPI。")
TRIALS = say("What the experiments in the data say.", "データにある実験の結果。")


def drivers(
    outcome: Annotated[str, typer.Argument(help=say("The KPI that may follow.", "後から動くと見るKPI。"))],
    candidates: Annotated[
        list[str], typer.Argument(help=say("The KPIs that may drive it.", "先に動くと見るKPI。複数可。"))
    ],
    grain: GrainName = None,
    last: Annotated[
        int, typer.Option("--last", "-n", min=1, max=400, help=say("So many periods back.", "さかのぼる期間の数。"))
    ] = 37,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """The strongest correlation of each candidate with its delay, pairs and interval; trends are taken off first."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.drivers(own, outcome, candidates, grain=grain or Grain.MONTH, last=last, where=where)
    if as_json:
        rows = [{"kpi": each.kpi, "lags": [_plain(lag) for lag in each.told.lags]} for each in found.rows]
        show_json({"outcome": outcome, "periods": len(found.periods), "drivers": rows})
        return
    head = ["KPI", "r", say("delay", "遅れ"), say("interval", "区間"), say("pairs", "組数"), say("clear", "確か")]
    show_table(head, [[each.kpi, *_cells(each.told.best)] for each in found.rows])
    tell(
        say(
            "Over {} complete periods, trends taken off. Moving together is no proof of a cause.",
            "完了した{}期間、傾向を除いた相関です。連動していても、原因とは限りません。",
        ).format(len(found.periods))
    )


def _plain(found: Correlation) -> dict[str, Any]:
    return asdict(found) | {"clear": found.clear}


def _cells(found: Correlation | None) -> list[str]:
    if found is None:
        return ["—"] * 5
    return [
        f"{found.r:+.2f}",
        str(found.lag),
        f"{found.low:+.2f}..{found.high:+.2f}",
        str(found.pairs),
        say("yes", "はい") if found.clear else "—",
    ]


def before_after(
    kpi: Annotated[str, typer.Argument(help=say("A KPI.", "KPI。"))],
    since: Annotated[
        datetime,
        typer.Option("--since", formats=["%Y-%m-%d"], help=say("The day of the change.", "変更した日。")),
    ],
    months: Annotated[
        int, typer.Option("--months", min=1, max=18, help=say("Months on each side.", "前後それぞれの月数。"))
    ] = 6,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Means of the complete months before and after, the interval of their difference, and what else may explain it."""
    import keiki
    from keiki.charts.format import number

    with keiki.open(business) as own:
        found = keiki.change_of(own, kpi, since.date(), months, where=where)
        style = style_of(own)
        unit = own.catalogue.kpis[kpi].unit if kpi in own.catalogue.kpis else "number"
    if found is None:
        if as_json:
            show_json(None)
        else:
            tell(say("No complete months on both sides of that day.", "その日の前後に、完了した月がそろっていません。"))
        return
    told = found.told
    if as_json:
        show_json(asdict(told) | {"kpi": kpi, "clear": told.clear, "beyond_season": told.beyond_season})
        return
    rows = [
        [say("before", "前"), number(told.before, unit, style), str(told.periods_before)],
        [say("after", "後"), number(told.after, unit, style), str(told.periods_after)],
    ]
    show_table(["", say("mean", "平均"), say("months", "月数")], rows)
    band = " – ".join(number(end, unit, style) for end in (told.low, told.high))
    tell(say("Difference {} ({})", "差 {}（{}）").format(number(told.difference, unit, style), band))
    for caution in told.cautions:
        tell(CAUTIONS[str(caution)])


CAUTIONS = {
    "few": say("Few months: the interval is wide.", "月数が少なく、区間が広くなっています。"),
    "season": say("Other months of the year on the two sides.", "前と後で、年の中の時期が違います。"),
    "trend": say("It was moving before the change already.", "変更の前から動いていました。"),
}


def trials(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """Rates of both arms, their difference with its interval, and the verdict; one line per experiment."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.experiments(own)
    if as_json:
        show_json([{"experiment": each.name, **asdict(each.told)} for each in found])
        return
    if not found:
        tell(say("The data holds no experiment with both arms.", "両群のそろった実験がデータにありません。"))
        return
    head = [say("Experiment", "実験"), say("control", "対照"), say("treatment", "施策"), say("difference", "差"), "p"]
    rows = []
    for each in found:
        told = each.told
        rates = [None if arm.rate is None else f"{arm.rate:.2%}" for arm in (told.control, told.treatment)]
        difference = "—" if told.difference is None else f"{told.difference * 100:+.2f}pt"
        rows.append(
            [each.name, *(rate or "—" for rate in rates), difference, "—" if told.p is None else f"{told.p:.3g}"]
        )
    show_table(
        [*head, say("verdict", "判定")], [[*row, str(e.told.verdict)] for row, e in zip(rows, found, strict=True)]
    )
