"""`keiki customers ltv`: what a customer is worth by every formula, beside what winning one costs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.customers.acquisition_cost import Payback, payback

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.ltv_formulas import LifetimeValue
    from keiki.engine.lifetime_value import OwnTerms

HELP = say("What a customer is worth, beside what winning one costs.", "顧客1人の生涯価値と、獲得にかかる費用。")
BASES = {"revenue": ("revenue", "売上"), "gross_profit": ("gross profit", "粗利"), "net": ("after costs", "費用控除後")}


def ltv(
    on: Annotated[
        datetime | None,
        typer.Option(
            "--on",
            formats=["%Y-%m-%d"],
            help=say("A day of the month whose numbers count.", "この日を含む月の数字で計算する。"),
            show_default=say("the last whole month", "終わった直近の月"),
        ),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Every formula on the business's own numbers: value, basis, ratio to acquisition cost, or why it has none."""
    import keiki

    with keiki.open(business) as own:
        terms = keiki.own_terms(own, _day(on))
        cac = terms.acquisition.full
        found = keiki.lifetime_values({**terms.terms, "cac": cac})
        if as_json:
            show_json(_plain(terms, found))
            return
        tell(own.settings.calendar.label(terms.period, language()))
        _show(terms, found, style_of(own))


def _day(on: datetime | None) -> date | None:
    return None if on is None else on.date()


def _beside(found: LifetimeValue, cac: float | None) -> Payback | None:
    """The value beside the cost of winning a customer: only gross profit can stand there."""
    if found.basis != "gross_profit" or not cac or found.value is None:
        return None
    assert found.monthly is not None
    assert found.share is not None
    return payback(found.value, cac, found.monthly * found.share)


def _plain(terms: OwnTerms, found: tuple[LifetimeValue, ...]) -> dict[str, object]:
    cac = terms.acquisition.full
    return {
        "period": {"start": terms.period.start, "end": terms.period.end},
        "terms": dict(terms.terms),
        "cac": cac,
        "values": [_value(each, _beside(each, cac)) for each in found],
    }


def _value(found: LifetimeValue, beside: Payback | None) -> dict[str, object]:
    return {
        "formula": found.formula.id,
        "basis": found.basis,
        "value": found.value,
        "to_cac": None if beside is None else beside.ratio,
        "payback_months": None if beside is None else beside.months,
        "cac_ceiling": None if beside is None else beside.ceiling,
        "trouble": None if found.trouble is None else found.trouble.words(language()),
    }


def _show(terms: OwnTerms, found: tuple[LifetimeValue, ...], style: Style) -> None:
    from keiki.charts.format import MISSING, number

    cac = terms.acquisition.full
    words = say("Cost of winning a customer, marketing and sales: {}.", "顧客1人の獲得費用（広告・販促と営業）：{}。")
    tell(words.format(number(cac, "currency", style)))
    rows = []
    for each in found:
        beside = _beside(each, cac)
        rows.append(
            [
                each.formula.ja if style.japanese else each.formula.en,
                say(*BASES[each.basis]),
                number(each.value, "currency", style),
                MISSING if beside is None else f"{beside.ratio:.2f}",
                MISSING if beside is None else number(beside.months, "months", style),
                MISSING if beside is None else number(beside.ceiling, "currency", style),
                "" if each.trouble is None else each.trouble.words(language()),
            ]
        )
    head = [say("Formula", "計算式"), say("of", "基準"), say("value", "価値"), "LTV/CAC"]
    head += [say("paid back after", "回収まで"), say("ceiling of CAC", "CACの上限")]
    show_table([*head, say("why it has none", "値がない理由")], rows)
