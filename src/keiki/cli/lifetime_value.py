"""`keiki customers ltv`: what a customer is worth by every formula, beside what winning one costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of, style_of_folder
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.customers.acquisition_cost import Payback, payback
from keiki.customers.ltv_formulas import TERMS, LifetimeValue, lifetime_values, spread
from keiki.errors import UnknownName, WrongField

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.lifetime_value import OwnTerms
    from keiki.trees.calculator import Calculation

HELP = say("What a customer is worth, beside what winning one costs.", "顧客1人の生涯価値と、獲得にかかる費用。")
BASES = {"revenue": ("revenue", "売上"), "gross_profit": ("gross profit", "粗利"), "net": ("after costs", "費用控除後")}
EXAMPLE = "aov=10000 gross_margin=50%"
COSTS = {
    "full": ("marketing and sales per new customer (CAC)", "広告・販促と営業÷新規顧客（CAC）"),
    "marketing_only": ("marketing per new customer (CPA)", "広告・販促÷新規顧客（CPA）"),
    "per_new_visitor": ("marketing per new visitor", "広告・販促÷新規訪問者"),
}


def ltv(
    numbers: Annotated[
        list[str] | None,
        typer.Argument(
            help=say(
                f"Numbers such as {EXAMPLE}, with the names of the API. Without any: those of the business.",
                f"計算に使う数値。例：{EXAMPLE}。名前は API と同じ。なければ事業の数字を使う。",
            ),
            metavar="[NAME=NUMBER…]",
            show_default=False,
        ),
    ] = None,
    own: Annotated[
        bool,
        typer.Option("--own", help=say("Fill in the rest from the business.", "入れていない数値は事業の数字を使う。")),
    ] = False,
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            help=say("A day of the month whose numbers count.", "この日を含む月の数字で計算する。"),
            show_default=say("the last whole month", "終わった直近の月"),
        ),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help=say("LTV/CAC is healthy above 3, not at 3.", "LTV/CAC は3ちょうどを健全としない。")
        ),
    ] = False,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Every formula on typed numbers, the business's own, or both: value, basis, when it holds, and why they differ."""
    import keiki
    from keiki.trees.calculator import Calculation

    told = _typed(numbers or ())
    query = told | ({"own": "1"} if own else {}) | ({"strict": "1"} if strict else {})
    asked = Calculation.read(query, _day(on))
    for name in told:
        if (trouble := asked.trouble(name)) is not None:
            raise trouble
    if not asked.own:
        _tell(asked, None, style_of_folder(business), "", as_json=as_json)
        return
    with keiki.open(business) as opened:
        terms = keiki.own_terms(opened, asked.on)
        label = opened.settings.calendar.label(terms.period, language())
        _tell(asked, terms, style_of(opened), label, as_json=as_json)


def _typed(numbers: Sequence[str]) -> dict[str, str]:
    from keiki.trees.calculator import UNITS

    told = {}
    for each in numbers:
        name, sign, text = (part.strip() for part in each.partition("="))
        if not sign or not text:
            raise WrongField(subject="ltv", field="NAME=NUMBER", value=each, options=EXAMPLE)
        if name not in UNITS:
            raise UnknownName(kind="value", name=name, known=UNITS)
        told[name] = text
    return told


def _day(on: datetime | None) -> date | None:
    return None if on is None else on.date()


def _tell(asked: Calculation, own: OwnTerms | None, style: Style, label: str, *, as_json: bool) -> None:
    given = asked.given(own)
    found = lifetime_values(given)
    besides = {each.formula.id: _beside(each, given["cac"], asked) for each in found}
    if as_json:
        show_json(_plain(asked, own, found, besides))
        return
    if label:
        tell(label)
    _show(asked, own, found, besides, style)


def _beside(found: LifetimeValue, cac: float | None, asked: Calculation) -> Payback | None:
    """The value beside the cost of winning a customer: only gross profit can stand there."""
    if found.basis != "gross_profit" or not cac or found.value is None:
        return None
    assert found.monthly is not None
    assert found.share is not None
    return payback(found.value, cac, found.monthly * found.share, asked.rule)


