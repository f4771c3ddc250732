"""What the REST API takes and gives about businesses, and the strictness every app's schemas share."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import ConfigDict, Field


class Strict(Schema):
    """What a program sends: a name nobody declared is refused, so that a misspelling never passes unseen."""

    model_config = ConfigDict(extra="forbid")


class ErrorOut(Schema):
    """Every answer that is no success. `id` is beside the stack trace in the log when it is our mistake."""

    error: str = Field(description=gettext_noop("What went wrong, as one word for programs."))
    message: str = Field(description=gettext_noop("What was wrong, what was kept and what to do, in words."))
    id: str = Field(description=gettext_noop("The number of this answer, to find it in the log."))
    fields: list[dict[str, Any]] = Field([], description=gettext_noop("Which parts of the request did not fit."))


class CalendarOut(Schema):
    """How a business counts time."""

    zone: str
    week_start: int = Field(description=gettext_noop("First day of the week, 0 is Monday."))
    fiscal_start: int = Field(description=gettext_noop("First month of the fiscal year."))
    closing_day: int | None = Field(description=gettext_noop("Closing day of the month; null is its end."))
    country: str


class BusinessOut(Schema):
    """A business and how its numbers are to be read."""

    id: str
    name: str
    currency: str
    tax_included: bool
    calendar: CalendarOut
    rules: dict[str, dict[str, Any]] = Field(
        description=gettext_noop("Its own rules of calculation; others follow the default.")
    )


class PeriodOut(Schema):
    """Days from `start` up to but not including `end`."""

    start: date
    end: date
