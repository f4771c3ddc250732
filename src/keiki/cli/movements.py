"""`keiki customers movements`: what moved recurring revenue, by our rules or published ones, and why they differ."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, GrainName, Last, When, style_of
from keiki.cli.rates import tell_left_out
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.lens import periods_of
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.recurring import RecurringAnswer
    from keiki.periods import Period

HELP = say("What moved recurring revenue, and its rates.", "継続収益（MRR）を動かしたものと、その率。")
SHOWN = 6


def movements(
    rules: Annotated[
        str,
        typer.Option(
            "--rules",
            help=say(
                "Whose rules: keiki, chartmogul, profitwell, chargebee.",
                "どの規則で数えるか：keiki、chartmogul、profitwell、chargebee。",
            ),
        ),
    ] = "keiki",
    against: Annotated[
        str | None,
        typer.Option("--against", help=say("Tell why these rules differ.", "この規則とどこが違うかを示す。")),
    ] = None,
    when: When = None,
    grain: GrainName = None,
    last: Last = SHOWN,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One column per period: start, every movement, end; then the rates."""
    import keiki

    with keiki.open(business) as own:
        if when is None:
            periods = own.lens(grain or Grain.MONTH, last).periods
        else:
            periods = periods_of(when, own.settings.calendar, grain)
        if against is not None:
            _differences(own, rules, against, periods, as_json=as_json)
            return
        answer = keiki.recurring(own, periods, rules)
        if as_json:
            show_json(_plain(answer))
            return
        _show(answer, own, style_of(own))


RATES = {
    "logo_churn": ("Customers lost", "顧客の解約率"),
    "revenue_churn": ("Revenue lost to cancellation", "解約で失った収益の率"),
    "gross_retention": ("GRR", "GRR"),
    "net_retention": ("NRR", "NRR"),
    "renewal_rate": ("Renewed of those due", "更新率"),
}
GAINS = {
    "upsell": (
        "Upsell of the revenue at the start",
        "Upsell of the customers",
        "アップセル率（金額）",
        "アップセル率（顧客数）",
    ),
    "cross_sell": (
        "Cross-sell of the revenue at the start",
        "Cross-sell of the customers",
        "クロスセル率（金額）",
        "クロスセル率（顧客数）",
    ),
}
"""What rates of growth on money and on customers are called, where the rules tell the two kinds apart."""

MOVES = {
    "new": ("+ new", "＋新規"),
    "reactivation": ("+ reactivation", "＋復活"),
    "upsell": ("+ upsell", "＋アップセル"),
    "cross_sell": ("+ cross-sell", "＋クロスセル"),
    "expansion": ("+ expansion", "＋拡大"),
    "contraction": ("− contraction", "−縮小"),
    "churned": ("− churn", "−解約"),
}


def _plain(answer: RecurringAnswer) -> dict[str, object]:
    periods = [
        asdict(each)
        | {"period": {"start": each.period.start, "end": each.period.end}, "unexplained": each.unexplained}
        | {name: getattr(each, name) for name in (*RATES, "quick_ratio", "per_account", "per_user")}
        | {f"{name}_rate_of_revenue": each.rate_of_revenue(name) for name in GAINS}
        | {f"{name}_rate_of_customers": each.rate_of_customers(name) for name in GAINS}
        for each in answer.periods
    ]
    committed = asdict(answer.committed) | {"total": answer.committed.total}
    return {"rules": asdict(answer.preset), "periods": periods, "committed": committed}


