"""What numbers tell: of which facts they are made, and whether they are money or count something."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keiki.facts import FACTS, fact
from keiki.measures.measure import Measure

Subject = tuple[str, str]
"""A fact, and MONEY or COUNTS."""
Told = frozenset[Subject]

MONEY: Final = "money"
COUNTS: Final = "counts"


def money(*facts: str) -> Told:
    """The amounts in the rows of facts.

    >>> money("orders")
    frozenset({('orders', 'money')})
    """
    return frozenset((fact(name).name, MONEY) for name in facts)


def counts(*facts: str) -> Told:
    """How many rows facts have, how many people or things are in them, how long what they speak of took."""
    return frozenset((fact(name).name, COUNTS) for name in facts)


NOTHING: Final[Told] = frozenset()
"""Words, days, settings; and KPIs, which are narrowed one by one."""
CUSTOMERS: Final = counts("customers", "orders", "order_lines", "subscriptions", "invoices", "stages")
"""How many customers there are, what they bought and signed."""
SALES: Final = money("orders", "order_lines", "subscriptions", "invoices", "stages")
"""What customers pay."""
COSTS: Final = money("costs", "media")
CONTRACTS: Final = money("subscriptions") | counts("subscriptions")
WORTH: Final = CUSTOMERS | SALES | COSTS | money("customers")
"""What customers bring and cost, and how many they are."""
EVERYTHING: Final = money(*FACTS) | counts(*FACTS)


def subjects(measure: Measure) -> Told:
    """What a measure is made of: of any one of these it can be known."""
    kind = MONEY if measure.unit == "currency" else COUNTS
    declared = [measure, *([measure.fallback] if measure.fallback is not None else [])]
    return frozenset((name, kind) for each in declared for name in each.facts)


def gives_away(told: Told, measures: Iterable[Told]) -> bool:
    """Whether numbers that tell `told` can show what is calculated from measures: whether they speak of all of them.

    >>> gives_away(counts("orders"), [money("orders"), counts("orders")])
    False
    >>> gives_away(SALES | CUSTOMERS, [money("orders"), counts("orders")])
    True
    """
    found = list(measures)
    return bool(found) and all(told & each for each in found)
