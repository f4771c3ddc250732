"""Saying something about a KPI: who is told of it, changing it, taking it back, and reading what one was told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone

from keiki.errors import UnfitComment
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.jobs.actions import enqueue
from keiki.server.kpis import queries
from keiki.server.kpis.models import LONGEST_COMMENT, Comment, Notice, Why

NOTICES_JOB: Final = "reports.send_notices"


@dataclass(frozen=True)
class Said:
    """A comment and what came of the names in it: who is told, who may not see the KPI, which name several have."""

    comment: Comment
    told: tuple[str, ...]
    closed_to: tuple[str, ...]
    shared: tuple[str, ...]


@transaction.atomic
def write_comment(
    actor: User, business: Business, about: queries.About, text: str, answers: Comment | None = None
) -> Said:
    """Say something about a KPI, or answer what was said; everybody it names, and whom it answers, is told."""
    _fits(text)
    first = None if answers is None else (answers.answers or answers)
    made = Comment.objects.create(
        business=business,
        kpi_id=about.kpi,
        where=about.where,
        grain=str(about.grain),
        day=about.day,
        text=text,
        answers=first,
        author=actor,
    )
    new = {"kpi": about.kpi, "day": about.day.isoformat(), "text": text}
    record(actor, "kpis.write_comment", business_id=business.id, target=f"comment:{made.pk}", new=new)
    return _told_of(actor, made)


@transaction.atomic
def change_comment(actor: User, comment: Comment, text: str) -> Said:
    """Say it in other words; whoever is named now is told, whoever no longer is and has not read it is not."""
    _fits(text)
    if text != comment.text:
        old, new = {"text": comment.text}, {"text": text}
        record(
            actor,
            "kpis.change_comment",
            business_id=comment.business_id,
            target=f"comment:{comment.pk}",
            old=old,
            new=new,
        )
        comment.text, comment.changed_at = text, timezone.now()
        comment.save(update_fields=["text", "changed_at"])
    return _told_of(actor, comment)


@transaction.atomic
def take_back_comment(actor: User, comment: Comment) -> None:
    """Nobody reads it any more, nor is told of it; the audit log keeps what it said."""
    old = {"kpi": comment.kpi_id, "day": comment.day.isoformat(), "text": comment.text}
    record(actor, "kpis.take_back_comment", business_id=comment.business_id, target=f"comment:{comment.pk}", old=old)
    comment.text, comment.deleted_at = "", timezone.now()
    comment.save(update_fields=["text", "deleted_at"])
    comment.notices.all().delete()


@transaction.atomic
def read_notices(actor: User, business: Business, only: Iterable[int] | None = None) -> int:
    """A person has read what they were told of comments: all of it, or the notices of some numbers."""
    found = queries.notices(actor, business).filter(read_at=None)
    if only is not None:
        found = found.filter(pk__in=tuple(only))
    return found.update(read_at=timezone.now())


def _fits(text: str) -> None:
    """Raises `UnfitComment`."""
    if not 1 <= len(text) <= LONGEST_COMMENT:
        raise UnfitComment(length=len(text), most=LONGEST_COMMENT)


def _told_of(actor: User, comment: Comment) -> Said:
    """Tell everybody a comment names and whoever began the thread, as far as they may see the KPI."""
    business = comment.business
    people = {each.id: each for each in queries.everybody(business)}
    found = queries.mentions(comment.text, tuple(people.values()))
    named = dict.fromkeys(each.id for each in found if each.id is not None and each.id != actor.pk)
    users = User.objects.in_bulk([*named, *_began(actor, comment)])
    may = {pk: queries.sees_kpi(user, business, comment.kpi_id) for pk, user in users.items() if pk in people}
    wanted = {pk: Why.ANSWERED for pk in _began(actor, comment) if may.get(pk)}
    wanted |= {pk: Why.MENTIONED for pk in named if may[pk]}
    comment.notices.filter(read_at=None).exclude(user__in=wanted).delete()
    there = set(comment.notices.values_list("user_id", flat=True))
    told = [pk for pk in wanted if pk not in there]
    Notice.objects.bulk_create(Notice(comment=comment, user_id=pk, why=wanted[pk]) for pk in told)
    if told:
        enqueue(NOTICES_JOB)
    return Said(
        comment,
        tuple(people[pk].name for pk in told if pk in named),
        tuple(people[pk].name for pk in named if not may[pk]),
        queries.shared_names(comment.text, found),
    )


def _began(actor: User, comment: Comment) -> tuple[int, ...]:
    """Who wrote the comment that is answered, where that is somebody else."""
    first = comment.answers
    return () if first is None or first.author_id in (None, actor.pk) else (int(first.author_id),)
