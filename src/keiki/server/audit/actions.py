"""The one write of the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Only the values that changed, before and after.

    >>> differences({"a": 1, "b": 2}, {"a": 1, "b": 3})
    ({'b': 2}, {'b': 3})
    """
    changed = [name for name in new if old.get(name) != new[name]]
    return {name: old.get(name) for name in changed}, {name: new[name] for name in changed}
