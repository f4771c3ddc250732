"""`keiki customers quality`: which revenue keeps paying back, period by period, and where acquisition money returns."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.profit_curves import Curve
    from keiki.engine.business import Business
    from keiki.engine.customer_quality import Places, QualityReport

HELP = say("Which revenue keeps paying back, and which never did.", "良い売上と悪い売上。どの売上が利益を残すか。")


class By(StrEnum):
    """Where customers came from."""

    CHANNEL = "channel"
    PRODUCT = "product"
    PLAN = "plan"
    CAMPAIGN = "campaign"


class Of(StrEnum):
    """What customers of a curve have in common."""

    COHORT = "cohort"
    CHANNEL = "channel"
    PRODUCT = "product"
    PLAN = "plan"
    ICP_FIT = "icp_fit"


class Each(StrEnum):
    """How long a period is."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def quality(
    grain: Annotated[
        Each, typer.Option("--grain", "-g", help=say("The length of a period.", "期間の単位。"))
    ] = Each.QUARTER,
    by: Annotated[
        By | None,
        typer.Option("--by", help=say("Where acquisition money comes back, by this.", "獲得費用の回収を見る切り口。")),
    ] = None,
    curves: Annotated[
        Of | None,
        typer.Option("--curves", help=say("The profit of a customer by age, by this.", "顧客の累積利益を見る切り口。")),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Good, bad and undetermined revenue per period; with `--by`, groups with repeat rate, payback and advice; with
    `--curves`, what a customer has brought by every age.
    """
    import keiki

    with keiki.open(business) as own:
        if by is not None:
            _places(keiki.places(own, by.value), style_of(own), as_json=as_json)
            return
        if curves is not None:
            _curves(keiki.profit_curves(own, (curves.value,))[curves.value], style_of(own), as_json=as_json)
            return
        found = keiki.quality_report(own, Grain(grain.value))
        if as_json:
            show_json(_plain(found))
            return
        _show(found, own, style_of(own))


def _plain(found: QualityReport) -> dict[str, object]:
    return {
        "grain": found.grain.value,
        "periods": [
            asdict(each) | {"good_share": each.good_share, "bad_share": each.bad_share} for each in found.periods
        ],
        "customers": dict(found.customers),
        "revenue": dict(found.revenue),
    }


def _show(found: QualityReport, own: Business, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import rule_words

    rows = []
    for each in found.periods:
        money = (each.revenue, each.new, each.repeat, each.good, each.bad, each.undetermined, each.profit)
        rows.append(
            [
                own.settings.calendar.label(each.period, language()),
                *(number(amount, "currency", style) for amount in money),
                number(each.good_share, "ratio", style),
                say("sales outrun profit", "利益が売上に追いつかない") if each.fan else "",
            ]
        )
    names = (say("revenue", "売上"), say("new", "新規"), say("repeat", "再購入"), say("good", "良い"))
    more = (say("bad", "悪い"), say("undetermined", "判定中"), say("profit", "利益"), say("good share", "良い割合"))
    show_table([say("Period", "期間"), *names, *more, ""], rows)
    tell(rule_words(own.rules, "classes", style))


def _curves(found: tuple[Curve, ...], style: Style, *, as_json: bool) -> None:
    from keiki.charts.format import number

    if as_json:
        show_json(
            [
                {"group": None if each.group[0] is None else str(each.group[0]), "customers": each.customers}
                | {"payback": each.payback, "points": [asdict(point) for point in each.points]}
                for each in found
            ]
        )
        return
    head = ("", say("customers", "人数"), say("first day", "初日"), say("now", "現在"), say("age", "経過"))
    rows = [
        [
            "" if each.group[0] is None else str(each.group[0]),
            number(each.customers, "count", style),
            number(each.points[0].profit, "currency", style),
            number(each.last.profit, "currency", style),
            number(each.last.age, "months", style),
            number(each.payback, "months", style),
        ]
        for each in found
    ]
    show_table([*head, say("paid back after", "回収")], rows)


def _places(found: Places, style: Style, *, as_json: bool) -> None:
    from keiki.charts.format import number
    from keiki.customers.small_groups import LEAST

    if as_json:
        show_json({"by": found.by, "places": [asdict(each) for each in found.advice], "hidden": found.worths.hidden})
        return
    rows = []
    for each in found.worths.rows:
        if each.shown:
            rows.append(
                [
                    str(each.group),
                    number(each.customers, "count", style),
                    number(each.repeat_rate, "ratio", style),
                    number(each.revenue, "currency", style),
                    number(each.acquisition, "currency", style),
                    number(each.profit, "currency", style),
                ]
            )
    head = ["", say("customers", "人数"), say("bought again", "再購入"), say("revenue", "売上")]
    show_table([*head, say("acquisition", "獲得費用"), say("profit", "利益")], rows)
    if found.worths.hidden:
        tell(
            say("Left out, as fewer than {} customers: {}.", "{}人に満たないため出していない区分：{}件。").format(
                LEAST, found.worths.hidden
            )
        )
