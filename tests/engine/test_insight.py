"""What the numbers of a business say about each other, from rows to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import keiki
from keiki.errors import UnknownName
from keiki.insight.correlation import lag_correlation
from keiki.insight.rates import Arm
from keiki.periods import Grain

MONTHS = [date(2024 + n // 12, 1 + n % 12, 1) for n in range(30)]
VISITORS = [float(round(v)) for v in np.random.default_rng(3).normal(400, 80, len(MONTHS))]
LEADS = [0.0, 0.0, *(round(v * 0.3, 1) for v in VISITORS[:-2])]
"""Two months later, three of ten visitors."""


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    rows = [
        {"metric": name, "date": month.isoformat(), "grain": "month", "value": value}
        for name, values in (("webinar_attendees", VISITORS), ("mql_count", LEADS))
        for month, value in zip(MONTHS, values, strict=True)
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
