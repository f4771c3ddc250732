"""What customers said, and what is known of the market and of published cases: tickets, surveys, observations."""

from __future__ import annotations

import numpy as np

from keiki.demo.days import Array, Columns, Days, at_hours, drawn, numbered, season, words
from keiki.demo.people import People
from keiki.demo.truths import BAD_CHANNEL, Truth

TOPICS = {"delivery": 0.38, "subscription": 0.27, "product": 0.17, "payment": 0.11, "account": 0.07}
CATEGORIES = {"inquiry": 0.70, "request": 0.14, "complaint": 0.14, "incident": 0.02}
SEVERITIES = {"low": 0.35, "normal": 0.5, "high": 0.13, "critical": 0.02}
CRUSHED, OTHER_CAUSE = "crushed_box", "late_delivery"
CAUSES = {OTHER_CAUSE: 0.42, CRUSHED: 0.33, "wrong_roast": 0.25}
WRITES = 0.035
"""Tickets per order."""
PROMOTERS = np.array([0.01, 0.01, 0.01, 0.02, 0.02, 0.06, 0.09, 0.17, 0.24, 0.19, 0.18])
DETRACTORS = np.array([0.05, 0.03, 0.05, 0.07, 0.09, 0.16, 0.17, 0.17, 0.12, 0.06, 0.03])
TEAMS = ("豆と焙煎", "定期便")
"""Who helps, an hour each in turn."""
MARKET = 2_350_000_000
"""Yen a month that Japan spends on coffee by mail order, made up like everything here."""


def complain(chance: np.random.Generator, days: Days, orders: Columns) -> Columns:
    """The fact `tickets`: some days after an order."""
    wrote = np.flatnonzero(chance.random(len(orders["order_id"])) < WRITES)
    day = orders["ordered_at"][wrote].astype("datetime64[D]") + chance.integers(0, 10, len(wrote)).astype("m8[D]")
    inside = day < days.end
    opened, customer = at_hours(chance, day[inside]), orders["customer_id"][wrote[inside]]
    order = np.argsort(opened, kind="stable")
    opened, size = opened[order], len(opened)
    answered = opened + _hours(chance, 5.0, size)
    solved = answered + _hours(chance, 20.0, size)
    close = days.end.astype("datetime64[s]")
    return {
        "ticket_id": numbered("Q", np.arange(1, size + 1)),
        "opened_at": opened,
        "customer_id": customer[order],
        "first_response_at": np.where(answered < close, answered, np.datetime64("NaT")),
        "resolved_at": np.where(solved < close, solved, np.datetime64("NaT")),
        "category": drawn(chance, CATEGORIES, size),
        "severity": drawn(chance, SEVERITIES, size),
        "escalated": chance.random(size) < 0.06,
        "reopened": chance.random(size) < 0.04,
        "channel": drawn(chance, {"email": 0.7, "direct": 0.3}, size),
        "topic": drawn(chance, TOPICS, size),
        "handle_minutes": np.round(chance.gamma(2.0, 7.0, size), 1),
    }


def causes(chance: np.random.Generator, tickets: Columns, boxes: Truth) -> Array:
    """Why people complained; since the boxes are stronger none arrives crushed."""
    found = drawn(chance, CAUSES, len(tickets["ticket_id"]))
    since = tickets["opened_at"] >= np.datetime64(boxes.start)
    found = np.where(since & (found == CRUSHED), OTHER_CAUSE, found)
    return np.asarray(np.where(tickets["category"] == "complaint", found, words([None] * len(found))))


def _hours(chance: np.random.Generator, mean: float, size: int) -> Array:
    return np.asarray((chance.exponential(mean * 3600, size) + 300).astype("timedelta64[s]"))


