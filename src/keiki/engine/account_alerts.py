"""What is to be told about the accounts of a business: alerts of the day, and the scores of whole weeks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, Final

import ibis

from keiki.customers.account_alerts import AlertRule, account_alerts
from keiki.customers.account_book import BookRule
from keiki.customers.health import health
from keiki.customers.support import SupportRule
from keiki.engine.business import Business
from keiki.engine.customer_success import HISTORY_WEEKS, Outlook, book_of, end_of, spans_of, whole_weeks
from keiki.periods import Period

Row = Mapping[str, Any]
BATCH: Final = 5_000
MOST: Final = 500
"""Alerts of one kind in one answer, the newest and largest first."""


def alert_rule(business: Business, book: BookRule) -> AlertRule:
    """When an account raises an alert, in the zone of the business; falls as the lists of accounts have them."""
    zone, gap_days = business.settings.calendar.zone, business.rules.movements.gap_days
    return AlertRule(
        support=SupportRule(zone=zone),
        drop=book.health.drop,
        use_days=book.health.usage_days,
        fall=book.fall,
        fall_weeks=book.fall_weeks,
        zone=zone,
        gap_days=gap_days,
    )


def alerts_of(business: Business, outlook: Outlook, today: date, limit: int = MOST) -> tuple[Row, ...]:
    """The alerts that are open, or were in the last days and are over, as of the last day of the data.

    Renewals are told as of `today`. Of every kind the newest, and among those of a day the largest, come first.
    """
    day, rule = business.today, alert_rule(business, outlook.rule)
    table = account_alerts(business.facts, book_of(business, outlook), day, end_of(business, day), today, rule)
    order = [table.on_day.desc(), ibis.coalesce(table.amount, 0).desc(), table.customer_id, table.subject]
    window = ibis.window(group_by=table.kind, order_by=order)
    first = table.mutate(nth=ibis.row_number().over(window)).filter(ibis._.nth < limit)
    return tuple(business.engine.run(first.order_by("kind", "nth").drop("nth")).to_pylist())


def weekly_scores(business: Business, after: date | None = None) -> Iterator[tuple[date, Iterator[Row]]]:
    """The last day of every whole week later than `after` with its scores: customer_id, score, health_band.

    At most the last twelve weeks; rows come one batch after the other, so that many accounts fit in little memory.
    """
    for week in whole_weeks(business, HISTORY_WEEKS):
        last = week.end - timedelta(days=1)
        if after is None or last > after:
            yield last, _scores(business, week)


def _scores(business: Business, week: Period) -> Iterator[Row]:
    scored = health(business.facts, spans_of((week,)), business.rules.health)
    scored = scored.filter(scored.score.notnull()).select("customer_id", "score", "health_band")
    for batch in business.engine.run(scored.order_by("customer_id")).to_batches(BATCH):
        yield from batch.to_pylist()
