"""Which column names a measure may use."""

from __future__ import annotations

import pytest

from keiki.errors import UnknownName
from keiki.formula import parse_condition
from keiki.measures.check import column_of, condition_columns, fact_of


@pytest.mark.parametrize(
    ("fact", "name", "known"),
    [
        ("orders", "amount", True),
        ("orders", "icp_fit", True),
        ("orders", "customer.icp_fit", True),
        ("orders", "order.status", False),
        ("order_lines", "order.status", True),
        ("order_lines", "store", True),
        ("order_lines", "customer.segment", True),
        ("media", "customer.segment", False),
        ("media", "segment", False),
        ("customers", "customer.segment", True),
        ("workspace.cycles", "status", True),
        ("orders", "nothing", False),
    ],
)
def test_column_is_looked_up_in_the_fact_its_order_and_its_customer(fact: str, name: str, known: bool) -> None:
    assert (column_of(fact_of(fact), name) is not None) is known


def test_unknown_fact_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        fact_of("workspace.cycle")
    assert caught.value.details["near"] == "workspace.cycles"


def test_condition_columns_are_named_in_order() -> None:
    assert condition_columns(parse_condition("a = 1 or b in ('x') and c is null and d + e > 2")) == list("abcde")
