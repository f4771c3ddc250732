"""Cohorts for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.cohort_table import CohortTable, TableRule
from keiki.periods import Grain
from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import cohorts as queries
from keiki.server.customers.schemas import CohortsAsk, CohortsOut
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/cohorts",
    response=CohortsOut,
    summary=gettext_noop("Cohorts: who began when and what they did at every age"),
)
def cohorts(request: HttpRequest, business: str, asked: Query[CohortsAsk]) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    start = asked.start or queries.begins_with(user, own)
    rule = TableRule(
        Grain.named(asked.grain),
        start,
        asked.counts,
        start_event=asked.event if start == "event" else None,
        event=asked.event,
        every_status=asked.every_status,
        by=asked.by,
    )
    found = queries.tables(user, own, rule, asked.last)
    return {
        "start": start,
        "counts": rule.counted,
        "value": asked.value,
        "grain": asked.grain,
        "tables": [_table(table, asked) for table in found],
    }


def _table(table: CohortTable, asked: CohortsAsk) -> dict[str, Any]:
    what, later = asked.value, asked.or_after
    return {
        "segment": table.segment,
        "cohorts": [
            {
                "period": cohort.period,
                "size": cohort.size,
                "values": [table.value(cohort, age, what, or_after=later) for age in range(len(cohort.cells))],
            }
            for cohort in table.cohorts
        ],
        "average": [table.average(age, what, or_after=later, simple=asked.simple) for age in range(table.ages)],
    }
