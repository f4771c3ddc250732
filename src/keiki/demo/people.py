"""Who became a customer: day, channel, campaign, device and region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keiki.demo.days import Array, Columns, Days, drawn, numbered, words
from keiki.demo.deals import owners
from keiki.demo.truths import BAD_CHANNEL, ORDERS_LOST_TO_PRICE, Truth

FIRST_DAILY, GROWTH = 9.0, 1.1
CHANNELS = {
    "organic": 0.30,
    "paid": 0.26,
    "social": 0.15,
    "direct": 0.11,
    "referral": 0.08,
    "referral_program": 0.06,
    "email": 0.04,
}
PARTNER_SHARE = 0.35
CAMPAIGNS = {
    "google_brand": ("paid", "google_ads", 0.4),
    "google_beans": ("paid", "google_ads", 0.6),
    "meta_trial": ("paid", "meta_ads", 0.7),
    "line_friends": ("paid", "line_ads", 0.3),
    "point_site": (BAD_CHANNEL, "other", 1.0),
}
DEVICES = {"smartphone": 0.68, "pc": 0.26, "tablet": 0.06}
SEGMENTS = {"home": 0.72, "gift": 0.17, "office": 0.11}
REGIONS = {"関東": 0.42, "近畿": 0.19, "中部": 0.15, "九州": 0.1, "北海道・東北": 0.09, "中国・四国": 0.05}
AGES = {"20-29": 0.14, "30-39": 0.27, "40-49": 0.29, "50-59": 0.19, "60+": 0.11}


@dataclass(frozen=True)
class People:
    """Customers in the order of their first purchase; `lost` are visitors whose phone checkout failed instead."""

    day: Array
    channel: Array
    campaign: Array
    device: Array
    segment: Array
    region: Array
    age: Array
    lost: Array

    @property
    def ids(self) -> Array:
        return numbered("C", np.arange(1, len(self.day) + 1))


def meet(chance: np.random.Generator, days: Days, truths: dict[str, Truth]) -> People:
    """Everyone who bought for the first time, day by day."""
    bad = truths["bad_channel"]
    daily = FIRST_DAILY * days.pace(chance, GROWTH)
    day = np.repeat(days.all, chance.poisson(daily))
    during = (days.all >= np.datetime64(bad.start)) & (days.all < np.datetime64(bad.end))
    partners = np.repeat(days.all, chance.poisson(daily * PARTNER_SHARE * during))
    channel = np.concatenate([drawn(chance, CHANNELS, len(day)), words([BAD_CHANNEL] * len(partners))])
    day = np.concatenate([day, partners])
    device = drawn(chance, DEVICES, len(day))
    size = len(day)
    kept = chance.random(size) >= np.where(day >= np.datetime64(truths["price_change"].start), ORDERS_LOST_TO_PRICE, 0)
    failed = on_weak_phones(day, device, truths["weak_phones"]) & (chance.random(size) < -truths["weak_phones"].change)
    order = np.lexsort((np.arange(size), day))
    order = order[kept[order]]
    people = {
        "channel": channel,
        "campaign": campaigns(chance, channel),
        "device": device,
        "segment": drawn(chance, SEGMENTS, size),
        "region": drawn(chance, REGIONS, size),
        "age": drawn(chance, AGES, size),
    }
    stayed = order[~failed[order]]
    return People(day[stayed], **{k: v[stayed] for k, v in people.items()}, lost=day[order[failed[order]]])


def on_weak_phones(day: Array, device: Array, truth: Truth) -> Array:
    """Which visits met the fault in the phone checkout."""
    return np.asarray((day >= np.datetime64(truth.start)) & (day < np.datetime64(truth.end)) & (device == "smartphone"))


def campaigns(chance: np.random.Generator, channel: Array) -> Array:
    """The campaign behind a paid or partner visit, none elsewhere."""
    found = words([None] * len(channel))
    for name in dict.fromkeys(c for c, _, _ in CAMPAIGNS.values()):
        rows = np.flatnonzero(channel == name)
        found[rows] = drawn(chance, {k: w for k, (c, _, w) in CAMPAIGNS.items() if c == name}, len(rows))
    return found


def customers(people: People, plans: Array) -> Columns:
    """The fact `customers`; no names, nobody in it exists."""
    size = len(people.day)
    return {
        "customer_id": people.ids,
        "acquired_on": people.day,
        "kind": words(["person"] * size),
        "acquisition_channel": people.channel,
        "acquisition_campaign": people.campaign,
        "segment": people.segment,
        "region": people.region,
        "age_band": people.age,
        "plan": plans,
        "owner": owners(people.ids, people.segment),
    }
