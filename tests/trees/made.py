"""Trees and readings made by hand for the tests of trees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from keiki.catalogue.load import load_catalogue
from keiki.measures.measure import Asked
from keiki.periods import Period
from keiki.trees.build import Tree, build
from keiki.trees.document import from_dict, template

MONTHS = (Period(date(2026, 9, 1), date(2026, 10, 1)), Period(date(2026, 10, 1), date(2026, 11, 1)))
Segment = tuple[str | None, ...]


@dataclass
class HandReadings:
    """Readings from numbers: measure id (of the whole) or (id, segment) → one value per period, oldest first."""

    numbers: Mapping[Any, Sequence[float | None]]
    periods: tuple[Period, ...] = MONTHS
    segments: tuple[Segment, ...] = ((),)
    calls: list[tuple[Asked, int]] = field(default_factory=list)

    def value(self, asked: Asked, period_index: int, segment: Segment = (), back: int = 0) -> float | None:
        self.calls.append((asked, back))
        key = (asked.measure, segment) if segment else asked.measure
        at = period_index - back
        return self.numbers[key][at] if key in self.numbers and at >= 0 else None


def tree(root: Mapping[str, Any]) -> Tree:
    """A tree from its root, over the built-in catalogue."""
    names = {"id": "made", "ja": "例", "en": "Example", "about_ja": "例です。", "about_en": "An example."}
    return build(from_dict({**names, "root": root}), load_catalogue())


def bare(node_id: str, formula: str | None = None, *children: Mapping[str, Any]) -> dict[str, Any]:
    """A node whose own values the test gives; its KPI does not matter."""
    made: dict[str, Any] = {"id": node_id, "kpi": "cost", "driver": formula is None}
    if formula:
        made |= {"formula": formula, "children": list(children)}
    return made


def alone(node_id: str, formula: str | None = None, *children: Mapping[str, Any]) -> dict[str, Any]:
    """A bare node that is no other node's number."""
    return bare(node_id, formula, *children) | {"where": f"campaign = '{node_id}'"}


@cache
def built_in(tree_id: str) -> Tree:
    """A tree that comes with the catalogue."""
    return build(template(load_catalogue(), tree_id), load_catalogue())


MEASURED = ("corporate_profit", "ec", "ec_customers", "simple_orders", "subscription")
"""The built-in trees that are measured from top to bottom; the others are templates with targets to adapt."""

FUNNEL = {
    "kpi": "order_revenue",
    "formula": "sessions * purchase_rate * aov",
    "children": [{"kpi": name, "driver": True} for name in ("sessions", "purchase_rate", "aov")],
}
BEFORE = {"order_revenue": 19_200_000.0, "sessions": 120_000.0, "purchase_rate": 0.02, "aov": 8_000.0}
AFTER = {"order_revenue": 21_252_000.0, "sessions": 110_000.0, "purchase_rate": 0.023, "aov": 8_400.0}
