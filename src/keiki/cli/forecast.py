"""`keiki customers forecast`: what customers are expected to bring, and whether that would have been right before."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, Discount, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say

HELP = say("What customers are expected to bring.", "顧客がこれからもたらす価値の予測。")

HELD_OUT = ("customers", "expected", "actual", "naive", "off", "error", "naive_error", "better_by")


def forecast(
    months: Annotated[int, typer.Option("--months", min=1, max=120, help=say("How far ahead.", "何か月先まで。"))] = 12,
    discount: Discount = 0.1,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            help=say("BG/NBD, MBG/NBD or Pareto/NBD.", "BG/NBD、MBG/NBD、Pareto/NBD のいずれか。"),
            show_default=say("the one nearest to the past", "過去に最も近いもの"),
        ),
    ] = None,
    split: Annotated[
        datetime | None,
        typer.Option(
            "--split",
            formats=["%Y-%m-%d"],
            help=say(
                "The last day that the forecast knows when it is held against what then happened.",
                "検証のとき、予測が知っている最後の日。その後の実際と比べる。",
            ),
            show_default=say("a year ago, or half of a shorter history", "1年前。2年に満たなければ全体の半分"),
        ),
    ] = None,
    top: Annotated[int, typer.Option("--top", min=0, max=1000, help=say("Customers shown.", "表示する顧客数。"))] = 10,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Purchases and worth of the next months, the model with its reason and cautions, and the customers worth most."""
    import keiki
    from keiki.charts.format import number
    from keiki.charts.rule_words import without_cost_words
    from keiki.engine.customer_forecast import FITS, ForecastRule
    from keiki.errors import UnknownName

    if model is not None and model not in FITS:
        raise UnknownName(kind="value", name=model, known=tuple(FITS))
    with keiki.open(business) as own:
        found = keiki.customer_forecast(
            own, ForecastRule(months, discount, model, top, split.date() if split else None)
        )
        spoken, style = language(), style_of(own)
        if as_json:
            show_json(
                {
                    "until": found.until.isoformat(),
                    "customers": found.customers,
                    "model": found.name,
                    "parameters": found.model.parameters,
                    "purchases": found.purchases,
                    "interval": [found.interval.low, found.interval.high],
                    "worth": found.worth,
                    "margin": found.margin,
                    "without_cost": found.without_cost,
                    "split": found.split.isoformat(),
                    "hold_out": {name: getattr(found.hold_out, name) for name in HELD_OUT},
                    "cautions": [each.words(spoken) for each in found.cautions],
                    "top": [{k: str(v) if "_on" in k else v for k, v in asdict(each).items()} for each in found.top],
                }
            )
            return
        tell(
            say(
                "{} customers, next {} months: {} purchases, worth {} today.",
                "顧客{}人、今後{}か月：購入{}回、今日の価値で{}。",
            ).format(
                number(found.customers, "count", style),
                months,
                number(round(found.purchases), "count", style),
                number(found.worth, "currency", style),
            )
        )
        tell_what_is(without_cost_words(found.without_cost, style))
        low, high = (number(end, "count", style) for end in (found.interval.low, found.interval.high))
        if found.interval.low is not None:
            tell(say("Purchases, 95 in 100: {} – {}.", "購入回数（95%の範囲）：{}〜{}。").format(low, high))
        reason = found.choice.words(spoken) if model is None else say("Chosen by hand.", "手動で選んでいます。")
        tell(f"{found.name}: {reason}")
        since = say("Knowing purchases up to {} only:", "{}までの購入だけを知っているとき：").format(found.split)
        tell(f"{since} {found.hold_out.words(spoken)}" if spoken == "en" else f"{since}{found.hold_out.words(spoken)}")
        for each in found.cautions:
            tell(each.words(spoken))
        head = [
            say("Customer", "顧客"),
            say("still there", "継続確率"),
            say("purchases", "購入見込み"),
            say("worth today", "今日の価値"),
        ]
        show_table(
            head,
            [
                [
                    each.customer_id,
                    number(each.alive, "ratio", style),
                    f"{each.expected:.1f}",
                    number(each.worth, "currency", style),
                ]
                for each in found.top
            ],
        )
