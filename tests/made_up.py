"""Made-up rows for every fact, from the contracts alone: known words where a vocabulary names them, ties and gaps."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

from keiki.facts import FACTS, vocabulary
from keiki.facts.contract import Column, Kind

FIRST = datetime(2024, 1, 1)
DAYS = 700
PEOPLE = [f"c{n}" for n in range(110)]
ORDERS = [f"o{n}" for n in range(150)]
IDS = ("customer_id", "order_id", "subscription_id", "invoice_id", "response_id", "ticket_id")
OWN: dict[str, list[Any]] = {
    "customer_id": PEOPLE,
    "order_id": ORDERS,
    "visitor_id": [f"v{n}" for n in range(12)],
    "session_id": [f"w{n}" for n in range(1500)],
    "metric": ["n_sessions", "sum_market_size", "n_units_total", "sum_project_ad_budget", "some_kpi"],
    "experiment": ["button"],
    "subject_id": [f"j{n}" for n in range(200)],
    "parent_id": [None] * 30 + [f"j{n}" for n in range(6)],
    "unit_id": [f"v{n}" for n in range(60)],
    "grain": ["month"],
    "campaign_kind": ["webinar", "online_exhibition"],
    "mail_kind": ["reengagement", "cart_reminder"],
    "scale_max": [5.0, 10.0],
    "score": [0.0, 3.0, 5.0, 9.0, 10.0],
}


def made_up_rows(fact: str, count: int, seed: int = 7) -> dict[str, list[Any]]:
    """`count` rows of a fact as columns; the same for the same seed. Keys never repeat."""
    chance = random.Random(f"{fact}{seed}")
    declared = FACTS[fact]
    columns = {c.name: [_value(c, chance) for _ in range(count)] for c in declared.loadable}
    if declared.key and declared.key[0] in IDS:
        prefix = {"customer_id": "c", "order_id": "o"}.get(declared.key[0], fact)
        columns[declared.key[0]] = [f"{prefix}{n}" for n in range(count)]
    if fact == "stages":
        columns["stage"] = [chance.choice(list(vocabulary("stage", pipeline))) for pipeline in columns["pipeline"]]
    return columns


def _value(column: Column, chance: random.Random) -> Any:
    if not column.required and chance.random() < 0.15:
        return None
    if column.name in OWN:
        return chance.choice(OWN[column.name])
    if column.vocabulary is not None:
        return chance.choice(list(vocabulary(column.vocabulary)))
    day = FIRST.date() + timedelta(days=chance.randrange(DAYS))
    made: dict[Kind, Any] = {
        Kind.TEXT: chance.choice(["alpha", "beta", "gamma"]),
        Kind.NUMBER: chance.randrange(400) / 4,
        Kind.MONEY: chance.randrange(40_000) / 4,
        Kind.INTEGER: chance.randrange(50),
        Kind.DATE: day,
        Kind.TIMESTAMP: datetime(day.year, day.month, day.day, chance.randrange(24), chance.choice([0, 30])),
        Kind.BOOLEAN: chance.random() < 0.5,
    }
    value: date | Any = made[column.kind]
    return value
