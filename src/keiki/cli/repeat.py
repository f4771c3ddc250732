"""`keiki customers repeat`: who buys again, how soon, and what each order leaves."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say
from keiki.lens import period_of

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.repeat import Repeat

HELP = say("Who buys again, how soon, and what each order leaves.", "誰がもう一度買うか、間隔、注文回数ごとの利益。")
DEFAULT_WINDOWS = "60d,90d,180d,365d"


def repeat(
    when: Annotated[
        str | None,
        typer.Option(
            "--period",
            "-p",
            help=say("The period of the rates.", "率の対象にする期間。"),
            show_default=say(
                "twelve whole months, for a rate with a window the last whose new customers have all been watched",
                "終わった直近の12か月。期限のある率は、全員の期限が過ぎた直近の12か月",
            ),
        ),
    ] = None,
    windows: Annotated[
        str,
        typer.Option(
            "--windows",
            help=say("How soon the second purchase must come, such as 60d,90d.", "2回目までの期限。例：60d,90d。"),
        ),
    ] = DEFAULT_WINDOWS,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Repeat rates by four definitions, days between purchases, profit by order number."""
    import keiki

    with keiki.open(business) as own:
        period = None if when is None else period_of(when, own.settings.calendar)
        answer = keiki.repeat(own, period, tuple(part.strip() for part in windows.split(",")))
        if as_json:
            show_json(_plain(answer))
            return
        _show(answer, own, style_of(own))


def _plain(answer: Repeat) -> dict[str, object]:
    interval = {name: getattr(answer.interval, name) for name in ("count", "mean", "median", "half_after")}
    return {
        "period": {"start": answer.period.start, "end": answer.period.end},
        "rates": [
            asdict(rate) | {"period": {"start": rate.period.start, "end": rate.period.end}} for rate in answer.rates
        ],
        "interval": interval,
        "by_order": [asdict(row) for row in answer.by_order],
        "statuses": asdict(answer.statuses) | {"dormancy_days": answer.dormancy_days},
    }


def _show(answer: Repeat, own: Business, style: Style) -> None:
    import keiki
    from keiki.charts.format import number
    from keiki.charts.rule_words import without_cost_words

    tell(own.settings.calendar.label(answer.period, language()))
    rows, several = [], len({rate.period for rate in answer.rates}) > 1
    for rate in answer.rates:
        kpi = own.catalogue.kpis[rate.definition]
        window = say("no window", "期限なし") if rate.window is None else rate.window
        unit = "currency" if rate.definition == "repeat_revenue_ratio" else "count"
        share, base = number(rate.share, "ratio", style), number(rate.base, unit, style)
        period = [own.settings.calendar.label(rate.period, language())] if several else []
        rows.append([say(kpi.en, kpi.ja), window, *period, share, base])
    head = [say("Definition", "定義"), say("window", "期限"), *([say("period", "期間")] if several else [])]
    show_table([*head, say("share", "割合"), say("of", "母数")], rows, figures=len(head))
    interval = answer.interval
    days = [number(value, "days", style) for value in (interval.mean, interval.median, interval.half_after)]
    words = say(
        "Days between purchases: mean {}, median {}; half of all have bought again after {}.",
        "購入間隔：平均{}、中央値{}。待っている人も含めると、半数が再購入するまで{}。",
    )
    tell(words.format(*days))
    told = answer.statuses
    words = say(
        "{} active, {} silent for {} or more ({} fell silent in the period), {} came back in it.",
        "稼働中{}、{}以上購入なし{}（期間内に休眠{}）、期間内に復活{}。",
    )
    quiet = number(answer.dormancy_days, "days", style)
    counts = [number(n, "count", style) for n in (told.active, told.dormant, told.fell_silent, told.reactivated)]
    order = (counts[0], quiet, *counts[1:]) if style.japanese else (*counts[:2], quiet, *counts[2:])
    tell(words.format(*order))
    names = (say("orders", "注文"), say("revenue", "売上"), say("gross profit", "粗利"), say("acquisition", "獲得費用"))
    last = answer.by_order[-1].order_no if answer.by_order else 0
    table = [
        [
            f"{row.order_no}{'+' if row.order_no == last and last > 1 else ''}",
            number(row.orders, "count", style),
            *(
                number(value, "currency", style)
                for value in (row.revenue, row.gross_profit, row.acquisition, row.profit)
            ),
        ]
        for row in answer.by_order
    ]
    show_table([say("Order", "回数"), *names, say("profit", "利益")], table)
    tell_what_is(without_cost_words(keiki.gross_margin(own).unknown, style, some=True))
