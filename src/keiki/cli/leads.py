"""`keiki insight leads`: how the scores of the leads of a period spread over the bands."""

from __future__ import annotations

from dataclasses import asdict

from keiki.charts.format import MISSING
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, When, last_over, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.lens import period_of

HELP = say("How the scores of leads spread over the bands.", "リードのスコア帯ごとの件数。")


def leads(when: When = None, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """The leads that came in a period, by the scores that were loaded."""
    import keiki
    from keiki.charts.format import number
    from keiki.charts.rule_words import rule_words

    with keiki.open(business) as own:
        period = last_over(own) if when is None else period_of(when, own.settings.calendar)
        found, style, rules = keiki.lead_spreads(own, period), style_of(own), own.rules
        label = own.settings.calendar.label(period, language())
    if as_json:
        show_json(asdict(found))
        return
    loaded = found.loaded
    rows = [
        (
            band.name,
            MISSING if band.least is None else f"{band.least:g}",
            number(band.leads, "count", style),
            number(band.leads / loaded.leads if loaded.leads else None, "ratio", style),
        )
        for band in loaded.bands
    ]
    show_table([label, say("from", "下限"), say("leads", "リード"), say("share", "構成比")], rows)
    words = say("{} leads with a score, {} without; median {}.", "スコアのあるリード{}件、なし{}件。中央値{}。")
    middle = MISSING if loaded.median is None else f"{loaded.median:g}"
    tell(words.format(number(loaded.leads, "count", style), number(loaded.without, "count", style), middle))
    tell(rule_words(rules, "leads", style))
