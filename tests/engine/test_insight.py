"""What the numbers of a business say about each other, from rows to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import keiki
from keiki.errors import UnknownName
from keiki.insight.correlation import lag_correlation
from keiki.insight.rates import Arm
from keiki.insight.side_effects import Unsaid, shift
from keiki.periods import Grain

MONTHS = [date(2024 + n // 12, 1 + n % 12, 1) for n in range(30)]
VISITORS = [float(round(v)) for v in np.random.default_rng(3).normal(400, 80, len(MONTHS))]
WEEKS = [date(2024, 7, 1) + timedelta(weeks=n) for n in range(90)]
CHANGE = WEEKS[84]
STILL, FASTER = (
    [round(float(value) + (step if week >= CHANGE else 0.0), 3) for value, week in zip(noise, WEEKS, strict=True)]
    for step, noise in (
        (0.0, np.random.default_rng(5).normal(3, 0.2, 90)),
        (-1.5, np.random.default_rng(6).normal(3, 0.2, 90)),
    )
)
LEADS = [0.0, 0.0, *(round(v * 0.3, 1) for v in VISITORS[:-2])]
"""Two months later, three of ten visitors."""


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    rows = [
        {"metric": name, "date": month.isoformat(), "grain": "month", "value": value}
        for name, values in (("webinar_attendees", VISITORS), ("mql_count", LEADS))
        for month, value in zip(MONTHS, values, strict=True)
    ]
    rows += [
        {"metric": name, "date": week.isoformat(), "grain": "week", "value": value}
        for name, values in (
            ("page_load_time", FASTER),
            ("customer_realized_roi", STILL),
            ("monthly_discount_rate", STILL[60:]),
        )
        for week, value in zip(WEEKS[-len(values) :], values, strict=True)
    ]
    exposed = [
        {"experiment": "form", "unit_id": f"{arm}{n}", "variant": arm, "exposed_at": "2026-01-05"}
        for arm in ("control", "treatment")
        for n in range(40)
    ]
    orders = [
        {"order_id": unit, "customer_id": unit, "ordered_at": "2026-01-06 00:00:00", "amount": 100}
        for unit in (*(f"control{n}" for n in range(4)), *(f"treatment{n}" for n in range(10)))
    ]
    orders.append({"order_id": "later", "customer_id": "nobody", "ordered_at": "2026-06-01 00:00:00", "amount": 1})
    folder: Path = tmp_path_factory.mktemp("insight") / "business"
    with keiki.open(folder, create=True) as own:
        own.load_facts({"observations": rows, "exposures": exposed, "orders": orders}, name="insight")
        yield own


def test_driver_with_its_delay_is_found_and_equals_the_plain_calculation(business: Any) -> None:
    found = keiki.drivers(business, "mql_count", ["mql_count", "webinar_attendees"], last=30)
    (row,) = found.rows
    assert (row.kpi, row.told.best.lag, row.told.best.clear) == ("webinar_attendees", 2, True)
    over = len(found.periods)
    assert row.told == lag_correlation(VISITORS[:over], LEADS[:over])


def test_no_driver_is_told_where_there_are_too_few_periods(business: Any) -> None:
    (row,) = keiki.drivers(business, "mql_count", ["webinar_attendees"], last=5).rows
    assert row.told.best is None


def test_kpi_that_nobody_declared_is_told(business: Any) -> None:
    with pytest.raises(UnknownName):
        keiki.drivers(business, "mql_count", ["mql_cuont"], grain=Grain.MONTH)


def test_change_has_the_means_of_both_sides(business: Any) -> None:
    found = keiki.change_of(business, "webinar_attendees", date(2025, 6, 15), 3)
    assert found is not None
    place = MONTHS.index(date(2025, 6, 1))
    assert found.told.before == pytest.approx(sum(VISITORS[place - 3 : place]) / 3)
    assert found.told.after == pytest.approx(sum(VISITORS[place : place + 3]) / 3)
    assert found.told.difference == pytest.approx(found.told.after - found.told.before)
    assert keiki.change_of(business, "webinar_attendees", date(2030, 1, 1), 3) is None


def test_experiment_has_both_arms(business: Any) -> None:
    (found,) = keiki.experiments(business)
    assert (found.name, found.told.control, found.told.treatment) == ("form", Arm(40, 4), Arm(40, 10))


def test_number_that_moved_beyond_its_own_noise_is_named_and_one_that_did_not_is_not(business: Any) -> None:
    others = ["customer_realized_roi", "page_load_time", "monthly_discount_rate", "mql_count"]
    found = keiki.side_effects(business, CHANGE, "mql_count", others)
    assert [(row.kpi, row.beyond, row.told.unsaid) for row in found.rows] == [
        ("page_load_time", True, None),
        ("customer_realized_roi", False, None),
        ("monthly_discount_rate", False, Unsaid.SHORT),
    ]
    assert found.rows[0].told == shift(FASTER[:84], FASTER[84:])
    assert (found.before.start, found.before.end, found.after.end) == (WEEKS[80], CHANGE, WEEKS[88])
    assert found.aimed is not None
    assert found.aimed.told.unsaid is Unsaid.EMPTY  # it is measured by months


def test_week_of_a_change_belongs_to_neither_side_and_weeks_that_run_are_waited_for(business: Any) -> None:
    told = keiki.side_effects(business, CHANGE + timedelta(days=2), None, ["page_load_time"])
    assert (told.before.end, told.after.start) == (CHANGE, CHANGE + timedelta(days=7))
    running = keiki.side_effects(business, business.today - timedelta(days=10), None, ["page_load_time"])
    assert (running.ready, running.rows, running.asked) == (False, (), 0)


def test_number_counted_from_the_same_rows_as_the_aim_is_said_to_be(business: Any) -> None:
    found = keiki.side_effects(business, CHANGE, "aov", ["order_revenue", "page_load_time"])
    assert {row.kpi: row.shares for row in found.rows} == {"order_revenue": True, "page_load_time": False}
