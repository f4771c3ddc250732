"""What members say about KPIs, and what they are told of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import QuerySet

from keiki.errors import UnreadablePeriod
from keiki.formula import show_condition
from keiki.lens import period_of
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import Onlooker
from keiki.server.kpis.models import Comment, Notice
from keiki.server.kpis.queries.access import catalogue_of, closed_kpis, may_see
from keiki.server.kpis.queries.mentions import Named
from keiki.server.kpis.queries.numbers import known

MOST_COMMENTS: Final = 500
"""The newest that are read for one KPI."""


@dataclass(frozen=True)
class About:
    """What a comment is about: a KPI, under a condition where a tree counts it so, in one period."""

    kpi: str
    grain: Grain
    day: date
    where: str = ""


@dataclass(frozen=True)
class Thread:
    """A comment and its answers, the oldest first."""

    first: Comment
    answers: tuple[Comment, ...]


def threads(user: Any, business: Business, kpi: str, where: str | None = None) -> tuple[Thread, ...]:
    """What is said about a KPI, the thread begun last first; under one condition only when it is given.

    Nothing for whoever may not see the KPI and for whoever only holds a link. What was taken back stays while
    something answers it.
    """
    if isinstance(user, Onlooker) or not sees_kpi(user, business, kpi):
        return ()
    rows = Comment.objects.filter(business=business, kpi_id=kpi).select_related("author").order_by("-made_at", "-id")
    if where is not None:
        rows = rows.filter(where=where)
    answers: dict[int, list[Comment]] = defaultdict(list)
    firsts = []
    for row in rows[:MOST_COMMENTS]:
        if row.answers_id is None:
            firsts.append(row)
        elif row.deleted_at is None:
            answers[row.answers_id].append(row)
    return tuple(
        Thread(first, tuple(reversed(answers[first.pk])))
        for first in firsts
        if first.deleted_at is None or answers[first.pk]
    )


def comment_counts(user: Any, business: Business, period: Period) -> Mapping[tuple[str, str], int]:
    """How many comments there are by KPI and condition about a period and the shorter ones that begin in it.

    None of them for whoever only holds a link. What is closed to a person is on no card that could show its count.
    """
    may_see(user, business)
    if isinstance(user, Onlooker):
        return {}
    grains = list(Grain)
    shorter = grains[: grains.index(period.grain) + 1] if period.grain else grains
    rows = Comment.objects.filter(
        business=business, deleted_at=None, day__gte=period.start, day__lt=period.end, grain__in=shorter
    )
    return Counter(rows.values_list("kpi_id", "where"))


def sees_kpi(user: Any, business: Business, kpi: str) -> bool:
    """Whether a KPI is there for a member."""
    return kpi in catalogue_of(user, business).kpis


def about_of(comment: Comment) -> About:
    """What a comment is about, and every answer to it."""
    return About(comment.kpi_id, Grain(comment.grain), comment.day, comment.where)


def about_when(business: Business, kpi: str, when: str | None) -> About:
    """A KPI in a period as a program names it, else in the month that is running; raises `UnreadablePeriod`."""
    calendar = business.calendar
    period = calendar.period(Grain.MONTH, calendar.today()) if when is None else period_of(when, calendar)
    if period.grain is None:
        raise UnreadablePeriod(text=when)
    return About(kpi, period.grain, period.start)


def plain_comment(comment: Comment) -> dict[str, Any]:
    """A comment as programs read it."""
    return {
        "id": comment.pk,
        "kpi": comment.kpi_id,
        "where": comment.where,
        "grain": comment.grain,
        "day": comment.day,
        "author": None if comment.author is None else str(comment.author),
        "at": comment.made_at,
        "changed_at": comment.changed_at,
        "text": None if comment.deleted_at is not None else comment.text,
        "answers": comment.answers_id,
    }


def conditions_of(user: Any, business: Business, kpi: str) -> frozenset[str]:
    """The conditions under which the trees that a person sees count a KPI."""
    nodes = (node for tree in known(user, business).trees for node in tree.nodes if node.kpi == kpi)
    return frozenset(show_condition(node.where) for node in nodes if node.where is not None)


def comment_named(user: Any, business: Business, number: int) -> Comment | None:
    """A comment that a person may read, and that nobody has taken back."""
    found = Comment.objects.filter(business=business, pk=number, deleted_at=None).select_related("author").first()
    return found if found is not None and sees_kpi(user, business, found.kpi_id) else None


def everybody(business: Business) -> tuple[Named, ...]:
    """The members who can be named."""
    found = business.members.filter(is_active=True).order_by("name", "pk").values_list("pk", "name", "email")
    return tuple(Named(*each) for each in found)


def notices(user: Any, business: Business) -> QuerySet[Notice]:
    """What a person is told of comments, the newest first; without KPIs that have been closed to them since."""
    found = Notice.objects.filter(user=user, comment__business=business)
    return found.exclude(comment__kpi_id__in=closed_kpis(user, business)).select_related("comment__author")
