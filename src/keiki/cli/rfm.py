"""`keiki customers rfm`: segments by how recently, how often and for how much customers buy."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_json_list, show_table, tell, tell_what_is
from keiki.cli.words import language, say
from keiki.lens import periods_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keiki.charts.format import Style
    from keiki.customers.rfm_segments import Segments
    from keiki.engine.business import Business
    from keiki.engine.rfm_segments import Member
    from keiki.periods import Period

HELP = say(
    "Segments by recency, frequency and money, and who moved.", "直近・回数・金額による区分と、区分の移り変わり。"
)
NAMES = {
    "loyal": ("Loyal", "優良"),
    "growth": ("To be won back", "成長（離れかけ）"),
    "new_promising": ("New and promising", "新規優良"),
    "dormant": ("Dormant", "休眠"),
    "other": ("Other", "その他"),
}
SHOWN = 20


def rfm(
    when: Annotated[
        str | None,
        typer.Option(
            "--period",
            "-p",
            help=say("The period at whose end customers are classed.", "この期間の終わりで区分する。"),
            show_default=say("the last whole month", "終わった直近の月"),
        ),
    ] = None,
    segment: Annotated[
        str | None,
        typer.Option("--segment", help=say("List the customers of this segment.", "この区分の顧客を一覧にする。")),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One line per segment, and how many changed their segment in the period."""
    import keiki
    from keiki.charts.rule_words import without_cost_words

    with keiki.open(business) as own:
        period = periods_of(when, own.settings.calendar, None)[-1] if when else None
        if segment is not None:
            _members(own, segment, period, as_json=as_json)
            return
        found = keiki.rfm_segments(own, period)
        if as_json:
            show_json(_plain(found))
            return
        style = style_of(own)
        tell(own.settings.calendar.label(found.period, language()))
        _show(found, style)
        tell_what_is(without_cost_words(keiki.gross_margin(own).unknown, style, some=True))


def _plain(found: Segments) -> dict[str, object]:
    return {
        "period": {"start": found.period.start, "end": found.period.end},
        "segments": [asdict(each) for each in found.segments],
        "scores": [{"r": r, "f": f, "customers": n} for (r, f), n in found.scores.items()],
        "moves": [{"from": start, "to": end, "customers": n} for (start, end), n in found.moves.items()],
    }


def _show(found: Segments, style: Style) -> None:
    from keiki.charts.format import number

    words = (say("customers", "人数"), say("share", "割合"), say("orders", "購入数"), say("revenue", "売上"))
    head = ["", *words, say("gross profit", "粗利"), say("came", "入った"), say("left", "出た")]
    rows = []
    for each in found.segments:
        came = sum(n for (start, end), n in found.moves.items() if end == each.segment != start)
        left = sum(n for (start, end), n in found.moves.items() if start == each.segment != end)
        share = each.customers / found.customers if found.customers else None
        rows.append(
            [
                say(*NAMES[each.segment]),
                number(each.customers, "count", style),
                number(share, "ratio", style),
                number(each.frequency, "count", style),
                number(each.amount, "currency", style),
                number(each.profit, "currency", style),
                number(came, "count", style),
                number(left, "count", style),
            ]
        )
    show_table(head, rows)


def _members(own: Business, segment: str, period: Period | None, *, as_json: bool) -> None:
    import keiki
    from keiki.charts.format import number

    if as_json:
        every: Iterator[Member] = keiki.every_member(own, segment, period)
        show_json_list(asdict(each) | {"addressable": each.addressable} for each in every)
        return
    found: tuple[Member, ...] = keiki.segment_customers(own, segment, period, SHOWN)
    style = style_of(own)
    head = [say("Customer", "顧客"), "R", "F", "M", say("days since", "経過日数"), say("orders", "購入数")]
    rows = [
        [
            each.customer_id,
            str(each.r),
            str(each.f),
            str(each.m),
            number(each.recency_days, "count", style),
            number(each.frequency, "count", style),
            number(each.amount, "currency", style),
            "" if each.addressable else say("not to be addressed", "配信対象外"),
        ]
        for each in found
    ]
    show_table([*head, say("revenue", "売上"), ""], rows)
