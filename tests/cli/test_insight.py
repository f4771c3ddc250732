"""`keiki insight …`: tables for people, JSON for programs."""

from __future__ import annotations


def test_drivers_are_told_with_what_they_rest_on(shop):
    answer = shop("insight", "drivers", "order_revenue", "purchases", "aov", "--grain", "week", "-n", "20")
    assert answer.code == 0
    assert answer.lines[0] == ["KPI", "r", "delay", "interval", "pairs", "clear"]
    assert {line[0] for line in answer.lines[2:4]} == {"purchases", "aov"}
    assert answer.lines[-1][-5:] == ["no", "proof", "of", "a", "cause."]


def test_drivers_for_a_program_carry_every_delay(shop):
    told = shop("insight", "drivers", "order_revenue", "purchases", "-g", "day", "-n", "30", "--json").json
    (row,) = told["drivers"]
    assert [lag["lag"] for lag in row["lags"]] == list(range(len(row["lags"])))
    assert told["outcome"] == "order_revenue"


def test_before_and_after_of_a_day(shop):
    told = shop("insight", "before-after", "order_revenue", "--since", "2026-10-15", "--json").json
    assert (told["before"], told["after"], told["difference"]) == (4000.0, 6000.0, 2000.0)
    shown = shop("insight", "before-after", "order_revenue", "--since", "2026-10-15")
    assert ["before", "¥4,000", "1"] in shown.lines
    assert ["after", "¥6,000", "1"] in shown.lines
    nothing = shop("insight", "before-after", "order_revenue", "--since", "2031-01-01", language="ja")
    assert "そろっていません" in nothing.out


def test_side_effects_are_told_and_weeks_without_a_value_are_said(shop):
    asked = ("insight", "side-effects", "order_revenue", "purchases", "--since", "2026-09-07", "--aimed", "aov")
    told = shop(*asked, "--json").json
    assert (told["ready"], told["rule"]["level"], [row["unsaid"] for row in told["kpis"]]) == (True, 0.1, ["empty"] * 2)
    shown = shop(*asked)
    assert shown.lines[0][0] == "KPI"
    assert "cannot say: a week without a value" in shown.out
    assert "0 of 0 moved beyond noise" in shown.out
    later = shop("insight", "side-effects", "--tree", "simple_orders", "--since", "2026-11-09", language="ja")
    assert "2026-12-07から見られます" in later.out


def test_trials_without_experiments_say_so(shop):
    assert shop("insight", "trials").out.startswith("The data holds no experiment")
    assert shop("insight", "trials", "--json").json == []


def test_kpi_that_is_none_is_told(shop):
    answer = shop("insight", "drivers", "order_revenue", "purchasess")
    assert (answer.code, "purchases" in answer.err) == (2, True)


def test_kpi_by_attribute_says_counts_share_and_part_of_the_gap(visited):
    told = visited("insight", "compare", "converting_session_rate", "--by", "device", "-p", "2026-06", "--json").json
    segments = [(each["segment"], each["top"], each["bottom"], each["value"]) for each in told["segments"]]
    assert segments == [("smartphone", 12, 600, 0.02), ("pc", 16, 400, 0.04)]
    assert (told["start"], told["end"], told["level"]) == ("2026-06-01", "2026-07-01", None)
    answer = visited(
        "insight", "compare", "converting_session_rate", "--by", "device", "-p", "2026-06", "--level", "0.03"
    )
    assert answer.lines[2][:5] == ["Smartphone", "12", "600", "2.00%", "60.0%"]
    assert answer.lines[-1] == ["All", "together", "2.80%,", "measured", "from", "3.00%."]
    japanese = visited(
        "insight", "compare", "converting_session_rate", "--by", "device", "-p", "2026-06", language="ja"
    )
    assert "スマートフォン" in japanese.out


def test_kpi_that_segments_cannot_add_up_to_is_told(shop):
    answer = shop("insight", "compare", "order_revenue", "--by", "nothing")
    assert (answer.code, "nothing" in answer.err) == (2, True)


def test_months_to_come_go_on_as_the_complete_months_did(half_year):
    told = half_year("insight", "forecast", "order_revenue", "--months", "2", "--json").json
    assert (told["history"], told["seasonal"]) == (6, False)
    assert [round(each["expected"], 6) for each in told["months"]] == [8000.0, 9000.0]  # 2,000, 3,000, … 7,000
    shown = half_year("insight", "forecast", "order_revenue")
    assert shown.lines[2][2:] == ["¥8,000", "¥8,000", "¥8,000"]
    assert "no season" in shown.out
    without = half_year("insight", "forecast", "order_revenue", "--leave-out", "2026-07", language="ja")
    assert "完了した月が5か月では足りません。6か月必要です。" in without.out


def test_budget_without_campaigns_says_so_and_gives_its_quarters(shop):
    assert shop("insight", "budget").out.startswith("No row of these quarters names a campaign.")
    told = shop("insight", "budget", "--json", "-n", "2").json
    assert (told["types"], len(told["quarters"])) == ([], 2)
