"""How often a KPI is to have a value now: its cadence, or every day while a campaign for it lasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from keiki.catalogue.kpi import Horizon, Kpi
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.catalogue import CADENCES, entered_of, kpi_history
from keiki.server.kpis.queries.numbers import Known, known

BY_HORIZON: Final = {Horizon.SHORT: Grain.WEEK, Horizon.MID: Grain.MONTH, Horizon.LONG: Grain.QUARTER}
"""Tactical numbers are looked at often, strategic ones seldom; for a KPI that declares no cadence."""


@dataclass(frozen=True)
class Campaign:
    """A campaign for a KPI that has begun and not ended."""

    name: str
    on: date
    until: date


@dataclass(frozen=True)
class Cadence:
    """How often a KPI is to have a value: `grain` now, `usual` when no campaign for it runs.

    `declared`: the KPI says so itself; otherwise it follows from how far it looks ahead.
    """

    grain: Grain
    usual: Grain
    declared: bool
    campaign: Campaign | None = None


def cadence_of(kpi: Kpi) -> Grain | None:
    """The period in which a KPI is to have a value at the latest, as it is declared; None for one without a cadence."""
    return next((grain for name, grain in reversed(CADENCES.items()) if name in kpi.cadence), None)


def running_campaigns(business: Business, day: date) -> Mapping[str, Campaign]:
    """By KPI the campaign for it that lasts longest from a day on."""
    rows = business.annotations.filter(kind="campaign", on__lte=day, until__gte=day).exclude(kpi="")
    found = rows.order_by("until", "pk").values_list("kpi", "text", "on", "until")
    return {kpi: Campaign(text, on, until) for kpi, text, on, until in found if until is not None}


def cadence_now(business: Business, kpi: Kpi) -> Cadence:
    """How often a KPI is to have a value on the day of the business: daily until a campaign for it ends."""
    declared = cadence_of(kpi)
    usual = declared or BY_HORIZON[kpi.horizon]
    campaign = running_campaigns(business, business.calendar.today()).get(kpi.id)
    return Cadence(Grain.DAY if campaign else usual, usual, declared is not None, campaign)


def overdue_since(user: Any, business: Business, kpi: Kpi, asked: Known | None = None) -> date | None:
    """From which day on a KPI has been missing the value of its cadence; None while it is not.

    The period after the newest one with a value is due on the day after its end; during a campaign every day since it
    began.
    """
    cadence, calendar = cadence_now(business, kpi), business.calendar
    newest = _newest_value(user, business, kpi, cadence.grain, asked or known(user, business))
    if cadence.campaign is not None:
        eve = calendar.period(Grain.DAY, cadence.campaign.on - timedelta(days=1))
        newest = eve if newest is None or newest.start < eve.start else newest
    elif not cadence.declared:
        return None
    due = None if newest is None else calendar.shift(newest, 1).end
    return due if due is not None and due <= calendar.today() else None


def _newest_value(user: Any, business: Business, kpi: Kpi, grain: Grain, asked: Known) -> Period | None:
    told = kpi_history(user, business, kpi.id, asked, grain)
    if told is None:
        return None
    measured = [period for period, value in zip(told.periods, told.values, strict=True) if value is not None]
    entered = entered_of(user, business, kpi.id, grain, told.periods[0].start)
    days = [period.start for period in measured] + [each.day for each in entered]
    return business.calendar.period(grain, max(days)) if days else None
