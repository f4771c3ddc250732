"""What a person types about the rule that scores leads."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from keiki.errors import KeikiError
from keiki.journeys.lead_scores import MOST_CRITERIA, Criterion, LeadRule

SPARE = 2
LONGEST = 400


@dataclass(frozen=True)
class CriterionRow:
    """One line of the form, as typed; values are separated by commas."""

    name: str = ""
    attribute: str = ""
    values: str = ""
    points: str = ""


FIELDS = ("name", "attribute", "values", "points")


@dataclass(frozen=True)
class LeadRuleForm:
    """The rule as typed. `rule` is None where it cannot be, and `error` says why."""

    rows: tuple[CriterionRow, ...]
    rule: LeadRule | None = None
    error: KeikiError | None = None

    @classmethod
    def of(cls, rule: LeadRule | None) -> LeadRuleForm:
        """The form that holds a rule, with empty lines after it."""
        criteria = rule.criteria if rule else ()
        rows = [CriterionRow(c.name, c.attribute, ", ".join(c.values), str(c.points)) for c in criteria]
        return cls((*rows, *[CriterionRow()] * SPARE), rule)

    @classmethod
    def read(cls, data: Mapping[str, str]) -> LeadRuleForm:
        """The rule that was sent; lines without a name and an attribute count for nothing."""
        count = min(len([name for name in data if name.startswith("attribute-")]), MOST_CRITERIA + SPARE)
        rows = tuple(
            CriterionRow(*(data.get(f"{name}-{n}", "").strip()[:LONGEST] for name in FIELDS)) for n in range(count)
        )
        told = [_criterion(row) for row in rows if row.name or row.attribute]
        try:
            rule = LeadRule(tuple(told))
        except KeikiError as error:
            return cls(rows, error=error)
        return cls(rows, rule)


def _criterion(row: CriterionRow) -> Criterion:
    values = tuple(dict.fromkeys(part.strip() for part in re.split("[,、，]", row.values) if part.strip()))
    points = row.points.replace("\u2212", "-")
    return Criterion(row.name, row.attribute, values, int(points) if re.fullmatch(r"[+-]?\d{1,4}", points) else 0)
