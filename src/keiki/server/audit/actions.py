"""The writes of the audit log: an entry is added, and an erased customer is taken out of all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import SimpleNamespace
from typing import Any

from django.db import connection, models

from keiki.server.audit.models import Entry


def record(
    actor: Any,
    action: str,
    *,
    business_id: str = "",
    target: str = "",
    old: Mapping[str, Any] | None = None,
    new: Mapping[str, Any] | None = None,
) -> None:
    """Write down that `actor` (a person, or None for the program itself) did `action`.

    `action` is `app.verb_noun`; its words come from `audit_words` of that app's AppConfig. Call it inside the
    transaction of the action, so that either both happen or neither. Never pass passwords or tokens.
    """
    Entry.objects.create(
        actor_id=getattr(actor, "pk", None),
        action=action,
        business_id=business_id,
        target=target,
        old=dict(old or {}),
        new=dict(new or {}),
    )


def take_out(business_id: str, customer_id: str, replaced: Callable[[str], str], new: str) -> None:
    """Take an erased customer out of the entries of a business: the one exception to a log that only grows.

    Who did what and when stays. Entries about the customer lose every value and get the id `new`; in others the texts
    are `replaced`. Call it inside a transaction: the triggers that guard the log are off within it only.
    """
    changed = []
    for entry in Entry.objects.filter(business_id=business_id).iterator():
        was = (entry.target, entry.old, entry.new)
        if _is_about(entry, customer_id):
            kind = entry.target.removesuffix(customer_id)
            entry.target, entry.old, entry.new = kind + new if kind != entry.target else kind, {}, {}
        else:
            entry.target = replaced(entry.target)
            entry.old, entry.new = _texts(entry.old, replaced), _texts(entry.new, replaced)
        if (entry.target, entry.old, entry.new) != was:
            changed.append(entry)
    if not changed:
        return
    triggers = import_module("keiki.server.audit.migrations.0002_append_only")
    editor = SimpleNamespace(connection=connection)
    triggers.unguard(None, editor)
    rows: models.QuerySet[Entry] = models.QuerySet(Entry)
    rows.bulk_update(changed, ["target", "old", "new"], batch_size=500)
    triggers.guard(None, editor)


def _is_about(entry: Entry, customer_id: str) -> bool:
    """Whether the target of an entry is the customer, or one of its values."""
    return entry.target.endswith(f":{customer_id}") or customer_id in (*entry.old.values(), *entry.new.values())


def _texts(value: Any, replaced: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return replaced(value)
    if isinstance(value, dict):
        return {name: _texts(each, replaced) for name, each in value.items()}
    return [_texts(each, replaced) for each in value] if isinstance(value, list) else value


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the values that changed, before and after.

    >>> differences({"a": 1, "b": 2}, {"a": 1, "b": 3})
    ({'b': 2}, {'b': 3})
    """
    changed = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in changed}, {name: new[name] for name in changed}
