"""How offices use the ordering app that comes with their plan: seats, logins, features, mail and meetings."""

from __future__ import annotations

import numpy as np

from keiki.demo.days import Array, Columns, Days, drawn, words

OFFICE = "office"
FEATURES = (("order_again", "core"), ("team_order", "core"), ("stock_alert", "key"), ("usage_report", "other"))
USUAL = {"order_again": 0.5, "team_order": 0.2, "stock_alert": 0.2, "usage_report": 0.1}
"""What people do when they come."""
FEWEST_SEATS, MOST_SEATS = 3, 12
LEAVING_WEEKS, GROWING_WEEKS = 13, 10
FADING, QUIET, GROWING = 0.86, 0.35, 1.0
"""What is left of its people with each week before an office leaves, in a lull, and of its seats before it grows."""
WARNS = 0.8
"""Share of the offices that leave whose use tells so beforehand."""
LULLS = 0.006
"""Chance per week that an office goes quiet for a while without leaving."""
MAILS, OPENS, MEETS = 0.25, 0.45, 0.02
"""Chances per office and week: a mail, that it is opened, a meeting."""
RECOMMENDS, CONVERTS = 0.03, 0.4
"""Chances per office and month: it names somebody, who then becomes a customer."""


def seats(chance: np.random.Generator, contracts: Columns) -> Array:
    """Seats per contract: one for households, the same through all spans of an office."""
    number = np.unique(contracts["subscription_id"].astype(str), return_inverse=True)[1]
    many = chance.integers(FEWEST_SEATS, MOST_SEATS + 1, number.max(initial=0) + 1)
    return np.asarray(np.where(contracts["plan"] == OFFICE, many[number], contracts["seats"]))


