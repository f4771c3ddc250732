"""`keiki customers ltv`: what a customer is worth by every formula, beside what winning one costs."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

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


def _ratio(value: float | None, cac: float | None) -> float | None:
    return None if value is None or not cac else value / cac


def _plain(terms: OwnTerms, found: tuple[LifetimeValue, ...]) -> dict[str, object]:
    cac = terms.acquisition.full
    return {
        "period": {"start": terms.period.start, "end": terms.period.end},
        "terms": dict(terms.terms),
        "cac": cac,
        "values": [
            {
                "formula": each.formula.id,
                "basis": each.basis,
                "value": each.value,
                "to_cac": _ratio(each.value, cac),
                "trouble": None if each.trouble is None else each.trouble.words(language()),
            }
            for each in found
        ],
    }


def _show(terms: OwnTerms, found: tuple[LifetimeValue, ...], style: Style) -> None:
    from keiki.charts.format import MISSING, number

    cac = terms.acquisition.full
    words = say("Cost of winning a customer, marketing and sales: {}.", "顧客1人の獲得費用（広告・販促と営業）：{}。")
    tell(words.format(number(cac, "currency", style)))
    rows = []
    for each in found:
        ratio = _ratio(each.value, cac)
        rows.append(
            [
                each.formula.ja if style.japanese else each.formula.en,
                say(*BASES[each.basis]),
                number(each.value, "currency", style),
                MISSING if ratio is None else f"{ratio:.2f}",
                "" if each.trouble is None else each.trouble.words(language()),
            ]
        )
    head = [say("Formula", "計算式"), say("of", "基準"), say("value", "価値"), "LTV/CAC"]
    show_table([*head, say("why it has none", "値がない理由")], rows)
