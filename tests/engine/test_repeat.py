"""How the customers of a business buy again, asked as a notebook asks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import keiki
from keiki.errors import DateOutOfRange, UnreadableWindow
from keiki.periods import Calendar, Grain, Period

FIRSTS = [("a", 30), ("b", 75), ("c", 120), ("d", None)]
"""Customers who bought on 1 January 2026 and, so many days later, again."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    first = date(2026, 1, 1)
    days = [(who, first) for who, _ in FIRSTS]
    days += [(who, date.fromordinal(first.toordinal() + later)) for who, later in FIRSTS if later is not None]
    orders = [
        {
            "order_id": f"{who}{day}",
            "customer_id": who,
            "ordered_at": f"{day}T12:00:00+09:00",
            "amount": 100,
            "cost": 40,
        }
        for who, day in [*days, ("late", date(2026, 10, 31))]
    ]
    with keiki.open(tmp_path_factory.mktemp("shop"), keiki.Settings(name="Shop")) as business:
        business.load(orders, "orders")
        yield business


@pytest.mark.feature("F-250")
def test_windows_of_60_90_and_180_days_give_three_repeat_rates_each_with_its_window(shop: keiki.Business) -> None:
    january = Calendar().period(Grain.MONTH, date(2026, 1, 1))
    found = keiki.repeat(shop, january, ("60d", "90d", "180d"))
    rates = {(r.definition, r.window): (r.share, r.base) for r in found.rates}
    assert rates["repeat_purchase_rate", "60d"] == (0.25, 4)
    assert rates["repeat_purchase_rate", "90d"] == (0.5, 4)
    assert rates["repeat_purchase_rate", "180d"] == (0.75, 4)
    assert rates["f2_conversion_rate", "60d"] == (0.25, 4)


def test_four_definitions_answer_the_same_year(shop: keiki.Business) -> None:
    found = keiki.repeat(shop, Period(date(2026, 1, 1), date(2026, 11, 1)))
    rates = {r.definition: r.share for r in found.rates if r.window in (None, "60d")}
    assert rates == {
        "repeat_purchase_rate": 0.25,
        "f2_conversion_rate": 0.25,
        "repeat_buyer_share": pytest.approx(3 / 5),
        "repeat_revenue_ratio": pytest.approx(3 / 8),
    }
    assert (found.interval.count, found.interval.mean, found.interval.median) == (3, 75, 75)
    assert [(row.order_no, row.orders, row.profit) for row in found.by_order] == [(1, 5, 300), (2, 3, 180)]
    assert (found.statuses.active, found.dormancy_days) == (5, 365)


def test_without_a_period_a_rate_speaks_of_the_last_year_whose_customers_have_all_been_watched(
    shop: keiki.Business,
) -> None:
    """The data ends within 31 October 2026: a year is over for who came before 31 October 2025, so for no later month
    than September, six months for who came by March, 180 days for who came by April.
    """
    found = keiki.repeat(shop, windows=("60d", "180d", "365d", "6m"))
    rates = {r.window: (r.period, r.share, r.base) for r in found.rates if r.definition == "repeat_purchase_rate"}
    assert rates["60d"] == (Period(date(2025, 9, 1), date(2026, 9, 1)), 0.25, 4)
    assert rates["180d"] == (Period(date(2025, 5, 1), date(2026, 5, 1)), 0.75, 4)
    assert rates["6m"] == (Period(date(2025, 4, 1), date(2026, 4, 1)), 0.75, 4)
    assert rates["365d"] == (Period(date(2024, 10, 1), date(2025, 10, 1)), None, None)
    assert {r.period for r in found.rates if r.window is None} == {found.period}


def test_business_without_new_customers_for_years_has_the_rates_of_the_last_who_came(tmp_path: Path) -> None:
    """New customers from February 2023 to 20 March 2024 alone, and one old customer who buys until November 2026."""
    days = [("old", "2023-02-03"), ("b", "2023-03-31"), ("c", "2023-04-01"), ("d", "2024-03-20"), ("d", "2025-03-01")]
    days += [("c", "2024-05-01"), ("old", "2026-11-08")]
    orders = [
        {"order_id": f"{n}", "customer_id": who, "ordered_at": f"{day}T12:00:00+09:00", "amount": 100}
        for n, (who, day) in enumerate(days)
    ]
    with keiki.open(tmp_path, keiki.Settings(name="Old shop")) as business:
        business.load(orders, "orders")
        found = keiki.repeat(business, windows=("90d", "365d"))
    rates = {(r.definition, r.window): (r.period, r.share, r.base) for r in found.rates}
    last = Period(date(2023, 4, 1), date(2024, 4, 1))
    assert rates["repeat_purchase_rate", "365d"] == (last, 0.5, 2)  # c after 396 days, d after 346
    assert rates["repeat_purchase_rate", "90d"] == (last, 0, 2)
    assert rates["f2_conversion_rate", "60d"] == (last, 0, 2)


def test_young_business_has_the_rate_of_the_days_that_have_been_watched(tmp_path: Path) -> None:
    """First buyers of 1 to 8 October 2026 have all been watched for 30 days on 8 November; no whole month has."""
    days = {"a": (1, 20), "b": (8, None), "c": (9, 14)}
    orders = [
        {"order_id": f"{who}{day}", "customer_id": who, "ordered_at": f"2026-10-{day:02}T12:00:00+09:00", "amount": 100}
        for who, both in days.items()
        for day in both
        if day is not None
    ]
    last = {"order_id": "z", "customer_id": "z", "ordered_at": "2026-11-08T12:00:00+09:00", "amount": 100}
    with keiki.open(tmp_path / "young", keiki.Settings(name="Young")) as young:
        young.load([*orders, last], "orders")
        (rate, *_) = keiki.repeat(young, windows=("30d",)).rates
        (long, *_) = keiki.repeat(young, windows=("90d",)).rates
    assert (rate.period, rate.share, rate.base) == (Period(date(2026, 10, 1), date(2026, 10, 9)), 0.5, 2)
    assert (long.share, long.base) == (None, None)


def test_in_a_period_that_is_asked_for_who_is_not_watched_long_enough_is_in_no_rate(shop: keiki.Business) -> None:
    year = Period(date(2025, 11, 1), date(2026, 11, 1))
    (long, *_) = keiki.repeat(shop, year, ("365d",)).rates
    (short, *_) = keiki.repeat(shop, year, ("60d",)).rates
    assert (long.period, long.share, long.base) == (year, None, 0)
    assert (short.share, short.base) == (0.25, 4)


@pytest.mark.parametrize("window", ["soon", "60", "99999y", "-5d"])
def test_window_that_is_none_is_refused(shop: keiki.Business, window: str) -> None:
    with pytest.raises((UnreadableWindow, DateOutOfRange)):
        keiki.repeat(shop, windows=(window,))


def test_loyal_share_is_not_told_before_a_year_is_over(shop: keiki.Business) -> None:
    (early,) = keiki.loyal_migration(shop, [Calendar().period(Grain.MONTH, date(2026, 1, 1))])
    assert (early.customers, early.loyal, early.share) == (4, None, None)
    (soon,) = keiki.loyal_migration(shop, [Calendar().period(Grain.MONTH, date(2026, 1, 1))], months=3)
    assert soon.loyal is not None


def test_business_without_returns_has_no_reasons(shop: keiki.Business) -> None:
    months = [Calendar().period(Grain.MONTH, date(2026, month, 1)) for month in (1, 2)]
    assert keiki.return_reason_change(shop, *months) == ()
