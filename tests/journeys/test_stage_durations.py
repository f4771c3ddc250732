"""Stages: worked examples of standing, advancing, reaching and lasting, and the same from plain SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.errors import UnknownName
from keiki.journeys.stage_durations import StageRule, stage_cohorts, stage_passages, stage_scores, stages_held

MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def entry(subject: str, stage: str, at: str | datetime, pipeline: str = "deal", **more: Any) -> dict[str, Any]:
    at = f"{at} 03:00" if isinstance(at, str) and len(at) == 10 else at
    return {"pipeline": pipeline, "subject_id": subject, "stage": stage, "entered_at": at} | more


def test_subject_stands_in_the_stage_it_entered_last(lake: SmallLake) -> None:
    stages = [
        entry("forward", "opportunity", "2026-01-05", kind="new"),
        entry("forward", "proposal", "2026-01-20"),
        entry("forward", "won", "2026-02-10"),
        entry("back", "proposal", "2025-12-20"),
        entry("back", "opportunity", "2026-01-20"),
        entry("at once", "opportunity", "2026-01-20"),
        entry("at once", "quote", "2026-01-20"),
        entry("scored", "mql", "2026-01-05", "lead"),
        entry("scored", "scored", "2026-01-25", "lead", score=80),
        entry("later", "opportunity", "2026-03-05"),
    ]
    table = stages_held(lake.put(stages=stages), lake.spans(*MONTHS))
    assert lake.rows(table.filter(table.at_end), "period", "subject_id", "stage") == [
        (0, "at once", "quote"),
        (0, "back", "opportunity"),
        (0, "forward", "proposal"),
        (0, "scored", "mql"),
        (1, "at once", "quote"),
        (1, "back", "opportunity"),
        (1, "forward", "won"),
        (1, "scored", "mql"),
    ]
    assert lake.rows(table.filter(table.at_start), "period", "subject_id", "stage") == [
        (0, "back", "proposal"),
        (1, "at once", "quote"),
        (1, "back", "opportunity"),
        (1, "forward", "proposal"),
        (1, "scored", "mql"),
    ]


@pytest.mark.feature("F-076")
def test_friday_to_monday_is_one_business_day_and_with_a_holiday_on_monday_tuesday_is(lake: SmallLake) -> None:
    """SQL on Friday 10:00, meeting set on Monday 10:00: 1 business day; over a holiday on Monday, Tuesday is 1."""

    def passed(meeting: datetime, rule: StageRule) -> list[tuple[Any, ...]]:
        friday = datetime(2026, 6, 5, 1)  # ten o'clock in Tokyo
        stages = [entry("a", "sql", friday, "lead"), entry("a", "meeting_set", meeting, "lead")]
        table = stage_passages(lake.put(stages=stages), "lead/sql", "lead/meeting_set", "business_days", rule)
        return lake.rows(table, "subject_id", "length")

    monday, tuesday = datetime(2026, 6, 8, 1), datetime(2026, 6, 9, 1)
    assert passed(monday, StageRule()) == [("a", 1)]
    assert passed(tuesday, StageRule(days_off=(monday.date(),))) == [("a", 1)]
    assert passed(tuesday, StageRule()) == [("a", 2)]


def test_boundary_belongs_to_the_period_that_begins(lake: SmallLake) -> None:
    midnight = datetime(2026, 1, 31, 15)
    stages = [entry("on it", "opportunity", midnight), entry("before", "opportunity", midnight - timedelta(seconds=1))]
    table = stages_held(lake.put(stages=stages), lake.spans(*MONTHS))
    assert lake.rows(table.filter(table.at_end), "period", "subject_id") == [
        (0, "before"),
        (1, "before"),
        (1, "on it"),
    ]


def test_advance_is_a_later_stage_that_is_not_lost(lake: SmallLake) -> None:
    stages = [
        entry("wins", "quote", "2025-12-10"),
        entry("wins", "won", "2026-01-10"),
        entry("moves", "opportunity", "2025-12-10"),
        entry("moves", "proposal", "2026-01-10"),
        entry("loses", "quote", "2025-12-10"),
        entry("loses", "lost", "2026-01-10"),
        entry("stays", "quote", "2025-12-10"),
        entry("goes back", "quote", "2025-12-10"),
        entry("goes back", "requirements", "2026-01-10"),
        entry("was won", "won", "2025-12-10"),
        entry("begins", "opportunity", "2026-01-05"),
        entry("begins", "proposal", "2026-01-25"),
        entry("own words", "handshake", "2025-12-10"),
    ]
    table = stages_held(lake.put(stages=stages), lake.spans("2026-01-01", "2026-02-01"))
    at_start = table.filter(table.at_start)
    assert lake.rows(at_start, "subject_id", "stage", "advanced") == [
        ("goes back", "quote", False),
        ("loses", "quote", False),
        ("moves", "opportunity", True),
        ("own words", "handshake", False),
        ("stays", "quote", False),
        ("was won", "won", False),
        ("wins", "quote", True),
    ]


def test_score_is_compared_with_the_last_one_before_the_period(lake: SmallLake) -> None:
    def scored(subject: str, at: str, score: float) -> dict[str, Any]:
        return entry(subject, "scored", at, "lead", score=score)

    stages = [
        scored("rises", "2025-11-05", 20),
        scored("rises", "2025-12-05", 40),
        scored("rises", "2026-01-05", 30),
        scored("rises", "2026-01-20", 60),
        scored("falls", "2025-12-05", 40),
        scored("falls", "2026-01-05", 30),
        scored("first time", "2026-01-05", 90),
        scored("not since", "2025-12-05", 90),
        entry("rises", "mql", "2026-01-25", "lead"),
    ]
    table = stage_scores(lake.put(stages=stages), lake.spans("2026-01-01", "2026-02-01"))
    assert lake.rows(table, "subject_id", "score_before", "score") == [("falls", 40, 30), ("rises", 40, 60)]


def test_conversion_counts_inside_the_window_and_once_it_has_ended(lake: SmallLake) -> None:
    stages = [
        entry("in time", "quote", "2026-01-01"),
        entry("in time", "won", "2026-01-31"),
        entry("too late", "quote", "2026-01-01"),
        entry("too late", "won", "2026-02-01"),
        entry("before", "won", "2025-12-01"),
        entry("before", "quote", "2026-01-01"),
        entry("twice", "quote", "2026-01-05"),
        entry("twice", "quote", "2026-02-20"),
        entry("runs", "quote", "2026-02-20"),
        entry("runs", "won", "2026-02-25"),
        entry("clock", "opportunity", "2026-03-01"),
        entry("in time", "quote", "2026-01-02", "application"),
    ]
    table = stage_cohorts(lake.put(stages=stages), "deal/quote", "deal/won", "30d")
    assert lake.rows(table, "subject_id", "window_ended", "reached") == [
        ("before", True, False),
        ("in time", True, True),
        ("runs", False, True),
        ("too late", True, False),
        ("twice", True, False),
    ]


def test_business_days_from_sql_to_meeting_give_mean_and_median(lake: SmallLake) -> None:
    """3, 5, 7 and 20 business days after Monday 5 January 2026; the 12th is a holiday."""
    arrivals = {"a": "2026-01-08", "b": "2026-01-13", "c": "2026-01-15", "d": "2026-02-03"}
    stages = [entry(s, "sql", "2026-01-05", "lead") for s in arrivals]
    stages += [entry(s, "meeting_set", day, "lead") for s, day in arrivals.items()]
    table = stage_passages(lake.put(stages=stages), "lead/sql", "lead/meeting_set", "business_days")
    assert lake.rows(table, "subject_id", "length") == [("a", 3), ("b", 5), ("c", 7), ("d", 20)]
    assert lake.rows(table.aggregate(mean=table.length.mean(), median=table.length.median())) == [(8.75, 6.0)]


@pytest.mark.parametrize(("unit", "length"), [("hours", 1098.0), ("days", 45.75), ("months", 45.75 / (365.25 / 12))])
def test_length_keeps_its_fraction(lake: SmallLake, unit: str, length: float) -> None:
    stages = [entry("a", "opportunity", "2026-01-05 00:00"), entry("a", "won", "2026-02-19 18:00", origin="sales")]
    table = stage_passages(lake.put(stages=stages), "deal/opportunity", "deal/won", unit)
    ((origin, found),) = lake.rows(table, "origin", "length")
    assert (origin, found) == ("sales", pytest.approx(length))


def test_deal_is_linked_to_its_parent_else_to_the_customers_latest_earlier_lead(lake: SmallLake) -> None:
    stages = [
        entry("named lead", "lead", "2026-01-01", "lead", customer_id="x"),
        entry("other lead", "lead", "2026-01-08", "lead", customer_id="x"),
        entry("named", "opportunity", "2026-01-10", parent_id="named lead", customer_id="x"),
        entry("named", "won", "2026-01-11"),
        entry("old lead", "lead", "2026-01-01", "lead", customer_id="y"),
        entry("latest lead", "lead", "2026-01-05", "lead", customer_id="y", channel="paid"),
        entry("lead after it began", "lead", "2026-01-09", "lead", customer_id="y"),
        entry("unnamed", "opportunity", "2026-01-08", customer_id="y"),
        entry("unnamed", "won", "2026-01-11"),
        entry("gone", "opportunity", "2026-01-08", parent_id="not loaded", customer_id="y"),
        entry("gone", "won", "2026-01-11"),
        entry("stranger", "won", "2026-01-11", customer_id="z"),
    ]
    table = stage_passages(lake.put(stages=stages), "lead/lead", "deal/won")
    assert lake.rows(table, "subject_id", "length", "channel") == [("named", 10, None), ("unnamed", 6, "paid")]


def test_unknown_stage_is_an_error_with_a_suggestion(lake: SmallLake) -> None:
    with pytest.raises(UnknownName, match="Did you mean “quote”"):
        stage_cohorts(lake.put(), "qoute")


STAND = """
with ends as (select period, start_at t, true s from spans union all select period, end_at, false from spans),
stood as (
    select e.period, e.s, m.subject_id, m.stage, row_number() over (
        partition by e.period, e.s, m.subject_id
        order by m.entered_at desc, list_position($order, m.stage) desc) n
    from ends e join stages m on m.entered_at < e.t)
