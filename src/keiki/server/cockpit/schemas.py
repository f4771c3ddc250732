"""What the REST API gives about the changes we made."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from keiki.server.accounts.schemas import PeriodOut


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
