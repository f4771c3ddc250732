"""`keiki customers …`: tables for people, JSON for programs."""

from __future__ import annotations


def test_cohorts_show_who_is_there_at_every_age(shop):
    answer = shop("customers", "cohorts", "--last", "3")
    assert answer.code == 0
    assert answer.lines[0] == ["Began", "customers", "0", "1"]
    assert answer.lines[-1][:3] == ["Average", "of", "customers"]


def test_cohorts_for_a_program_carry_rule_and_average(shop):
    (table,) = shop("customers", "cohorts", "--last", "3", "--value", "customers", "--json").json
    assert table["rule"]["start"] == "order"
    assert table["cohorts"][0]["customers"] == table["cohorts"][0]["values"][0]
    assert len(table["average"]) == max(len(row["values"]) for row in table["cohorts"])


def test_cohorts_name_a_value_that_is_none(shop):
    answer = shop("customers", "cohorts", "--value", "joy", language="ja")
    assert answer.code == 2
    assert "joy" in answer.err


def test_survival_without_contracts_says_so(shop):
    answer = shop("customers", "survival")
    assert answer.lines == [["There", "is", "nobody", "to", "follow", "yet."]]


def test_survival_of_buyers_comes_with_its_band(shop):
    answer = shop("customers", "survival", "--of", "purchase", "--unit", "day", "--dormant-after", "10", "--json").json
    (curve,) = answer["curves"]
    assert curve["steps"][0]["at_risk"] == curve["size"]
    assert answer["test"] is None
