"""Where a measure's column is found: in its own rows, derived, in the order, or in the customer."""

from __future__ import annotations

from collections.abc import Iterable

import ibis.expr.types as ir

from keiki.errors import UnknownName
from keiki.measures.derive import DERIVED
from keiki.measures.models import Facts
from keiki.measures.rules import Rules


def reach(
    facts: Facts, source: str, table: ir.Table, wanted: Iterable[str], rules: Rules
) -> tuple[ir.Table, dict[str, str]]:
    """The rows with every wanted column reachable, and the name each one has there.

    A column is the row's own or derived; in `order_lines` then the order's (`order.status`); else the customer's
    through `customer_id` (`customer.icp_fit`, or just `segment`). Not found raises UnknownName, never an empty result.
    """
    names: dict[str, str] = {}
    of_order: list[str] = []
    of_customer: list[str] = []
    for name in sorted(set(wanted)):
        home, column = _home(facts, source, table, name)
        if home == "own":
            table = _derived(facts, source, table, column, rules)
            names[name] = column
        else:
            (of_order if home == "orders" else of_customer).append(column)
            names[name] = f"{home}__{column}"
    if of_order:
        table = _joined(facts, table, "orders", "order_id", of_order, rules)
    if of_customer:
        table = _joined(facts, table, "customers", "customer_id", of_customer, rules)
    return table, names


def _home(facts: Facts, source: str, table: ir.Table, name: str) -> tuple[str, str]:
    prefix, _, column = name.rpartition(".")
    if not prefix and _has(facts, source, table, column):
        return "own", column
    if prefix in ("", "order") and source == "order_lines" and _has(facts, "orders", facts["orders"], column):
        return "orders", column
    if prefix in ("", "customer") and _links_customer(source, table) and _in_customers(facts, column):
        return "customers", column
    raise UnknownName(kind="dimension", name=name, known=_known(facts, source, table))


def _links_customer(source: str, table: ir.Table) -> bool:
    return source == "order_lines" or "customer_id" in table.columns


def _in_customers(facts: Facts, column: str) -> bool:
    return _has(facts, "customers", facts["customers"], column)


def _has(facts: Facts, source: str, table: ir.Table, column: str) -> bool:
    return column in table.columns or (source, column) in DERIVED


def _known(facts: Facts, source: str, table: ir.Table) -> list[str]:
    derived = [column for fact, column in DERIVED if fact == source]
    return [*table.columns, *derived, *(f"customer.{column}" for column in facts["customers"].columns)]


def _derived(facts: Facts, source: str, table: ir.Table, column: str, rules: Rules) -> ir.Table:
    return table if column in table.columns else DERIVED[(source, column)](facts, table, rules)


def _joined(facts: Facts, table: ir.Table, fact: str, key: str, columns: list[str], rules: Rules) -> ir.Table:
    """A left join to one row per key: it can never multiply rows."""
    if key not in table.columns:
        table = _joined(facts, table, "orders", "order_id", [key], rules).rename({key: f"orders__{key}"})
    other = facts[fact]
    for column in columns:
        other = _derived(facts, fact, other, column, rules)
    other = other.select(**{f"{fact}__key": other[key]}, **{f"{fact}__{c}": other[c] for c in columns})
    return table.left_join(other, table[key] == other[f"{fact}__key"]).drop(f"{fact}__key")
