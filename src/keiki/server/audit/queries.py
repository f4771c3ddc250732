"""Reads of the audit log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist

from keiki.server.audit.models import Entry


@dataclass(frozen=True)
class Line:
    """One entry in words; `changes` holds (name, before, after)."""

    id: int
    at: datetime
    actor: str | None
    action: str
    words: Any
    target: str
    changes: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class Log:
    lines: tuple[Line, ...]
    before: int | None  # pass it to read on; None at the end


def action_words() -> dict[str, Any]:
    """The words of every action that an app has declared in `audit_words`."""
    words: dict[str, Any] = {}
    for config in apps.get_app_configs():
        words.update(getattr(config, "audit_words", {}))
    return words


def log(business_id: str, before: int | None = None, limit: int = 50) -> Log:
    """The newest entries of a business, or those older than the entry `before`."""
    entries = Entry.objects.filter(business_id=business_id).select_related("actor").order_by("-id")
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: limit + 1])
    words = action_words()
    lines = tuple(_line(each, words) for each in found[:limit])
    return Log(lines, lines[-1].id if len(found) > limit else None)


def _line(entry: Entry, words: dict[str, Any]) -> Line:
    names = sorted({*entry.old, *entry.new})
    changes = tuple((name, entry.old.get(name), entry.new.get(name)) for name in names)
    actor = _actor(entry)
    return Line(entry.pk, entry.at, actor, entry.action, words.get(entry.action, entry.action), entry.target, changes)


def _actor(entry: Entry) -> str | None:
    try:
        return None if entry.actor is None else str(entry.actor)
    except ObjectDoesNotExist:  # the person has been erased
        return None