def _plain(
    asked: Calculation, own: OwnTerms | None, found: Sequence[LifetimeValue], besides: dict[str, Payback | None]
) -> dict[str, object]:
    given, spent, gap = asked.given(own), asked.acquisition(own), spread(found)
    differ = None
    if gap is not None:
        ends = {"highest": gap.first.formula.id, "lowest": gap.second.formula.id, "times": gap.times}
        parts = {name: getattr(gap, name) for name in ("monthly", "share", "months", "costs")}
        differ = ends | parts | {"part": gap.largest, "reason": gap.words(language())}
    return {
        "period": None if own is None else {"start": own.period.start, "end": own.period.end},
        "terms": {name: given[name] for name in TERMS},
        "cac": given["cac"],
        "acquisition": vars(spent) | {name: getattr(spent, name) for name in COSTS},
        "values": [_value(each, besides[each.formula.id]) for each in found],
        "differ": differ,
    }


def _value(found: LifetimeValue, beside: Payback | None) -> dict[str, object]:
    formula = found.formula
    return {
        "formula": formula.id,
        "basis": found.basis,
        "value": found.value,
        **{name: getattr(found, name) for name in ("monthly", "share", "months", "costs")},
        "to_cac": None if beside is None else beside.ratio,
        "healthy": None if beside is None else beside.healthy,
        "payback_months": None if beside is None else beside.months,
        "cac_ceiling": None if beside is None else beside.ceiling,
        "valid": formula.valid(language()),
        "invalid": formula.invalid(language()),
        "trouble": None if found.trouble is None else found.trouble.words(language()),
    }


def _show(
    asked: Calculation,
    own: OwnTerms | None,
    found: Sequence[LifetimeValue],
    besides: dict[str, Payback | None],
    style: Style,
) -> None:
    from keiki.charts.format import MISSING, number

    spent = asked.acquisition(own)
    words = say("Cost of winning a customer: {}.", "顧客1人の獲得費用：{}。")
    tell(words.format(number(asked.given(own)["cac"], "currency", style)))
    costs = [(each, getattr(spent, name)) for name, each in COSTS.items()]
    if any(value is not None for _words, value in costs):
        table = [[say(*each), number(value, "currency", style)] for each, value in costs]
        show_table([say("Cost", "費用"), say("each", "1件あたり")], table)
    rows = []
    for each in found:
        beside = besides[each.formula.id]
        ratio = None if beside is None else beside.ratio
        rows.append(
            [
                each.formula.words(style.language),
                say(*BASES[each.basis]),
                number(each.value, "currency", style),
                number(each.costs, "currency", style) if each.costs else MISSING,
                MISSING if ratio is None else f"{ratio:.2f}",
                MISSING if beside is None else number(beside.months, "months", style),
                MISSING if beside is None else number(beside.ceiling, "currency", style),
            ]
        )
    head = [say("Formula", "計算式"), say("of", "基準"), say("value", "価値"), say("costs", "費用"), "LTV/CAC"]
    show_table([*head, say("paid back after", "回収まで"), say("ceiling of CAC", "CACの上限")], rows, figures=2)
    _differ(found, style)
    for each in found:
        tell(f"{each.formula.words(style.language)}{say('. ', '。')}{_limits(each, style.language)}")


def _limits(found: LifetimeValue, spoken: str) -> str:
    """When the value holds, or why there is none."""
    if found.trouble is not None:
        return found.trouble.words(spoken)
    words = say("Holds: {valid} Not: {invalid}", "使える場合：{valid} 使えない場合：{invalid}")
    return words.format(valid=found.formula.valid(spoken), invalid=found.formula.invalid(spoken))


def _differ(found: Sequence[LifetimeValue], style: Style) -> None:
    from keiki.charts.format import number

    gap = spread(found)
    if gap is None:
        return
    words = say("From {} to {}: {} times, mostly because {}.", "{}から{}まで{}倍の開き。主な理由は、{}です。")
    low, high = (number(each.value, "currency", style) for each in (gap.second, gap.first))
    tell(words.format(low, high, f"{gap.times:.1f}", gap.words(style.language)))
