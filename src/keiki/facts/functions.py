"""DuckDB functions that Ibis has no name for: imports always run on DuckDB, so they may be used here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ibis
import ibis.expr.datatypes as dt

NAIVE = dt.Timestamp(timezone=None)
INSTANT = dt.Timestamp(timezone="UTC")
TEXTS = dt.Array(dt.string)


def _one(first):  # type: ignore[no-untyped-def]  # Ibis reads only the parameter names
    """DuckDB has the body."""


def _two(first, second):  # type: ignore[no-untyped-def]  # Ibis reads only the parameter names
    """DuckDB has the body."""


def _three(first, second, third):  # type: ignore[no-untyped-def]  # Ibis reads only the parameter names
    """DuckDB has the body."""


def _four(first, second, third, fourth):  # type: ignore[no-untyped-def]  # Ibis reads only the parameter names
    """DuckDB has the body."""


ARITIES: dict[int, Callable[..., None]] = {1: _one, 2: _two, 3: _three, 4: _four}


def duckdb_function(name: str, takes: tuple[dt.DataType, ...], gives: dt.DataType) -> Callable[..., Any]:
    """A function of DuckDB by its name and types, callable on Ibis values."""
    declared: Callable[..., Any] = ibis.udf.scalar.builtin(ARITIES[len(takes)], name=name, signature=(takes, gives))
    return declared


matches = duckdb_function("regexp_full_match", (dt.string, dt.string), dt.boolean)
"""Whether the whole text follows the RE2 pattern."""

has = duckdb_function("regexp_matches", (dt.string, dt.string), dt.boolean)
"""Whether some part of the text follows the RE2 pattern."""

replace_all = duckdb_function("regexp_replace", (dt.string, dt.string, dt.string, dt.string), dt.string)
"""The text with what follows the pattern replaced; the last argument `g` means everywhere."""

translate = duckdb_function("translate", (dt.string, dt.string, dt.string), dt.string)
"""The text with each character of the second argument replaced by the one at its place in the third."""

trim = duckdb_function("trim", (dt.string, dt.string), dt.string)
"""The text without the characters of the second argument at its ends."""

sha256 = duckdb_function("sha256", (dt.string,), dt.string)
"""The SHA-256 of the text in hexadecimal digits."""

nfc = duckdb_function("nfc_normalize", (dt.string,), dt.string)
"""The text in Unicode's composed form, so that が is one character and not か plus a mark."""

local_to_instant = duckdb_function("timezone", (dt.string, NAIVE), INSTANT)
"""The instant at which clocks of the zone show the local time."""

instant_to_local = duckdb_function("timezone", (dt.string, INSTANT), NAIVE)
"""What clocks of the zone show at the instant."""

epoch_us = duckdb_function("epoch_us", (INSTANT,), dt.int64)
"""Microseconds since 1970-01-01 UTC."""

wall_us = duckdb_function("epoch_us", (NAIVE,), dt.int64)
"""Microseconds since 1970-01-01 on the clock that the naive time was read from."""

from_us = duckdb_function("make_timestamp", (dt.int64,), NAIVE)
"""The naive timestamp that many microseconds after 1970-01-01."""

read_as = duckdb_function("try_strptime", (dt.string, TEXTS), NAIVE)
"""The text read by the first of the strptime formats that fits, NULL when none does."""


def groups(text: Any, pattern: str, names: tuple[str, ...]) -> Any:
    """The groups of the first match of an RE2 pattern as a struct of text; all are '' where nothing matches."""
    gives = dt.Struct(dict.fromkeys(names, dt.string))
    extract = duckdb_function("regexp_extract", (dt.string, dt.string, TEXTS), gives)
    return extract(text, pattern, ibis.array([ibis.literal(name) for name in names]))


def one_of(value: Any, words: Iterable[str]) -> Any:
    """Whether the value is one of the words, NULL for NULL.

    DuckDB turns `IN` with several constants into a join over all rows, even inside a CASE that few rows reach.
    """
    return ibis.array([ibis.literal(word) for word in words]).contains(value)


def let(value: Any, body: Callable[[Any], Any]) -> Any:
    """`body` of a value that is worked out once, however often the body names it."""
    return ibis.array([value]).map(body)[0]
