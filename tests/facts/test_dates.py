"""Dates and times as people write them are read exactly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.facts.dates import day, excel_serial, is_ambiguous, moment

Read = Callable[..., list[Any]]
Prepared = Callable[[list[str]], list[Any]]
ZONE = "Asia/Tokyo"
MIDNIGHT = datetime(2025, 3, 31, 15)


@pytest.fixture(scope="module")
def day_of(prepare: Callable[..., Prepared]) -> Prepared:
    return prepare(lambda cell: day(cell, ZONE, "ymd"))


@pytest.fixture(scope="module")
def moment_of(prepare: Callable[..., Prepared]) -> Prepared:
    return prepare(lambda cell: moment(cell, ZONE, "ymd"))


def days(read: Read, cells: list[str], order: str = "ymd") -> list[Any]:
    return read(lambda cell: day(cell, ZONE, order), cells)


def moments(read: Read, cells: list[str], order: str = "ymd") -> list[Any]:
    return read(lambda cell: moment(cell, ZONE, order), cells)


FIRST_OF_APRIL = [
    "2025-04-01", "2025/4/1", "2025.4.1", "2025年4月1日", "2025年 4月 1日", "２０２５／４／１", "20250401",
    "令和7年4月1日", "令和７年４月１日", "R7.4.1", "r7/4/1", "R07.04.01", "平成37年4月1日", "2025年4月1日(火)",
    "2025/4/1（火）", "45748", "Apr 1, 2025", "1 Apr 2025", "April 1, 2025", " 2025-04-01 ",
]  # fmt: skip


def test_day_and_moment_read_the_same_day(read: Read) -> None:
    assert dict(zip(FIRST_OF_APRIL, days(read, FIRST_OF_APRIL), strict=True)) == dict.fromkeys(
        FIRST_OF_APRIL, date(2025, 4, 1)
    )
    assert dict(zip(FIRST_OF_APRIL, moments(read, FIRST_OF_APRIL), strict=True)) == dict.fromkeys(
        FIRST_OF_APRIL, MIDNIGHT
    )


ERAS = {
    "令和元年5月1日": date(2019, 5, 1),
    "平成31年5月1日": date(2019, 5, 1),
    "昭和64年1月7日": date(1989, 1, 7),
    "S50.1.1": date(1975, 1, 1),
    "大正12年9月1日": date(1923, 9, 1),
    "M45.7.29": date(1912, 7, 29),
    "2024/2/29": date(2024, 2, 29),
    "13/1/2025": date(2025, 1, 13),
    "1/13/2025": date(2025, 1, 13),
    "9999-12-31": date(9999, 12, 31),
}


def test_day_reads_eras_and_clear_orders(read: Read) -> None:
    assert dict(zip(ERAS, days(read, list(ERAS)), strict=True)) == ERAS


UNREADABLE = [
     "2025-02-30", "2025/13/1", "2025-00-01", "令和7年2月30日", "令和元年4月30日", "明治5年1月1日", "9999999-01-01",
     "0025-04-01", "25-04-01", "1/2/2025", "infinity", "epoch", "2025", "202504", "abc", "", "2025-04-01 foo",
     "2025-04-1x", "31", "3.5", "1e400", "-2025-01-01", "2025-01-01 (BC)", "12:30"]  # fmt: skip


def test_impossible_or_unclear_dates_are_not_read(read: Read) -> None:
    nothing = dict.fromkeys(UNREADABLE)
    assert dict(zip(UNREADABLE, days(read, UNREADABLE), strict=True)) == nothing
    assert dict(zip(UNREADABLE, moments(read, UNREADABLE), strict=True)) == nothing


def test_order_settles_short_dates(read: Read) -> None:
    assert days(read, ["1/2/2025"], "mdy") == [date(2025, 1, 2)]
    assert days(read, ["1/2/2025"], "dmy") == [date(2025, 2, 1)]
    assert days(read, ["13/1/2025"], "mdy") == [None]
    assert read(lambda cell: is_ambiguous(cell, "ymd"), ["1/2/2025", "13/1/2025"]) == [True, False]


TIMES = {
    "2025-04-01 10:00": datetime(2025, 4, 1, 1),
    "2025/04/01 10:00:00": datetime(2025, 4, 1, 1),
    "2025-04-01T10:00:00.123456": datetime(2025, 4, 1, 1, 0, 0, 123456),
    "2025/4/1 3:04": datetime(2025, 3, 31, 18, 4),
    "2025年4月1日 午後3時5分": datetime(2025, 4, 1, 6, 5),
    "2025年4月1日10時5分6秒": datetime(2025, 4, 1, 1, 5, 6),
    "4/13/2025 12:04 AM": datetime(2025, 4, 12, 15, 4),
    "2025-04-01 24:00:00": datetime(2025, 4, 1, 15),
    "20250401123456": datetime(2025, 4, 1, 3, 34, 56),
    "45748.5": datetime(2025, 4, 1, 3),
    "2025-04-01T10:00:00Z": datetime(2025, 4, 1, 10),
    "2025-04-01 10:00:0Z": datetime(2025, 4, 1, 10),
    "2025-04-01 10:00:00 UTC": datetime(2025, 4, 1, 10),
    "2025-04-01 10:00:00 +0900": datetime(2025, 4, 1, 1),
    "2025-04-01T10:00+09": datetime(2025, 4, 1, 1),
    "2025-4-1 1:00-09:30": datetime(2025, 4, 1, 10, 30),
    "1743469200": datetime(2025, 4, 1, 1),
    "1743469200123": datetime(2025, 4, 1, 1, 0, 0, 123000),
    "1743469200123456": datetime(2025, 4, 1, 1, 0, 0, 123456),
}


def test_moment_reads_times_and_offsets(read: Read) -> None:
    assert dict(zip(TIMES, moments(read, list(TIMES)), strict=True)) == TIMES


def test_impossible_times_are_not_read(read: Read) -> None:
    written = ["2025-04-01 25:00", "2025-04-01 10:61", "2025-04-01 10:00 +99:00", "20250401126160"]
    assert moments(read, written) == [None] * 4


def test_day_of_an_instant_is_the_day_of_the_business(read: Read) -> None:
    assert days(read, ["2025-03-31T15:00:00Z", "2025-03-31T14:59:59Z"]) == [date(2025, 4, 1), date(2025, 3, 31)]


def test_excel_serial_knows_the_day_that_never_was(read: Read) -> None:
    serials = pa.array([1.0, 59.0, 60.0, 60.5, 61.0, 45748.25, 0.0, 2_958_465.0, 2_958_466.0])
    assert read(excel_serial, serials) == [
        datetime(1900, 1, 1), datetime(1900, 2, 28), None, None, datetime(1900, 3, 1), datetime(2025, 4, 1, 6),
        None, datetime(9999, 12, 31), None,
    ]  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(st.lists(st.dates(date(2019, 5, 1), date(2050, 12, 31)), min_size=20, max_size=60))
def test_day_reads_back_every_way_of_writing(day_of: Prepared, found: list[date]) -> None:
    forms = [
        lambda d: f"令和{d.year - 2018}年{d.month}月{d.day}日",
        lambda d: f"R{d.year - 2018}.{d.month}.{d.day}",
        lambda d: f"{d.year}年{d.month}月{d.day}日",
        lambda d: f"{d.year}/{d.month}/{d.day}",
        lambda d: f"{d:%Y%m%d}",
        lambda d: str((d - date(1899, 12, 30)).days),
    ]
    for form in forms:
        assert day_of([form(d) for d in found]) == found


@settings(max_examples=12, deadline=None)
@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2037, 1, 1)), min_size=20, max_size=60))
def test_moment_reads_back_iso(moment_of: Prepared, found: list[datetime]) -> None:
    assert moment_of([f"{m.isoformat()}Z" for m in found]) == found
    assert moment_of([m.replace(tzinfo=UTC).isoformat() for m in found]) == found
    assert moment_of([m.isoformat(" ") for m in found]) == [m - timedelta(hours=9) for m in found]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/.年][0-9]{1,2}[-/.月][0-9]{1,3}.{0,9}"), max_size=30)
)
def test_no_text_stops_the_reading(day_of: Prepared, moment_of: Prepared, cells: list[str]) -> None:
    plain = [cell.replace("\0", "").encode("utf-8", "ignore").decode() for cell in cells]
    assert len(day_of(plain)) == len(moment_of(plain)) == len(cells)
