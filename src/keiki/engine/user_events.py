"""What a business's events for users came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ibis

from keiki.customers.user_events import UserEventRule, user_events
from keiki.engine.business import Business


def user_events_of(
    business: Business, limit: int = 12, rule: UserEventRule | None = None
) -> tuple[Mapping[str, Any], ...]:
    """The newest events for users, the newest first, those nobody has attended yet before them."""
    rule = replace(rule or UserEventRule(), zone=business.settings.calendar.zone)
    table = user_events(business.facts, business.today, rule)
    newest = table.order_by([ibis.desc(table.held_on, nulls_first=True), table.campaign]).limit(limit)
    return tuple(business.engine.run(newest).to_pylist())
