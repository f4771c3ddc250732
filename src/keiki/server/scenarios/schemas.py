"""What the REST API takes and gives about what-ifs."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

from keiki.periods import Grain
from keiki.server.accounts.schemas import PeriodOut, Strict
from keiki.trees.simulate import How

Amount = Annotated[float, Field(ge=-1e18, le=1e18, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class MoveAsk(Strict):
    """A driver moved."""

    node: Name
    how: How = Field(
        How.TO,
        description=gettext_noop(
            "To a value, by a share of the value (relative: 0.1 is +10%), or by an amount (plus)."
        ),
    )
    amount: Amount = Field(description=gettext_noop("In the unit of the node; 0.03 is 3%."))


class SeekAsk(Strict):
    """What the goal is to be worth, and by which driver."""

    goal: Amount
    by: Name


class WhatIfAsk(Strict):
    """The period whose values are moved, the moves, and what is sought."""

    grain: Grain = Grain.MONTH
    on: date | None = Field(None, description=gettext_noop("A day of the period; null for the last day of the data."))
    moves: list[MoveAsk] = Field(default_factory=list, max_length=100)
    step: float = Field(0.01, gt=0, le=1, description=gettext_noop("By which share drivers are moved for `strengths`."))
    seek: SeekAsk | None = None


class MovedNodeOut(Schema):
    """A node before and after; `driver`: it can be moved and formulas join it to the goal."""

    node: str
    kpi: str | None
    unit: str
    before: float | None
    after: float | None
    driver: bool
    moved: bool


class StrengthOut(Schema):
    """What a step of one driver up and down does to the goal, in its unit; `elasticity`: per cent for one per cent."""

    node: str
    value: float
    up: float
    down: float
    elasticity: float | None


class SoughtOut(Schema):
    """`needed`: the value that reaches the goal; null where none does, then `at` comes nearest, with `best`."""

    node: str
    goal: float
    start: float
    needed: float | None
    at: float
    best: float
    reached: bool


class WhatIfOut(Schema):
    """What becomes of every number of the tree; the strongest driver first."""

    tree: str
    goal: str
    period: PeriodOut
    before: float | None
    after: float | None
    change: float | None
    target: float | None = Field(description=gettext_noop("What the goal is to reach in the period."))
    nodes: list[MovedNodeOut]
    strengths: list[StrengthOut]
    sought: SoughtOut | None
