"""Lines of who is still there: steps, the band, names that keep apart, the table."""

from __future__ import annotations

from itertools import pairwise

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, words

from keiki.charts.format import Style
from keiki.charts.survival_curve import Curve, Point, survival_curve

ENGLISH = Style("en", "JPY")


def curve(name: str, *shares: float) -> Curve:
    points = [Point(0, 1.0, None, None, 10)]
    points += [Point(n, share, share - 0.1, share + 0.05, 10 - n) for n, share in enumerate(shares, 1)]
    return Curve(name, tuple(points))


def test_curve_goes_down_in_steps_with_its_band() -> None:
    chart = survival_curve("Still there", "Half stay.", [curve("all", 0.8, 0.5)], "months", ENGLISH)
    low, span, line = chart.wide.option["series"]
    assert (line["step"], line["data"]) == ("end", [[0, 1.0], [1, 0.8], [2, 0.5]])
    assert [round(value, 2) for _length, value in low["data"] + span["data"]] == [0.7, 0.4, 0.15, 0.15]
    assert chart.table.head == ("months", "all")
    assert chart.table.rows[1] == ("1", "80.0% [70.0%–85.0%] (n=9)")


def test_names_of_lines_that_end_alike_keep_apart() -> None:
    chart = survival_curve("t", "s", [curve("a", 0.5), curve("b", 0.5), curve("c", 0.5, 0.1)], "months", ENGLISH)
    heights = sorted(each["y"] for each in chart.wide.option["graphic"][1:])
    assert min(after - before for before, after in pairwise(heights)) >= 14.9
    assert chart.table.rows[2][:3] == ("2", "—", "—")


def test_nothing_to_draw_is_an_empty_picture() -> None:
    chart = survival_curve("t", "s", [], "months", ENGLISH)
    assert chart.wide.option["series"] == []
    assert "months" in words(drawn(chart))
    assert chart.table.rows == ()


def test_survival_as_drawn(snapshot: SnapshotAssertion) -> None:
    curves = [curve("年払い", 0.9, 0.85, 0.8), curve("月払いのとても長い名前の区分", 0.7, 0.5)]
    assert pretty(survival_curve("契約の継続", "1年後に8割が残る。", curves, "か月", Style("ja"))) == snapshot
