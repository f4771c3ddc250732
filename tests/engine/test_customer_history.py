"""The history of a business's customers, from its lake to arrays, and what a notebook does with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import keiki

ORDERS = [
    {
        "order_id": f"o{c}-{day}",
        "customer_id": f"c{c:03}",
        "ordered_at": f"2026-{day}T12:00:00+09:00",
        "amount": 900 + c,
    }
    for c in range(150)
    for day in ("01-05", "02-10", "04-20", "06-15", "08-01")[: 1 + c % 5]
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path_factory.mktemp("shop"), keiki.Settings(name="Shop")) as business:
        business.load(ORDERS, "orders")
        yield business


def test_customers_come_in_order_with_their_purchases(shop: keiki.Business) -> None:
    found = keiki.customer_history(shop)
    assert len(found.customer_ids) == found.history.size == 150
    assert list(found.customer_ids) == [f"c{c:03}" for c in range(150)]
    assert (found.customer_ids[-1], list(found.customer_ids[:2])) == ("c149", ["c000", "c001"])
    at = found.customer_ids.index("c003")
    assert (found.history.frequency[at], found.history.recency[at]) == (3, 161)
    assert (found.after, found.ahead) == (None, None)


def test_held_out_days_are_counted_on_their_own(shop: keiki.Business) -> None:
    found = keiki.customer_history(shop, date(2026, 4, 30), date(2026, 8, 31), unit="week")
    assert found.ahead == pytest.approx(123 / 7)
    assert found.after is not None
    assert found.after.sum() == 30 * (1 + 2)
    assert found.history.age[0] == pytest.approx(115 / 7)


def test_notebook_chooses_a_model_and_values_customers(shop: keiki.Business) -> None:
    found = keiki.customer_history(shop, date(2026, 4, 30), date(2026, 8, 31))
    choice = keiki.choose_model(found.history, after=found.after, ahead=found.ahead)
    assert choice.hold_out is not None
    assert choice.hold_out.actual == 90
    assert choice.words("ja")
    worth = choice.model.clv(found.history, 1000.0)  # type: ignore[call-arg]
    assert worth.shape == (150,)
    assert (worth > 0).all()
