"""Mean and median of the values behind a KPI, from rows that can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import keiki

MARCH = keiki.Period(date(2026, 3, 1), date(2026, 4, 1))
JANUARY = keiki.Period(date(2026, 1, 1), date(2026, 2, 15))
ANSWERED = {"T1": 1, "T2": 2, "T3": 3, "T4": 4, "T5": 90}  # hours
MEETINGS = {"a": "2026-01-08", "b": "2026-01-13", "c": "2026-01-15", "d": "2026-02-03"}  # 3, 5, 7, 20 business days


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path_factory.mktemp("spread") / "data", create=True) as own:
        opened = "2026-03-02 00:00:00"
        tickets = [
            {
                "ticket_id": name,
                "customer_id": "c",
                "opened_at": opened,
                "first_response_at": f"2026-03-{2 + hours // 24:02d} {hours % 24:02d}:00:00",
            }
            for name, hours in ANSWERED.items()
        ]
        stages = [
            {"pipeline": "lead", "subject_id": name, "stage": stage, "entered_at": f"{day} 12:00:00"}
            for name, until in MEETINGS.items()
            for stage, day in (("sql", "2026-01-05"), ("meeting_set", until))
        ]
        orders = [
            {"order_id": str(n), "customer_id": "c", "ordered_at": "2026-03-05 00:00:00", "amount": amount}
            for n, amount in enumerate([1000, 1000, 1000, 5000])
        ]
        own.load_facts({"tickets": tickets, "stages": stages, "orders": orders}, name="desk")
        yield own


@pytest.mark.feature("F-144")
def test_business_days_from_sql_to_meeting_have_median_6_and_mean_8_75(desk: keiki.Business) -> None:
    told = desk.spread("sql_to_meeting_days", JANUARY)
    assert told is not None
    assert (told.count, told.mean, told.median, told.least, told.most) == (4, 8.75, 6.0, 3.0, 20.0)
    (measured,) = desk.measure(["sql_to_meeting_days"], desk.question((JANUARY,))).series("sql_to_meeting_days")
    assert measured == told.mean


def test_mean_of_answers_is_pulled_up_by_one(desk: keiki.Business) -> None:
    told = desk.spread("support_first_response_time", MARCH)
    assert told is not None
    assert (told.count, told.mean, told.median, told.first, told.third) == (5, 20.0, 3.0, 2.0, 4.0)
    assert told.long_tail


def test_mean_order_is_that_of_its_orders(desk: keiki.Business) -> None:
    told = desk.spread("aov", MARCH)
    assert told is not None
    assert (told.count, told.mean, told.median) == (4, 2000.0, 1000.0)


def test_what_is_no_mean_has_no_spread(desk: keiki.Business) -> None:
    assert desk.spread("order_revenue", MARCH) is None
    assert desk.spread("cvr", MARCH) is None
    assert desk.spread("support_first_response_time", JANUARY) is None
