"""Writes about data-quality issues: what checks find is given to somebody and closed with a note on what was done."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keiki.errors import EditConflict, IssueNeedsNote, UnknownName
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.data.actions import State, state_of
from keiki.server.data.models import Issue, IssueKind, IssueStep, IssueWhat, Resolution
from keiki.server.data.queries.issues import taken_up

RECENT: Final = 50
"""Of so many of the newest imports the refused rows are issues."""


@dataclass(frozen=True)
class Found:
    """An issue: as its check finds it now, and as somebody took it up (`row`).

    `standing`: the check still finds it; one that a person reported stands until it is closed. `period` is of what is
    missing, `rows` of what was refused, `import_id` of the import that refused them.
    """

    mark: str
    kind: str
    name_ja: str
    name_en: str
    period: Period | None = None
    entered: bool = False
    rows: int | None = None
    import_id: str = ""
    row: Issue | None = None
    standing: bool = True

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.row is None or self.row.closed_at is None

    @property
    def owner(self) -> User | None:
        """Who is to settle it."""
        return None if self.row is None else self.row.owner


def issues_of(business: Business, state: State | None = None) -> tuple[Found, ...]:
    """Every issue: what the checks find now, and what people took up; open ones first, then the newest."""
    rows = taken_up(business)
    found = {each.mark: each for each in _found(state or state_of(business), rows)}
    found |= {mark: _stored(business, row) for mark, row in rows.items() if mark not in found}
    return tuple(sorted(found.values(), key=_order))


def issue_in(business: Business, mark: str) -> Found | None:
    """One issue of a business."""
    return next((each for each in issues_of(business) if each.mark == mark), None)


def _order(each: Found) -> tuple[bool, int, str]:
    day = each.period.start if each.period else timezone.localdate(each.row.found_at) if each.row else date.max
    return not each.is_open, -day.toordinal(), each.mark


def _found(state: State, rows: dict[str, Issue]) -> Iterator[Found]:
    for gap in state.gaps:
        mark = _mark(IssueKind.MISSING, gap.series, gap.period.start.isoformat(), str(gap.period.grain), gap.entered)
        yield Found(mark, IssueKind.MISSING, gap.ja, gap.en, gap.period, gap.entered, row=rows.get(mark))
    for done in state.imports[:RECENT]:
        if done.rejected and not done.undone:
            mark = _mark(IssueKind.REJECTED, done.id)
            row = rows.get(mark)
            name = done.source[:255]
            yield Found(mark, IssueKind.REJECTED, name, name, rows=done.rejected, import_id=done.id, row=row)


def _stored(business: Business, row: Issue) -> Found:
    """An issue whose check finds nothing any more, or that a person reported."""
    period = business.calendar.period(Grain(row.grain), row.day) if row.day and row.grain else None
    reported = row.kind == IssueKind.REPORTED
    return Found(row.mark, row.kind, row.name_ja, row.name_en, period, rows=row.rows, row=row, standing=reported)


def _mark(*parts: object) -> str:
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:16]


@transaction.atomic
def report_issue(actor: User, business: Business, words: str) -> Issue:
    """Write down something wrong that no check found."""
    name = words.strip()
    if not name:
        raise IssueNeedsNote
    row = Issue.objects.create(
        business=business, mark=uuid.uuid4().hex[:16], kind=IssueKind.REPORTED, name_ja=name, name_en=name
    )
    _step(actor, row, IssueWhat.REPORTED)
    return row


@transaction.atomic
def own_issue(actor: User, business: Business, found: Found, owner_id: int | None) -> Issue:
    """Give an issue to a member of the business, or to nobody."""
    member = None
    if owner_id is not None:
        member = business.memberships.filter(user_id=owner_id).select_related("user").first()
        if member is None:
            raise UnknownName(kind="person", name=str(owner_id))
    row = _row(business, found)
    before = row.owner
    row.owner = member.user if member else None
    row.save(update_fields=["owner"])
    if before != row.owner:
        _step(actor, row, IssueWhat.OWNED, old={"owner": str(before or "")}, new={"owner": str(row.owner or "")})
    return row


@transaction.atomic
def close_issue(actor: User, business: Business, found: Found, resolution: str, note: str) -> Issue:
    """Close an issue: how it was settled, and a note on what was done; who and when are kept.

    Raises `IssueNeedsNote` without a note, `EditConflict` when somebody was faster. Nothing is written then.
    """
    words = note.strip()
    if not words:
        raise IssueNeedsNote
    row = _row(business, found)
    if row.closed_at is not None:
        raise EditConflict(mine=words, theirs=row.note)
    row.resolution, row.note = Resolution(resolution), words
    row.closed_by, row.closed_at = actor, timezone.now()
    row.save(update_fields=["resolution", "note", "closed_by", "closed_at"])
    new = {"resolution": str(row.resolution), "note": words}
    _step(actor, row, IssueWhat.CLOSED, resolution=row.resolution, note=words, new=new)
    return row


@transaction.atomic
def reopen_issue(actor: User, business: Business, found: Found) -> Issue:
    """Open a closed issue again; what was said when it was closed stays in its history."""
    row = _row(business, found)
    if row.closed_at is None:
        return row
    old = {"resolution": row.resolution, "note": row.note}
    row.resolution, row.note, row.closed_by, row.closed_at = "", "", None, None
    row.save(update_fields=["resolution", "note", "closed_by", "closed_at"])
    _step(actor, row, IssueWhat.REOPENED, old=old)
    return row


def _row(business: Business, found: Found) -> Issue:
    """The issue as it is stored, locked; it is stored when somebody takes it up for the first time."""
    period = found.period
    about = {
        "kind": found.kind,
        "name_ja": found.name_ja,
        "name_en": found.name_en,
        "day": period.start if period else None,
        "grain": str(period.grain) if period else "",
        "rows": found.rows,
    }
    Issue.objects.get_or_create(business=business, mark=found.mark, defaults=about)
    return Issue.objects.select_for_update(of=("self",)).select_related("owner").get(business=business, mark=found.mark)


def _step(
    actor: User,
    row: Issue,
    what: IssueWhat,
    resolution: str = "",
    note: str = "",
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
) -> None:
    """The step in the history of the issue, and the entry in the log."""
    owner = row.owner if what == IssueWhat.OWNED else None
    IssueStep.objects.create(issue=row, what=what, resolution=resolution, note=note, owner=owner, made_by=actor)
    told = {"name": row.name_en} | (new or {})
    action = f"data.{ACTIONS[what]}"
    record(actor, action, business_id=row.business_id, target=f"issue:{row.mark}", old=old or {}, new=told)


ACTIONS: Final = {
    IssueWhat.REPORTED: "report_issue",
    IssueWhat.OWNED: "own_issue",
    IssueWhat.CLOSED: "close_issue",
    IssueWhat.REOPENED: "reopen_issue",
}