select period, s, subject_id, stage from stood where n = 1
"""
PASSED = """
select subject_id, min(entered_at) filter (stage = 'quote') a, min(entered_at) filter (stage = 'won') b
from stages group by 1 having a <= b
"""
REACHED = """
select subject_id, min(entered_at) filter (stage = 'quote') a, min(entered_at) filter (stage = 'won') b,
    a + interval 20 day <= (select max(entered_at) from stages),
    coalesce(b >= a and b <= a + interval 20 day, false)
from stages group by 1 having a is not null
"""
ORDER = ["opportunity", "proposal", "quote", "won", "lost"]


@settings(deadline=None, max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(ORDER), st.integers(0, 70 * 24)), max_size=14))
def test_stages_agree_with_plain_sql(lake: SmallLake, moves: list[tuple[str, str, int]]) -> None:
    start = datetime(2025, 12, 25)
    rows = {(s, g, h): entry(s, g, start + timedelta(hours=h)) for s, g, h in moves}
    facts = lake.put(stages=list(rows.values()))
    held = stages_held(facts, lake.spans(*MONTHS))
    ends = held.filter(held.at_start).select("period", "subject_id", "stage", s=True)
    ends = ends.union(held.filter(held.at_end).select("period", "subject_id", "stage", s=False))
    expected = lake.sql(STAND.replace("$order", str(ORDER)))
    assert lake.rows(ends, "period", "s", "subject_id", "stage") == expected
    passed = lake.rows(stage_passages(facts, "deal/quote", "deal/won"), "subject_id", "left_at", "entered_at")
    assert passed == lake.sql(PASSED)
    found = stage_cohorts(facts, "quote", "won", "20d", StageRule())
    wanted = [(row[0], row[1], *row[3:]) for row in lake.sql(REACHED)]
    assert lake.rows(found, "subject_id", "entered_at", "window_ended", "reached") == wanted
