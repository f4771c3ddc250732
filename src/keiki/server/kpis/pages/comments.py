"""What members say about a KPI, as it stands on the page of the KPI and of a node of a tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.catalogue.load import Catalogue
from keiki.charts.format import Style
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries
from keiki.server.kpis.models import LONGEST_COMMENT, Comment
from keiki.server.kpis.pages.numbers import kpi_name
from keiki.server.kpis.queries import Named
from keiki.server.kpis.rules import may_change, may_take_back

MOST_PERIODS: Final = 14
"""The newest periods that a comment can be about."""


@dataclass(frozen=True)
class Part:
    """A piece of a comment: the name of somebody, or plain text."""

    text: str
    is_name: bool = False


@dataclass(frozen=True)
class CommentLine:
    """A comment as written; `change_url` and `back_url` where this person may do that."""

    number: str
    who: str
    at: datetime
    changed: bool
    deleted: bool
    parts: tuple[Part, ...]
    text: str
    change_url: str
    back_url: str


@dataclass(frozen=True)
class ThreadLines:
    """A comment with its answers and what it is about."""

    first: CommentLine
    period: str
    where: str
    answers: tuple[CommentLine, ...]

    @property
    def answered(self) -> str:
        """The comment that an answer goes to: the first one, or what is left of the thread when it was taken back."""
        return self.answers[-1].number if self.first.deleted else self.first.number


@dataclass(frozen=True)
class Typed:
    """What somebody typed that could not be kept, and why: `at` names the form, such as `change-12`."""

    at: str
    text: str
    error: str


@dataclass(frozen=True)
class Talk:
    """The comments of a KPI and the form for another one; `periods` holds (first day, words)."""

    threads: tuple[ThreadLines, ...]
    count: int
    write_url: str
    members: tuple[str, ...]
    periods: tuple[tuple[str, str], ...]
    grain: str
    where: str
    next: str
    typed: Typed | None = None
    longest: int = LONGEST_COMMENT

    @property
    def newest(self) -> str:
        """The first day of the newest period."""
        return self.periods[0][0]

    @property
    def sentence(self) -> str:
        """What the comments are, in one sentence."""
        if not self.threads:
            return _("Nobody has said anything about it yet.")
        last = max((line for each in self.threads for line in (each.first, *each.answers)), key=lambda line: line.at)
        return _("The newest is by {who}.").format(who=last.who or _("somebody who has left"))


def talk_of(
    request: Any,
    business: Business,
    kpi: str,
    periods: Sequence[Period],
    style: Style,
    where: str | None = None,
    typed: Typed | None = None,
) -> Talk:
    """What is said about a KPI, all of it or under one condition; `periods` are those of the page, the oldest first."""
    found = queries.threads(request.user, business, kpi, where)
    people = queries.everybody(business)
    newest = tuple(reversed(periods))[:MOST_PERIODS]
    shown = tuple(_thread(request, business, each, people, style) for each in found)
    return Talk(
        shown,
        sum(len(each.answers) + (not each.first.deleted) for each in shown),
        reverse("kpis:write_comment", kwargs={"business": business.id, "kpi": kpi}),
        tuple(each.name for each in people if each.id != request.user.pk),
        tuple((each.start.isoformat(), business.calendar.label(each, style.language)) for each in newest),
        str(newest[0].grain or Grain.MONTH),
        where or "",
        request.get_full_path() if request.method == "GET" else "",
        typed,
    )


def comment_url(business: Business, comment: Comment) -> str:
    """Where a comment stands."""
    path = reverse("kpis:kpi", kwargs={"business": business.id, "kpi": comment.kpi_id})
    return f"{path}#comment-{comment.pk}"


def talked_of(catalogue: Catalogue, comment: Comment, language: str) -> str:
    """What the KPI of a comment is called; its id when its definition is gone."""
    kpi = catalogue.kpis.get(comment.kpi_id)
    return comment.kpi_id if kpi is None else kpi_name(kpi, language)


def period_words(business: Business, comment: Comment, style: Style) -> str:
    """The period that a comment is about."""
    return business.calendar.label(business.calendar.period(Grain(comment.grain), comment.day), style.language)


def parts_of(text: str, people: Sequence[Named]) -> tuple[Part, ...]:
    """A text with the names in it apart."""
    parts, done = [], 0
    for each in queries.mentions(text, people):
        parts += [Part(text[done : each.start]), Part(text[each.start : each.end], is_name=True)]
        done = each.end
    return tuple(part for part in (*parts, Part(text[done:])) if part.text)


def _thread(
    request: Any, business: Business, thread: queries.Thread, people: Sequence[Named], style: Style
) -> ThreadLines:
    return ThreadLines(
        _line(request, business, thread.first, people),
        period_words(business, thread.first, style),
        thread.first.where,
        tuple(_line(request, business, each, people) for each in thread.answers),
    )


def _line(request: Any, business: Business, comment: Comment, people: Sequence[Named]) -> CommentLine:
    here = {"business": business.id, "comment": comment.pk}
    there = comment.deleted_at is None
    return CommentLine(
        str(comment.pk),
        str(comment.author or ""),
        comment.made_at,
        comment.changed_at is not None,
        not there,
        parts_of(comment.text, people),
        comment.text,
        reverse("kpis:change_comment", kwargs=here) if there and may_change(request.user, comment) else "",
        reverse("kpis:take_back_comment", kwargs=here) if there and may_take_back(request.user, comment) else "",
    )
