"""`keiki customers ideal`: what good customers have in common, and the profile that follows."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.ideal_customers import Learned

HELP = say("What good customers have in common.", "良い顧客に共通すること。")
VERDICTS = {
    "better": ("aim at it", "狙う"),
    "worse": ("leave it out", "避ける"),
    "like_all": ("like all", "全体並み"),
    "few": ("too few", "人数不足"),
}


def ideal(
    everything: Annotated[
        bool, typer.Option("--all", help=say("Values like all others, too.", "全体並みの値も表示する。"))
    ] = False,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Values of customers' attributes with the share of good ones, its range, profit per customer and what to do."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.learned_profile(own)
        if as_json:
            show_json(_plain(found))
            return
        _show(found, style_of(own), everything=everything)


def _plain(found: Learned) -> dict[str, object]:
    profile = None if found.profile is None else asdict(found.profile)
    return {
        "lessons": [asdict(each) | {"share": each.share} for each in found.lessons],
        "profile": profile,
        "rule": asdict(found.rule),
    }


def _show(found: Learned, style: Style, *, everything: bool) -> None:
    from keiki.charts.format import number
    from keiki.facts import FACTS

    told = [each for each in found.lessons if everything or each.verdict in {"better", "worse"}]
    if not told:
        tell(
            say(
                "Nothing sets good customers apart from the others.",
                "良い顧客に特有のものは見つかりません。",
            )
        )
        return
    rows = []
    for each in told:
        column = FACTS["customers"].column(each.attribute)
        name = each.attribute if column is None else column.ja if language() == "ja" else column.en
        low, high = number(each.low, "ratio", style), number(each.high, "ratio", style)
        rows.append(
            [
                name,
                each.value,
                number(each.customers, "count", style),
                number(each.share, "ratio", style),
                f"{low} – {high}",
                number(each.profit, "currency", style),
                say(*VERDICTS[each.verdict]),
            ]
        )
    head = [say("Attribute", "属性"), say("value", "値"), say("customers", "人数"), say("good", "良い顧客")]
    show_table([*head, say("range", "幅"), say("profit each", "1人の利益"), say("advice", "提案")], rows)
