"""Why a cell could not be read: worked out only for cells that were not."""

from __future__ import annotations

from typing import Any

import ibis

from keiki.facts.casts import as_text
from keiki.facts.contract import Kind
from keiki.facts.dates import is_ambiguous, looks_written
from keiki.facts.functions import let, matches
from keiki.facts.numerals import is_numeral, plain
from keiki.facts.reasons import UNREADABLE


def reason(raw: Any, kind: Kind) -> Any:
    """The code of the reason why `raw` is no value of `kind`."""
    if kind in (Kind.DATE, Kind.TIMESTAMP):
        return _date_reason(raw)
    if kind in (Kind.MONEY, Kind.NUMBER, Kind.INTEGER):
        return let(plain(as_text(raw)), lambda s: _number_reason(s, kind))
    return ibis.literal(UNREADABLE[kind])


def _number_reason(s: Any, kind: Kind) -> Any:
    stated = s.try_cast("float64")
    is_number = is_numeral(s, percent=kind is Kind.NUMBER) | (stated.notnull() & ~stated.isnan())
    fraction = ibis.coalesce(matches(s, r".*\.[0-9]*[1-9][0-9]*.*"), False)
    cases = [(~ibis.coalesce(is_number, False), "not_a_number")]
    if kind is Kind.INTEGER:
        cases.append((fraction, "not_a_whole_number"))
    return ibis.cases(*cases, else_="number_out_of_range")


def _date_reason(raw: Any) -> Any:
    if raw.type().is_temporal():
        return ibis.literal("date_out_of_range")

    def of(s: Any) -> Any:
        return ibis.cases(
            (ibis.coalesce(is_ambiguous(s, "ymd"), False), "ambiguous_date"),
            (looks_written(s), "impossible_date"),
            (matches(s, r"[-+]?[0-9]{5,}[-/年][0-9]{1,2}[-/月].*"), "date_out_of_range"),
            else_="not_a_date",
        )

    return let(as_text(raw), of)
