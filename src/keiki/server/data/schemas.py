"""What the REST API takes and gives about data."""

from __future__ import annotations

from datetime import date as Day  # noqa: N812 - the field is called date
from datetime import datetime
from typing import Annotated, Final, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field, FiniteFloat, StrictStr

from keiki.server.accounts.schemas import Strict

MOST_OBSERVATIONS: Final = 10_000
Name = Annotated[StrictStr, Field(min_length=1, max_length=200)]


class ObservationIn(Strict):
    """A value of a metric in a period, as somebody knows it. The same metric, day, grain and names replace it."""

    metric: Name = Field(description=gettext_noop("The id of a KPI or measure."))
    date: Day = Field(description=gettext_noop("The first day of the period."))
    grain: Literal["day", "week", "month", "quarter", "year"] = Field(description=gettext_noop("Length of the period."))
    value: Annotated[FiniteFloat, Field(strict=True)]
    evidence: Annotated[
        StrictStr, Field(max_length=400, description=gettext_noop("What shows that it is right; without it, marked."))
    ] = ""
    note: Annotated[StrictStr, Field(max_length=1_000)] | None = None
    source: Name | None = None
    segment: Name | None = None
    channel: Name | None = None
    platform: Name | None = None
    project: Name | None = None
    market: Name | None = None
    product: Name | None = None
    team: Name | None = None


class ObservationsIn(Strict):
    """Values, all or none of which are written."""

    observations: list[ObservationIn] = Field(min_length=1, max_length=MOST_OBSERVATIONS)
    name: Annotated[StrictStr, Field(min_length=1, max_length=120)] = Field(
        "API", description=gettext_noop("What the history of imports calls them.")
    )


class ObservedOut(Schema):
    """One import, which the data page can take back."""

    import_id: str
    added: int
    changed: int
    unchanged: int
    rejected: int


class IssueOut(Schema):
    """Something that is wrong with the data: what a check finds, or what a person took up."""

    id: str
    kind: Literal["missing", "rejected", "reported"]
    ja: str
    en: str
    start: Day | None = Field(description=gettext_noop("The first day of the period that is missing."))
    grain: str
    rows: int | None = Field(description=gettext_noop("How many rows were refused."))
    standing: bool = Field(description=gettext_noop("Whether its check still finds it."))
    open: bool
    owner: str
    resolution: str
    note: str
    closed_by: str
    closed_at: datetime | None


class ClosedIn(Strict):
    """How an issue was settled; no issue is closed without a note."""

    resolution: Literal["corrected", "explained", "accepted"]
    note: Annotated[StrictStr, Field(max_length=1_000)]


class RateIn(Strict):
    """What one unit of a currency is worth in that of the business, from a day on."""

    currency: Annotated[StrictStr, Field(min_length=3, max_length=3)]
    since: Day
    rate: Annotated[StrictStr, Field(max_length=24, description=gettext_noop("An exact decimal as text: 150.25."))]


class RatesIn(Strict):
    """Rates, all or none of which are set."""

    rates: list[RateIn] = Field(min_length=1, max_length=MOST_OBSERVATIONS)


class RateOut(Schema):
    """A rate as it is kept; money is text, so that no digit is lost."""

    currency: str
    into: str
    since: Day
    rate: str


class LeftOutOut(Schema):
    """Rows in a currency without a rate on their day: they are in no number of money."""

    fact: str
    currency: str
    rows: int
    amount: str
    first: Day
    last: Day


class RatesOut(Schema):
    """The register, and what it leaves out."""

    rates: list[RateOut]
    left_out: list[LeftOutOut]


class ImportIn(Strict):
    """How a file is read."""

    name: str = Field(
        min_length=1, max_length=255, description=gettext_noop("The name of the file; its ending says what kind it is.")
    )
    fact: str | None = Field(
        None, max_length=40, description=gettext_noop("What its rows are, such as orders; without it this is guessed.")
    )
    mode: Literal["upsert", "append", "replace"] = Field(
        "upsert", description=gettext_noop("Add and update, add every row, or replace what came under this name.")
    )


class ErasureIn(Strict):
    """A customer to erase. The id is that of the facts; nothing of the request is kept once it is done."""

    customer_id: str = Field(min_length=1, max_length=200)
    also: list[str] = Field(
        default=[],
        max_length=20,
        description=gettext_noop("Further names and addresses of the person to take out of texts."),
    )


class RunOut(Schema):
    """An import at work."""

    id: str
    status: Literal["queued", "running", "done", "failed"]
    progress: float
    message: str
    error: str
    import_id: str | None = Field(description=gettext_noop("Its entry in the history, once it is done."))


class DoneOut(Schema):
    """One entry of the history of imports."""

    id: str
    at: datetime
    kind: str
    source: str
    facts: list[str]
    added: int
    changed: int
    removed: int
    unchanged: int
    rejected: int
    undone: bool
