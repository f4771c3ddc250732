"""Local time without the engine's time zones: equal to Python's own, at clock changes too."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.journeys.local_time import local_time, midnight, whole_seconds

ZONES = ("Asia/Tokyo", "America/New_York", "Europe/London", "Asia/Kathmandu", "America/Sao_Paulo", "UTC")
ZONE = st.sampled_from(ZONES)
DUCK = ibis.duckdb.connect()


@settings(deadline=None, max_examples=30)
@given(st.lists(st.datetimes(datetime(1991, 1, 1), datetime(2059, 1, 1)), min_size=1, max_size=40), ZONE)
def test_local_time_is_what_the_clock_shows(moments: list[datetime], zone: str) -> None:
    asked = ibis.memtable(pa.table({"at": pa.array(moments, pa.timestamp("us"))}))
    told = DUCK.to_pyarrow(asked.mutate(here=local_time(asked["at"], zone))).to_pylist()
    expected = [each.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in moments]
    assert [(row["at"], row["here"]) for row in told] == list(zip(moments, expected, strict=True))


@pytest.mark.parametrize(
    ("instant", "hour"), [("2026-03-08 06:59:00", 1), ("2026-03-08 07:00:00", 3), ("2026-11-01 06:00:00", 1)]
)
def test_local_time_follows_a_change_of_the_clock_to_the_minute(instant: str, hour: int) -> None:
    assert DUCK.to_pyarrow(local_time(ibis.timestamp(instant), "America/New_York").hour()).as_py() == hour


@settings(deadline=None, max_examples=30)
@given(st.lists(st.dates(date(1991, 1, 1), date(2059, 1, 1)), min_size=1, max_size=40), ZONE)
def test_midnight_is_the_instant_at_which_the_day_begins(days: list[date], zone: str) -> None:
    asked = ibis.memtable(pa.table({"on": pa.array(days, pa.date32())}))
    told = DUCK.to_pyarrow(asked.mutate(begin=midnight(asked["on"], zone))).to_pylist()
    there = [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in days]
    expected = [begin.astimezone(UTC).replace(tzinfo=None) for begin in there]
    assert [(row["on"], row["begin"]) for row in told] == list(zip(days, expected, strict=True))


def test_whole_seconds_cut_the_fraction() -> None:
    moment = datetime(2026, 1, 1) + timedelta(microseconds=999_999)
    seconds = DUCK.to_pyarrow(whole_seconds(ibis.timestamp(str(moment)))).as_py()
    assert seconds == int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())
