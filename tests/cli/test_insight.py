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


def test_trials_without_experiments_say_so(shop):
    assert shop("insight", "trials").out.startswith("The data holds no experiment")
    assert shop("insight", "trials", "--json").json == []


def test_kpi_that_is_none_is_told(shop):
    answer = shop("insight", "drivers", "order_revenue", "purchasess")
    assert (answer.code, "purchases" in answer.err) == (2, True)
