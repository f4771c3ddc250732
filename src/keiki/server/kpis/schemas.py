"""What the REST API takes and gives about KPIs and trees."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import Field, StringConstraints

from keiki.periods import Grain
from keiki.server.accounts.schemas import PeriodOut, Strict
from keiki.server.kpis.models import LONGEST_COMMENT

MOST_KPIS: Final = 100
Comparison = Literal["previous", "last_year"]
Formula = Annotated[str, Field(min_length=1, max_length=4_000)]


class Periods(Strict):
    """Which periods, of which part of the business, compared with what."""

    when: str | None = Field(
        None,
        max_length=40,
        description=gettext_noop("Such as 2026-10, 2026-Q4, 2026-W44, 2026-08..2026-10; else the last periods."),
    )
    grain: Grain | None = Field(None, description=gettext_noop("Length of a period; else that of when, or months."))
    last: int = Field(1, ge=1, le=120, description=gettext_noop("So many periods up to the last day of the data."))
    where: str | None = Field(
        None,
        max_length=1_000,
        description=gettext_noop("Only rows that meet it, such as channel = 'email'."),
    )
    comparison: Comparison | None = Field(None, description=gettext_noop("What before means; else as in the business."))


class Ask(Periods):
    """KPIs or formulas over them."""

    kpis: list[Formula] = Field(
        min_length=1, max_length=MOST_KPIS, description=gettext_noop("Ids of KPIs or measures, or formulas over them.")
    )
    by: list[Annotated[str, Field(max_length=80)]] = Field(
        default_factory=list, max_length=2, description=gettext_noop("Split by these dimensions.")
    )


class MeasuredOut(Schema):
    """One row per KPI, period and segment; `snapshot` names the state of the data."""

    snapshot: int
    rows: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: kpi, start, end (exclusive), complete, certainty (so_far, provisional or final), value, before, "
            "version of the definition, and the dimensions."
        )
    )
    missing: dict[str, list[str]] = Field(description=gettext_noop("Why a KPI has no value: the facts without rows."))
    left_out: list[dict[str, Any]] = Field(
        description=gettext_noop("Money in currencies without a rate on its day, by fact; it is in no number.")
    )


class KpiOut(Schema):
    """A KPI as declared."""

    id: str
    ja: str
    en: str
    definition_ja: str
    definition_en: str
    formula: str
    unit: str
    direction: str
    domain: list[str]
    supply: str = Field(description=gettext_noop("data: from rows; hand: entered by people; lacks: facts are missing."))
    missing: list[str] = Field(description=gettext_noop("The facts that are missing."))


class EnteredOut(Schema):
    """A value that somebody entered for a KPI."""

    day: date
    value: float
    evidence: str
    unproved: bool = Field(description=gettext_noop("Nothing shows that it is right: it counts, and is marked."))
    source: str
    note: str
    author: str = Field(description=gettext_noop("Who entered it; empty when a program did without a person."))
    import_id: str


class PitfallOut(Schema):
    """A common mistake with a KPI and what to do instead."""

    ja: str
    en: str
    instead_ja: str
    instead_en: str


class KpiToldOut(KpiOut):
    """A KPI as declared, with what helps to read it."""

    reads_ja: str = Field(description=gettext_noop("The formula with names in the place of ids."))
    reads_en: str
    example_ja: str = Field(description=gettext_noop("The formula worked out with made-up figures."))
    example_en: str
    own_example_ja: str | None = Field(
        description=gettext_noop("The same with the business's own figures of the last month that is over.")
    )
    own_example_en: str | None
    pitfalls: list[PitfallOut] = Field(description=gettext_noop("Common mistakes, the most telling first."))


class AskTogether(Strict):
    """A KPI of this business and others."""

    kpi: Annotated[str, Field(max_length=80)]
    others: Annotated[str, Field(max_length=1_000)] = Field(
        "", description=gettext_noop("Ids of the other businesses, with commas; else all that the person belongs to.")
    )
    grain: Grain = Field(Grain.MONTH, description=gettext_noop("Length of a period."))


class BusinessPartOut(Schema):
    """One business: its values over the periods, and its part of the last total (or its weight in a rate), 0 to 1."""

    name: str
    values: list[float | None]
    share: float | None


class TogetherOut(Schema):
    """A KPI of several businesses and of all of them as one, in the last periods that are over in all of them."""

    kpi: str
    periods: list[PeriodOut]
    businesses: list[BusinessPartOut]
    totals: list[float | None]
    adds: bool = Field(description=gettext_noop("The total is the sum of the values; else calculated from sums."))
    why: str | None = Field(description=gettext_noop("Why there is no total."))


class KpisOut(Schema):
    """A page of KPIs and how many there are."""

    total: int
    kpis: list[KpiOut]


class TreeLineOut(Schema):
    """A tree that can be read."""

    id: str
    ja: str
    en: str
    nodes: int
    own: bool = Field(description=gettext_noop("Whether the business made it; else it is built in."))


class NodeOut(Schema):
    """A node with its value in the period and in the period compared with; null: not available."""

    id: str
    kpi: str | None
    parent: str | None
    ja: str
    en: str
    unit: str
    value: float | None
    before: float | None
    missing: list[str]


class TreePeriodOut(PeriodOut):
    """Every node in one period."""

    complete: bool
    certainty: str = Field(description=gettext_noop("so_far, provisional or final."))
    before: PeriodOut
    nodes: list[NodeOut]


class TreeOut(Schema):
    """A tree measured."""

    tree: str
    snapshot: int
    periods: list[TreePeriodOut]


class CommentIn(Strict):
    """What is said about a KPI, or in answer to what was said."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_COMMENT)]
    when: str | None = Field(
        None, max_length=40, description=gettext_noop("The period, such as 2026-10 or 2026-W44; else this month.")
    )
    answers: int | None = Field(None, ge=1, description=gettext_noop("The id of the comment that is answered."))


class CommentOut(Schema):
    """A comment; one that was taken back has no text."""

    id: int
    kpi: str
    where: str = Field(description=gettext_noop("The condition under which a tree counts the KPI; empty for itself."))
    grain: str
    day: date = Field(description=gettext_noop("The first day of the period."))
    author: str | None
    at: datetime
    changed_at: datetime | None
    text: str | None
    answers: int | None


class SaidOut(Schema):
    """A comment that was written, and whom it reached."""

    comment: CommentOut
    told: list[str] = Field(description=gettext_noop("Members who are told because it names them."))
    closed_to: list[str] = Field(description=gettext_noop("Members who are named and may not see the KPI: not told."))
    shared: list[str] = Field(description=gettext_noop("Names that several members have: nobody is told."))


class NoticeOut(Schema):
    """A comment that somebody is told of."""

    why: str = Field(description=gettext_noop("mentioned or answered."))
    read_at: datetime | None
    comment: CommentOut
