"""Which accounts of a business are known to which departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from keiki.customers.joined import SIDES, overlap
from keiki.engine.business import Business


@dataclass(frozen=True)
class Side:
    """One department's rows: all of them, those without an account, and the accounts it knows."""

    rows: int
    loose: int
    accounts: int


@dataclass(frozen=True)
class Joined:
    """`sides` in the order of `SIDES`; `accounts` any department knows, `shared` those every department with rows
    knows.
    """

    sides: Mapping[str, Side]
    accounts: int
    shared: int

    @property
    def filled(self) -> tuple[str, ...]:
        """The departments that have brought rows."""
        return tuple(name for name, side in self.sides.items() if side.rows)


def accounts_joined(business: Business) -> Joined:
    """Leads, orders, contracts, use and tickets joined by account id, in one query."""
    rows = business.engine.run(overlap(business.facts)).to_pylist()
    sides = {
        name: Side(
            rows=sum(row[name] for row in rows),
            loose=sum(row[name] for row in rows if not row["named"]),
            accounts=sum(row["accounts"] for row in rows if row[f"with_{name}"]),
        )
        for name in SIDES
    }
    filled = [f"with_{name}" for name, side in sides.items() if side.rows]
    shared = sum(row["accounts"] for row in rows if filled and all(row[name] for name in filled))
    return Joined(sides, sum(row["accounts"] for row in rows), shared)
