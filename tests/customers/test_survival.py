"""Survival: published data sets, the textbook estimator written out, lives from facts, and Telco by contract type."""

from __future__ import annotations

import csv
import gzip
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.lives import LifeRule, grouped_lives, lives
from keiki.customers.retention import RetentionRule
from keiki.customers.survival import Survival, curves, kaplan_meier, log_rank
from keiki.errors import UnknownName
from keiki.periods import add_months

Lives = Sequence[tuple[int, bool]]
"""Lengths, and whether the life ended there."""

TREATED = [(6, True)] * 3 + [(n, True) for n in (7, 10, 13, 16, 22, 23)]
TREATED += [(n, False) for n in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)]
CONTROLS = [(n, True) for n in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)]
"""Weeks of remission in acute leukaemia (Freireich et al. 1963), the example of most textbooks."""


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def fitted(found: Lives, segment: str | None = None) -> Survival:
    ended, censored = (Counter(n for n, over in found if over is kind) for kind in (True, False))
    lengths = sorted({n for n, _ in found})
    return kaplan_meier(lengths, [ended[n] for n in lengths], [censored[n] for n in lengths], segment)


def textbook(found: Lives, length: int) -> tuple[float, float]:
    """S(t) = Π (1 − d/n) over the lengths up to t, and Greenwood's standard error, life by life."""
    share, spread = 1.0, 0.0
    for t in sorted({n for n, over in found if over and n <= length}):
        at_risk = sum(n >= t for n, _ in found)
        d = sum(n == t and over for n, over in found)
        share *= 1 - d / at_risk
        spread += d / (at_risk * (at_risk - d)) if at_risk > d else 0.0
    return share, share * math.sqrt(spread)


def test_curve_of_the_leukaemia_trial_is_the_published_one() -> None:
    curve = fitted(TREATED)
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert {n: round(curve.share(n) or 0, 3) for n in published} == published
    errors = {6: 0.0764, 10: 0.0963, 23: 0.1346}
    assert {n: round(step.error or 0, 4) for n in errors if (step := curve.at(n))} == errors
    assert (curve.size, curve.median, curve.at_risk(10), curve.share(36)) == (21, 23, 15, None)


def test_log_rank_of_the_leukaemia_trial_is_the_published_one() -> None:
    test = log_rank([fitted(TREATED, "6-MP"), fitted(CONTROLS, "placebo")])
    assert test is not None
    assert (round(test.statistic, 2), test.degrees) == (16.79, 1)
    assert test.p_value == pytest.approx(4.17e-5, rel=0.01)


def test_log_rank_needs_two_segments_and_an_ending() -> None:
    assert log_rank([fitted(TREATED)]) is None
    assert log_rank([fitted([(3, False)]), fitted([(4, False)])]) is None
    same = log_rank([fitted(TREATED, "a"), fitted(TREATED, "b"), fitted(TREATED, "c")])
    assert same is not None
    assert (round(same.statistic, 12), same.degrees) == (0.0, 2)


def test_band_stays_between_nothing_and_everything() -> None:
    curve = fitted([(1, True), (2, True), (3, False)])
    first = curve.at(1)
    assert first is not None
    assert first.low is not None
    assert first.high is not None
    assert 0 < first.low < 2 / 3 < first.high < 1
    assert [step.low for step in fitted([(1, True)]).steps] == [None]
    assert curve.share(0) == 1.0


def test_mean_until_is_the_area_under_the_curve() -> None:
    curve = fitted([(1, True), (3, True), (4, False), (4, False)])
    assert curve.mean_until(4) == pytest.approx(1 + 2 * 0.75 + 1 * 0.5)
    assert curve.mean_until(5) is None


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=60))
def test_curve_equals_the_textbook_estimator(found: Lives) -> None:
    curve = fitted(found)
    for step in curve.steps:
        share, error = textbook(found, step.length)
        assert step.share == pytest.approx(share, abs=1e-12)
        assert step.error is None or step.error == pytest.approx(error, abs=1e-12)
        assert step.at_risk == sum(n >= step.length for n, _ in found)


