"""Which accounts are known to which departments, asked as a notebook asks."""

from __future__ import annotations

from pathlib import Path

import keiki

AT = "2026-05-01T12:00:00+09:00"


def test_accounts_joined_counts_the_accounts_that_every_department_with_rows_knows(tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="Shop")) as business:
        assert keiki.accounts_joined(business).accounts == 0
        for number, who in enumerate("aab"):
            order = {"order_id": str(number), "customer_id": who, "ordered_at": AT, "amount": 100, "cost": 40}
            business.load([order], "orders", name=f"order {number}")
        business.load([{"occurred_at": AT, "name": "login", "customer_id": "a"}], "events")
        business.load([{"occurred_at": AT, "name": "login", "visitor_id": "v"}], "events", name="more")
        found = keiki.accounts_joined(business)
    assert (found.accounts, found.shared, found.filled) == (2, 1, ("orders", "uses"))
    orders, uses = found.sides["orders"], found.sides["uses"]
    assert (orders.rows, orders.loose, orders.accounts) == (3, 0, 2)
    assert (uses.rows, uses.loose, uses.accounts) == (2, 1, 1)
