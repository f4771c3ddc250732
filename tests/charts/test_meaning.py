"""Sentences under pictures, as text."""

from __future__ import annotations

from keiki.charts.bridge import Step
from keiki.charts.format import Style
from keiki.charts.lines import Line
from keiki.charts.meaning import (
    funnel_sentence,
    heat_sentence,
    lines_sentence,
    movements_sentence,
    parts_sentence,
    stacked_sentence,
)
from keiki.charts.rows import Part
from keiki.charts.stacked import Column

EN, JA = Style("en"), Style("ja")
CHANNELS = [Part("検索", 300.0), Part("メール", 100.0), Part("紹介", None)]
WAY = [Part("訪問", 1000.0), Part("カート", 100.0), Part("購入", 60.0)]
PARTS = [("新規", ""), ("既存", "")]


def test_parts_tell_the_largest_and_its_share_only_where_they_add_up() -> None:
    assert parts_sentence(CHANNELS, "count", JA, 400.0) == "最も大きいのは検索で、300（全体の75.0%）。"
    assert parts_sentence(CHANNELS, "count", EN, 400.0) == "検索 is the largest: 300, 75.0% of the whole."
    rates = [Part("検索", 0.02), Part("メール", 0.05)]
    assert parts_sentence(rates, "ratio", JA) == "最も高いのはメールの5.00%、最も低いのは検索の2.00%。"
    assert parts_sentence(rates, "ratio", EN) == "メール is highest at 5.00%, 検索 lowest at 2.00%."
    assert parts_sentence(CHANNELS[:1], "count", EN) == "検索 is at 300."
    assert parts_sentence(CHANNELS[2:], "count", JA) == "まだ値がありません。"


def test_a_funnel_tells_how_many_arrive_and_where_most_are_lost() -> None:
    assert funnel_sentence(WAY, JA) == "訪問の6.00%が購入に至る。最も落ちるのは訪問からカート（90.0%離脱）。"
    assert funnel_sentence(WAY, EN) == "6.00% of 訪問 reach 購入. Most are lost from 訪問 to カート (90.0%)."
    assert funnel_sentence([Part("a", 5.0), Part("b", 5.0)], EN) == "100.0% of a reach b."
    assert funnel_sentence([Part("a", 0.0), Part("b", 0.0)], EN) == "There are no values yet."


def test_movements_tell_the_whole_and_the_largest_either_way() -> None:
    ends, steps = (("月初", 100.0), ("月末", 105.0)), [Step("新規", 20.0), Step("解約", -15.0)]
    assert movements_sentence(ends, steps, "count", JA) == "月初から月末まで+5。大きな動きは新規（+20）と解約（−15）。"
    assert movements_sentence(ends, steps, "count", EN) == "+5 from 月初 to 月末. Largest: 新規 (+20) and 解約 (−15)."
    assert movements_sentence(ends, [], "count", EN) == "+5 from 月初 to 月末."


def test_lines_tell_who_leads_at_the_last_place_reached() -> None:
    series = [Line("1月", (-9.0, 2.0, 5.0)), Line("2月", (-8.0, 3.0)), Line("3月", (-7.0, 1.0, 4.0))]
    labels = ["0", "1", "2"]
    assert lines_sentence(series, labels, "count", JA) == "2で最も高いのは1月の5、最も低いのは3月の4。"
    assert lines_sentence(series, labels, "count", EN) == "At 2, 1月 is highest with 5 and 3月 lowest with 4."
    assert lines_sentence(series[:1], labels, "count", EN) == "1月 is at 5 (2)."
    assert lines_sentence([Line("x", (None,))], labels, "count", EN) == "There are no values yet."


def test_stacked_columns_leave_the_running_period_out() -> None:
    columns = [
        Column("4", "4月", (50.0, 50.0)),
        Column("5", "5月", (70.0, 30.0)),
        Column("6", "6月", (1.0, 99.0), complete=False),
    ]
    assert stacked_sentence(columns, PARTS, JA) == "5月は新規が70.0%で最大。4月から最も変わったのは新規（+20.0pt）。"
    assert stacked_sentence(columns, PARTS, EN) == (
        "In 5月, 新規 is largest with 70.0%. Since 4月, 新規 changed most (+20.0pt)."
    )
    assert stacked_sentence(columns[2:], PARTS, EN) == "There are no values yet."


def test_a_table_in_colour_tells_where_the_highest_and_the_lowest_value_stand() -> None:
    rows = [("検索", (3.0, None)), ("店", (1.0, 7.0))]
    assert heat_sentence(rows, ["9月", "10月"], "count", JA) == "最も高いのは10月の店で7、最も低いのは9月の店で1。"
    assert heat_sentence(rows, ["Sep", "Oct"], "count", EN) == "店 is highest with 7 in Oct, 店 lowest with 1 in Sep."
    assert heat_sentence([("店", (2.0,))], ["Sep"], "count", EN) == "It is 2 everywhere."
    assert heat_sentence([("店", (None,))], ["Sep"], "count", JA) == "まだ値がありません。"
