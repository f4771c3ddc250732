"""The rows behind a number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from tests.server.shop import make_shop

from keiki.engine.business import Business, open_business
from keiki.periods import Grain


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    folder = tmp_path_factory.mktemp("shop")
    make_shop(folder)
    with open_business(folder) as business:
        yield business


def test_rows_of_a_sum_add_up_to_the_number(shop: Business) -> None:
    october = shop.settings.calendar.period(Grain.MONTH, date(2026, 10, 5))
    (found,) = shop.behind("order_revenue", october)
    assert (found.source, found.count) == ("orders", 16)
    assert found.rows is not None
    assert sum(row["amount"] for row in found.rows) == 14_400
    assert set(found.columns) >= {"order_id", "customer_id", "amount", "channel"}
    assert "shipping" not in found.columns


def test_rows_are_narrowed_and_limited_newest_first(shop: Business) -> None:
    october = shop.settings.calendar.period(Grain.MONTH, date(2026, 10, 5))
    (found,) = shop.behind("order_revenue", october, where="channel = 'email'", limit=3)
    assert found.count == 8
    assert found.rows is not None
    days = [row["ordered_at"] for row in found.rows]
    assert (len(days), days) == (3, sorted(days, reverse=True))
    assert {row["channel"] for row in found.rows} == {"email"}


def test_every_measure_of_a_formula_has_its_rows(shop: Business) -> None:
    october = shop.settings.calendar.period(Grain.MONTH, date(2026, 10, 5))
    found = shop.behind("aov", october)
    assert {one.asked.measure for one in found} == {"sum_order_revenue", "n_orders"}
    assert {one.count for one in found} == {16}


def test_model_that_decides_over_all_rows_shows_none(shop: Business) -> None:
    october = shop.settings.calendar.period(Grain.MONTH, date(2026, 10, 5))
    (found,) = shop.behind("customers", october)
    assert (found.rows, found.count) == (None, 0)
