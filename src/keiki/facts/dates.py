"""Dates and times as people write them: 令和, 年月日, slashes, compact digits, Excel serials, epochs, offsets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis

from keiki.facts.functions import from_us, groups, let, matches, one_of, read_as
from keiki.facts.numerals import plain
from keiki.facts.zones import local_time, plausible, plausible_day, to_utc

SIMPLE_DAY = r"[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}"
SIMPLE_TIME = r"(?:[ T][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?)?"
QUICK_MOMENTS = ("____-__-_____:__:__", "____/__/_____:__:__")
"""Comparing with these costs a fifth of a regular expression; DuckDB's own cast sees to the digits."""

ORDERS = ("ymd", "mdy", "dmy")

# Era letter → (years to add, first day). A year past the end of its era is read on: 平成35年 is 2023.
# Meiji begins with its sixth year: earlier dates were days of the moon calendar.
ERAS = {
    "R": (2018, "2019-05-01"),
    "H": (1988, "1989-01-08"),
    "S": (1925, "1926-12-25"),
    "T": (1911, "1912-07-30"),
    "M": (1867, "1873-01-01"),
}
ERA_NAMES = {"令和": "R", "平成": "H", "昭和": "S", "大正": "T", "明治": "M", "㋿": "R"}

DAY = (
    r"(?:(?P<era>令和|平成|昭和|大正|明治|㋿|[RHSTM])\.?\s*(?P<era_year>元|[0-9]{1,2})\s*(?:年|[-/.])\s*"
    r"(?P<era_month>[0-9]{1,2})\s*(?:月|[-/.])\s*(?P<era_day>[0-9]{1,2})\s*日?"
    r"|(?P<year>[0-9]{4})\s*(?:年|[-/.])\s*(?P<month>[0-9]{1,2})\s*(?:月|[-/.])\s*(?P<day>[0-9]{1,2})\s*日?"
    r"|(?P<first>[0-9]{1,2})[-/.](?P<second>[0-9]{1,2})[-/.](?P<last>[0-9]{4})"
    r"|(?P<compact>[0-9]{8})(?P<compact_time>(?:[0-9]{4}(?:[0-9]{2})?)?))"
)
WEEKDAY = r"(?:\s*\(?(?:[月火水木金土日祝](?:曜日?)?)(?:・祝)?\)?)?"
CLOCK = (
    r"(?:[T\s,]*(?P<half>午前|午後|AM|PM)?\s*(?P<hour>[0-9]{1,2})\s*[:時]\s*(?:(?P<minute>[0-9]{1,2})"
    r"(?:\s*[:分]\s*(?:(?P<second_of>[0-9]{1,2})(?P<fraction>\.[0-9]+)?\s*秒?)?)?)?"
    r"(?:\s*(?P<half_after>AM|PM))?)?"
)
ZONE = r"\s*(?P<zone>Z|UTC|GMT|JST|[-+][0-9]{2}(?::?[0-9]{2})?)?"
WRITTEN = f"^{DAY}{WEEKDAY}{CLOCK}{ZONE}$"
PARTS = (
    "era", "era_year", "era_month", "era_day", "year", "month", "day", "first", "second", "last",
    "compact", "compact_time", "half", "hour", "minute", "second_of", "fraction", "half_after", "zone",
)  # fmt: skip
NAMED_MONTH = r"(?:[0-9]{1,2}[ -][A-Z]{3,9}[ -]|[A-Z]{3,9} [0-9]{1,2},? )[0-9]{4}"
NAMED_MONTHS = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y")


def excel_serial(days: Any) -> Any:
    """The naive time of a day number of Excel's 1900 system, NULL for 1900-02-29, which Excel has and no calendar.

    `days` is DOUBLE; the fraction is the time of day. Serial 1 is 1900-01-01; after 60 the count runs one ahead.
    """
    epoch_day = days - ibis.cases((days < 60, 25568), else_=25569)
    moment = from_us((epoch_day * 86_400_000_000).round().cast("int64"))
    return ibis.cases(((days >= 1) & ~((days >= 60) & (days < 61)) & (days < 2_958_466), moment))


