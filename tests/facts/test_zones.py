"""Local times become instants exactly as Python's zone database says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keiki.facts.zones import from_instant, local_time, to_utc

Read = Callable[..., list[Any]]
ZONES = ("Asia/Tokyo", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC")


def utc(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def instants(prepare: Callable[..., Any]) -> dict[str, Callable[[list[datetime]], list[datetime]]]:
    return {zone: prepare(partial(to_utc, zone=zone), "timestamp(6)") for zone in ZONES}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ZONES), st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 1)), min_size=1))
@example("America/New_York", [datetime(2025, 3, 9, 2, 30), datetime(2025, 3, 9, 3, 0), datetime(2025, 11, 2, 1, 30)])
@example("Australia/Lord_Howe", [datetime(2025, 10, 5, 2, 15), datetime(2025, 4, 6, 1, 45)])
def test_to_utc_equals_python(instants: dict[str, Any], zone: str, moments: list[datetime]) -> None:
    assert instants[zone](moments) == [utc(moment, zone) for moment in moments]


def test_skipped_hour_counts_as_the_same_time_after_the_jump(read: Read) -> None:
    cells = pa.array([datetime(2025, 3, 9, 2, 30), datetime(2025, 3, 9, 3, 30)], pa.timestamp("us"))
    assert read(lambda cell: to_utc(cell, "America/New_York"), cells) == [datetime(2025, 3, 9, 7, 30)] * 2


def test_repeated_hour_is_the_first_of_the_two(read: Read) -> None:
    cells = pa.array([datetime(2025, 11, 2, 1, 30)], pa.timestamp("us"))
    assert read(lambda cell: to_utc(cell, "America/New_York"), cells) == [datetime(2025, 11, 2, 5, 30)]


def test_to_utc_refuses_years_beyond_reason(read: Read) -> None:
    moments = pa.array([-(10**17), 4 * 10**17], pa.int64()).cast(pa.timestamp("us"))
    assert read(lambda cell: to_utc(cell, "Asia/Tokyo"), moments) == [None, None]


@pytest.mark.parametrize("zone", ZONES)
def test_local_time_turns_to_utc_around(read: Read, zone: str) -> None:
    moments = [datetime(2025, 1, 1, 12), datetime(2025, 7, 1, 12)]
    cells = pa.array(moments, pa.timestamp("us"))
    assert read(lambda cell: local_time(to_utc(cell, zone), zone), cells) == moments


def test_from_instant_keeps_the_instant(read: Read) -> None:
    moments = [datetime(2025, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo"))]
    cells = pa.array(moments, pa.timestamp("us", tz="Asia/Tokyo"))
    assert read(from_instant, cells) == [datetime(2024, 12, 31, 15)]
