"""Points by two numbers."""

from __future__ import annotations

from itertools import pairwise

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import SVG, drawn, pretty, words

from keiki.charts.format import Style
from keiki.charts.scatter import DRAWN, Axis, Dot, calibration, scatter

ENGLISH = Style("en")
COST, PROFIT = Axis("Cost", "currency"), Axis("Profit", "currency")


def test_points_lie_at_their_two_numbers_and_all_stand_in_the_table() -> None:
    chart = scatter("Campaigns", "", [Dot("a", 10, 20), Dot("b", 30, None)], COST, PROFIT, ENGLISH)
    assert chart.wide.option["series"][0]["data"] == [[10, 20]]
    assert chart.table.rows == (("a", "¥10", "¥20"), ("b", "¥30", "—"))
    assert chart.wide.option["tooltip"]["rows"] == [[0]]


def test_names_never_lie_on_each_other() -> None:
    dots = [Dot(f"campaign {n}", 100.0, 200.0 + n) for n in range(8)]
    names = [each for each in scatter("C", "", dots, COST, PROFIT, ENGLISH).wide.option["graphic"][2:] if each["x"] > 0]
    heights = sorted(each["y"] for each in names)
    assert 1 <= len(names) < 8
    assert min((after - before for before, after in pairwise(heights)), default=14) >= 14


def test_ten_thousand_points_are_thinned_in_the_picture_only() -> None:
    chart = scatter("C", "", [Dot(str(n), n, n % 100) for n in range(10_000)], COST, PROFIT, ENGLISH)
    assert len(list(drawn(chart).iter(f"{SVG}path"))) <= DRAWN + 20
    assert len(chart.table.rows) == 10_000


def test_calibration_has_the_diagonal_and_one_scale_for_both_numbers() -> None:
    option = calibration("Health", "", [Dot("low", 0.1, 0.2), Dot("high", 0.8, 0.7)], ENGLISH).wide.option
    assert option["series"][1]["data"] == [[0.0, 0.0], [0.8, 0.8]]
    assert (option["xAxis"]["max"], option["yAxis"]["max"]) == (0.8, 0.8)


def test_nothing_to_draw_is_an_empty_picture() -> None:
    assert {"Cost", "Profit"} <= set(words(drawn(scatter("C", "", [], COST, PROFIT, ENGLISH))))


def test_scatter_as_drawn(snapshot: SnapshotAssertion) -> None:
    dots = [Dot("検索広告", 1e6, 3e6), Dot("展示会", 5e6, 2e6)]
    assert pretty(scatter("施策", "検索が効く。", dots, Axis("費用", "currency"), Axis("粗利", "currency"))) == snapshot
    assert pretty(calibration("健康度", "ほぼ当たり。", [Dot("下位", 0.1, 0.12)])) == snapshot
