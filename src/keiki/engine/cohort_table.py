"""The cohort table of a business: one query, whatever the number of orders."""

from __future__ import annotations

from dataclasses import replace

import ibis

from keiki.customers.calendar import number_of
from keiki.customers.cohort_table import CohortTable, TableRule, cohort_cells, cohort_tables
from keiki.engine.business import Business
from keiki.journeys.people import people

COHORTS = 13
"""How many cohorts are shown."""
MOST_NAMES = 60


def cohort_table(business: Business, rule: TableRule | None = None, count: int = COHORTS) -> tuple[CohortTable, ...]:
    """Customers of a business by the period they began in: the last `count` periods up to the last day of the data.

    One table, or with `by` in the rule one per segment, the largest first; none without customers. The calendar, what
    is a sale and which pauses are none are the business's. Raises UnknownName for a word of the rule that is none.
    """
    rule = replace(
        rule or TableRule(),
        calendar=business.settings.calendar,
        as_of=business.today,
        retention=business.rules.retention,
    )
    table = cohort_cells(business.facts, rule)
    oldest = number_of(business.today, rule.calendar, rule.grain) - count + 1
    rows = business.engine.run(table.filter((table.began >= oldest) & (table.began < oldest + count))).to_pylist()
    return cohort_tables(rows, rule, business.today)


def event_names(business: Business, most: int = MOST_NAMES) -> tuple[str, ...]:
    """The names that events of people have and a cohort can begin with, the most frequent first."""
    events = people(business.facts["events"])
    events = events.filter(events.person.notnull() & events.name.notnull())
    counted = events.group_by("name").aggregate(times=events.count())
    rows = business.engine.run(counted.order_by(ibis.desc("times"), "name").limit(most)).to_pylist()
    return tuple(row["name"] for row in rows)