def moment(text: Any, zone: str, order: str) -> Any:
    """The naive UTC instant that a text states; without an offset it is local time of the zone."""
    quick = text.like(list(QUICK_MOMENTS)) & ~text.endswith("Z")
    simple = matches(text, SIMPLE_DAY + SIMPLE_TIME)
    stated = to_utc(text.try_cast("timestamp"), zone)
    return ibis.coalesce(
        ibis.cases((quick, stated)),
        ibis.cases(
            (simple & ~quick, stated),
            else_=_read(text, order, lambda local, offset: _instant(local, offset, zone)),
        ),
    )


def day(text: Any, zone: str, order: str) -> Any:
    """The calendar day that a text states; a time with an offset gives the day of the zone at that instant."""
    stated = text.try_cast("date")
    simple = ibis.cases((matches(text, SIMPLE_DAY) & plausible_day(stated), stated))
    return ibis.coalesce(simple, _read(text, order, lambda local, offset: _day(local, offset, zone)))


def looks_written(text: Any) -> Any:
    """Whether a text has the shape of a date, be it an impossible one."""
    return matches(plain(text), WRITTEN[1:-1])


def is_ambiguous(text: Any, order: str) -> Any:
    """Whether a text such as 1/2/2025 could be read in two ways and the business has not said which."""
    if order != "ymd":
        return ibis.literal(value=False)
    parts = groups(plain(text), r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.][0-9]{4}", ("first", "second"))
    return (parts["first"].try_cast("int64") <= 12) & (parts["second"].try_cast("int64") <= 12)


def _read(text: Any, order: str, finish: Callable[[Any, Any], Any]) -> Any:
    """The slow way: every written form, then names of months, then bare numbers."""

    def forms(s: Any) -> Any:
        parts = let(groups(s, WRITTEN, PARTS), lambda p: _stated(p, order))
        written = let(parts, lambda stated: finish(stated["at"], stated["offset"]))
        named = ibis.cases((matches(s, NAMED_MONTH), read_as(s, ibis.array(list(NAMED_MONTHS)))))
        return ibis.cases(
            (matches(s, r"[0-9]+(?:\.[0-9]+)?") & ~matches(s, r"[0-9]{8}(?:[0-9]{4}(?:[0-9]{2})?)?"), _bare(s, finish)),
            else_=ibis.coalesce(written, let(named, lambda local: finish(local, ibis.null("int64")))),
        )

    return let(plain(text), forms)


def _bare(s: Any, finish: Any) -> Any:
    """Five digits are an Excel serial; 10, 13 or 16 digits are seconds, milliseconds, microseconds since 1970."""
    whole = s.try_cast("int64")
    serial = finish(excel_serial(s.try_cast("float64")), ibis.null("int64"))
    epochs = [
        (matches(s, pattern), finish(from_us(whole * factor), ibis.literal(0, "int64")))
        for pattern, factor in (("1[0-8][0-9]{8}", 1_000_000), ("1[0-8][0-9]{11}", 1_000), ("1[0-8][0-9]{14}", 1))
    ]
    return ibis.cases((matches(s, r"[1-9][0-9]{4}(?:\.[0-9]+)?"), serial), *epochs)


def _instant(local: Any, offset: Any, zone: str) -> Any:
    shifted = local - ibis.interval(minutes=1) * offset
    return ibis.cases((offset.isnull(), to_utc(local, zone)), (plausible(shifted), shifted))


def _day(local: Any, offset: Any, zone: str) -> Any:
    there = local_time(local - ibis.interval(minutes=1) * offset, zone)
    found = ibis.cases((offset.isnull(), local), else_=there)
    return ibis.cases((plausible(found), found.cast("date")))


