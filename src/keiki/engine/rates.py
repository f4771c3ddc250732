"""The dated exchange rates of a business: the file `rates.csv` in its folder, written whole or not at all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from keiki.engine.whole_files import write_whole
from keiki.errors import RateImpossible, RatesUnreadable
from keiki.measures.exchange import FOREVER, Rate

FILE: Final = "rates.csv"
HEAD: Final = ("currency", "into", "since", "rate")
CODE: Final = re.compile("[A-Z]{3}")
MOST: Final = Decimal(10) ** 9
DIGITS: Final = 8
"""Decimal places of a rate."""


def read_rates(folder: Path) -> tuple[Rate, ...]:
    """The rates of a business folder, none where there is no file. Raises `RatesUnreadable` for a damaged one."""
    path = folder / FILE
    if not path.exists():
        return ()
    try:
        return rates_in(path.read_text(encoding="utf-8-sig"), "")
    except (OSError, UnicodeDecodeError) as error:
        raise RatesUnreadable(place=path.name, detail=str(error)) from error


def save_rates(folder: Path, rates: Iterable[Rate]) -> None:
    """Write the file anew; of two rates of one currency and day the later one in the list holds."""
    kept = {(one.currency, one.into, one.since): one for one in rates}
    lines = [(one.currency, one.into, one.since.isoformat(), f"{one.rate:f}") for _key, one in sorted(kept.items())]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([HEAD, *lines])
    write_whole(folder / FILE, out.getvalue())


def rates_in(text: str, into: str) -> tuple[Rate, ...]:
    """The rates of a CSV with the columns currency, since, rate and perhaps into (else the currency given).

    Raises `RatesUnreadable` with the line that cannot be read; nothing of the file is taken then.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""))
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    missing = [name for name in HEAD if name not in names and not (name == "into" and into)]
    if missing:
        raise RatesUnreadable(place="1", detail=", ".join(missing))
    return tuple(_rows(reader, names, into))


def _rows(reader: csv.DictReader[str], names: dict[str, str], into: str) -> Iterator[Rate]:
    for row in reader:
        told = {name: (row.get(names[name]) or "").strip() if name in names else "" for name in HEAD}
        if any(told.values()):
            try:
                yield rate_of(told["currency"], told["into"] or into, told["since"], told["rate"])
            except RateImpossible as error:
                raise RatesUnreadable(place=str(reader.line_num), detail=error.details["value"]) from error


def rate_of(currency: str, into: str, since: str | date, rate: str | Decimal) -> Rate:
    """One rate as typed: ISO codes of two different currencies, a day, more than 0 with at most eight decimal places.

    >>> rate_of("usd", "JPY", "2026-01-01", "150.25")
    Rate(currency='USD', into='JPY', since=datetime.date(2026, 1, 1), rate=Decimal('150.25'))
    """
    code, own = currency.strip().upper(), into.strip().upper()
    for each in (code, own):
        if not CODE.fullmatch(each):
            raise RateImpossible(value=each or "—")
    if code == own:
        raise RateImpossible(value=f"{code} = {own}")
    try:
        day = since if isinstance(since, date) else date.fromisoformat(since.strip())
        worth = Decimal(str(rate).strip().replace(",", ""))
    except (ValueError, InvalidOperation) as error:
        raise RateImpossible(value=f"{since} {rate}") from error
    if not worth.is_finite() or not 0 < worth < MOST or worth != round(worth, DIGITS) or day >= FOREVER:
        raise RateImpossible(value=str(rate))
    return Rate(code, own, day, worth)
