"""`keiki customers whole`: twelve months from lead to renewal, of everybody or of a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.whole_revenue import WholeRevenue

HELP = say("Twelve months from lead to renewal.", "リードから契約更新までの12か月。")


def whole(
    segment: Annotated[
        str | None,
        typer.Option("--segment", help=say("Only these, such as plan=pro.", "この顧客だけ。例：plan=pro。")),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Leads to wins, what stays, what it costs, what expansion and referrals add; a segment stands beside everybody."""
    import keiki

    with keiki.open(business) as own:
        attribute, _, value = (segment or "").partition("=")
        found = keiki.whole_revenue(own, (attribute, value) if segment else None)
        if as_json:
            show_json(_plain(found))
            return
        _show(found, own, style_of(own))


def _plain(found: WholeRevenue) -> dict[str, object]:
    rows = [{**vars(each), "rate": each.rate} for each in found.referrers]
    span = {"start": found.period.start.isoformat(), "end": found.period.end.isoformat()}
    return {**vars(found), "period": span, "referral_rate": found.referral_rate, "referrers": rows}


def _show(found: WholeRevenue, own: Business, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import rule_words
    from keiki.engine.whole_revenue import NUMBERS

    kpis, rows = own.catalogue.kpis, []
    for name in NUMBERS:
        kpi = kpis.get(name)
        words = say("LTV/CAC (gross profit)", "LTV/CAC（粗利）")
        label = words if kpi is None else kpi.ja if language() == "ja" else kpi.en
        unit = "number" if kpi is None else kpi.unit
        sides = (found.values, found.everybody) if found.segment else (found.values,)
        rows.append([label, *(number(side[name], unit, style) for side in sides)])
    head = [say("this segment", "この顧客")] if found.segment else []
    show_table([own.settings.calendar.label(found.period, language()), *head, say("everybody", "全体")], rows)
    if found.unassigned:
        words = "No cost is booked on customers of this segment: its costs are not known."
        tell(say(words, "この顧客に計上された費用がないため、費用は分かりません。"))
    tell(rule_words(own.rules, "expansion", style))
    tell(
        say("Referrals: {}, of which {} became customers.", "紹介{}件、うち{}件が顧客に。").format(
            number(found.referrals, "count", style), number(found.converted, "count", style)
        )
    )
