"""A KPI's change by a dimension, from rows that can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

import keiki
from keiki.errors import KeikiError, NotARatio

ORDERS = """order_id,customer_id,ordered_at,amount,channel
A1,C1,2026-09-05,1000,email
A2,C2,2026-09-20,3000,paid
A3,C1,2026-10-02,1500,email
A4,C2,2026-10-10,2500,paid
A5,C3,2026-10-31,2000,email
"""
SEPTEMBER = keiki.Period(date(2026, 9, 1), date(2026, 10, 1))
OCTOBER = keiki.Period(date(2026, 10, 1), date(2026, 11, 1))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    folder = tmp_path_factory.mktemp("segments")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    with keiki.open(folder / "data", create=True) as own:
        own.load(folder / "orders.csv")
        yield own


def test_ratio_is_split_by_channel(shop: keiki.Business) -> None:
    told = shop.explain_by("aov", "channel", SEPTEMBER, OCTOBER)
    assert (told.before, told.after, told.change) == (2000, 2000, 0)
    parts = {p.segment: p for p in told.parts}
    assert (parts["email",].before, parts["email",].after) == (1000, 1750)
    assert told.rate == pytest.approx((1 / 2 + 2 / 3) / 2 * 750 + (1 / 2 + 1 / 3) / 2 * -500)
    assert (told.rate or 0) + (told.mix or 0) + (told.rest or 0) == pytest.approx(0, abs=1e-9)


def test_amount_names_the_segments_that_moved_it(shop: keiki.Business) -> None:
    told = shop.explain_by("order_revenue", "channel", SEPTEMBER, OCTOBER)
    assert [(p.segment, p.part) for p in told.parts] == [(("email",), 2500), (("paid",), -500)]
    assert (told.change, told.rest) == (2000, 0)


def test_filter_narrows_the_rows(shop: keiki.Business) -> None:
    told = shop.explain_by("order_revenue", "channel", SEPTEMBER, OCTOBER, where="amount < 3000")
    assert told.change == 5000


def test_product_of_sums_is_refused(shop: keiki.Business) -> None:
    with pytest.raises(NotARatio):
        shop.explain_by("order_revenue * purchases", "channel", SEPTEMBER, OCTOBER)


def test_unknown_dimension_is_refused(shop: keiki.Business) -> None:
    with pytest.raises(KeikiError):
        shop.explain_by("aov", "chanel", SEPTEMBER, OCTOBER)
