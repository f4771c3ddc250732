"""What was planted is found again by plain arithmetic on the data."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from keiki.demo import make_demo, planted
from keiki.demo.truths import BAD_CHANNEL, PARTNER_COST, Truth

UNTIL = date(2026, 10, 20)
TRUTHS = {truth.id: truth for truth in planted(UNTIL)}


@pytest.fixture(scope="module")
def demo() -> dict[str, dict[str, Any]]:
    return make_demo(until=UNTIL)


def inside(day: Any, truth: Truth) -> Any:
    return (day >= np.datetime64(truth.start)) & (day < np.datetime64(truth.end))


def test_planted_names_its_truths_inside_the_two_years() -> None:
    assert list(TRUTHS) == ["bad_channel", "price_change", "weak_phones", "quiet_offices", "stronger_boxes"]
    assert all(date(2024, 10, 1) <= t.start < t.end <= UNTIL for t in TRUTHS.values())


def test_customers_of_the_bad_channel_rarely_come_back(demo: dict[str, dict[str, Any]]) -> None:
    customers, orders = demo["customers"], demo["orders"]
    known, times = np.unique(orders["customer_id"].astype(str), return_counts=True)
    bought = dict(zip(known.tolist(), times.tolist(), strict=True))
    again = np.array([bought.get(customer, 0) > 1 for customer in customers["customer_id"].tolist()])
    bad = customers["acquisition_channel"] == BAD_CHANNEL
    when = inside(customers["acquired_on"], TRUTHS["bad_channel"])
    assert not (bad & ~when).any()
    change = again[bad].mean() / again[when & ~bad].mean() - 1
    assert change == pytest.approx(TRUTHS["bad_channel"].change, abs=0.05)


def test_the_bad_channel_never_earns_back_its_cost(demo: dict[str, dict[str, Any]]) -> None:
    customers = demo["customers"]
    channel = dict(zip(customers["customer_id"].tolist(), customers["acquisition_channel"].tolist(), strict=True))
    profit = dict.fromkeys(set(channel.values()), 0)
    for name in ("orders", "invoices"):
        for customer, amount in zip(
            demo[name]["customer_id"].tolist(), demo[name]["gross_profit"].tolist(), strict=True
        ):
            profit[channel[customer]] += amount
    acquired = {name: (customers["acquisition_channel"] == name).sum() for name in profit}
    per_customer = {name: profit[name] / acquired[name] for name in profit}
    assert per_customer[BAD_CHANNEL] < PARTNER_COST
    assert min(value for name, value in per_customer.items() if name != BAD_CHANNEL) > PARTNER_COST
    paid = demo["costs"]["amount"][demo["costs"]["campaign"] == "point_site"].sum()
    assert paid == PARTNER_COST * acquired[BAD_CHANNEL]


def rates(demo: dict[str, dict[str, Any]], device: str) -> Any:
    """Orders per visit, month by month."""
    events, orders = demo["events"], demo["orders"]
    _, first = np.unique(events["session_id"].astype(str), return_index=True)
    month = np.datetime64("2024-10")

    def counts(moments: Any) -> Any:
        return np.bincount((moments.astype("datetime64[M]") - month).astype(int), minlength=25)

    visits = counts(events["occurred_at"][first][events["device"][first] == device])
    return counts(orders["ordered_at"][orders["device"] == device]) / visits


@pytest.mark.parametrize(
    ("device", "expected", "noise"), [("smartphone", TRUTHS["weak_phones"].change, 0.1), ("pc", 0.0, 0.2)]
)
def test_one_month_is_weak_on_phones_only(
    demo: dict[str, dict[str, Any]], device: str, expected: float, noise: float
) -> None:
    rate = rates(demo, device)
    weak = (TRUTHS["weak_phones"].start.year - 2024) * 12 + TRUTHS["weak_phones"].start.month - 10
    around = (rate[weak - 2] + rate[weak - 1] + rate[weak + 1] + rate[weak + 2]) / 4
    assert rate[weak] / around - 1 == pytest.approx(expected, abs=noise)


def test_prices_rise_on_one_day_and_orders_with_them(demo: dict[str, dict[str, Any]]) -> None:
    orders, lines, truth = demo["orders"], demo["order_lines"], TRUTHS["price_change"]
    day = dict(zip(orders["order_id"].tolist(), orders["ordered_at"].astype("datetime64[D]"), strict=True))
    off = dict(zip(orders["order_id"].tolist(), orders["discount"].tolist(), strict=True))
    plain = np.array([off[order] == 0 for order in lines["order_id"].tolist()])
    bean = plain & (lines["product_id"] == "minato_blend")
    later = np.array([day[order] >= np.datetime64(truth.start) for order in lines["order_id"].tolist()])
    price = lines["amount"] / lines["quantity"]
    assert set(price[bean & ~later]) == {1280}
    assert set(price[bean & later]) == {1410}
    full = (orders["discount"] == 0) & (orders["status"] == "completed")
    since = inside(orders["ordered_at"].astype("datetime64[D]"), truth)
    aov = orders["amount"][full & since].mean() / orders["amount"][full & ~since].mean() - 1
    assert aov == pytest.approx(truth.change, abs=0.03)


def test_offices_that_leave_used_the_app_less_before(demo: dict[str, dict[str, Any]]) -> None:
    spans, events, truth = demo["subscriptions"], demo["events"], TRUTHS["quiet_offices"]
    rows = (spans["plan"] == "office") & ~np.isnat(spans["valid_to"])
    rows &= (spans["valid_to"] - spans["valid_from"]).astype(int) >= 140
    left = dict(zip(spans["customer_id"][rows].tolist(), spans["valid_to"][rows].astype("M8[D]"), strict=True))
    used = events["name"] == "login"
    before = after = 0
    for customer, moment in zip(events["customer_id"][used].tolist(), events["occurred_at"][used], strict=True):
        if customer in left:
            weeks = (left[customer] - moment.astype("M8[D]")).astype(int) / 7
            before += 10 < weeks <= 18
            after += 0 < weeks <= 8
    assert after / before - 1 == pytest.approx(truth.change * 0.8, abs=0.12)


def test_nobody_complains_of_crushed_boxes_since_they_are_stronger(demo: dict[str, dict[str, Any]]) -> None:
    tickets, truth = demo["tickets"], TRUTHS["stronger_boxes"]
    crushed = tickets["root_cause"] == "crushed_box"
    since = tickets["opened_at"] >= np.datetime64(truth.start)
    assert (crushed & since).sum() == 0
    assert (crushed & ~since).sum() > 10
    assert (tickets["root_cause"] == "wrong_roast")[since].any()
