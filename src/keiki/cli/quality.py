"""`keiki customers quality`: which revenue keeps paying back, period by period, and where acquisition money returns."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.allocation import Reallocation
    from keiki.customers.profit_curves import Curve
    from keiki.engine.business import Business
    from keiki.engine.customer_quality import Places, QualityReport

HELP = say("Which revenue keeps paying back, and which never did.", "良い売上と悪い売上。どの売上が利益を残すか。")


ADVICE = {
    "feed": ("feed", "増やす"),
    "hold": ("hold", "維持"),
    "stop": ("stop or mend", "止めるか直す"),
    "wait": ("wait", "様子を見る"),
    "few": ("too few", "少なすぎる"),
    "unpaid": ("nothing spent", "費用なし"),
}


class By(StrEnum):
    """Where customers came from."""

    CHANNEL = "channel"
    PRODUCT = "product"
    PLAN = "plan"
    CAMPAIGN = "campaign"
    ICP_FIT = "icp_fit"


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
        list[Of] | None,
        typer.Option(
            "--curves",
            help=say(
                "The profit of a customer by age, by this; several are crossed.",
                "顧客の累積利益を見る切り口。複数なら掛け合わせる。",
            ),
        ),
    ] = None,
    move: Annotated[
        float | None,
        typer.Option("--move", min=1, help=say("With --by: money moved.", "--byと使う：動かす金額。")),
    ] = None,
    giver: Annotated[str, typer.Option("--from", help=say("Where it is taken.", "減らす先。"))] = "",
    taker: Annotated[str, typer.Option("--to", help=say("Where it goes.", "増やす先。"))] = "",
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Good, bad and undetermined revenue per period; with `--by`, groups with repeat rate, payback and advice; with
    `--curves`, what a customer has brought by every age.
    """
    import keiki

    with keiki.open(business) as own:
        if by is not None:
            found_places = keiki.places(own, by.value)
            moved = None if move is None else _moved(found_places, move, giver, taker)
            _places(found_places, moved, style_of(own), as_json=as_json)
            _rules(own, (by.value,), as_json=as_json)
            return
        if curves:
            splits = tuple(dict.fromkeys(each.value for each in curves))
            _curves(keiki.crossed_curves(own, splits), splits, style_of(own), as_json=as_json)
            _rules(own, splits, as_json=as_json)
            return
        found = keiki.quality_report(own, Grain(grain.value))
        if as_json:
            show_json(_plain(found))
            return
        _show(found, own, style_of(own))


def _rules(own: Business, splits: tuple[str, ...], *, as_json: bool) -> None:
    """How much of the profit is sure, and who fits the ideal customer where numbers are split by it."""
    import keiki
    from keiki.charts.rule_words import ideal_words, without_cost_words

    if as_json:
        return
    style = style_of(own)
    tell_what_is(without_cost_words(keiki.gross_margin(own).unknown, style))
    if By.ICP_FIT.value in splits:
        tell(ideal_words(own.rules.ideal, style))


def _plain(found: QualityReport) -> dict[str, object]:
    return {
        "grain": found.grain.value,
        "periods": [
            asdict(each) | {"good_share": each.good_share, "bad_share": each.bad_share} for each in found.periods
        ],
        "customers": dict(found.customers),
        "revenue": dict(found.revenue),
        "without_cost": found.without_cost,
    }


