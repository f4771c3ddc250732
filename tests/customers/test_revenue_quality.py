"""Postings: every sale and every cost once, worked examples and plain SQL."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.postings import PostingRule
from keiki.customers.revenue_quality import cost_postings, revenue_postings

ORDER = {"customer_id": "c", "ordered_at": "2026-01-10 01:00", "amount": 1000}
INVOICE = {"customer_id": "c", "issued_on": "2026-01-31", "amount": 500}
DEAL = {"pipeline": "deal", "subject_id": "d", "customer_id": "c", "entered_at": "2026-01-20 05:00", "amount": 9000}


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def test_orders_and_invoices_are_posted_and_deals_only_where_there_is_neither(lake: SmallLake) -> None:
    orders = [
        ORDER | {"order_id": "o1", "status": "completed"},
        ORDER | {"order_id": "o2", "status": "cancelled"},
        ORDER | {"order_id": "o3"},
    ]
    invoices = [
        INVOICE | {"invoice_id": "i1", "kind": "recurring"},
        INVOICE | {"invoice_id": "i2", "kind": "deal"},
        INVOICE | {"invoice_id": "i3", "kind": "credit_note", "amount": -200},
        INVOICE | {"invoice_id": "i4"},
    ]
    stages = [DEAL | {"stage": "won"}, DEAL | {"stage": "won", "entered_at": "2026-03-20"}, DEAL | {"stage": "quote"}]

    def posted(rule: PostingRule | None = None, **facts: Any) -> list[tuple[Any, ...]]:
        return lake.rows(revenue_postings(lake.put(**facts), rule), "source", "posting_id", "amount")

    sold = [("orders", "o1", 1000), ("orders", "o3", 1000)]
    billed = [("invoices", "i1", 500), ("invoices", "i3", -200), ("invoices", "i4", 500)]
    won = [("deals", "d", 9000)]
    assert posted(orders=orders, invoices=invoices, stages=stages) == billed + sold
    assert posted(invoices=invoices, stages=stages) == billed
    assert posted(stages=stages) == won
    assert posted(PostingRule(deals="always"), orders=orders, stages=stages) == won + sold
    assert posted(PostingRule(deals="never"), stages=stages) == []
    assert (
        posted(PostingRule(orders=False, invoice_kinds=("recurring",)), orders=orders, invoices=invoices[:3])
        == billed[:1]
    )


def test_a_posting_knows_its_instant_cost_and_profit(lake: SmallLake) -> None:
    orders = [
        ORDER | {"order_id": "cost", "cost": 300},
        ORDER | {"order_id": "profit", "gross_profit": 600},
        ORDER | {"order_id": "unknown"},
    ]
    table = revenue_postings(lake.put(orders=orders, invoices=[INVOICE | {"invoice_id": "i", "gross_profit": 500}]))
    assert lake.rows(table, "posting_id", "cogs", "gross_profit") == [
        ("cost", Decimal(300), Decimal(700)),
        ("i", Decimal(0), Decimal(500)),
        ("profit", Decimal(400), Decimal(600)),
        ("unknown", None, None),
    ]
    moments = dict(lake.rows(table, "posting_id", "posted_at"))
    assert moments["i"] == datetime(2026, 1, 30, 15)
    assert moments["cost"] == datetime(2026, 1, 10, 1)


MEDIA = {"date": "2026-01-10", "platform": "meta_ads", "kind": "ad", "cost": 70, "campaign": "spring"}
SPEND = {"spent_on": "2026-01-31", "amount": 90, "category": "ad_spend"}


@pytest.mark.parametrize(
    ("booked", "posted"),
    [
        ([], 70),
        ([SPEND | {"platform": "meta_ads"}], 0),
        ([SPEND | {"platform": "google_ads"}], 70),
        ([SPEND | {"platform": "meta_ads", "spent_on": "2026-02-01"}], 70),
        ([SPEND], 0),
        ([SPEND | {"platform": "meta_ads", "category": "overhead"}], 70),
    ],
)
def test_ad_cost_is_posted_for_months_and_platforms_not_booked(lake: SmallLake, booked: list[Any], posted: int) -> None:
    media = [MEDIA, MEDIA | {"kind": "social", "cost": 5}, MEDIA | {"cost": None}]
    table = cost_postings(lake.put(media=media, costs=booked))
    of_media = table.filter(table.source == "media")
    assert lake.rows(of_media.aggregate(n=of_media.amount.sum().fill_null(0))) == [(posted,)]
    kept = ("category", "department", "platform", "campaign", "channel")
    expected = [("ad_spend", "marketing", "meta_ads", "spring", "paid")] if posted else []
    assert lake.rows(of_media, *kept) == expected
    assert lake.rows(table.aggregate(n=(table.source == "costs").sum().fill_null(0))) == [(len(booked),)]


def test_booked_spend_without_a_platform_covers_only_itself_when_told_so(lake: SmallLake) -> None:
    table = cost_postings(lake.put(media=[MEDIA], costs=[SPEND]), PostingRule(untagged_ad_spend_covers_all=False))
    assert lake.rows(table, "source", "amount") == [("costs", 90), ("media", 70)]


def test_cost_of_goods_already_on_a_sale_is_marked(lake: SmallLake) -> None:
    cogs = {"spent_on": "2026-01-31", "amount": 10, "category": "cogs"}
    facts = lake.put(
        orders=[ORDER | {"order_id": "o", "product": "beans", "cost": 4}, ORDER | {"order_id": "p", "product": "tea"}],
        order_lines=[{"order_id": "o", "product_id": "mug", "cost": 3}],
        costs=[cogs | {"product": product} for product in ("beans", "mug", "tea", None)]
        + [cogs | {"product": "beans", "category": "overhead"}],
    )
    assert lake.rows(cost_postings(facts), "category", "product", "on_sales") == [
        ("cogs", "beans", True),
        ("cogs", "mug", True),
        ("cogs", "tea", False),
        ("cogs", None, False),
        ("overhead", "beans", False),
    ]


def test_postings_agree_with_plain_sql(lake: SmallLake) -> None:
    orders = [
        ORDER | {"order_id": f"o{n}", "amount": n, "status": ["completed", "returned", None][n % 3], "cost": n / 4}
        for n in range(50)
    ]
    invoices = [
        INVOICE | {"invoice_id": f"i{n}", "amount": 2 * n, "kind": ["recurring", "deal", "one_off"][n % 3]}
        for n in range(30)
    ]
    table = revenue_postings(lake.put(orders=orders, invoices=invoices))
    assert lake.rows(table, "source", "posting_id", "posted_at", "amount", "cogs") == lake.sql(
        """select 'orders', order_id, ordered_at, amount, cost from orders where status is distinct from 'returned'
           union all
           select 'invoices', invoice_id, issued_on::timestamp - interval 9 hour, amount, amount - gross_profit
           from invoices where kind <> 'deal'"""
    )
