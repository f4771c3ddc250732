"""`keiki insight …`: which number drives which, before and after a change, by attribute, months to come, trials."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.cli.options import (
    DEFAULT_BUSINESS,
    AsJson,
    BusinessFolder,
    GrainName,
    When,
    Where,
    last_over,
    style_of,
    unit_of,
)
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.segments import segment_words
from keiki.cli.words import language, say
from keiki.lens import period_of
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.comparison import Comparison
    from keiki.engine.side_effects import SideEffect, SideEffects
    from keiki.insight.correlation import Correlation

HELP = say(
    "What the numbers say: drivers with delays, before and after, by attribute, months to come, trials.",
    "数字からわかること。遅れつきの相関、変更の前後、属性ごとの比較、これからの月、試験の結果。",
)
DRIVERS = say("How an outcome follows other KPIs, at once and with delays.", "成果が他のKPIに、どの遅れで連動するか。")
CHANGE = say("A KPI before and after a change.", "変更の前と後のKPI。")
COMPARE = say("A KPI in the segments of an attribute.", "属性ごとに見たKPI。")
FORECAST = say("A KPI in the months to come.", "これからの月のKPIの見込み。")
SIDE_EFFECTS = say("The other KPIs that moved after a change.", "変更の後に動いた、ほかのKPI。")
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
        unit = unit_of(own, kpi)
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


def side_effects(
    since: Annotated[
        datetime,
        typer.Option("--since", formats=["%Y-%m-%d"], help=say("The day of the change.", "変更した日。")),
    ],
    others: Annotated[
        list[str] | None,
        typer.Argument(
            help=say("The KPIs to look at; else those of your trees.", "見るKPI。省くと自社のツリーのKPI。")
        ),
    ] = None,
    aimed: Annotated[
        str | None, typer.Option("--aimed", help=say("The KPI that the change was for.", "変更がねらったKPI。"))
    ] = None,
    tree: Annotated[
        str | None, typer.Option("--tree", help=say("The KPIs of this tree.", "このツリーのKPIを見る。"))
    ] = None,
    weeks: Annotated[
        int, typer.Option("--weeks", min=1, max=26, help=say("Weeks on each side.", "前後それぞれの週数。"))
    ] = 4,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Means of whole weeks before and after, the move in multiples of the KPI's own noise, and which are beyond it."""
    import keiki
    from keiki.insight.side_effects import SideEffectRule

    rule = SideEffectRule(window=weeks)
    with keiki.open(business) as own:
        named = (node.kpi for node in own.tree_named(tree).nodes) if tree else ()
        wanted = [*(others or ()), *(name for name in named if name)]
        found = keiki.side_effects(own, since.date(), aimed, wanted, where=where, rule=rule)
        style = style_of(own)
        units = {row.kpi: unit_of(own, row.kpi) for row in found.rows}
    if as_json:
        show_json(_plain_effects(found))
        return
    if not found.ready:
        words = say(
            "The weeks after it are not over: look again from {}.",
            "変更後の週がまだ終わっていません。{}から見られます。",
        )
        tell(words.format(found.after.end))
        return
    _show_effects(found, units, style)


def _plain_effects(found: SideEffects) -> dict[str, Any]:
    aimed = None if found.aimed is None else _plain_effect(found.aimed)
    spans = {
        name: {"start": span.start, "end": span.end}
        for name, span in (("before", found.before), ("after", found.after))
    }
    rows = [_plain_effect(row) for row in found.rows]
    return (
        {"since": found.since, "ready": found.ready, "rule": asdict(found.rule)}
        | spans
        | {"aimed": aimed, "kpis": rows}
    )


def _plain_effect(row: SideEffect) -> dict[str, Any]:
    told = asdict(row.told) | {"difference": row.told.difference, "strength": row.told.strength}
    return {"kpi": row.kpi, "beyond": row.beyond, "shares": row.shares} | told


def _show_effects(found: SideEffects, units: dict[str, str], style: Style) -> None:
    from keiki.charts.format import MISSING, difference, number

    rows = []
    for row in found.rows:
        told, unit = row.told, units[row.kpi]
        verdict = say("moved", "動いた") if row.beyond else MISSING if told.unsaid is None else UNSAID[str(told.unsaid)]
        rows.append(
            [
                row.kpi,
                number(told.before, unit, style),
                number(told.after, unit, style),
                MISSING if told.difference is None else difference(told.difference, 0.0, unit, style),
                MISSING if told.strength is None else f"{told.strength:+.1f}",
                MISSING if told.p is None else f"{told.p:.3g}",
                verdict,
            ]
        )
    head = [
        say("before", "前"),
        say("after", "後"),
        say("difference", "差"),
        say("× noise", "ゆらぎの倍"),
        "p",
        say("verdict", "判定"),
    ]
    show_table(["KPI", *head], rows)
    words = say(
        "{} of {} moved beyond noise; about {} of those named may be chance (Benjamini and Hochberg).",
        "{1}のうち{0}が、ふだんのゆらぎを超えて動きました。挙げたもののうち約{2}は偶然かもしれません（BH法）。",
    )
    tell(words.format(len(found.moved), found.asked, f"{found.rule.level:.0%}"))
    tell(
        say(
            "A move after a change is no proof that the change did it.",
            "変更の後に動いたからといって、変更が原因とは限りません。",
        )
    )