def _show(found: QualityReport, own: Business, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import bearer_words, rule_words, without_cost_words

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
    kinds = ("good", "undetermined", "bad")
    show_table(
        [
            *(say("Came in", "獲得した期間"), say("customers", "顧客"), say("good", "良い")),
            *(say("undetermined", "判定中"), say("bad", "悪い"), say("good by now", "いま良い割合")),
        ],
        [
            [
                own.settings.calendar.label(each.period, language()),
                number(sum(each.acquired.values()), "count", style),
                *(number(each.acquired[kind], "count", style) for kind in kinds),
                number(each.acquired_good, "ratio", style),
            ]
            for each in found.periods
        ],
    )
    tell_what_is(without_cost_words(found.without_cost, style))
    tell(rule_words(own.rules, "classes", style))
    tell(bearer_words(own.rules, style))
    tell(
        say(
            "Sales outrun profit: sales grow and profit grows by less than {:.0%} of that in {} periods in a row.",
            "利益が売上に追いつかない：売上が伸び、利益の伸びがその{:.0%}未満の期間が{}回続いたとき。",
        ).format(found.fan.share, found.fan.periods)
    )


def _moved(found: Places, amount: float, giver: str, taker: str) -> Reallocation:
    """What moving money would bring. Raises UnknownName for a place that nobody came by."""
    from keiki.customers.allocation import reallocated
    from keiki.errors import UnknownName

    named = {each.place.name or "": each.place for each in found.advice}
    for name in (giver, taker):
        if name not in named:
            raise UnknownName(kind=found.by, name=name, known=named)
    return reallocated(amount, named[giver], named[taker])


def _curves(found: tuple[Curve, ...], splits: tuple[str, ...], style: Style, *, as_json: bool) -> None:
    from keiki.charts.format import number

    if as_json:
        show_json(
            [
                {"groups": [None if name is None else str(name) for name in each.group], "customers": each.customers}
                | {"payback": each.payback, "points": [asdict(point) for point in each.points]}
                for each in found
            ]
        )
        return
    head = (*splits, say("customers", "人数"), say("first day", "初日"), say("now", "現在"), say("age", "経過"))
    rows = [
        [
            *("" if name is None else str(name) for name in each.group),
            number(each.customers, "count", style),
            number(each.points[0].profit, "currency", style),
            number(each.last.profit, "currency", style),
            number(each.last.age, "months", style),
            number(each.payback, "months", style),
        ]
        for each in found
    ]
    show_table([*head, say("paid back after", "回収")], rows, figures=len(splits))


def _places(found: Places, moved: Reallocation | None, style: Style, *, as_json: bool) -> None:
    from keiki.charts.format import MINUS, MISSING, number
    from keiki.customers.small_groups import LEAST

    if as_json:
        told = {"by": found.by, "places": [asdict(each) for each in found.advice], "hidden": found.worths.hidden}
        show_json(told | {"moved": None if moved is None else asdict(moved)})
        return
    rows = []
    for each in found.advice:
        place = each.place
        rows.append(
            [
                "" if place.name is None else place.name,
                number(place.customers, "count", style),
                number(place.repeat_rate, "ratio", style),
                number(place.revenue, "currency", style),
                number(place.spend, "currency", style),
                number(place.kept - place.spend, "currency", style),
                MISSING if place.per_spend is None else f"{place.per_spend:.2f}".replace("-", MINUS),
                number(place.payback, "months", style),
                say(*ADVICE[each.action]) + (say(", low quality", "・低品質") if each.low else ""),
            ]
        )
    head = [found.by, say("customers", "人数"), say("bought again", "再購入"), say("revenue", "売上")]
    head += [say("acquisition", "獲得費用"), say("profit", "利益"), say("per spend", "費用1あたり")]
    show_table([*head, say("paid back after", "回収"), say("advice", "助言")], rows)
    rule = found.rule
    tell(
        say(
            "Feed: paid back within {0} months; hold: later; stop: not at {0} months; wait: younger. Fewer than {1} "
            "customers say nothing. Low quality: bought again less than {2:.0%} as often as all.",
            "増やす：{0}か月以内に回収。維持：それより後。止める：{0}か月で未回収。様子を見る：まだ若い。"
            "{1}人未満は判断しません。低品質：再購入が全体の{2:.0%}未満。",
        ).format(rule.months, rule.customers, rule.low_repeat)
    )
    if moved is not None:
        tell(
            say(
                "Moving {} from {} to {}: {} of long-term profit, if the next customers are like those so far.",
                "{}を{}から{}へ動かすと、長期の利益は{}（次の顧客もこれまでと同じ場合）。",
            ).format(
                number(moved.amount, "currency", style),
                moved.giver.name,
                moved.taker.name,
                number(moved.expected, "currency", style),
            )
        )
    if found.worths.hidden:
        tell(
            say("Left out, as fewer than {} customers: {}.", "{}人に満たないため出していない区分：{}件。").format(
                LEAST, found.worths.hidden
            )
        )
