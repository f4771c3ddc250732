"""The coffee subscription: contracts that grow, shrink, end and come back, and their monthly invoices."""

from __future__ import annotations

import numpy as np

from keiki.demo.days import Array, Columns, Days, drawn, months_later, numbered, words
from keiki.demo.people import People
from keiki.demo.truths import BAD_CHANNEL

PLANS = ("single", "pair", "family", "office")
MRR = np.array([1_980, 2_980, 4_480, 9_800])
SWEETS_MRR = 1_200
JOINS, JOINS_BAD = 0.30, 0.01
CANCELS_EARLY, CANCELS = 0.10, 0.045
UPGRADES, DOWNGRADES, RETURNS, ADDS_SWEETS = 0.018, 0.012, 0.05, 0.012
ADDS_SWEETS_OFFICE = 0.03
MARGIN = 0.54
PRODUCT, SWEETS = "coffee_subscription", "sweets_subscription"


class _Spans:
    """Spans as they are written, month by month."""

    def __init__(self) -> None:
        self.parts: dict[str, list[Array]] = {name: [] for name in ("contract", "kind", "plan", "begin", "reason")}

    def begin(self, kind: int, contract: Array, plan: Array, day: Array, reason: str) -> None:
        """Contracts start a span of a plan; plan -1 ends the contract."""
        parts = (contract, np.full(len(contract), kind), plan, day, words([reason] * len(contract)))
        for column, part in zip(self.parts.values(), parts, strict=True):
            column.append(part)

    def table(self) -> dict[str, Array]:
        columns = {name: np.concatenate(parts) for name, parts in self.parts.items()}
        order = np.lexsort((columns["begin"], columns["contract"], columns["kind"]))
        return {name: column[order] for name, column in columns.items()}


def subscribe(chance: np.random.Generator, days: Days, people: People) -> tuple[Columns, Columns, Array]:
    """The facts `subscriptions` and `invoices`, and the current plan of every customer."""
    size = len(people.day)
    wants = chance.random(size) < np.where(people.channel == BAD_CHANNEL, JOINS_BAD, JOINS)
    begin = people.day + chance.integers(5, 75, size).astype("timedelta64[D]")
    begin = np.minimum(begin, begin.astype("datetime64[M]").astype("datetime64[D]") + 27)
    who = np.flatnonzero(wants & (begin < days.end))
    start = begin[who]
    plan = chance.choice(3, size=len(who), p=[0.5, 0.35, 0.15])
    plan = np.where(people.segment[who] == "office", 3, plan)
    spans = _Spans()
    spans.begin(0, who, plan, start, "new")
    _months_pass(chance, days, spans, who, start, plan)
    table = spans.table()
    contracts = _subscriptions(table, people, days)
    current = words([None] * size)
    running = np.flatnonzero(np.isnat(contracts["valid_to"]) & (table["kind"][table["plan"] >= 0] == 0))
    current[table["contract"][table["plan"] >= 0][running]] = contracts["plan"][running]
    return contracts, _invoices(chance, days, contracts), current


def _months_pass(chance: np.random.Generator, days: Days, spans: _Spans, who: Array, start: Array, plan: Array) -> None:
    """On every monthly anniversary a contract may end, grow, shrink, gain the sweets box, or come back."""
    running, sweets, plan = np.ones(len(who), bool), np.zeros(len(who), bool), plan.copy()
    for month in range(1, days.months + 2):
        today = months_later(start, month)
        here = today < days.end
        luck = chance.random((4, len(who)))
        ends = here & running & (luck[0] < (CANCELS_EARLY if month <= 3 else CANCELS))
        back = here & ~running & (luck[0] < RETURNS)
        stays = here & running & ~ends & (plan < 3)
        grows = stays & (luck[1] < UPGRADES) & (plan < 2)
        shrinks = stays & ~grows & (luck[1] > 1 - DOWNGRADES) & (plan > 0)
        gains = here & running & ~ends & ~sweets & (luck[2] < np.where(plan == 3, ADDS_SWEETS_OFFICE, ADDS_SWEETS))
        drops = sweets & (ends | (here & running & (luck[3] < CANCELS)))
        plan = plan + grows - shrinks
        none = np.full(len(who), -1)
        for rows, kind, now, reason in (
            (ends, 0, none, ""),
            (back, 0, plan, "reactivation"),
            (grows, 0, plan, "upsell"),
            (shrinks, 0, plan, "downgrade"),
            (gains, 1, none * 0, "cross_sell"),
            (drops, 1, none, ""),
        ):
            spans.begin(kind, who[rows], now[rows], today[rows], reason)
        running, sweets = (running & ~ends) | back, (sweets & ~drops) | gains


def _subscriptions(table: dict[str, Array], people: People, days: Days) -> Columns:
    """Each span runs up to the next one of its contract; the marks of an end are dropped."""
    follows = (table["contract"][1:] == table["contract"][:-1]) & (table["kind"][1:] == table["kind"][:-1])
    until = np.r_[np.where(follows, table["begin"][1:], np.datetime64("NaT")), np.datetime64("NaT")]
    open_span = table["plan"] >= 0
    until = until[open_span]
    kind, plan, contract, begin = (table[name][open_span] for name in ("kind", "plan", "contract", "begin"))
    coffee, yearly = kind == 0, plan == 3
    ids = np.where(coffee, numbered("S", contract + 1), numbered("T", contract + 1))
    size = len(plan)
    return {
        "subscription_id": ids,
        "customer_id": people.ids[contract],
        "plan": np.where(coffee, words(PLANS)[plan], "sweets"),
        "product": np.where(coffee, PRODUCT, SWEETS).astype(object),
        "mrr": np.where(coffee, MRR[plan], SWEETS_MRR),
        "valid_from": begin,
        "valid_to": until,
        "reason": table["reason"][open_span],
        "seats": np.ones(size, dtype=int),
        "term_months": np.where(yearly, 12, 1),
        "renewal_on": np.where(yearly, months_later(begin, 12), np.datetime64("NaT")),
        "billing_period": words(["monthly"] * size),
    }


def _invoices(chance: np.random.Generator, days: Days, contracts: Columns) -> Columns:
    """One invoice per contract and month, on the anniversary of its span."""
    begin, until = contracts["valid_from"], contracts["valid_to"]
    until = np.where(np.isnat(until), days.end, until)
    rows, issued = [], []
    for month in range(days.months + 2):
        day = months_later(begin, month)
        due = np.flatnonzero(day < until)
        rows.append(due)
        issued.append(day[due])
    row, day = np.concatenate(rows), np.concatenate(issued)
    order = np.lexsort((row, day))
    row, day = row[order], day[order]
    amount = contracts["mrr"][row]
    paid = day + chance.integers(0, 12, len(day)).astype("timedelta64[D]")
    unpaid = (chance.random(len(day)) < 0.008) | (paid >= days.end)
    return {
        "invoice_id": numbered("I", np.arange(1, len(day) + 1)),
        "customer_id": contracts["customer_id"][row],
        "issued_on": day,
        "due_on": day + np.timedelta64(14, "D"),
        "paid_on": np.where(unpaid, np.datetime64("NaT"), paid),
        "amount": amount,
        "gross_profit": np.round(amount * MARGIN).astype(int),
        "kind": drawn(chance, {"recurring": 1.0}, len(day)),
        "product": contracts["product"][row],
    }
