"""`keiki customers contracts`: what the contracts that run today will bring, and whether it would have been right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, Discount, style_of
from keiki.cli.screen import show_json, show_table, tell, tell_what_is
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.contract_forecast import ContractForecast

HELP = say("What the contracts that run today will bring.", "いま続いている契約がこれからもたらす売上。")
SHOWN = (0, 1, 2, 3, 6, 9, 12, 18, 24, 36)


def contracts(
    months: Annotated[int, typer.Option("--months", min=1, max=36, help=say("How far ahead.", "何か月先まで。"))] = 12,
    discount: Discount = 0.1,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Revenue and worth of the next months, the model with its reason and cautions, and how many contracts are left."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.contract_forecast(own, months, discount)
        if as_json:
            show_json(_plain(found))
            return
        _show(found, style_of(own))


def _plain(found: ContractForecast) -> dict[str, object]:
    names = (
        "months",
        "discount",
        "customers",
        "mrr",
        "revenue",
        "worth",
        "margin",
        "without_cost",
        "kept",
        "told",
        "known",
    )
    held = found.held_out
    return {
        **{name: getattr(found, name) for name in names},
        "until": found.until.isoformat(),
        "model": found.choice.name,
        "reason": found.choice.words(language()),
        "parameters": found.parameters,
        "interval": [found.interval.low, found.interval.high],
        "held_out": held and {**vars(held), "since": held.since.isoformat(), "off": held.off},
        "cautions": [each.words(language()) for each in found.choice.cautions],
    }


def _show(found: ContractForecast, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import without_cost_words

    words = say(
        "{} customers, {} a month; next {} months: {}, worth {} today; {} still there at the end.",
        "顧客{}人、月額{}。今後{}か月：売上{}、今日の価値で{}。最後まで残る割合は{}。",
    )
    tell(
        words.format(
            number(found.customers, "count", style),
            number(found.mrr, "currency", style),
            found.months,
            number(found.revenue, "currency", style),
            number(found.worth, "currency", style),
            number(found.kept, "ratio", style),
        )
    )
    tell_what_is(without_cost_words(found.without_cost, style))
    tell(f"{found.choice.name}: {found.choice.words(language())}")
    for each in found.choice.cautions:
        tell(each.words(language()))
    ages = [age for age in SHOWN if age < len(found.told)]
    rows = [[str(age), *(number(line[age], "ratio", style) for line in (found.known, found.told))] for age in ages]
    show_table([say("Month", "月"), say("observed", "実績"), found.choice.name], rows)
