"""What a person says about a file: the meaning of each column, and what happens to rows that were here before."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace

from keiki.errors import MeaningTwice
from keiki.facts.mapping import Mapping, Rule
from keiki.server.data.models import Mode

KEEP, SKIP, NET = "+", "", "@net"
"""Choices besides a column of the fact: keep as a dimension, leave out; and what is said of an amount with tax."""


def field(number: int) -> str:
    """The name of the select of a column."""
    return f"column-{number}"


def choice_of(mapping: Mapping, column: str) -> str:
    """What the select of a column shows for a mapping."""
    for target, rule in mapping.rules.items():
        if column in rule.sources:
            return f"{target}{NET}" if rule.transform == "net_of_tax" else target
    return SKIP if column in mapping.ignored else KEEP


@dataclass(frozen=True)
class ColumnsForm:
    """The choices of a person, column by column, over the mapping that was guessed."""

    guessed: Mapping
    columns: tuple[str, ...]
    chosen: tuple[str, ...]
    mode: str

    @classmethod
    def read(cls, guessed: Mapping, columns: tuple[str, ...], posted: AnyMapping[str, str]) -> ColumnsForm:
        """The choices that were sent; a column that was not sent keeps what was guessed."""
        chosen = tuple(posted.get(field(place), choice_of(guessed, name)) for place, name in enumerate(columns))
        return cls(guessed, columns, chosen, posted.get("mode", Mode.UPSERT))

    def mapping(self) -> Mapping:
        """The mapping that the choices mean; `MeaningTwice` when two columns have one meaning.

        A guessed rule stays as it is while its columns keep their meaning, so that sums, taxes and renamed values
        are not lost.
        """
        rules: dict[str, Rule] = {}
        wanted: dict[str, list[str]] = {}
        for name, choice in zip(self.columns, self.chosen, strict=True):
            if choice not in {KEEP, SKIP}:
                wanted.setdefault(choice, []).append(name)
        for choice, names in wanted.items():
            target = choice.removesuffix(NET)
            if target in rules:
                raise MeaningTwice(meaning=target, columns=", ".join(names))
            rules[target] = self._rule(target, names, net=choice.endswith(NET))
        beside = {t: rule for t, rule in self.guessed.rules.items() if t not in rules and self._stands(t, rule)}
        ignored = tuple(n for n, choice in zip(self.columns, self.chosen, strict=True) if choice == SKIP)
        return replace(self.guessed, rules=rules | beside, ignored=ignored)

    def _stands(self, target: str, rule: Rule) -> bool:
        """Whether a rule that no select shows (a constant, a yes/no about a column) still holds."""
        choices = dict(zip(self.columns, self.chosen, strict=True))
        kept = {name: choice_of(self.guessed, name) for name in rule.sources}
        return all(kept[name] == choices[name] and kept[name].removesuffix(NET) != target for name in rule.sources)

    def _rule(self, target: str, names: list[str], net: bool) -> Rule:
        guessed = self.guessed.rules.get(target)
        if guessed is not None and set(guessed.sources) == set(names) and (guessed.transform == "net_of_tax") == net:
            return guessed
        if len(names) > 1:
            raise MeaningTwice(meaning=target, columns=", ".join(names))
        kept = guessed.values if guessed is not None and guessed.sources == tuple(names) else {}
        return Rule((names[0],), "net_of_tax" if net else "copy", values=dict(kept))
