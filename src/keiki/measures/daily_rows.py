"""How many rows of a fact there are on each day."""

from __future__ import annotations

import ibis.expr.types as ir

from keiki.facts import fact
from keiki.journeys.local_time import local_time


def rows_per_day(table: ir.Table, name: str, zone: str) -> ir.Table:
    """Rows of the fact `name` by the calendar day of the business: `day`, `rows`. Days without any have no row here."""
    time = table[fact(name).time]
    day = local_time(time, zone).date() if time.type().is_timestamp() else time
    rows = table.select(day=day).filter(lambda each: each.day.notnull())
    return rows.group_by("day").aggregate(rows=rows.count())