def span(who: str, begin: str, end: str | None = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{who}/{begin}", "customer_id": who, "mrr": mrr}
    return row | {"valid_from": begin, "valid_to": end} | more


def order(who: str, day: str) -> dict[str, Any]:
    return {"order_id": f"{who}{day}", "customer_id": who, "ordered_at": f"{day} 03:00", "amount": 1}


def test_contract_life_ends_with_the_last_of_overlapping_contracts_and_a_return_is_another_life(
    lake: SmallLake,
) -> None:
    spans = [
        span("gone", "2025-01-01", "2025-03-01"),
        span("gone", "2025-02-01", "2025-06-15", subscription_id="other"),
        span("back", "2025-01-10", "2025-02-10"),
        span("back", "2025-05-01"),
        span("joined", "2025-01-10", "2025-02-10"),
        span("joined", "2025-02-11", mrr=20),
        span("here", "2025-04-01"),
        span("later", "2026-04-01"),
        span("ends later", "2025-04-01", "2027-01-01"),
    ]
    rule = LifeRule(as_of=date(2026, 1, 1))
    known = date(2026, 1, 1)
    assert lake.rows(lives(lake.put(subscriptions=spans), rule), "customer_id", "ended_on", "seen_until") == [
        ("back", date(2025, 2, 10), date(2025, 2, 10)),
        ("ends later", None, known),
        ("gone", date(2025, 6, 15), date(2025, 6, 15)),
        ("here", None, known),
        ("joined", None, known),
    ]
    table = grouped_lives(lake.put(subscriptions=spans), rule)
    assert lake.rows(table, "length", "ended", "censored") == [(1, 1, 0), (11, 0, 1), (5, 1, 0), (9, 0, 2)]


def test_buyer_lives_until_the_first_long_silence_or_the_listed_departure(lake: SmallLake) -> None:
    orders = [order("a", "2025-01-01"), order("a", "2025-04-01"), order("b", "2025-11-01"), order("c", "2025-11-01")]
    people = [{"customer_id": "c", "churned_on": "2025-12-01"}]
    rule = LifeRule("purchase", "day", as_of=date(2026, 1, 1), retention=RetentionRule(dormancy_days=80))
    assert lake.rows(lives(lake.put(orders=orders, customers=people), rule), "customer_id", "ended_on") == [
        ("a", date(2025, 3, 23)),
        ("b", None),
        ("c", date(2025, 12, 1)),
    ]


@pytest.mark.feature("F-375")
def test_ten_acquired_with_two_active_at_month_24_show_20_percent(lake: SmallLake) -> None:
    ends = [f"2024-{month:02}-01" for month in range(2, 10)]
    spans = [span(f"c{n}", "2024-01-01", end) for n, end in enumerate([*ends, None, None])]
    table = grouped_lives(lake.put(subscriptions=spans), LifeRule(as_of=date(2026, 1, 1)))
    (curve,) = curves(lake.connection.to_pyarrow(table).to_pylist())
    assert (curve.size, curve.share(24)) == (10, pytest.approx(0.2))


def test_segments_have_curves_of_their_own(lake: SmallLake) -> None:
    people = [{"customer_id": "a", "region": "east"}, {"customer_id": "b", "region": "west"}]
    spans = [span("a", "2025-01-01", "2025-03-01", plan="basic"), span("b", "2025-01-01", plan="extra")]
    facts = lake.put(subscriptions=spans, customers=people)
    for by, wanted in (("plan", ["basic", "extra"]), ("region", ["east", "west"])):
        table = grouped_lives(facts, LifeRule(by=by, as_of=date(2026, 1, 1)))
        found = curves(lake.connection.to_pyarrow(table).to_pylist())
        assert [curve.segment for curve in found] == wanted


def test_unknown_words_of_the_rule_are_named(lake: SmallLake) -> None:
    for rule in (LifeRule("visit"), LifeRule(unit="year"), LifeRule("purchase", by="plan2")):
        with pytest.raises(UnknownName):
            lives(lake.put(), rule)


MAINTAINED = [(n, True) for n in (9, 13, 18, 23, 31, 34, 48)] + [(n, False) for n in (13, 28, 45, 161)]
LEFT_ALONE = [(n, True) for n in (5, 5, 8, 8, 12, 23, 27, 30, 33, 43, 45)] + [(16, False)]
"""Weeks of remission in acute myelogenous leukaemia with and without maintenance (Miller 1981)."""
OVARIAN = (
    [(n, True) for n in (59, 115, 156, 268, 329, 431, 638)] + [(n, False) for n in (448, 477, 803, 855, 1040, 1106)],
    [(n, True) for n in (353, 365, 464, 475, 563)] + [(n, False) for n in (377, 421, 744, 769, 770, 1129, 1206, 1227)],
)
"""Days of survival with ovarian cancer by treatment (Edmunson et al. 1979)."""


@pytest.mark.parametrize(
    ("segments", "statistic", "p_value", "medians"),
    [((MAINTAINED, LEFT_ALONE), 3.40, 0.0653, (31, 23)), (OVARIAN, 1.06, 0.303, (638, None))],
    ids=["leukaemia of Miller", "ovarian cancer"],
)
def test_log_rank_and_medians_are_those_of_the_textbooks(
    segments: tuple[Lives, Lives], statistic: float, p_value: float, medians: tuple[int | None, ...]
) -> None:
    found = [fitted(lives_of, str(place)) for place, lives_of in enumerate(segments)]
    test = log_rank(found)
    assert test is not None
    assert (round(test.statistic, 2), test.degrees, round(test.p_value, 4 if p_value < 0.1 else 3)) == (
        statistic,
        1,
        p_value,
    )
    assert tuple(curve.median for curve in found) == medians


def test_telco_by_contract_type_equals_the_textbook_estimator(lake: SmallLake, shared_data: Path) -> None:
    with gzip.open(shared_data / "telco" / "telco_customer_churn.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    known = date(2020, 1, 1)
    spans = [
        span(
            row["customerID"],
            str(add_months(known, -int(row["tenure"]))),
            str(known) if row["Churn"] == "Yes" else None,
            float(row["MonthlyCharges"]),
            plan=row["Contract"],
        )
        for row in rows
    ]
    table = grouped_lives(lake.put(subscriptions=spans), replace(LifeRule(by="plan"), as_of=known))
    found = curves(lake.connection.to_pyarrow(table).to_pylist())
    assert [(c.segment, c.size) for c in found] == [("Month-to-month", 3875), ("Two year", 1695), ("One year", 1473)]
    for curve in found:
        plain = [(int(r["tenure"]), r["Churn"] == "Yes") for r in rows if r["Contract"] == curve.segment]
        for step in curve.steps:
            share, error = textbook(plain, step.length)
            assert step.share == pytest.approx(share, abs=1e-6)
            assert step.error == pytest.approx(error, abs=1e-6)
    test = log_rank(found)
    assert test is not None
    assert test.statistic == pytest.approx(2352.87, abs=0.01)