def _offset(zone: Any) -> Any:
    """Minutes east of Greenwich, NULL when the text names no zone."""
    digits = zone.replace(":", "")
    hours, minutes = digits.substr(1, 2).try_cast("int64"), digits.substr(3, 2).try_cast("int64")
    size = hours * 60 + ibis.coalesce(minutes, 0)
    return ibis.cases(
        (one_of(zone, ("Z", "UTC", "GMT")), 0),
        (zone == "JST", 540),
        (zone.startswith("-") & (size <= 1080), -size),
        (zone.startswith("+") & (size <= 1080), size),
    )


def _stated(parts: Any, order: str) -> Any:
    offset = _offset(parts["zone"])
    # A written offset that no place has makes the whole time unreadable; it is not local time then.
    known = (parts["zone"] == "") | offset.notnull()
    return ibis.struct({"at": ibis.cases((known, _local(parts, order))), "offset": offset})


def _local(parts: Any, order: str) -> Any:
    """The written parts as a naive local time, NULL when the calendar or the clock has no such moment."""
    return let(_date(parts, order), lambda day: (day + " " + _clock(parts)).try_cast("timestamp"))


def _date(parts: Any, order: str) -> Any:
    dashed = parts["year"] + "-" + parts["month"] + "-" + parts["day"]
    compact = parts["compact"]
    spread = compact.substr(0, 4) + "-" + compact.substr(4, 2) + "-" + compact.substr(6, 2)
    stated = ibis.cases(
        (parts["year"] != "", dashed),
        (parts["era"] != "", _era_date(parts)),
        (compact != "", spread),
        (parts["last"] != "", _by_order(parts, order)),
    )
    return stated.try_cast("date").cast("string")


def _by_order(parts: Any, order: str) -> Any:
    first, second, year = parts["first"], parts["second"], parts["last"]
    month_first, day_first = year + "-" + first + "-" + second, year + "-" + second + "-" + first
    if order in ("mdy", "dmy"):
        return month_first if order == "mdy" else day_first
    return ibis.cases((first.cast("int64") > 12, day_first), (second.cast("int64") > 12, month_first))


def _era_date(parts: Any) -> Any:
    era = ibis.cases(*((parts["era"] == name, letter) for name, letter in ERA_NAMES.items()), else_=parts["era"])
    year = ibis.cases((parts["era_year"] == "元", "1"), else_=parts["era_year"]).cast("int64")
    found = [(era == letter, _era_day(year + add, parts, first_day)) for letter, (add, first_day) in ERAS.items()]
    return ibis.cases(*found)


def _era_day(year: Any, parts: Any, first_day: str) -> Any:
    stated = year.cast("string") + "-" + parts["era_month"] + "-" + parts["era_day"]
    return ibis.cases((stated.try_cast("date") >= ibis.date(first_day), stated))


def _clock(parts: Any) -> Any:
    """`HH:MM:SS.ffffff`; midnight when no time is written."""
    compact = parts["compact_time"]
    hour = _hour(parts)
    minute, second = _two(parts["minute"]), _two(parts["second_of"])
    packed = compact.substr(0, 2) + ":" + compact.substr(2, 2) + ":" + _two(compact.substr(4, 2))
    written = hour + ":" + minute + ":" + second + parts["fraction"]
    return ibis.cases((compact != "", packed), (parts["hour"] != "", written), else_="00:00:00")


def _two(digits: Any) -> Any:
    return digits.lpad(2, "0")


def _hour(parts: Any) -> Any:
    half = parts["half"] + parts["half_after"]
    hour = ibis.cases((parts["hour"] != "", parts["hour"]), else_="0").cast("int64")
    afternoon = one_of(half, ("午後", "PM")) & (hour < 12)
    midnight = one_of(half, ("午前", "AM")) & (hour == 12)
    turned = ibis.cases((afternoon, hour + 12), (midnight, hour - 12), else_=hour)
    return _two(turned.cast("string"))
