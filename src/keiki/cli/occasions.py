"""`keiki customers occasions`: what customers will do who can buy once a period only, such as donors of a year."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, Discount, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.occasion_forecast import OccasionForecast

HELP = say(
    "What customers will buy who can buy once a month, quarter or year only.",
    "購入の機会が月・四半期・年に1回だけの顧客が、これから買う回数。",
)


class Occasion(StrEnum):
    """How often customers can buy."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


def occasions(
    grain: Annotated[
        Occasion, typer.Option("--grain", "-g", help=say("One occasion in each of these.", "機会の間隔。"))
    ] = Occasion.YEAR,
    ahead: Annotated[
        int, typer.Option("--ahead", min=1, max=60, help=say("How many occasions ahead.", "何回先の機会まで。"))
    ] = 5,
    discount: Discount = 0.1,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """The BG/BB model: purchases and worth expected, its parameters, and what it would have told halfway."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.occasion_forecast(own, grain.value, ahead, discount)
        if as_json:
            show_json(_plain(found))
            return
        _show(found, own, style_of(own))


def _plain(found: OccasionForecast) -> dict[str, object]:
    names = ("ahead", "discount", "customers", "purchases", "present", "worth", "margin", "without_cost", "parameters")
    held = found.hold_out
    return {
        "grain": found.grain.value,
        "first": {"start": found.first.start, "end": found.first.end},
        "last": {"start": found.last.start, "end": found.last.end},
        **{name: getattr(found, name) for name in names},
        "model": found.choice.name,
        "reason": found.choice.words(language()),
        "interval": [found.interval.low, found.interval.high],
        "hold_out": None
        if held is None
        else {name: getattr(held, name) for name in ("ahead", "customers", "expected", "naive", "actual", "off")}
        | {"error": held.error, "naive_error": held.naive_error, "classes": [asdict(each) for each in held.classes]},
        "cautions": [each.words(language()) for each in found.choice.cautions],
    }


def _show(found: OccasionForecast, own: Business, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import without_cost_words

    calendar = own.settings.calendar
    first, last = (calendar.label(period, language()) for period in (found.first, found.last))
    customers, purchases = (number(round(value), "count", style) for value in (found.customers, found.purchases))
    tell(
        say(
            f"{customers} customers, {first} to {last}. Next {found.ahead} occasions, purchases expected: {purchases}.",
            f"顧客{customers}人（{first}〜{last}）：次の{found.ahead}回の機会で{purchases}回の購入が見込まれます。",
        )
    )
    if found.interval.low is not None and found.interval.high is not None:
        low, high = (number(round(value), "count", style) for value in (found.interval.low, found.interval.high))
        tell(say(f"Purchases, 95 in 100: {low} – {high}.", f"購入回数（95%の範囲）：{low}〜{high}。"))
    if found.worth is not None:
        worth = number(found.worth, "currency", style)
        tell(say(f"Worth today: {worth}.", f"今日の価値：{worth}。"))
        tell_what_is(without_cost_words(found.without_cost, style))
    tell(f"{found.choice.name}: {found.choice.words(language())}")
    for each in found.choice.cautions:
        tell(each.words(language()))
    if found.hold_out is None:
        return
    tell(found.hold_out.words(language()))
    head = [say("Bought again before", "それまでのリピート"), say("customers", "顧客"), say("told each", "予測（1人）")]
    rows = [
        [
            f"{each.frequency}{'+' if each.and_more else ''}",
            number(each.customers, "count", style),
            *(f"{value:.2f}" for value in (each.expected, each.actual)),
        ]
        for each in found.hold_out.classes
    ]
    show_table([*head, say("bought each", "実際（1人）")], rows)
