"""Numbers over periods, for people and for programs."""

from __future__ import annotations


def test_measure_shows_values_and_the_change(shop):
    answer = shop("measure", "order_revenue", "--period", "2026-09..2026-10")
    assert answer.code == 0
    assert answer.lines == [
        ["Sep", "2026", "Oct", "2026", "change"],
        ["─" * len(answer.out.splitlines()[2].strip())],
        ["Order", "revenue", "¥4,000", "¥6,000", "+50.0%"],
    ]


def test_measure_splits_by_a_dimension(shop):
    answer = shop("measure", "order_revenue", "-p", "2026-10", "--by", "channel", "--json")
    rows = [(row.get("channel"), row["value"], row["before"]) for row in answer.json["rows"]]
    assert rows == [(None, 6000.0, 4000.0), ("email", 3500.0, 1000.0), ("paid", 2500.0, 3000.0)]


def test_measure_takes_a_formula_and_a_condition(shop):
    answer = shop("measure", "sum_revenue / n_orders", "-p", "2026-10", "-w", "channel = 'email'", "--json")
    assert [row["value"] for row in answer.json["rows"]] == [1750.0]


def test_measure_says_why_a_number_is_missing(shop):
    answer = shop("measure", "sessions", "-p", "2026-10", language="ja")
    assert answer.code == 0
    assert answer.lines[-1] == ["セッション数:", "「行動イベント」のデータがまだありません"]