def use(chance: np.random.Generator, days: Days, contracts: Columns) -> Columns:
    """Events of the ordering app, office by office and week by week; offices that leave fall silent before."""
    rows = np.flatnonzero(contracts["plan"] == OFFICE)
    until = contracts["valid_to"][rows]
    ends = np.where(np.isnat(until), days.end, until)
    begin = contracts["valid_from"][rows]
    weeks = np.maximum(0, -(-(ends - begin).astype(int) // 7))
    span = np.repeat(np.arange(len(rows)), weeks)
    week = np.arange(len(span)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
    monday = begin[span] + (week * 7).astype("timedelta64[D]")
    share = _share(chance, contracts, rows, span, monday, ends)
    people = np.round(share * contracts["seats"][rows][span]).astype(int)
    return _joined(
        _app(chance, contracts, rows[span], monday, people, ends[span]),
        _talk(chance, contracts, rows[span], monday, ends[span]),
    )


def _share(
    chance: np.random.Generator, contracts: Columns, rows: Array, span: Array, monday: Array, ends: Array
) -> Array:
    """The share of the seats in use, for each office and week."""
    usual = chance.uniform(0.45, 0.85, len(rows))[span]
    share = np.clip(usual + chance.normal(0, 0.06, len(span)), 0.2, 0.95)
    lull = np.zeros(len(span), bool)
    for start in np.flatnonzero(chance.random(len(span)) < LULLS):
        lull[start : start + 5] |= span[start : start + 5] == span[start]
    share = np.where(lull, share * QUIET, share)
    left = ((ends[span] - monday).astype(int)) / 7
    leaves = ~np.isnat(contracts["valid_to"][rows]) & (chance.random(len(rows)) < WARNS)
    share = np.where(leaves[span] & (left <= LEAVING_WEEKS), usual * FADING ** (LEAVING_WEEKS - left), share)
    more = _first_sweets(contracts, rows)
    ahead = ((more[span] - monday).astype(int)) / 7
    grows = ~np.isnat(more[span]) & (ahead > 0) & (ahead <= GROWING_WEEKS)
    return np.asarray(np.where(grows, GROWING, share))


def _first_sweets(contracts: Columns, rows: Array) -> Array:
    """The day on which each office first ordered the sweets box as well; NaT for those that never did."""
    added = contracts["reason"] == "cross_sell"
    first: dict[str, np.datetime64] = {}
    for customer, day in zip(
        contracts["customer_id"][added].tolist(), contracts["valid_from"][added].astype("M8[D]"), strict=True
    ):
        first[customer] = min(first.get(customer, day), day)
    nothing = np.datetime64("NaT", "D")
    return np.array([first.get(c, nothing) for c in contracts["customer_id"][rows].tolist()], dtype="datetime64[D]")


def _app(
    chance: np.random.Generator, contracts: Columns, row: Array, monday: Array, people: Array, ends: Array
) -> Columns:
    """Each person of a week comes on one weekday: a login and what was done."""
    at = np.repeat(np.arange(len(row)), people)
    who = np.arange(len(at)) - np.repeat(np.cumsum(people) - people, people)
    day = monday[at] + chance.integers(0, 7, len(at)).astype("timedelta64[D]")
    inside = day < ends[at]
    at, who, day = at[inside], who[inside], day[inside]
    moment = day.astype("datetime64[s]") + chance.integers(8 * 3600, 18 * 3600, len(at)).astype("timedelta64[s]")
    feature = drawn(chance, USUAL, len(at))
    full = people[at] == contracts["seats"][row[at]]
    feature = np.where(full & (chance.random(len(at)) < 0.9), "order_again", feature).astype(object)
    customer = contracts["customer_id"][row[at]]
    person = words([f"{c}-{n + 1}" for c, n in zip(customer.tolist(), who.tolist(), strict=True)])
    pause = np.timedelta64(90, "s")
    group = dict(FEATURES)
    return {
        "occurred_at": np.concatenate([moment, moment + pause]),
        "name": words(["login"] * len(at) + ["feature_use"] * len(at)),
        "visitor_id": np.concatenate([person, person]),
        "customer_id": np.concatenate([customer, customer]),
        "feature": np.concatenate([words([None] * len(at)), feature]),
        "feature_group": words([None] * len(at) + [group[name] for name in feature.tolist()]),
        "device": words(["pc"] * (2 * len(at))),
    }


def _talk(chance: np.random.Generator, contracts: Columns, row: Array, monday: Array, ends: Array) -> Columns:
    """Mail to offices, what was opened, and meetings."""
    luck = chance.random((3, len(row)))
    noon = monday.astype("datetime64[s]") + np.timedelta64(12 * 3600, "s")
    inside = monday < ends
    mailed = inside & (luck[0] < MAILS)
    opened = mailed & (luck[1] < OPENS)
    met = inside & (luck[2] < MEETS)
    parts = ((mailed, 0, "email_delivered"), (opened, 1800, "email_opened"), (met, 7200, "meeting_held"))
    size = [int(which.sum()) for which, _after, _name in parts]
    return {
        "occurred_at": np.concatenate([noon[which] + np.timedelta64(after, "s") for which, after, _name in parts]),
        "name": words([name for (_w, _a, name), count in zip(parts, size, strict=True) for _ in range(count)]),
        "customer_id": np.concatenate([contracts["customer_id"][row[which]] for which, _after, _name in parts]),
        "mail_kind": words(["newsletter"] * (size[0] + size[1]) + [None] * size[2]),
        "meeting_kind": words([None] * (size[0] + size[1]) + ["business_review"] * size[2]),
    }


def gather(chance: np.random.Generator, days: Days, contracts: Columns) -> Columns:
    """A webinar for the people of the offices every second month, and customers who recommend us to others."""
    rows = np.flatnonzero((contracts["plan"] == OFFICE) & (contracts["reason"] == "new"))
    parts: list[tuple[Array, np.datetime64, str, str | None, str | None]] = []
    for held in days.month_starts[2::2] + 14:
        there = rows[(contracts["valid_from"][rows] < held - 10) & _runs(contracts, rows, held)]
        luck = chance.random(len(there))
        for name, share, before in (("invited", 1.0, 14), ("registered", 0.35, 7), ("attended", 0.22, 0)):
            parts.append((there[luck < share], held - before, name, f"webinar_{str(held)[:7]}", None))
    for first in days.month_starts[3:]:
        there = rows[_runs(contracts, rows, first)]
        told = there[chance.random(len(there)) < RECOMMENDS]
        won = chance.random(len(told)) < CONVERTS
        parts += [(told[won], first + 9, "referral", None, "success"), (told[~won], first + 9, "referral", None, None)]
    parts = [part for part in parts if part[1] < days.end]
    size = [len(part[0]) for part in parts]
    row = np.concatenate([part[0] for part in parts])

    def each(values: list[str | None]) -> Array:
        return np.repeat(words(values), size)

    day = np.repeat(np.array([part[1] for part in parts]), size)
    customer = contracts["customer_id"][row]
    return {
        "occurred_at": day.astype("datetime64[s]") + np.timedelta64(14 * 3600, "s"),
        "name": each([part[2] for part in parts]),
        "visitor_id": words([f"{name}-1" for name in customer.tolist()]),
        "customer_id": customer,
        "campaign": each([part[3] for part in parts]),
        "campaign_kind": each(["webinar" if part[3] else None for part in parts]),
        "outcome": each([part[4] for part in parts]),
    }


def _runs(contracts: Columns, rows: Array, day: np.datetime64) -> Array:
    until = contracts["valid_to"][rows]
    return np.asarray((contracts["valid_from"][rows] <= day) & (np.isnat(until) | (until > day)))


def _joined(first: Columns, second: Columns) -> Columns:
    names = list(dict.fromkeys([*first, *second]))
    return {name: np.concatenate([_column(part, name) for part in (first, second)]) for name in names}


def _column(part: Columns, name: str) -> Array:
    """A column of one part; empty where the part has none of that name."""
    return part[name] if name in part else words([None] * len(part["occurred_at"]))


def with_use(events: Columns, used: Columns) -> Columns:
    """Visits to the shop and use of the app in one table, in the order of time."""
    names = list(dict.fromkeys([*events, *used]))
    both = {name: np.concatenate([_column(part, name) for part in (events, used)]) for name in names}
    order = np.argsort(both["occurred_at"], kind="stable")
    return {name: column[order] for name, column in both.items()}
