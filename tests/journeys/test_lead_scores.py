"""Lead scores: points by rule, what counts when, the same from plain SQL, and how scores spread over bands."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.errors import LeadRuleImpossible, UnknownName
from keiki.journeys.lead_scores import BandRule, Criterion, LeadRule, lead_scores, score_counts, score_spread
from keiki.measures.choices import read_choices
from keiki.measures.rules import Rules
from keiki.periods import Calendar

OCTOBER = ("2026-10-01", "2026-11-01")
TITLE = Criterion("Target title", "event.job_title", ("head", "director"), 10)
RULE = LeadRule(
    (
        TITLE,
        Criterion("Asked for a document", "kind", ("document_request",), 20),
        Criterion("Target account", "is_target", ("true",), 15),
        Criterion("Food industry", "customer.industry", ("food",), 30),
        Criterion("Read the career page", "event.page_type", ("career",), -5),
    )
)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def stage(lead: str, stage: str, day: str, **more: Any) -> dict[str, Any]:
    return {"pipeline": "lead", "subject_id": lead, "stage": stage, "entered_at": f"{day} 12:00"} | more


STAGES = [
    stage("l1", "lead", "2026-10-02", kind="document_request", customer_id="c1", score=40),
    stage("l1", "scored", "2026-10-09", score=55),
    stage("l1", "scored", "2026-11-02", score=90),
    stage("l2", "lead", "2026-10-03", is_target=True, customer_id="c2"),
    stage("l2", "mql", "2026-10-20", score=70),
    stage("l3", "lead", "2026-10-05"),
    stage("old", "lead", "2026-09-05", kind="document_request"),
    stage("old", "mql", "2026-10-05"),
    stage("l1", "won", "2026-10-02", pipeline="deal"),
]
EVENTS = [
    {"occurred_at": "2026-10-04 12:00", "name": "registered", "customer_id": "c1", "job_title": "head"},
    {"occurred_at": "2026-10-06 12:00", "name": "registered", "customer_id": "c1", "job_title": "director"},
    {"occurred_at": "2026-11-04 12:00", "name": "registered", "customer_id": "c2", "job_title": "head"},
    {"occurred_at": "2026-10-07 12:00", "name": "page_view", "visitor_id": "v", "customer_id": "c2"},
    {"occurred_at": "2026-10-08 12:00", "name": "page_view", "visitor_id": "v", "page_type": "career"},
]
CUSTOMERS = [{"customer_id": "c1", "industry": "food"}, {"customer_id": "c2", "industry": "steel"}]


def scored(lake: SmallLake, *rules: LeadRule) -> list[tuple[Any, ...]]:
    facts = lake.put(stages=STAGES, events=EVENTS, customers=CUSTOMERS)
    table = lead_scores(facts, lake.spans(*OCTOBER), rules)
    return lake.rows(table, "lead", "customer_id", "loaded", *(f"score_{n}" for n in range(len(rules))))


def test_a_lead_has_the_points_of_every_criterion_it_meets_once_as_known_at_the_end_of_the_period(
    lake: SmallLake,
) -> None:
    assert scored(lake, RULE) == [("l1", "c1", 55.0, 60), ("l2", "c2", 70.0, 10), ("l3", None, None, 0)]


def test_other_points_score_every_lead_again_and_both_versions_stand_side_by_side(lake: SmallLake) -> None:
    more = LeadRule((Criterion(TITLE.name, TITLE.attribute, TITLE.values, 20), *RULE.criteria[1:]))
    assert [row[3:] for row in scored(lake, more, RULE)] == [(70, 60), (10, 10), (0, 0)]


def test_points_are_those_of_plain_sql(lake: SmallLake) -> None:
    found = [(row[0], row[3]) for row in scored(lake, RULE)]
    wanted = lake.sql(
        """
        with leads as (
            select subject_id lead, max(customer_id) who, bool_or(kind = 'document_request') asked,
                coalesce(bool_or(is_target), false) aimed, min(entered_at) came
            from stages where pipeline = 'lead' and entered_at < '2026-10-31 15:00' group by all)
        select lead,
            10 * (exists (from events e where e.customer_id = who and job_title in ('head', 'director')
                and occurred_at < '2026-10-31 15:00'))::int
            + 20 * coalesce(asked, false)::int + 15 * aimed::int
            + 30 * (exists (from customers c where c.customer_id = who and industry = 'food'))::int
            - 5 * (exists (from events e where page_type = 'career' and visitor_id in
                (select visitor_id from events v where v.customer_id = who)))::int
        from leads where came >= '2026-09-30 15:00' order by lead
        """
    )
    assert found == wanted


def test_scores_are_counted_to_one_decimal(lake: SmallLake) -> None:
    facts = lake.put(stages=STAGES, events=EVENTS, customers=CUSTOMERS)
    table = score_counts(lead_scores(facts, lake.spans(*OCTOBER), (RULE,)), "loaded", "score_0")
    assert sorted(lake.rows(table), key=str) == [(55.0, 60.0, 1), (70.0, 10.0, 1), (None, 0.0, 1)]


@given(st.dictionaries(st.integers(-50, 150), st.integers(1, 40), min_size=1, max_size=30), st.integers(0, 9))
def test_bands_sum_to_the_leads_and_quarters_hold_a_quarter_where_scores_differ(
    counts: dict[int, int], without: int
) -> None:
    every = sorted(score for score, count in counts.items() for _ in range(count))
    for rule in (BandRule(), BandRule((75, 50, 25))):
        told = score_spread({**counts, None: without}, rule)
        assert (sum(band.leads for band in told.bands), told.leads, told.without) == (len(every), len(every), without)
        half = len(every) // 2
        assert told.median == (every[half] if len(every) % 2 else (every[half - 1] + every[half]) / 2)
    assert score_spread(dict.fromkeys(range(200), 1)).high == 0.25


def test_nobody_has_no_median_and_no_share() -> None:
    told = score_spread({None: 4})
    assert (told.leads, told.without, told.median, told.high) == (0, 4, None, None)
    assert [band.leads for band in score_spread({}, BandRule((9, 5, 1))).bands] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    "criteria",
    [
        (),
        (TITLE, TITLE),
        (Criterion(" ", "kind", ("trial",), 5),),
        (Criterion("a", "kind", (), 5),),
        (Criterion("a", "kind", ("trial",), 0),),
        (Criterion("a", "kind", ("trial",), 101),),
    ],
)
def test_rule_that_cannot_be_is_told(criteria: tuple[Criterion, ...]) -> None:
    with pytest.raises(LeadRuleImpossible):
        LeadRule(criteria)


def test_attribute_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"Did you mean “event\.job_title”"):
        LeadRule((Criterion("Target title", "event.jobtitle", ("head",), 10),))


def test_limits_of_bands_are_a_rule_of_the_business() -> None:
    own = Rules.of_calendar(Calendar(), own=read_choices({"leads": {"bands": [80, 60, 30]}}))
    assert own.leads == BandRule((80.0, 60.0, 30.0))
