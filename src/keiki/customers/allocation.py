"""Where money for winning customers comes back, where it does not, and what moving some of it would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from keiki.errors import NothingSpentThere

FEED, HOLD, STOP, WAIT, FEW, UNPAID = "feed", "hold", "stop", "wait", "few", "unpaid"


@dataclass(frozen=True)
class AdviceRule:
    """When money comes back.

    `feed`: a customer has paid back its cost within `months`; `hold`: later; `stop`: not recovered though customers
    are `months` old; `wait`: not recovered, but younger; `few`: fewer than `customers`;
    `unpaid`: nothing was spent there, so that no money comes back. A product is of low quality
    when its customers buy again less than `low_repeat` times as often as all customers.
    """

    months: int = 12
    customers: int = 30
    low_repeat: float = 0.5


@dataclass(frozen=True)
class Place:
    """A channel, product or plan that customers come by, with all they brought so far.

    `spend` is acquisition cost, `kept` gross profit less retention cost, both of all its customers; `payback` the
    month by which a customer has earned its cost back (None: not so far), `oldest` the age in months its curve knows.
    """

    name: str | None
    customers: int
    repeaters: int
    revenue: float
    spend: float
    kept: float
    payback: int | None
    oldest: int

    @property
    def per_spend(self) -> float | None:
        """Long-term profit per money spent on acquisition; 1 is break-even. None where nothing was spent."""
        return self.kept / self.spend if self.spend > 0 else None

    @property
    def repeat_rate(self) -> float | None:
        """The share of its customers who bought again."""
        return self.repeaters / self.customers if self.customers else None


@dataclass(frozen=True)
class Advice:
    """What to do with the money for a place (the words of AdviceRule, and `unpaid`); `low`: of low quality."""

    place: Place
    action: str
    low: bool


def advised(places: Sequence[Place], rule: AdviceRule | None = None) -> tuple[Advice, ...]:
    """Places with what to do, the most long-term profit per spend first, those without spend last."""
    rule = rule or AdviceRule()
    customers, repeaters = sum(each.customers for each in places), sum(each.repeaters for each in places)
    usual = repeaters / customers if customers else 0.0
    found = [Advice(each, _action(each, rule), _low(each, usual, rule)) for each in places]
    return tuple(
        sorted(found, key=lambda a: (a.place.per_spend is None, -(a.place.per_spend or 0), a.place.name or ""))
    )


def _action(place: Place, rule: AdviceRule) -> str:
    if place.customers < rule.customers:
        return FEW
    if place.per_spend is None:
        return UNPAID
    if place.payback is not None:
        return FEED if place.payback <= rule.months else HOLD
    return STOP if place.oldest >= rule.months else WAIT


def _low(place: Place, usual: float, rule: AdviceRule) -> bool:
    rate = place.repeat_rate
    return place.customers >= rule.customers and rate is not None and rate < usual * rule.low_repeat


@dataclass(frozen=True)
class Reallocation:
    """Money moved from one place to another: the change expected when each goes on as it has.

    `stretched` are the places whose spend would change by more than half: there the past says little.
    """

    amount: float
    giver: Place
    taker: Place
    expected: float
    stretched: tuple[str, ...]


def reallocated(amount: float, giver: Place, taker: Place) -> Reallocation:
    """What moving an amount of acquisition spend would bring in long-term profit.

    Raises NothingSpentThere when nobody was won for money at one of the two.
    """
    for place in (giver, taker):
        if place.per_spend is None:
            raise NothingSpentThere(name=place.name or "—")
    assert giver.per_spend is not None
    assert taker.per_spend is not None
    changed = tuple(place.name or "—" for place in (giver, taker) if amount > place.spend / 2)
    return Reallocation(amount, giver, taker, amount * (taker.per_spend - giver.per_spend), changed)
