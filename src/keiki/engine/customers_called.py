"""The customers of a business by letters of their id or name."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.customers.named import NAMED_IN, customers_called
from keiki.engine.business import Business


@dataclass(frozen=True)
class Called:
    """A customer by id; `name` None where the data has none."""

    customer_id: str
    name: str | None


def find_customers(business: Business, letters: str, limit: int = 8) -> tuple[Called, ...]:
    """The customers whose id or name holds the letters, the nearest first.

    They are looked for among customers and contracts; where a business has no register of customers, among its orders.
    """
    if not letters.strip():
        return ()
    has_register = business.measurer.coverage("customers").first is not None
    named_in = NAMED_IN if has_register else (*NAMED_IN, "orders")
    table = customers_called(business.facts, letters.strip(), named_in)
    rows = business.engine.run(table.order_by("near", "customer_id").limit(limit)).to_pylist()
    return tuple(Called(row["customer_id"], row["name"]) for row in rows)
