"""Stripe subscriptions: one span for a trial, one for the paid time, every price taken to a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.sources import guess, open_source

NAMES = ("id", "Customer ID", "Plan", "Quantity", "Interval", "Amount", "Status", "Start (UTC)", "Ended At (UTC)",
         "Trial Start (UTC)", "Trial End (UTC)", "Current Period End (UTC)")  # fmt: skip
NEW_YEAR, TRIAL_END = "2025-01-01 00:00", "2025-01-15 00:00"
MONTHLY = ("pro", "1", "month", "10.00")
ROWS = [
    ("s1", "c1", "pro", "3", "month", "10.00", "active", "2025-01-31 20:00", "", "", "", "2025-03-31 20:00"),
    ("s2", "c2", "pro", "1", "year", "120.00", "canceled", NEW_YEAR, "2025-06-01 00:00", "", "", ""),
    ("s3", "c3", *MONTHLY, "active", NEW_YEAR, "", NEW_YEAR, TRIAL_END, ""),
    ("s4", "c4", *MONTHLY, "trialing", NEW_YEAR, "", NEW_YEAR, TRIAL_END, ""),
    ("s5", "c5", *MONTHLY, "canceled", NEW_YEAR, "2025-01-10 00:00", NEW_YEAR, TRIAL_END, ""),
    ("s6", "c6", *MONTHLY, "incomplete_expired", NEW_YEAR, "", "", "", ""),
    ("s7", "c7", "pro", "1", "week", "12.00", "active", NEW_YEAR, "", "", "", ""),
    ("s8", "c8", "pro", "1", "decade", "12.00", "active", NEW_YEAR, "", "", "", ""),
]


def test_spans(connection: Any, rows: Callable[..., Any]) -> None:
    source = open_source([dict(zip(NAMES, row, strict=True)) for row in ROWS], connection=connection)
    found = guess(source)
    assert (found.export, found.fact) == ("stripe", "subscriptions")
    (part,) = found.parts
    conformed = conform(part.table, part.mapping, Reading())
    spans = sorted(
        (r["subscription_id"], r["valid_from"], r["valid_to"], r["mrr"], r["reason"]) for r in rows(conformed.good)
    )
    first, middle = date(2025, 1, 1), date(2025, 1, 15)
    assert spans == [
        # 20:00 in Greenwich is the next day in Tokyo.
        ("s1", date(2025, 2, 1), None, Decimal(30), None),
        ("s2", first, date(2025, 6, 1), Decimal(10), None),
        ("s3", first, middle, Decimal(0), "trial"),
        ("s3", middle, None, Decimal(10), None),
        ("s4", first, middle, Decimal(0), "trial"),
        ("s5", first, date(2025, 1, 10), Decimal(0), "trial"),
        ("s7", first, None, Decimal(52), None),
    ]
    assert [(r["row_number"], r["column"], r["reason"]) for r in rows(conformed.rejected)] == [
        (8, "mrr", "required_empty")
    ]
    (yearly,) = (r for r in rows(conformed.good) if r["subscription_id"] == "s1")
    assert (yearly["seats"], yearly["billing_period"], yearly["renewal_on"]) == (3, "monthly", date(2025, 4, 1))
