"""Finding customers by letters of their id or name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.customers.postings import Facts

NAMED_IN: Final = ("customers", "subscriptions")
"""The facts in which customers are looked for while they have a register."""
SPACES: Final = (" ", "\u3000")


def customers_called(facts: Facts, letters: str, named_in: Sequence[str] = NAMED_IN) -> ir.Table:
    """The customers whose id or name holds the letters: customer_id, name, near.

    Capitals and spaces make no difference. `near` is 0 where the id or the name is just that, 1 where one begins so,
    2 elsewhere. `named_in`: the facts that are read; a name comes from `customers`.
    """
    wanted = ibis.literal(_plain(letters))
    people = facts["customers"]
    found = [people.select("customer_id", "name")]
    for name in named_in:
        if name != "customers":
            others = facts[name].filter(facts[name].customer_id.notnull()).select("customer_id").distinct()
            unnamed = others.anti_join(people, "customer_id")
            found.append(unnamed.mutate(name=ibis.null("string")).select("customer_id", "name"))
    table = ibis.union(*found) if len(found) > 1 else found[0]
    texts = [_folded(table.customer_id), _folded(table.name.fill_null(""))]
    table = table.mutate(
        near=ibis.cases(
            (_any([text == wanted for text in texts]), 0),
            (_any([text.startswith(wanted) for text in texts]), 1),
            (_any([text.contains(wanted) for text in texts]), 2),
            else_=3,
        ).cast("int64")
    )
    return table.filter(table.near < 3)


def _plain(letters: str) -> str:
    """
    >>> _plain("Sato Hanako")
    'satohanako'
    """
    for space in SPACES:
        letters = letters.replace(space, "")
    return letters.lower()


def _folded(text: ir.StringValue) -> ir.StringValue:
    for space in SPACES:
        text = text.replace(space, "")
    return text.lower()


def _any(conditions: Sequence[ir.BooleanValue]) -> ir.BooleanValue:
    first, *others = conditions
    for each in others:
        first = first | each
    return first
