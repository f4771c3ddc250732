"""Minato Coffee, a made-up shop with a subscription: all its facts, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from keiki.demo.days import Columns, Days
from keiki.demo.deals import win
from keiki.demo.people import customers, meet
from keiki.demo.plans import subscribe
from keiki.demo.shop import orders, shop
from keiki.demo.spending import advertise, book
from keiki.demo.truths import planted
from keiki.demo.usage import gather, seats, use, with_use
from keiki.demo.visits import browse
from keiki.demo.voices import answer, causes, complain, effort, observe

if TYPE_CHECKING:
    from keiki.engine.business import Business

NAME_JA, NAME_EN = "みなと珈琲", "Minato Coffee"
SEED = 20_240_401
PARTS = (
    "people",
    "baskets",
    "orders",
    "plans",
    "visits",
    "media",
    "costs",
    "tickets",
    "surveys",
    "market",
    "seats",
    "use",
    "causes",
    "deals",
    "gatherings",
    "effort",
)


def make_demo(seed: int = SEED, months: int = 24, until: date | None = None) -> dict[str, Columns]:
    """Every fact of the demo company as columns: the months before the month of `until`, and that month up to it.

    Money is whole yen net of tax, moments are local time of Tokyo. `until` is the last day (default: yesterday).
    The same seed, months and last day give the same bytes. Twelve facts; 18 months or more hold every planted truth.
    """
    days = Days(until or date.today() - timedelta(days=1), months)
    truths = {truth.id: truth for truth in planted(days.until, months)}
    seeds = np.random.SeedSequence(seed).spawn(len(PARTS))
    chance = {name: np.random.default_rng(part) for name, part in zip(PARTS, seeds, strict=True)}
    people = meet(chance["people"], days, truths)
    baskets = shop(chance["baskets"], days, people, truths)
    sold, lines = orders(chance["orders"], baskets, people, truths)
    contracts, invoices, plans = subscribe(chance["plans"], days, people)
    contracts["seats"] = seats(chance["seats"], contracts)
    media = advertise(chance["media"], days, sold)
    tickets = complain(chance["tickets"], days, sold)
    tickets["root_cause"] = causes(chance["causes"], tickets, truths["stronger_boxes"])
    visits = browse(chance["visits"], days, baskets, sold, truths)
    used = use(chance["use"], days, contracts)
    return {
        "customers": customers(people, plans),
        "orders": sold,
        "order_lines": lines,
        "subscriptions": contracts,
        "invoices": invoices,
        "costs": book(chance["costs"], days, media, (sold, invoices), people),
        "media": media,
        "events": with_use(visits, with_use(used, gather(chance["gatherings"], days, contracts))),
        "stages": win(chance["deals"], days, contracts),
        "tickets": tickets,
        "surveys": effort(chance["effort"], days, tickets, answer(chance["surveys"], days, sold, people, tickets)),
        "observations": observe(chance["market"], days),
    }


def load_demo(
    business: Business,
    *,
    seed: int = SEED,
    months: int = 24,
    until: date | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> None:
    """Put the demo company into a business; loading it again replaces it.

    `progress` is told how far it is (0 to 1) and which fact is being loaded.
    """
    yesterday = business.settings.calendar.today() - timedelta(days=1)
    facts = make_demo(seed, months, until or yesterday)
    names = tuple(facts)

    def told(fraction: float, words: object) -> None:
        if progress is not None:
            progress(fraction, names[min(int(fraction * len(names)), len(names) - 1)])

    business.load_facts(facts, name=NAME_EN, mode="replace", progress=told)
    if progress is not None:
        progress(1.0, "")
