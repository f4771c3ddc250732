"""The forecast of a business's customers: the chosen model, totals that are the sum of the customers, its limits."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

import keiki
from keiki.customers.clv import gamma_gamma
from keiki.engine.customer_forecast import ForecastRule, customer_forecast
from keiki.errors import NoCustomers, OneDayOnly, OnePeriodOnly, SplitImpossible

START = date(2024, 1, 1)


def orders(customers: int = 300, seed: int = 4) -> list[dict[str, object]]:
    """Customers who buy at rates of their own and leave after a purchase with a chance of a quarter."""
    chance = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        day, rate = float(chance.integers(0, 300)), chance.gamma(1.5, 1 / 60)
        level = float(chance.gamma(8, 250))
        while day < 900:
            bought = START + timedelta(days=int(day))
            rows.append(
                {"order_id": f"{customer}-{len(rows)}", "customer_id": f"c{customer:03}", "cost": 0.0}
                | {"ordered_at": f"{bought}T12:00:00+09:00", "amount": round(level * float(chance.uniform(0.5, 1.5)))}
            )
            if chance.uniform() < 0.25:
                break
            day += 1 + chance.exponential(1 / rate)
    return [row | {"cost": float(row["amount"]) / 2} for row in rows]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path_factory.mktemp("shop"), keiki.Settings(name="Shop")) as business:
        business.load(orders(), "orders")
        yield business


def test_totals_are_the_sum_of_single_customers(shop: keiki.Business) -> None:
    found = customer_forecast(shop, ForecastRule(top=1000))
    history = keiki.customer_history(shop)
    assert found.customers == len(found.top) == len(history.customer_ids) == sum(found.alive) == 300
    single = found.model.expected_purchases(history.history, 365.25)
    assert found.purchases == pytest.approx(float(single.sum()), rel=1e-9)
    assert found.spending is not None
    worth = found.model.clv(history.history, found.spending.expected_value(history.history), margin=found.margin)
    assert found.worth == pytest.approx(float(worth.sum()), rel=1e-9)
    by_id = {each.customer_id: each for each in found.top}
    for place in (0, 17, 299):
        told = by_id[history.customer_ids[place]]
        assert told.worth == pytest.approx(float(worth[place]), rel=1e-9)
        assert told.expected == pytest.approx(float(single[place]), rel=1e-9)


def test_customers_come_with_most_worth_first(shop: keiki.Business) -> None:
    worths = [each.worth or 0 for each in customer_forecast(shop, ForecastRule(top=9)).top]
    assert worths == sorted(worths, reverse=True)
    assert len(worths) == 9


def test_money_in_steps_gives_the_model_of_the_exact_amounts(shop: keiki.Business) -> None:
    exact = gamma_gamma.fit(keiki.customer_history(shop).history)
    stepped = customer_forecast(shop).spending
    assert stepped is not None
    assert (stepped.p, stepped.q, stepped.mean) == pytest.approx((exact.p, exact.q, exact.mean), rel=2e-3)


def test_tracked_line_ends_at_the_held_out_purchases(shop: keiki.Business) -> None:
    found = customer_forecast(shop)
    tracked = found.tracked
    before = max(place for place, day in enumerate(tracked.days) if day <= tracked.split)
    held = tracked.actual[-1] - tracked.actual[before]
    assert held == pytest.approx(found.hold_out.actual, rel=0.25)
    assert list(tracked.told) == sorted(tracked.told)
    assert found.interval.low < found.purchases < found.interval.high
    assert found.margin == pytest.approx(0.5)


def test_a_forecast_is_found_again_after_a_restart(shop: keiki.Business) -> None:
    rule = ForecastRule(months=6)
    first = shop.remembered(("forecast", rule), lambda numbers: customer_forecast(numbers, rule))
    again = shop.remembered(("forecast", rule), lambda _numbers: pytest.fail("it was worked out again"))
    assert again == first
    assert again.model.estimate.standard_errors == first.model.estimate.standard_errors


def test_model_can_be_chosen_by_hand(shop: keiki.Business) -> None:
    assert customer_forecast(shop, ForecastRule(model="Pareto/NBD")).name == "Pareto/NBD"


def test_a_year_is_held_out_and_half_of_less_than_two_years(tmp_path: Path, shop: keiki.Business) -> None:
    assert customer_forecast(shop).split == shop.today - timedelta(days=365)
    with keiki.open(tmp_path / "young", keiki.Settings(name="Young")) as young:
        young.load([row for row in orders(60) if str(row["ordered_at"]) < "2025-05-05"], "orders")
        days = [date.fromisoformat(str(row["ordered_at"])[:10]) for row in orders(60)]
        first, last = min(days), young.today
        assert customer_forecast(young).split == last - timedelta(days=(last - first).days // 2)


def test_split_can_be_chosen_and_counts_what_came_after_it(shop: keiki.Business) -> None:
    day = date(2025, 6, 30)
    found = customer_forecast(shop, ForecastRule(split=day))
    rows = [(row["customer_id"], date.fromisoformat(str(row["ordered_at"])[:10])) for row in orders()]
    known = {who for who, bought in rows if bought <= day}
    after = {(who, bought) for who, bought in rows if bought > day and who in known}
    assert (found.split, found.hold_out.customers, found.hold_out.actual) == (day, len(known), len(after))
    assert found.purchases == pytest.approx(customer_forecast(shop, ForecastRule(model=found.name)).purchases)


@pytest.mark.parametrize("back", [0, -1, 2000])
def test_split_outside_of_the_data_is_refused(shop: keiki.Business, back: int) -> None:
    with pytest.raises(SplitImpossible):
        customer_forecast(shop, ForecastRule(split=shop.today - timedelta(days=back)))


def test_everybody_of_cdnow_is_forecast_by_default_within_15_and_a_fifth_better_than_naive(
    shared_data: Path, tmp_path: Path
) -> None:
    with gzip.open(shared_data / "cdnow" / "CDNOW_master.txt.gz", "rt") as lines:
        next(lines)
        rows = [
            {"order_id": str(n), "customer_id": p[0], "ordered_at": f"{p[1]}T12:00", "amount": float(p[3])}
            for n, p in enumerate(map(str.split, lines))
        ]
    with keiki.open(tmp_path / "cdnow", keiki.Settings(name="CDNOW", currency="USD")) as business:
        business.load(rows, "orders")
        found = customer_forecast(business)
    assert (found.split, found.hold_out.customers, found.hold_out.actual) == (date(1997, 10, 1), 23570, 19604)
    assert found.hold_out.off == pytest.approx(0, abs=0.15)
    assert found.hold_out.better_by is not None
    assert found.hold_out.better_by >= 0.2


def test_nobody_to_learn_from_is_an_error(tmp_path: Path) -> None:
    one = [{"order_id": f"{n}", "customer_id": f"{n}", "ordered_at": "2026-10-01", "amount": 100} for n in range(9)]
    with keiki.open(tmp_path / "one", keiki.Settings(name="One day")) as business:
        business.load(one, "orders")
        with pytest.raises(OneDayOnly, match="All purchases are of one day, 2026-10-01, and the data ends with it"):
            keiki.customer_forecast(business)
        with pytest.raises(OnePeriodOnly, match="no two whole periods"):
            keiki.occasion_forecast(business)
    with keiki.open(tmp_path / "empty", keiki.Settings(name="Empty")) as business, pytest.raises(NoCustomers):
        customer_forecast(business)
