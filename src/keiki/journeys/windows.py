"""Lengths of time in words such as 60d, 6m or 1y, as they stand in a formula."""

from __future__ import annotations

import re

import ibis
import ibis.expr.types as ir

from keiki.errors import UnreadableWindow

UNITS = {"h": "hours", "d": "days", "w": "weeks", "m": "months", "y": "years"}


def window(text: str) -> ir.IntervalScalar:
    """The length of `60d`, `8w`, `6m` or `1y` as an interval to add to a moment; months keep the day or end the month.

    Raises UnreadableWindow.
    """
    found = re.fullmatch(r"(\d{1,5})([hdwmy])", text.strip())
    if found is None:
        raise UnreadableWindow(text=text)
    return ibis.interval(**{UNITS[found[2]]: int(found[1])})
