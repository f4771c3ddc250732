"""Reads of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext_lazy as _

from keiki.server.audit.models import Entry


@dataclass(frozen=True)
class Change:
    """One value of an entry, in words; a value that was not there is None."""

    words: Any
    before: Any
    after: Any


@dataclass(frozen=True)
class Line:
    """One entry in words."""

    id: int
    at: datetime
    actor: str | None
    action: str
    words: Any
    target: str
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Log:
    lines: tuple[Line, ...]
    before: int | None  # pass it to read on; None at the end


def _declared(kind: str) -> dict[Any, Any]:
    """What all apps have declared in an attribute of their AppConfig, such as `audit_words`."""
    words: dict[Any, Any] = {}
    for config in apps.get_app_configs():
        words.update(getattr(config, kind, {}))
    return words


VALUES: Final = "values"
DEFINITIONS: Final = "definitions"


def log(business_id: str, before: int | None = None, limit: int = 50, kind: str = "") -> Log:
    """The newest entries of a business, or those older than the entry `before`; of one kind when it is given.

    Words come from the AppConfigs: `audit_words` of actions, `audit_names` and `audit_values` of what they changed,
    and `audit_kinds` of actions: `VALUES` changed what was measured, `DEFINITIONS` what numbers and targets mean.
    """
    entries = Entry.objects.filter(business_id=business_id).select_related("actor").order_by("-id")
    if kind:
        entries = entries.filter(action__in=[name for name, of in _declared("audit_kinds").items() if of == kind])
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: limit + 1])
    words, names, values = _declared("audit_words"), _declared("audit_names"), _declared("audit_values")
    lines = tuple(_line(each, words, names, values) for each in found[:limit])
    return Log(lines, lines[-1].id if len(found) > limit else None)


def changes(business_id: str, action: str) -> tuple[Entry, ...]:
    """The entries of a business about one kind of action, newest first."""
    return tuple(Entry.objects.filter(business_id=business_id, action=action).order_by("-id"))


def actors(business_id: str, action: str, targets: Mapping[str, str]) -> dict[str, str]:
    """Who did an action to each target, by the name that `targets` gives it; the erased are left out."""
    entries = Entry.objects.filter(business_id=business_id, action=action, target__in=targets).select_related("actor")
    told = {targets[entry.target]: _actor(entry) for entry in entries.order_by("id")}
    return {name: actor for name, actor in told.items() if actor}


def _line(entry: Entry, words: dict[Any, Any], names: dict[Any, Any], values: dict[Any, Any]) -> Line:
    changes = tuple(
        Change(names.get(name, name), _value(entry.old.get(name), values), _value(entry.new.get(name), values))
        for name in sorted({*entry.old, *entry.new})
    )
    said = words.get(entry.action, entry.action)
    return Line(entry.pk, entry.at, _actor(entry), entry.action, said, entry.target, changes)


def _value(value: Any, words: dict[Any, Any]) -> Any:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_value(each, words)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(str(_value(each, words)) for each in value)
    return words.get(value, value) if isinstance(value, str) else value


def _actor(entry: Entry) -> str | None:
    try:
        return None if entry.actor is None else str(entry.actor)
    except ObjectDoesNotExist:  # the person has been erased
        return None
