"""What the company spent: advertising day by day, and the ledger month by month."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from keiki.demo.days import Array, Columns, Days, months_later, words
from keiki.demo.people import CAMPAIGNS, People
from keiki.demo.truths import BAD_CHANNEL, PARTNER_COST

BUDGETS = {"google_brand": 4_200, "google_beans": 11_500, "meta_trial": 10_500, "line_friends": 3_600}
"""Yen a day at the opening."""
CLICK_PRICES = {"google_brand": 38, "google_beans": 92, "meta_trial": 74, "line_friends": 58}
CLICK_RATES = {"google_brand": 0.065, "google_beans": 0.031, "meta_trial": 0.012, "line_friends": 0.009}
LEDGER = (
    ("marketing_personnel", "marketing", "acquisition", 420_000),
    ("marketing_tools", "marketing", "other", 60_000),
    ("content_production", "marketing", "acquisition", 90_000),
    ("email_marketing", "marketing", "retention", 45_000),
    ("cs_personnel", "customer_success", "retention", 310_000),
    ("support", "support", "retention", 95_000),
    ("crm_operation", "customer_success", "retention", 55_000),
    ("overhead", "corporate", "other", 520_000),
)
PACKING = 0.07
"""Packing and delivery as a share of sales, booked as cost of goods."""


def advertise(chance: np.random.Generator, days: Days, orders: Columns) -> Columns:
    """The fact `media`: each campaign day by day, its orders as conversions, and the followers on Instagram."""
    parts = [_campaign(chance, days, orders, name) for name in BUDGETS]
    ads: Columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    social = _followers(chance, days)
    names = list(dict.fromkeys([*ads, *social]))
    sizes = len(ads["date"]), len(social["date"])
    return {
        name: np.concatenate([c.get(name, words([None] * n)) for c, n in zip((ads, social), sizes, strict=True)])
        for name in names
    }


def _campaign(chance: np.random.Generator, days: Days, orders: Columns, name: str) -> Columns:
    size = len(days.all)
    cost = np.round(BUDGETS[name] * days.pace(chance, 0.9, 0.15)).astype(int)
    clicks = chance.poisson(cost / CLICK_PRICES[name])
    counted = (orders["campaign"] == name) & (orders["status"] == "completed")
    day = (orders["ordered_at"][counted].astype("datetime64[D]") - days.first).astype(int)
    return {
        "date": days.all,
        "platform": words([CAMPAIGNS[name][1]] * size),
        "kind": words(["ad"] * size),
        "campaign": words([name] * size),
        "impressions": np.round(clicks / CLICK_RATES[name] * np.exp(chance.normal(0, 0.1, size))).astype(int),
        "clicks": clicks,
        "cost": cost,
        "conversions": np.bincount(day, minlength=size),
        "conversion_value": np.bincount(day, orders["amount"][counted], size).astype(int),
    }


def _followers(chance: np.random.Generator, days: Days) -> Columns:
    size = len(days.all)
    gained = chance.poisson(9 * days.pace(chance, 0.6))
    reach = chance.poisson(1_400 * days.pace(chance, 1.2))
    return {
        "date": days.all,
        "platform": words(["instagram"] * size),
        "kind": words(["social"] * size),
        "followers": 2_400 + np.cumsum(gained),
        "followers_gained": gained,
        "reach": reach,
        "likes": chance.poisson(reach * 0.045),
        "saves": chance.poisson(reach * 0.006),
    }


def book(
    chance: np.random.Generator, days: Days, media: Columns, sales: tuple[Columns, Columns], people: People
) -> Columns:
    """The fact `costs`: the ledger, booked four times a month for the days since the last booking."""
    booked = _bookings(days)
    month = booked.astype("datetime64[M]")
    since = np.r_[days.first - 1, booked[:-1]]
    share = (booked - since).astype(int) / ((month + 1).astype("datetime64[D]") - month.astype("datetime64[D]")).astype(
        int
    )
    age = (month - month[0]).astype(int)
    rows: list[_Entry] = []
    for category, department, purpose, amount in LEDGER:
        paid = amount * share * 1.012**age * np.exp(chance.normal(0, 0.02, len(booked)))
        rows.append(_Entry(paid, category, department, purpose))
    for platform in dict.fromkeys(CAMPAIGNS[name][1] for name in BUDGETS):
        of = media["platform"] == platform
        spent = _since_last(booked, media["date"][of], media["cost"][of].astype(int))
        rows.append(_Entry(spent, "ad_spend", "marketing", "acquisition", "paid", platform))
    partners = people.day[people.channel == BAD_CHANNEL]
    fees = _since_last(booked, partners, np.full(len(partners), PARTNER_COST))
    rows.append(_Entry(fees, "promotion", "marketing", "acquisition", BAD_CHANNEL, None, "point_site"))
    rows.append(_Entry(PACKING * _sales(booked, *sales), "cogs", "corporate", "other"))
    return _ledger(booked, rows)


@dataclass(frozen=True)
class _Entry:
    """One line of the ledger: an amount for each booking day."""

    amount: Array
    category: str
    department: str
    purpose: str
    channel: str | None = None
    platform: str | None = None
    campaign: str | None = None


def _bookings(days: Days) -> Array:
    """The 7th, 14th, 21st and the last day of every month that have come."""
    first = days.month_starts
    dates = np.sort(np.concatenate([first + 6, first + 13, first + 20, months_later(first, 1) - 1]))
    return dates[dates < days.end]


def _sales(booked: Array, orders: Columns, invoices: Columns) -> Array:
    done = orders["status"] == "completed"
    bought = _since_last(booked, orders["ordered_at"][done].astype("datetime64[D]"), orders["amount"][done])
    return np.asarray(bought + _since_last(booked, invoices["issued_on"], invoices["amount"]))


def _since_last(booked: Array, day: Array, amount: Array) -> Array:
    """Amounts summed to the booking day that follows; later ones are not booked yet."""
    number = np.searchsorted(booked, day)
    inside = number < len(booked)
    return np.bincount(number[inside], amount[inside], len(booked))


def _ledger(booked: Array, rows: list[_Entry]) -> Columns:
    columns: Columns = {
        "spent_on": np.tile(booked, len(rows)),
        "amount": np.round(np.concatenate([row.amount for row in rows])).astype(int),
    }
    for name in ("category", "department", "purpose", "channel", "platform", "campaign"):
        columns[name] = words([getattr(row, name) for row in rows])[np.repeat(np.arange(len(rows)), len(booked))]
    order = np.argsort(columns["spent_on"], kind="stable")
    order = order[columns["amount"][order] > 0]
    return {name: column[order] for name, column in columns.items()}
