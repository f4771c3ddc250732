"""Reads about surveys: which there are, what a token opens, and what the answers come to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, Q

from keiki.measures.told import counts
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.queries import digest
from keiki.server.kpis import queries as door
from keiki.server.surveys.models import Kind, Survey

SCORES: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    Kind.NPS: ("nps", ("n_promoters", "n_detractors")),
    Kind.CSAT: ("csat", ("n_satisfied",)),
    Kind.CES: ("ces", ("n_found_easy",)),
}
"""By kind: the KPI that scores it, and the measures it is told by."""


@dataclass(frozen=True)
class Score:
    """What the answers in the lake come to: the value of the KPI (None without answers), how many there are, and the
    counts of the measures behind it, in the order of `SCORES`.
    """

    kpi: str
    value: float | None
    answers: int
    counts: tuple[int, ...]


def surveys_of(user: Any, business: Business) -> tuple[Survey, ...]:
    """Every survey of a business, the newest first, with `given` and `waiting`, the answers not in the lake yet."""
    door.may_see(user, business)
    waiting = Count("answers", filter=Q(answers__loaded_at=None))
    return tuple(business.surveys.annotate(given=Count("answers"), waiting=waiting))


def survey_of(token: str) -> Survey | None:
    """The survey a link leads to, while it is open."""
    found = Survey.objects.select_related("business").filter(digest=digest(token), closed_at=None)
    return found.first()


def score_of(user: Any, business: Business, survey: Survey) -> Score:
    """What a survey has come to, by the same definition as everywhere."""
    kpi, measures = SCORES[survey.kind]
    first = survey.made_at.date() - timedelta(days=1)  # whatever the zone of the business
    now = business.calendar.today()  # answers come on days that no other data has yet

    def ask(numbers: Any) -> Score:
        last = max(numbers.today, now, first)
        lens = numbers.question((Period(first, last + timedelta(days=1)),), where=f"subject = '{survey.subject}'")
        lens = replace(lens, today=last)
        read = numbers.measure([kpi, "n_responses", *measures], lens)
        counts = tuple(int(read.value(name) or 0) for name in measures)
        return Score(kpi, read.value(kpi), int(read.value("n_responses") or 0), counts)

    return door.answered(user, business, ("survey", survey.pk, survey.made_at, now), ask, tells=counts("surveys"))
