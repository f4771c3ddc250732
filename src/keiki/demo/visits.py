"""Visits to the shop's site, event by event: every visit that led to an order, and all those that did not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keiki.demo.days import Array, Columns, Days, at_hours, drawn, numbered, words
from keiki.demo.people import campaigns
from keiki.demo.shop import PRODUCTS, Baskets
from keiki.demo.truths import BAD_CHANNEL, Truth

VISITS_DAILY, GROWTH = 260.0, 1.0
"""Visits without an order at the opening, and how much more there are two years later."""
VISIT_CHANNELS = {
    "organic": 0.36,
    "direct": 0.18,
    "paid": 0.20,
    "social": 0.12,
    "email": 0.05,
    "referral": 0.07,
    "referral_program": 0.02,
}
PARTNER_VISITS = 0.12
"""Share of the point site while it runs."""
VISIT_DEVICES = {"smartphone": 0.70, "pc": 0.24, "tablet": 0.06}
KINDS = {"bounce": 0.52, "looks": 0.37, "fills a cart": 0.08, "leaves the checkout": 0.03}
STEPS = {
    "bounce": (("page_view", "home"),),
    "looks": (("page_view", "home"), ("product_view", "product")),
    "fills a cart": (("page_view", "home"), ("product_view", "product"), ("add_to_cart", "product")),
    "leaves the checkout": (
        ("page_view", "product"),
        ("product_view", "product"),
        ("add_to_cart", "product"),
        ("checkout_step_entered", "checkout"),
    ),
    "buys": (
        ("page_view", "home"),
        ("product_view", "product"),
        ("add_to_cart", "product"),
        ("checkout_step_entered", "checkout"),
        ("purchase", "checkout"),
    ),
}


@dataclass(frozen=True)
class _Visits:
    """One row per visit."""

    at: Array
    kind: Array
    visitor: Array
    customer: Array
    channel: Array
    campaign: Array
    device: Array


def browse(
    chance: np.random.Generator, days: Days, baskets: Baskets, orders: Columns, truths: dict[str, Truth]
) -> Columns:
    """The fact `events`, in the order of time."""
    visits = _joined(_buying(baskets, orders), _looking(chance, days, baskets, truths["bad_channel"]))
    order = np.argsort(visits.at, kind="stable")
    return _events(chance, _Visits(**{name: column[order] for name, column in vars(visits).items()}))


def _buying(baskets: Baskets, orders: Columns) -> _Visits:
    """The visits that ended with an order."""
    size = len(baskets.day)
    return _Visits(
        orders["ordered_at"] - np.timedelta64(240, "s"),
        words(["buys"] * size),
        numbered("V", baskets.customer + 1),
        orders["customer_id"],
        baskets.channel,
        baskets.campaign,
        baskets.device,
    )


def _looking(chance: np.random.Generator, days: Days, baskets: Baskets, bad: Truth) -> _Visits:
    """The visits without an order; those whose phone checkout failed among them."""
    count = chance.poisson(VISITS_DAILY * days.pace(chance, GROWTH))
    day = np.concatenate([np.repeat(days.all, count), baskets.lost])
    size, failed = len(day), len(baskets.lost)
    kind = drawn(chance, KINDS, size)
    device = drawn(chance, VISIT_DEVICES, size)
    channel = drawn(chance, VISIT_CHANNELS, size)
    during = (day >= np.datetime64(bad.start)) & (day < np.datetime64(bad.end))
    channel[during & (chance.random(size) < PARTNER_VISITS)] = BAD_CHANNEL
    if failed:
        kind[-failed:], device[-failed:] = "leaves the checkout", "smartphone"
    place = np.arange(size) * 0.7
    seen_before = np.where(chance.random(size) < 0.35, chance.exponential(4_000, size), 0)
    person = np.maximum(0, place - seen_before).astype(int)
    return _Visits(
        at_hours(chance, day),
        kind,
        numbered("W", person),
        words([None] * size),
        channel,
        campaigns(chance, channel),
        device,
    )


def _joined(first: _Visits, second: _Visits) -> _Visits:
    return _Visits(*(np.concatenate([a, b]) for a, b in zip(vars(first).values(), vars(second).values(), strict=True)))


def _events(chance: np.random.Generator, visits: _Visits) -> Columns:
    names = list(STEPS)
    kind = np.array([names.index(k) for k in visits.kind.tolist()])
    length = np.array([len(STEPS[name]) for name in names])[kind]
    row = np.repeat(np.arange(len(kind)), length)
    position = np.arange(len(row)) - np.repeat(np.cumsum(length) - length, length)
    flat = [step for name in names for step in STEPS[name]]
    step = np.cumsum([0, *(len(STEPS[name]) for name in names)])[kind[row]] + position
    pause = chance.integers(15, 60, len(row))
    since = np.cumsum(pause)
    since = since - np.repeat(since[np.cumsum(length) - length], length)
    product = chance.choice(len(PRODUCTS), size=len(kind))
    shown = words([None] + [p[0] for p in PRODUCTS])
    event = words([name for name, _ in flat])[step]
    return {
        "occurred_at": visits.at[row] + since.astype("timedelta64[s]"),
        "name": event,
        "session_id": numbered("N", np.arange(1, len(kind) + 1))[row],
        "visitor_id": visits.visitor[row],
        "customer_id": visits.customer[row],
        "channel": visits.channel[row],
        "campaign": visits.campaign[row],
        "device": visits.device[row],
        "page_type": words([page for _, page in flat])[step],
        "product": shown[np.where(np.isin(event, ["product_view", "add_to_cart"]), product[row] + 1, 0)],
    }
