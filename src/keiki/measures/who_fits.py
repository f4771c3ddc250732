"""Which measures ask whether customers fit the ideal one."""

from __future__ import annotations

from typing import Final

from keiki.formula import condition_columns
from keiki.formula.nodes import Condition
from keiki.measures.measure import Measure

FIT: Final = "icp_fit"
BY_FIT: Final = {("acquisition", "on_others")}
"""Model and stat of the measures that follow `icp_fit` without naming it."""


def names_fit(*clauses: Condition | None) -> bool:
    """Whether a condition asks who fits."""
    return any(name.split(".")[-1] == FIT for each in clauses if each is not None for name in condition_columns(each))


def asks_who_fits(measure: Measure, *narrowed: Condition | None) -> bool:
    """Whether a measure, narrowed by conditions, counts by who fits."""
    return (measure.model, measure.param("stat")) in BY_FIT or names_fit(measure.where, *narrowed)
