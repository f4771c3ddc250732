"""SMART: five marks with their reasons, as the criteria put them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.trees.made import tree

from keiki.catalogue.load import load_catalogue
from keiki.trees.build import Tree
from keiki.trees.smart import Known, Mark, Scorecard, days_left, scorecard, scorecards, specific_text
from keiki.trees.targets import Target

CATALOGUE = load_catalogue()
PASS, CAUTION, FAIL = Mark.PASS, Mark.CAUTION, Mark.FAIL


def goal(*children: dict[str, Any], **more: Any) -> Tree:
    return tree({"kpi": "revenue", "children": list(children), **more})


def card(node_id: str, made: Tree, **known: Any) -> Scorecard:
    return scorecard(made.node(node_id), made, CATALOGUE, Known(**known))


def plus(kpi: str, **more: Any) -> dict[str, Any]:
    return {"kpi": kpi, "influence": {"sign": "+"}, **more}


@pytest.mark.feature("F-013")
def test_vague_goal_fails_and_a_goal_with_object_and_number_passes() -> None:
    assert specific_text("raise sales").mark is FAIL
    assert specific_text("EC sales of 10M yen per month").mark is PASS
    assert specific_text("売上を上げる").mark is FAIL
    assert specific_text("ECの売上を月1,000万円にする").mark is PASS


@pytest.mark.parametrize(
    ("text", "mark", "missing"),
    [
        ("improve customer satisfaction", FAIL, ("number",)),
        ("raise sales by 20%", CAUTION, ("object",)),
        ("売上を20%伸ばす", CAUTION, ("object",)),
        ("顧客満足度を向上させる", FAIL, ("number",)),
        ("ウェビナー経由のリードを月200件", PASS, ()),
        ("新規会員を3か月で千人", PASS, ()),
        ("", FAIL, ("number", "object")),
    ],
)
def test_what_is_missing_in_a_sentence_is_named(text: str, mark: Mark, missing: tuple[str, ...]) -> None:
    assert (specific_text(text).mark, specific_text(text).missing) == (mark, missing)


def test_node_is_specific_with_kpi_and_value() -> None:
    made = goal(
        plus("sessions", target={"value": 10_000}),
        plus("cvr"),
        {
            "id": "x",
            "ja": "認知を高める",
            "en": "Be known",
            "influence": {"sign": "+"},
            "children": [plus("followers")],
        },
    )
    assert [card(i, made).marks["S"].mark for i in ("sessions", "cvr", "x")] == [PASS, CAUTION, FAIL]
    assert card("x", made).marks["S"].missing == ("metric", "number")


@pytest.mark.feature("F-014")
def test_kpi_without_a_data_source_is_not_measurable_until_it_has_one() -> None:
    made = goal(plus("purchases"))
    without = card("purchases", made, facts=()).marks["M"]
    assert (without.mark, without.missing) == (FAIL, ("source",))
    assert without.reasons[0].words("en") == "no data for it yet (orders)"
    assert card("purchases", made, facts=("orders",)).marks["M"].mark is PASS


def test_survey_is_measurable_with_caution() -> None:
    assert card("nps", goal(plus("nps")), facts=("surveys",)).marks["M"].mark is CAUTION


def test_group_without_formula_is_not_measurable() -> None:
    made = goal({"id": "x", "ja": "例", "en": "X", "influence": {"sign": "+"}, "children": [plus("cvr")]})
    assert (card("x", made).marks["M"].mark, card("x", made).marks["M"].missing) == (FAIL, ("formula",))


@pytest.mark.feature("F-015")
def test_target_three_times_the_best_value_gets_a_caution() -> None:
    made = goal(plus("sessions", target={"value": 30_000}))
    far = card("sessions", made, history={"sessions": [8_000, 10_000, 9_000]}).marks["A"]
    assert (far.mark, far.reasons[0].code) == (CAUTION, "three_times_best")
    near = card("sessions", made, history={"sessions": [8_000, 20_000, 9_000]}).marks["A"]
    assert (near.mark, near.reasons[0].words("en")) == (PASS, "within reach of its history (best so far 20,000)")


def test_lower_is_better_counts_the_other_way() -> None:
    made = goal(plus("bounce_rate", target={"value": 0.1}))
    assert (
        card("bounce_rate", made, history={"bounce_rate": [0.5, 0.3]}).marks["A"].reasons[0].code == "three_times_best"
    )


@pytest.mark.parametrize(
    ("known", "code"),
    [
        ({"history": {"sessions": [9_000, 12_000]}}, "already_reached"),
        ({"history": {"sessions": [9_000, 9_500]}, "natural": {"sessions": 11_000}}, "below_natural_growth"),
        ({}, "lacks_history"),
    ],
)
def test_target_without_stretch_or_history_gets_a_caution(known: dict[str, Any], code: str) -> None:
    found = card("sessions", goal(plus("sessions", target={"value": 10_000})), **known).marks["A"]
    assert (found.mark, found.reasons[0].code) == (CAUTION, code)


def test_target_beyond_every_benchmark_gets_a_caution() -> None:
    found = card("cvr", goal(plus("cvr", target={"value": 0.2})), history={"cvr": [0.1, 0.09]}).marks["A"]
    assert (found.mark, found.reasons[0].code) == (CAUTION, "beyond_benchmark")


def test_no_target_is_not_achievable_nor_time_bound() -> None:
    marks = card("cvr", goal(plus("cvr"))).marks
    assert [(marks[m].mark, marks[m].missing) for m in "AT"] == [(FAIL, ("target",)), (FAIL, ("target", "deadline"))]


@pytest.mark.feature("F-016")
def test_relevance_follows_the_path_to_the_goal() -> None:
    alone = tree({"kpi": "cvr"}).root
    assert scorecard(alone, None, CATALOGUE).marks["R"].mark is FAIL
    factor = {
        "id": "more_buyers",
        "ja": "購入を増やす",
        "en": "More buyers",
        "level": "ksf",
        "influence": {"sign": "+"},
        "why_ja": "買う割合が上がれば売上が増えるため。",
        "why_en": "More of the visitors buy.",
        "children": [plus("cvr")],
    }
    assert card("cvr", goal(factor)).marks["R"].mark is PASS
    social = goal(plus("followers"), plus("purchases", where="channel = 'social'"))
    assert card("followers", social).marks["R"].mark is CAUTION
    assert card("purchases", social).marks["R"].mark is PASS


def test_part_of_the_formula_is_relevant() -> None:
    made = tree(
        {"kpi": "profit", "formula": "revenue - total_cost", "children": [{"kpi": "revenue"}, {"kpi": "total_cost"}]}
    )
    found = [card(i, made).marks["R"].reasons[0].words("en") for i in ("profit", "revenue")]
    assert found == ["is the goal itself", "is part of the formula of “Profit”"]


@pytest.mark.feature("F-017")
def test_deadline_is_asked_for_and_must_leave_time_to_measure() -> None:
    assert card("cvr", goal(plus("cvr", target={"value": 0.03}))).marks["T"].mark is FAIL
    soon = goal(plus("cvr", target={"value": 0.03, "by": "2026-04-05"}))
    cadence = card("cvr", soon, today=date(2026, 4, 1)).marks["T"]
    assert (cadence.mark, cadence.reasons[0].code) == (CAUTION, "shorter_than_cadence")
    later = goal(plus("cvr", target={"value": 0.03, "by": "2026-09-30"}))
    assert card("cvr", later, today=date(2026, 4, 1)).marks["T"].mark is PASS


@pytest.mark.parametrize(
    ("target", "today", "days"),
    [
        (Target(1, by=date(2026, 4, 30)), date(2026, 4, 1), 30),
        (Target(1, since=date(2026, 4, 11), by=date(2026, 4, 30)), date(2026, 4, 1), 20),
        (Target(1, within="1w"), None, 7),
        (Target(1, since=date(2026, 4, 1), within="1m"), date(2026, 4, 21), 10),
        (Target(1), date(2026, 4, 1), None),
        (Target(1, by=date(2026, 3, 31)), date(2026, 4, 1), 0),
    ],
)
def test_days_left_until_the_deadline(target: Target, today: date | None, days: int | None) -> None:
    assert days_left(target, target.by, target.within, today) == days


def test_deadline_that_is_over_is_told() -> None:
    found = card("cvr", goal(plus("cvr", target={"value": 0.03, "by": "2026-03-01"})), today=date(2026, 4, 1)).marks[
        "T"
    ]
    assert (found.mark, found.reasons[0].words("ja")) == (CAUTION, "期限を過ぎている（2026/03/01）")


def test_scorecard_has_five_marks() -> None:
    made = goal(plus("cvr", target={"value": 0.03, "within": "6m"}), target={"value": 1, "by": "2027-03-31"})
    cards = scorecards(made, CATALOGUE, Known(facts=("orders", "events"), history={"cvr": [0.02]}))
    assert [c.node for c in cards] == ["revenue", "cvr"]
    assert [list(c.marks) for c in cards] == [["S", "M", "A", "R", "T"]] * 2
    assert (cards[1].passed, cards[1].missing) == (5, ())