def _show(answer: RecurringAnswer, own: Business, style: Style) -> None:
    from keiki.charts.certainty import period_name
    from keiki.charts.format import number

    calendar, found = own.settings.calendar, answer.periods
    head = ["", *(period_name(calendar.label(each.period, language()), each.complete, style) for each in found)]
    told = [name for name in MOVES if any(each.moves.get(name) is not None for each in found)]
    if "upsell" in told:
        told.remove("expansion")
    rows = [[say("Start", "期初"), *(number(float(each.mrr_start), "currency", style) for each in found)]]
    rows += [
        [say(*MOVES[name]), *(number(float(each.move(name)), "currency", style) for each in found)] for name in told
    ]
    rows.append([say("End", "期末"), *(number(float(each.mrr_end), "currency", style) for each in found)])
    rows += [
        [say(*words), *(number(getattr(each, name), "ratio", style) for each in found)] for name, words in RATES.items()
    ]
    for name, (of_revenue, of_customers, ja_revenue, ja_customers) in GAINS.items():
        if name in told:
            rows.append([say(of_revenue, ja_revenue), *(_share(each.rate_of_revenue(name), style) for each in found)])
            rows.append(
                [say(of_customers, ja_customers), *(_share(each.rate_of_customers(name), style) for each in found)]
            )
    rows.append(
        [say("Won for each 1 lost", "クイックレシオ"), *(number(each.quick_ratio, "number", style) for each in found)]
    )
    rows.append(["ARPA", *(number(each.per_account, "currency", style) for each in found)])
    rows.append(["ARPU", *(number(each.per_user, "currency", style) for each in found)])
    show_table(head, rows)
    wrong = [each for each in found if each.unexplained]
    tell(
        say("Start and movements give the end in every period.", "どの期間も、期初と動きの合計が期末に一致します。")
        if not wrong
        else say("Start and movements do not give the end.", "期初と動きの合計が期末に一致しません。")
    )
    told_on = answer.committed
    parts = (told_on.total, told_on.mrr, told_on.starting, told_on.ending)
    words = say(
        "Committed on {}: {} = {} + {} agreed to start − {} agreed to end",
        "{}時点の契約済みMRR：{}＝{}＋今後の開始{}−今後の終了{}",
    )
    tell(words.format(told_on.day, *(number(float(each), "currency", style) for each in parts)))
    tell_left_out(own)


def _share(value: float | None, style: Style) -> str:
    from keiki.charts.format import number

    return number(value, "ratio", style)


REASONS = {
    "several_contracts": ("several contracts of one customer", "1人の顧客が複数の契約を持つ"),
    "short_gap": ("a pause that one of them bridges", "短い中断を片方だけがつなぐ"),
    "brief": ("joined and left within the period", "期間内に始まり、期間内に終わった"),
    "return": ("a return goes under another name", "復帰の呼び方が違う"),
    "several_changes": ("up and down within the period", "期間内に増減の両方があった"),
}


def _pair(left: Decimal, right: Decimal, style: Style) -> str:
    """What both call it; nothing where they agree."""
    from keiki.charts.format import number

    if left == right:
        return ""
    return " → ".join(number(float(value), "currency", style) for value in (left, right))


def _differences(own: Business, left: str, right: str, periods: tuple[Period, ...], *, as_json: bool) -> None:
    import keiki
    from keiki.charts.format import number

    found = keiki.recurring_differences(own, left, right, periods)
    if as_json:
        show_json([asdict(each) | {"period": {"start": each.period.start, "end": each.period.end}} for each in found])
        return
    if not found:
        tell(say("Both rules name every change alike.", "どちらの規則でも、すべての動きが同じになります。"))
        return
    style, calendar = style_of(own), own.settings.calendar
    names = ("new", "reactivation", "expansion", "contraction", "churned")
    head = [say("Period", "期間"), say("why", "理由"), say("customers", "人数"), *(say(*MOVES[name]) for name in names)]
    rows = [
        [
            calendar.label(each.period, language()),
            say(*REASONS[each.reason]),
            number(each.customers, "count", style),
            *(_pair(each.left[name], each.right[name], style) for name in names),
        ]
        for each in found
    ]
    show_table(head, rows, figures=2)
    from keiki.customers.mrr_presets import PRESETS

    for name in (left, right):
        tell(f"{PRESETS[name].name}: {PRESETS[name].words(language())}")
