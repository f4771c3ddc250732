"""What rows must look like: the 13 facts, their vocabularies, and how raw columns become them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from keiki.errors import UnknownName
from keiki.facts.contract import Column, Fact, Kind, Role
from keiki.facts.costs import COSTS
from keiki.facts.customers import CUSTOMERS
from keiki.facts.events import EVENTS
from keiki.facts.exposures import EXPOSURES
from keiki.facts.invoices import INVOICES
from keiki.facts.media import MEDIA
from keiki.facts.observations import OBSERVATIONS
from keiki.facts.order_lines import ORDER_LINES
from keiki.facts.orders import ORDERS
from keiki.facts.stages import STAGES
from keiki.facts.subscriptions import SUBSCRIPTIONS
from keiki.facts.surveys import SURVEYS
from keiki.facts.tickets import TICKETS
from keiki.facts.vocabulary import Label, vocabulary

FACTS: dict[str, Fact] = {
    fact.name: fact
    for fact in (
        CUSTOMERS,
        ORDERS,
        ORDER_LINES,
        SUBSCRIPTIONS,
        INVOICES,
        COSTS,
        MEDIA,
        EVENTS,
        STAGES,
        SURVEYS,
        TICKETS,
        EXPOSURES,
        OBSERVATIONS,
    )
}


def fact(name: str) -> Fact:
    """The fact of that name; `UnknownName` suggests the nearest one."""
    if name not in FACTS:
        raise UnknownName(kind="fact", name=name, known=FACTS)
    return FACTS[name]


def value_words(column: str, value: str, language: str, of: str | None = None) -> str:
    """What a value of a column is called in `ja` or `en`, where a vocabulary knows it; else the value itself.

    `of` is the fact whose column it is: columns of one name may have different vocabularies.

    >>> value_words("channel", "email", "ja"), value_words("customer.plan", "gold", "en")
    ('メール', 'gold')
    >>> value_words("status", "completed", "ja", "orders")
    '完了'
    """
    label = _labels(column.removeprefix("customer."), of).get(value)
    return value if label is None else label.words(language)


@cache
def _labels(name: str, of: str | None) -> dict[str, Label]:
    asked: Iterable[Fact] = FACTS.values() if of is None else (FACTS[of],)
    columns = (declared.column(name) for declared in asked)
    domain = next((column.vocabulary for column in columns if column is not None), None)
    return vocabulary(domain) if domain is not None else {}


__all__ = ["FACTS", "Column", "Fact", "Kind", "Label", "Role", "fact", "value_words", "vocabulary"]