UNSAID = {
    "empty": say("cannot say: a week without a value", "判定できない（値のない週がある）"),
    "short": say("cannot say: too little history", "判定できない（履歴が足りない）"),
}


def compare(
    kpi: Annotated[str, typer.Argument(help=say("A KPI.", "KPI。"))],
    by: Annotated[
        str,
        typer.Option(
            "--by", help=say("An attribute such as device or customer.region.", "属性（例：device、customer.region）。")
        ),
    ],
    when: When = None,
    level: Annotated[
        float | None,
        typer.Option(
            "--level",
            help=say(
                "What the gap is measured from; else the period before.", "差を測る基準の値。省くと前の期間の値。"
            ),
        ),
    ] = None,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Counts above and below the line, the value, the share and the part of the gap of each segment."""
    import keiki
    from keiki.charts.format import number

    with keiki.open(business) as own:
        period = last_over(own) if when is None else period_of(when, own.settings.calendar)
        before = own.measure((kpi,), own.question((period,), where=where, comparison="previous")).value(kpi, back=1)
        base = before if level is None else level
        found = own.compare(kpi, by, period, where, base)
        style, calendar = style_of(own), own.settings.calendar
        unit = unit_of(own, kpi)
    if as_json:
        told = {key: value for key, value in asdict(found).items() if key not in ("above", "below")}
        show_json(told | {"kpi": kpi, "start": period.start, "end": period.end, "level": base})
        return
    _show_segments(found, by, unit, style, calendar.label(period, language()))
    words = say("All together {}, measured from {}.", "全体で{}、基準は{}。")
    tell(words.format(number(found.value, unit, style), number(base, unit, style)))


def _show_segments(found: Comparison, by: str, unit: str, style: Style, period: str) -> None:
    from keiki.charts.format import MISSING, difference, number

    gaps = {part.segment[0]: part.part for part in found.gap.parts} if found.gap else {}
    rows = []
    for each in found.segments:
        gap = gaps.get(each.segment)
        rows.append(
            [
                segment_words(by, each.segment),
                number(each.top, "number", style),
                number(each.bottom, "number", style),
                number(each.value, unit, style),
                number(each.share, "ratio", style),
                MISSING if gap is None else difference(gap, 0.0, unit, style),
            ]
        )
    head = [say("above", "分子"), say("below", "分母"), say("value", "値"), say("share", "割合"), say("gap", "差")]
    show_table([period, *head], rows)


def forecast(
    kpi: Annotated[str, typer.Argument(help=say("A KPI.", "KPI。"))],
    months: Annotated[int, typer.Option("--months", min=1, max=24, help=say("How far ahead.", "何か月先まで。"))] = 3,
    left_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out", help=say("A month that is not read, such as 2026-07.", "読まない月（例：2026-07）。複数可。")
        ),
    ] = None,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """What each month to come brings when things go on as they do, with its interval and the rule."""
    import keiki
    from keiki.charts.format import number

    with keiki.open(business) as own:
        calendar, style = own.settings.calendar, style_of(own)
        days = [period_of(each, calendar).start for each in left_out or ()]
        found = keiki.expectation(own, kpi, months, where=where, left_out=days)
        unit = unit_of(own, kpi)
    told = found.told
    if as_json:
        ahead = [
            {"start": period.start, "end": period.end, "expected": each.expected, "low": each.low, "high": each.high}
            for period, each in zip(found.ahead, told.ahead, strict=True)
        ]
        head = {"kpi": kpi, "history": told.periods, "seasonal": told.seasonal, "level": told.rule.level}
        show_json(head | {"months": ahead})
        return
    if not told.ahead:
        words = say(
            "{} complete months are too few; {} are needed.", "完了した月が{}か月では足りません。{}か月必要です。"
        )
        tell(words.format(told.periods, told.rule.fewest))
        return
    rows = [
        [calendar.label(month, language()), *(number(end, unit, style) for end in (each.expected, each.low, each.high))]
        for month, each in zip(found.ahead, told.ahead, strict=True)
    ]
    show_table(["", say("expected", "見込み"), say("low", "下限"), say("high", "上限")], rows)
    how = (
        say("A straight line through {} months, times the season of each calendar month; the range holds {}.", SEASONAL)
        if told.seasonal
        else say("A straight line through {} months; no season shows. The range holds {}.", STRAIGHT)
    )
    tell(how.format(told.periods, f"{told.rule.level:.0%}"))


SEASONAL = "{}か月を通る直線に、月ごとの季節の強さを掛けた予測です。範囲は{}区間です。"
STRAIGHT = "{}か月を通る直線による予測です。季節の影響は見られません。範囲は{}区間です。"


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