def answer(chance: np.random.Generator, days: Days, orders: Columns, people: People, tickets: Columns) -> Columns:
    """The fact `surveys`: how likely a buyer is to recommend the shop, and how content with the help given."""
    asked = np.flatnonzero(chance.random(len(orders["order_id"])) < 0.06)
    bad = set(people.ids[people.channel == BAD_CHANNEL].tolist())
    cool = np.array([customer in bad for customer in orders["customer_id"][asked].tolist()], dtype=bool)
    nps = np.where(
        cool,
        chance.choice(11, size=len(asked), p=DETRACTORS / DETRACTORS.sum()),
        chance.choice(11, size=len(asked), p=PROMOTERS / PROMOTERS.sum()),
    )
    helped = np.flatnonzero(~np.isnat(tickets["resolved_at"]) & (chance.random(len(tickets["ticket_id"])) < 0.4))
    csat = chance.choice(np.arange(1, 6), size=len(helped), p=[0.04, 0.07, 0.16, 0.39, 0.34])
    at = np.concatenate([orders["ordered_at"][asked] + np.timedelta64(7, "D"), tickets["resolved_at"][helped]])
    size = len(at)
    surveys: Columns = {
        "kind": words(["nps"] * len(asked) + ["csat"] * len(helped)),
        "answered_at": at,
        "score": np.concatenate([nps, csat]),
        "scale_max": np.r_[np.full(len(asked), 10), np.full(len(helped), 5)],
        "customer_id": np.concatenate([orders["customer_id"][asked], tickets["customer_id"][helped]]),
        "subject": words(["purchase"] * len(asked) + ["ticket"] * len(helped)),
        "team": np.concatenate([words([None] * len(asked)), words(TEAMS)[(at[len(asked) :].astype(int) // 3600) % 2]]),
    }
    kept = np.argsort(at, kind="stable")
    kept = kept[at[kept] < days.end.astype("datetime64[s]")]
    return {"response_id": numbered("R", np.arange(1, size + 1))[: len(kept)]} | {
        name: column[kept] for name, column in surveys.items()
    }


def effort(chance: np.random.Generator, days: Days, tickets: Columns, surveys: Columns) -> Columns:
    """The fact `surveys` with how easy it was to be helped, asked the day after: harder for who had a complaint."""
    asked = np.flatnonzero(~np.isnat(tickets["resolved_at"]) & (chance.random(len(tickets["ticket_id"])) < 0.35))
    at = tickets["resolved_at"][asked] + np.timedelta64(1, "D")
    inside = at < days.end.astype("datetime64[s]")
    asked, at = asked[inside], at[inside]
    steps, size = np.arange(1, 8), len(asked)
    easy = chance.choice(steps, size=size, p=[0.03, 0.04, 0.07, 0.11, 0.20, 0.30, 0.25])
    hard = chance.choice(steps, size=size, p=[0.14, 0.17, 0.19, 0.18, 0.16, 0.10, 0.06])
    told: Columns = {
        "response_id": numbered("E", np.arange(1, size + 1)),
        "kind": words(["ces"] * size),
        "answered_at": at,
        "score": np.where(tickets["category"][asked] == "complaint", hard, easy),
        "scale_max": np.full(size, 7),
        "customer_id": tickets["customer_id"][asked],
        "subject": words(["ticket"] * size),
        "team": words([None] * size),
    }
    return {name: np.concatenate([column, told[name]]) for name, column in surveys.items()}


def observe(chance: np.random.Generator, days: Days) -> Columns:
    """The fact `observations`: the size of the market and the case studies published, month by month."""
    first = days.month_starts
    size = len(first)
    grown = MARKET * (1 + 0.004 * np.arange(size)) * season(first) ** 0.5
    market = np.round(grown * np.exp(chance.normal(0, 0.01, size)), -6).astype(int)
    cases = published_on(days).astype("datetime64[M]").astype("datetime64[D]")
    published = (cases[:, None] == first[None, :]).sum(axis=0)
    return {
        "metric": words(["sum_market_size"] * size + ["public_case_studies"] * size),
        "date": np.concatenate([first, first]),
        "grain": words(["month"] * (2 * size)),
        "value": np.concatenate([market, published]),
        "source": words(["demo"] * size + ["case study register"] * size),
    }


def published_on(days: Days) -> Array:
    """The days on which case studies were published: one every third month, the newest first."""
    return np.asarray(days.month_starts[-2::-3] + 17)
