"""Bars of parts, steps of a funnel, numbers beside their targets."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import SVG, drawn, pretty, rectangles, words

from keiki.charts.aim import Aim
from keiki.charts.format import Style
from keiki.charts.palette import BAD, FLAT, GOOD, PACE, STRONG
from keiki.charts.rows import Held, Part, bullets, funnel, parts

ENGLISH = Style("en")
CHANNELS = [Part("Search", 300.0, "/rows/?channel=search"), Part("Mail", 100.0), Part("Social", -40.0), Part("?", None)]
WAY = [
    Part(name, value)
    for name, value in zip(
        ("visit", "product", "cart", "checkout", "purchase"), (1000.0, 400.0, 100.0, 80.0, 60.0), strict=True
    )
]


def test_parts_with_a_total_show_their_shares_and_a_ratio_has_none() -> None:
    chart = parts("Orders", "", CHANNELS, "count", ENGLISH, total=360.0)
    assert chart.table.head == ("Part", "Orders", "Share")
    assert chart.table.rows[0] == ("Search", "300", "83.3%")
    assert chart.table.rows[-1] == ("Total", "360", "100.0%")
    rates = parts("Rate", "", [Part("Search", 0.02), Part("Mail", 0.05)], "ratio", ENGLISH)
    assert rates.table == parts("Rate", "", [Part("Search", 0.02), Part("Mail", 0.05)], "ratio", ENGLISH).table
    assert (rates.table.head, len(rates.table.rows)) == (("Part", "Rate"), 2)


def test_bars_begin_at_zero_and_one_below_zero_goes_to_the_left() -> None:
    chart = parts("Orders", "", CHANNELS, "count", ENGLISH)
    found = rectangles(chart.wide)
    assert [value[0] for _ink, value, _size in found] == [150, 50, -20]
    (link,) = drawn(chart).iter(f"{SVG}a")
    assert link.get("href") == "/rows/?channel=search"


@pytest.mark.feature("F-092")
def test_a_funnel_shows_the_drop_at_each_step_from_visit_to_purchase() -> None:
    chart = funnel("People", "Most leave before the cart.", WAY, style=ENGLISH)
    told = words(drawn(chart))
    assert [name for name in ("visit", "product", "cart", "checkout", "purchase") if name not in told] == []
    drops = ["400　60.0% lost", "100　75.0% lost", "80　20.0% lost", "60　25.0% lost"]
    assert [each for each in drops if each not in told] == []
    assert chart.table.rows[2] == ("cart", "100", "300", "25.0%", "10.0%")


def test_a_step_that_nobody_reaches_has_no_share_after_it() -> None:
    rows = funnel("People", "", [Part("a", 10.0), Part("b", 0.0), Part("c", 0.0)], style=ENGLISH).table.rows
    assert [row[3] for row in rows] == ["—", "0.00%", "—"]


def test_bullets_carry_the_colour_of_their_status_and_the_target_as_a_mark() -> None:
    held = [
        Held("Sales", 90.0, Aim(low=100), "count"),
        Held("CPA", 12_000, Aim(high=15_000), "currency"),
        Held("Rate", 0.95, Aim(low=1.0), "ratio"),
        Held("NPS", None, Aim(low=30), "points"),
        Held("Visits", 5.0, None, "count"),
    ]
    chart = bullets("Targets", "", held, ENGLISH)
    assert [ink for ink, _value, _size in rectangles(chart.wide)] == [BAD, GOOD, PACE, STRONG]
    assert FLAT not in str(chart.wide.option)
    assert chart.table.rows[1] == ("CPA", "¥12,000", "¥15,000 or less", "−20.0%")
    assert chart.table.rows[3] == ("NPS", "—", "30.0", "—")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_rows_as_drawn(snapshot: SnapshotAssertion, language: str) -> None:
    style = Style(language)
    assert pretty(parts("注文", "検索が最多。", CHANNELS, "count", style, total=360.0)) == snapshot
    assert pretty(funnel("人数", "カートの前で落ちる。", WAY, style=style)) == snapshot
    assert pretty(bullets("目標", "1つ不足。", [Held("売上", 90.0, Aim(low=100), "count")], style)) == snapshot
