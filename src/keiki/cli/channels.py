"""`keiki insight channels`: the mix of visits, and what each channel earns by every attribution model."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, When, last_over, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.segments import segment_words
from keiki.cli.words import language, say
from keiki.lens import period_of

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.channels import AttributionModels, SearchKeywords
    from keiki.insight.traffic import TrafficMix
    from keiki.measures.rules import Rules

HELP = say(
    "Which channels bring the visits, and what each earns by every model.",
    "訪問をもたらすチャネルと、モデルごとの成果への貢献。",
)


def channels(
    when: When = None,
    by: Annotated[
        str,
        typer.Option(
            "--by",
            help=say("channel, campaign, campaign_kind or platform.", "channel、campaign、campaign_kind、platform。"),
        ),
    ] = "channel",
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Two tables: visits with their shares, and the same conversions shared by every model."""
    import keiki

    with keiki.open(business) as own:
        period = last_over(own) if when is None else period_of(when, own.settings.calendar)
        mix, found = keiki.traffic_of(own, period), keiki.attribution_models(own, period, by)
        searched = keiki.search_keywords(own, period)
        style, rules, label = style_of(own), own.rules, own.settings.calendar.label(period, language())
    if as_json:
        show_json({"traffic": asdict(mix), "attribution": asdict(found), "keywords": asdict(searched)})
        return
    tell(label)
    _show_mix(mix, rules, style)
    _show_credit(found, style)
    _show_keywords(searched, rules, style)


def _show_mix(mix: TrafficMix, rules: Rules, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import rule_words

    weak = say("weak channel", "弱いチャネル")
    rows = [
        (
            _word("channel", each.channel),
            number(each.visits, "count", style),
            number(each.share, "ratio", style),
            weak if each.weak else "",
        )
        for each in mix.channels
    ]
    head = [say("Channel", "チャネル"), say("visits", "訪問"), say("share", "構成比"), ""]
    show_table(head, rows)
    tell(rule_words(rules, "traffic", style))


def _show_credit(found: AttributionModels, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.measures.choices import MODEL_WORDS

    head = [found.by, *(MODEL_WORDS[model].words(style.language) for model in found.models)]
    rows = [
        [_word(found.by, each.place), *(f"{one.conversions:,.1f}" for one in each.by_model)] for each in found.places
    ]
    show_table(head, rows)
    words = say(
        "{} conversions worth {} in each model; touches in the {} before, half-life {} days.",
        "どのモデルでも合計は{}件、{}。成果の前{}の接点、半減期{}日。",
    )
    money = number(found.revenue, "currency", style)
    tell(words.format(f"{found.conversions:,}", money, found.rule.lookback, f"{found.rule.half_life_days:g}"))


def _show_keywords(found: SearchKeywords, rules: Rules, style: Style) -> None:
    from keiki.charts.format import number
    from keiki.charts.rule_words import rule_words

    names = {
        "brand": say("brand", "指名"),
        "generic": say("generic", "一般"),
        "problem": say("problem", "課題"),
        "long_tail": say("long tail", "ロングテール"),
        "unnamed": say("without a keyword", "キーワードなし"),
    }
    if not found.classes:
        tell(say("No search result of this period is known.", "この期間の検索結果がありません。"))
        return
    rows = [
        (names[each.name], number(each.clicks, "count", style), number(found.share(each), "ratio", style))
        for each in found.classes
    ]
    show_table([say("Search", "検索"), say("clicks", "クリック"), say("share", "構成比")], rows)
    tell(rule_words(rules, "keywords", style))


def _word(by: str, place: str | None) -> str:
    return say("not named", "名前なし") if place is None else segment_words(by, place)
