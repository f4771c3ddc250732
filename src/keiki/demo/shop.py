"""What people bought in the online shop: orders and their lines."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keiki.demo.days import Array, Columns, Days, at_hours, drawn, numbered, season, words
from keiki.demo.people import DEVICES, People, campaigns, on_weak_phones
from keiki.demo.truths import BAD_CHANNEL, ORDERS_LOST_TO_PRICE, Truth

PRODUCTS = (
    ("minato_blend", "beans", "standard", 1280, 0.42, None),
    ("harbor_dark", "beans", "standard", 1380, 0.42, None),
    ("morning_light", "beans", "standard", 1380, 0.43, None),
    ("decaf", "beans", "standard", 1480, 0.44, None),
    ("ethiopia", "beans", "premium", 1980, 0.46, None),
    ("geisha", "beans", "premium", 3480, 0.5, None),
    ("drip_bag_10", "drip_bag", "standard", 1580, 0.4, None),
    ("drip_bag_30", "drip_bag", "set", 3980, 0.42, None),
    ("iced_liquid", "liquid", "limited", 1680, 0.45, "summer"),
    ("winter_blend", "beans", "limited", 1580, 0.43, "winter"),
    ("gift_box", "gift", "set", 4200, 0.47, None),
    ("mug", "goods", "standard", 2200, 0.5, None),
)
APPEAL = np.array([18, 12, 9, 6, 8, 3, 14, 7, 6, 6, 7, 4], dtype=float)
SOURCES = {"direct": 0.55, "related_products": 0.22, "cart_addon": 0.13, "free_shipping_prompt": 0.10}
TAKEN = 3
"""One in so many repeat orders that begin with a better coffee began with an offer of it."""
COMES_BACK = {"organic": 0.52, "paid": 0.42, "social": 0.40, "direct": 0.56, "referral": 0.5, "email": 0.55}
REGULAR = 0.68
"""Chance of a further order after the second."""
FREE_SHIPPING, SHIPPING = 5_000, 500
RETURN_CHANNELS = {"direct": 0.34, "email": 0.30, "organic": 0.20, "social": 0.08, "paid": 0.08}
PAYMENTS = {"credit_card": 0.62, "convenience_store": 0.14, "paypay": 0.17, "cash_on_delivery": 0.07}


@dataclass(frozen=True)
class Baskets:
    """Orders before prices: whose, when, on what; `lost` are phone checkouts of customers that failed."""

    customer: Array
    day: Array
    number: Array
    device: Array
    channel: Array
    campaign: Array
    lost: Array


def shop(chance: np.random.Generator, days: Days, people: People, truths: dict[str, Truth]) -> Baskets:
    """First orders and everything the same customers bought later."""
    size = len(people.day)
    customer, day, number = [np.arange(size)], [people.day], [np.ones(size, dtype=int)]
    active, last = np.arange(size), people.day
    for turn in range(2, 30):
        returns = _comes_back(people.channel[active]) if turn == 2 else np.full(len(active), REGULAR)
        stays = chance.random(len(active)) < returns
        active, last = active[stays], last[stays]
        wait = np.maximum(7, chance.gamma(3.0, 16.0, len(active))).astype("timedelta64[D]")
        last = last + wait
        inside = last < days.end
        active, last = active[inside], last[inside]
        customer.append(active)
        day.append(last)
        number.append(np.full(len(active), turn))
    rows = _Rows(np.concatenate(customer), np.concatenate(day), np.concatenate(number))
    return _kept(chance, rows, people, truths)


@dataclass(frozen=True)
class _Rows:
    customer: Array
    day: Array
    number: Array


def _comes_back(channel: Array) -> Array:
    chances = COMES_BACK | {"referral_program": 0.6, BAD_CHANNEL: 0.05}
    return np.array([chances[name] for name in channel.tolist()])


def _kept(chance: np.random.Generator, rows: _Rows, people: People, truths: dict[str, Truth]) -> Baskets:
    """Later orders that the season, the price and the fault on phones leave."""
    size, later = len(rows.day), rows.number > 1
    device = np.where(later & (chance.random(size) < 0.25), drawn(chance, DEVICES, size), people.device[rows.customer])
    channel = np.where(later, drawn(chance, RETURN_CHANNELS, size), people.channel[rows.customer])
    campaign = np.where(later, campaigns(chance, channel), people.campaign[rows.customer])
    busy = chance.random(size) < season(rows.day) / 1.4
    priced = (rows.day >= np.datetime64(truths["price_change"].start)) & (chance.random(size) < ORDERS_LOST_TO_PRICE)
    weak = on_weak_phones(rows.day, device, truths["weak_phones"])
    failed = weak & later & (chance.random(size) < -truths["weak_phones"].change)
    wanted = ~later | (busy & ~priced)
    order = np.lexsort((rows.customer, rows.day))
    stayed, lost = order[(wanted & ~failed)[order]], order[(wanted & failed)[order]]
    return Baskets(
        rows.customer[stayed],
        rows.day[stayed],
        rows.number[stayed],
        device[stayed],
        channel[stayed],
        campaign[stayed],
        np.concatenate([rows.day[lost], people.lost]),
    )


def orders(
    chance: np.random.Generator, baskets: Baskets, people: People, truths: dict[str, Truth]
) -> tuple[Columns, Columns]:
    """The facts `orders` and `order_lines`; an order is exactly the sum of its lines."""
    size = len(baskets.day)
    owner, product = _products(chance, baskets)
    listed = np.array([p[3] for p in PRODUCTS])[product].astype(float)
    rise = truths["price_change"]
    raised = baskets.day[owner] >= np.datetime64(rise.start)
    price = np.where(raised, np.round(listed * (1 + rise.change), -1), listed)
    quantity = 1 + (chance.random(len(owner)) < 0.18)
    first = baskets.number == 1
    off = np.where(baskets.channel == BAD_CHANNEL, 0.5, np.where(first & (chance.random(size) < 0.3), 0.1, 0.0))
    gross = (price * quantity).astype(int)
    amount = np.round(gross * (1 - off[owner])).astype(int)
    cost = np.round(listed * np.array([p[4] for p in PRODUCTS])[product] * quantity).astype(int)
    ids = numbered("M", np.arange(1, size + 1))
    head = np.r_[True, owner[1:] != owner[:-1]]
    source = np.where(head, words(["direct"] * len(owner)), drawn(chance, SOURCES, len(owner)))
    better = head & (words([p[2] for p in PRODUCTS])[product] == "premium") & ~first[owner]
    source = np.where(better & (owner % TAKEN == 0), "upsell", source)
    lines: Columns = {
        "order_id": ids[owner],
        "product_id": words([p[0] for p in PRODUCTS])[product],
        "quantity": quantity,
        "amount": amount,
        "cost": cost,
        "category": words([p[1] for p in PRODUCTS])[product],
        "tier": words([p[2] for p in PRODUCTS])[product],
        "season": words([p[5] for p in PRODUCTS])[product],
        "line_source": source,
    }
    totals = {name: np.bincount(owner, lines[name], size).astype(int) for name in ("amount", "cost", "quantity")}
    discount = np.bincount(owner, gross - amount, size).astype(int)
    return _headers(chance, baskets, people, ids, totals | {"discount": discount}), lines


def _products(chance: np.random.Generator, baskets: Baskets) -> tuple[Array, Array]:
    """Which order each line belongs to, and its product; no product twice in an order."""
    size = len(baskets.day)
    count = 1 + np.minimum(3, chance.poisson(0.75, size))
    owner = np.repeat(np.arange(size), count)
    position = np.arange(len(owner)) - np.repeat(np.cumsum(count) - count, count)
    first = chance.choice(len(PRODUCTS), size=size, p=APPEAL / APPEAL.sum())
    step = chance.integers(1, 4, size)
    return owner, (first[owner] + position * step[owner]) % len(PRODUCTS)


def _headers(
    chance: np.random.Generator, baskets: Baskets, people: People, ids: Array, totals: dict[str, Array]
) -> Columns:
    size = len(ids)
    status = drawn(chance, {"completed": 0.972, "cancelled": 0.016, "returned": 0.012}, size)
    wait = chance.integers(2, 14, size).astype("timedelta64[D]")
    free = totals["amount"] >= FREE_SHIPPING
    return {
        "order_id": ids,
        "customer_id": people.ids[baskets.customer],
        "ordered_at": at_hours(chance, baskets.day),
        "amount": totals["amount"],
        "cost": totals["cost"],
        "gross_profit": totals["amount"] - totals["cost"],
        "discount": totals["discount"],
        "shipping": np.where(free, 0, SHIPPING),
        "is_free_shipping": free,
        "quantity": totals["quantity"],
        "channel": baskets.channel,
        "campaign": baskets.campaign,
        "device": baskets.device,
        "store": words(["own_ec"] * size),
        "status": status,
        "returned_on": np.where(status == "completed", np.datetime64("NaT"), baskets.day + wait),
        "payment_method": drawn(chance, PAYMENTS, size),
    }
