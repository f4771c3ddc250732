"""How offices are won: leads, deals, their onboarding, and who looks after them."""

from __future__ import annotations

import numpy as np

from keiki.demo.days import Array, Columns, Days, at_hours, drawn, numbered, words
from keiki.demo.usage import OFFICE

OWNERS = ("高橋 葵", "伊藤 陸", "小林 凛")
"""Who looks after the offices, in turn; nobody in it exists."""
SOURCES = {"organic": 0.4, "referral": 0.25, "paid": 0.2, "email": 0.15}
KINDS = {"inquiry": 0.4, "document_request": 0.35, "event": 0.25}
REASONS = {"price": 0.45, "timing": 0.35, "stays with its supplier": 0.2}
LOSSES = 2
"""Leads that came to nothing, for each office won."""
LEAD_STEPS = (("lead", 0), ("first_response", 1), ("mql", 4), ("sql", 9), ("meeting_set", 11))
DEAL_STEPS = (("opportunity", 14), ("proposal", 24), ("quote", 30))
"""Days after the lead; an office is won on the first day of its contract."""
FARTHEST = {"first_response": 0.3, "mql": 0.3, "sql": 0.15, "meeting_set": 0.1, "proposal": 0.1, "quote": 0.05}
"""How far the leads came that were lost."""
LATE = 0.12
"""Share of the onboardings whose set-up takes longer than two weeks."""


def owners(ids: Array, segment: Array) -> Array:
    """The owner of each office; households have none."""
    turn = words(OWNERS)[np.cumsum(segment == OFFICE) % len(OWNERS)]
    return np.asarray(np.where(segment == OFFICE, turn, words([None] * len(ids))))


def win(chance: np.random.Generator, days: Days, contracts: Columns) -> Columns:
    """The fact `stages`: every office's way from the lead to the running set-up, and the leads that were lost."""
    first = _first_contracts(contracts)
    start, customer = contracts["valid_from"][first], contracts["customer_id"][first]
    size = len(start)
    leads = start - chance.integers(32, 75, size).astype("timedelta64[D]")
    lost = np.sort(chance.choice(days.all, LOSSES * size))
    lead, opened = np.concatenate([leads, lost]), len(lost)
    who = _Who(
        numbered("L", np.arange(1, size + opened + 1)),
        np.concatenate([customer, words([None] * opened)]),
        np.concatenate([contracts["mrr"][first] * 12, np.full(opened, contracts["mrr"].max() * 12)]),
        drawn(chance, SOURCES, size + opened),
        drawn(chance, KINDS, size + opened),
        words(OWNERS)[np.arange(size + opened) % len(OWNERS)],
    )
    last = _farthest(chance, size, opened)
    rows = [
        _rows(who, "lead" if n < len(LEAD_STEPS) else "deal", step, np.flatnonzero(last >= n), lead, after)
        for n, (step, after) in enumerate((*LEAD_STEPS, *DEAL_STEPS))
    ]
    won, gone = np.arange(size), np.arange(size, size + opened)
    rows.append(_rows(who, "deal", "won", won, np.concatenate([start, lost]), 0))
    in_lead = last[gone] < len(LEAD_STEPS)
    reason = drawn(chance, REASONS, opened)
    rows.append(_rows(who, "lead", "disqualified", gone[in_lead], lead, 20, reason[in_lead]))
    rows.append(_rows(who, "deal", "lost", gone[~in_lead], lead, 45, reason[~in_lead]))
    waits = np.where(chance.random(size) < LATE, chance.integers(16, 30, size), chance.integers(3, 12, size))
    begun = np.concatenate([start, lost])
    ready = np.concatenate([start + waits.astype("timedelta64[D]"), lost])
    rows.append(_rows(who, "onboarding", "kickoff", won, begun, 1))
    rows.append(_rows(who, "onboarding", "setup_completed", won, ready, 0))
    rows.append(_rows(who, "onboarding", "training_completed", won, ready, 4))
    stages = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    stages["entered_at"] = at_hours(chance, stages["entered_at"])
    inside = (stages["entered_at"] < days.end.astype("datetime64[s]")) & (stages["entered_at"] >= days.first)
    order = np.argsort(stages["entered_at"], kind="stable")
    order = order[inside[order]]
    return {name: column[order] for name, column in stages.items()}


class _Who:
    """The leads: what stays the same through all their stages."""

    def __init__(self, *columns: Array) -> None:
        self.id, self.customer, self.amount, self.channel, self.kind, self.owner = columns


def _first_contracts(contracts: Columns) -> Array:
    """The row of the first contract of each office, in the order of their days."""
    rows = np.flatnonzero((contracts["plan"] == OFFICE) & (contracts["reason"] == "new"))
    return rows[np.lexsort((contracts["customer_id"][rows].astype(str), contracts["valid_from"][rows]))]


def _farthest(chance: np.random.Generator, won: int, lost: int) -> Array:
    """The number of the last step each lead came to: all of them for those that were won."""
    names = [name for name, _ in (*LEAD_STEPS, *DEAL_STEPS)]
    reached = drawn(chance, FARTHEST, lost)
    number = np.array([names.index(name) for name in reached.tolist()], dtype=int)
    return np.concatenate([np.full(won, len(names) - 1), number])


def _rows(
    who: _Who, pipeline: str, stage: str, rows: Array, day: Array, after: int, reason: Array | None = None
) -> Columns:
    size = len(rows)
    won = stage == "won" or pipeline == "onboarding"
    return {
        "pipeline": words([pipeline] * size),
        "subject_id": who.id[rows],
        "stage": words([stage] * size),
        "entered_at": day[rows] + np.timedelta64(after, "D"),
        "customer_id": who.customer[rows] if won else words([None] * size),
        "amount": who.amount[rows],
        "channel": who.channel[rows],
        "owner": who.owner[rows],
        "department": words([{"lead": "inside_sales", "deal": "field_sales"}.get(pipeline, "customer_success")] * size),
        "kind": who.kind[rows] if pipeline == "lead" else words(["new" if pipeline == "deal" else None] * size),
        "reason": words([None] * size) if reason is None else reason,
    }
