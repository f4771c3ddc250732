"""What the REST API takes and gives about the changes we made, campaigns and the checks of a design."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field

from keiki.server.accounts.schemas import PeriodOut, Strict
from keiki.trees.findings import Severity


class HorizonOut(Schema):
    """A month so many `months` after the one in which a change began: what was expected, and what was measured.

    `reached`: met, missed, stored (nothing was expected), due, or not_yet. `version` is that of the definition,
    `snapshot` the state of the data.
    """

    months: int
    month: PeriodOut
    expected: float | None
    value: float | None
    version: int | None
    snapshot: int | None
    measured_at: datetime | None
    reached: str


class ChangeMadeOut(Schema):
    """A change we made: an action, a campaign or a price. `tracking`: tracked, not_asked, or what is missing."""

    id: int
    kind: str
    text: str
    on: date
    until: date | None
    kpi: str
    where: str
    campaign: str
    tracking: str
    horizons: list[HorizonOut]


class SpentOut(Schema):
    """What campaigns cost and brought together; `roi` is null without a cost or without known profit."""

    campaigns: int
    cost: float | None
    leads: int
    new_customers: int
    wins: int
    revenue: float
    gross_profit: float | None
    roi: float | None


class TypeBudgetOut(Schema):
    """One type of campaign (paid, earned, shared, owned or "") in each quarter, and in all of them."""

    media_type: str
    quarters: list[SpentOut]
    whole: SpentOut


class BudgetBasisOut(Schema):
    """The last fiscal quarters that are over, oldest first, and the types with anything in them."""

    quarters: list[PeriodOut]
    types: list[TypeBudgetOut]


class CheckAsk(Strict):
    """Whether the data is asked too."""

    data: bool = Field(False, description=gettext_noop("Also hold formulas and targets against the months measured."))


class FindingOut(Schema):
    """One thing that a check found. `subject`: the node, or the tree."""

    code: str
    severity: Severity
    subject: str
    nodes: list[str]
    en: str
    ja: str
    data: bool = Field(description=gettext_noop("Only the data tells it, not the design by itself."))


class CheckedOut(Schema):
    """What the checks say about the design of a tree, the worst first."""

    tree: str
    version: int
    findings: list[FindingOut]
