"""How the columns of a source become the columns of a fact: one rule per target column, kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from typing import Any

from keiki.errors import MappingIncomplete, NotLoadable, RuleShort, UnknownName
from keiki.facts import fact as fact_of
from keiki.facts.contract import Role

TRANSFORMS: dict[str, int] = {
    "copy": 1,
    "constant": 0,
    "row_number": 0,
    "first": 1,
    "hash": 1,
    "id_or_hash": 2,
    "join": 1,
    "is_empty": 1,
    "is_filled": 1,
    "sum": 1,
    "difference": 2,
    "product": 2,
    "net_of_tax": 1,
}
"""What a rule can do, with the number of source columns it needs at least.

- `copy` the column · `constant` the same value in every row · `first` the first column that is not empty
- `row_number` the number of the row behind `value`, for rows that have no id of their own
- `hash` of the lower-case text, so that an e-mail never enters the lake · `id_or_hash` the first column, where empty
  the hash of the second · `join` texts with `value` between them · `is_empty`, `is_filled` yes or no about a column
- `sum`, `difference` (first minus the others; an empty cell counts as 0, all empty is empty), `product`
- `net_of_tax` first minus second (the tax), with one column: divided by 1 + rate (`value`, else the business's rate)
"""


@dataclass(frozen=True)
class Rule:
    """Where one target column comes from. `values` renames vocabulary, from the source's word to the known one."""

    sources: tuple[str, ...] = ()
    transform: str = "copy"
    value: str | float | bool | None = None
    values: dict[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The rule as JSON-able values, without what is not set."""
        stated: dict[str, Any] = {"sources": list(self.sources), "transform": self.transform}
        if self.value is not None:
            stated["value"] = self.value
        return stated | ({"values": self.values} if self.values else {})


@dataclass(frozen=True)
class Mapping:
    """The rules of one source for one fact.

    A target that the fact does not declare becomes a dimension of that name. Source columns that no rule uses become
    dimensions too, except the `ignored` ones. `date_order` of the source wins over the business's.
    """

    fact: str
    rules: dict[str, Rule] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    date_order: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The mapping as JSON-able values."""
        rules = {target: rule.as_dict() for target, rule in self.rules.items()}
        return {"fact": self.fact, "rules": rules, "ignored": list(self.ignored), "date_order": self.date_order}

    @classmethod
    def from_dict(cls, stated: AnyMapping[str, Any]) -> Mapping:
        """The mapping that `as_dict` wrote; a rule may also be the bare name of a column."""
        rules = {str(target): _rule(rule) for target, rule in stated.get("rules", {}).items()}
        ignored = tuple(str(name) for name in stated.get("ignored", ()))
        return cls(str(stated["fact"]), rules, ignored, stated.get("date_order"))

    @classmethod
    def of(cls, fact: str, /, **columns: str) -> Mapping:
        """The plain mapping: target column = name of the source column."""
        return cls(fact, {target: Rule((source,)) for target, source in columns.items()})

    def check(self, columns: tuple[str, ...]) -> None:
        """Refuse a mapping that a source with these columns cannot follow, naming what is missing."""
        declared = fact_of(self.fact)
        for target, rule in self.rules.items():
            column = declared.column(target)
            if column is not None and column.role is Role.DERIVED:
                raise NotLoadable(fact=self.fact, column=target)
            _check_rule(rule, columns)
        missing = [c.name for c in declared.required if c.name not in self.rules and c.unless not in self.rules]
        if missing:
            raise MappingIncomplete(fact=self.fact, missing=", ".join(missing), columns=", ".join(columns))


def _check_rule(rule: Rule, columns: tuple[str, ...]) -> None:
    if rule.transform not in TRANSFORMS:
        raise UnknownName(kind="transform", name=rule.transform, known=TRANSFORMS)
    for source in rule.sources:
        if source not in columns:
            raise UnknownName(kind="column", name=source, known=columns)
    if len(rule.sources) < TRANSFORMS[rule.transform]:
        raise RuleShort(transform=rule.transform, needed=TRANSFORMS[rule.transform], given=len(rule.sources))


def _rule(stated: Any) -> Rule:
    if isinstance(stated, str):
        return Rule((stated,))
    values = {str(word): str(known) for word, known in stated.get("values", {}).items()}
    sources = tuple(str(name) for name in stated.get("sources", ()))
    return Rule(sources, str(stated.get("transform", "copy")), stated.get("value"), values)
