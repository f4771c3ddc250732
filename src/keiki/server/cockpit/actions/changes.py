"""Writes about the changes we made: what each is to move and by how much, and what it brought when that was due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from keiki.errors import EffectStored
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import Annotation, Horizon
from keiki.server.cockpit.queries import changes as queries
from keiki.server.planning.queries import Key

EFFECTS_JOB: Final = "cockpit.store_effects"


@dataclass(frozen=True)
class Wish:
    """What a change is to move (`key`), to which values after how many months, and what the data calls it."""

    key: Key
    expected: Mapping[int, float | None]
    campaign: str = ""


@transaction.atomic
def aim_change(actor: User | None, row: Annotation, wish: Wish) -> None:
    """A change is to move that number from now on, to those values.

    Raises `EffectStored` for another number, or another value of a horizon, than those that were measured already.
    """
    kept = {each.months: each for each in row.horizons.select_for_update()}
    stored = {months: each for months, each in kept.items() if each.value is not None}
    if stored and (
        queries.key_of_row(row) != wish.key
        or any(each.expected != wish.expected.get(months) for months, each in stored.items())
    ):
        raise EffectStored
    row.kpi, row.where, row.tree, row.node = wish.key
    row.campaign = wish.campaign
    row.save(update_fields=["kpi", "where", "tree", "node", "campaign"])
    for months, value in wish.expected.items():
        if months not in stored:
            Horizon.objects.update_or_create(annotation=row, months=months, defaults={"expected": value})
    new: dict[str, object] = {"kpi": row.kpi, "node": row.node, "campaign": row.campaign}
    new |= {f"months_{months}": value for months, value in sorted(wish.expected.items())}
    record(actor, "cockpit.aim_change", business_id=row.business_id, target=f"annotation:{row.pk}", new=new)


def store_due(now: datetime) -> dict[str, int]:
    """Measure what is due of every business's changes and keep it; gives how many values by business."""
    stored = {business.id: store_effects(business, now) for business in Business.objects.all()}
    return {business_id: count for business_id, count in stored.items() if count}


def store_effects(business: Business, now: datetime) -> int:
    """Keep the value of every horizon that is due, once, with the definition and the state of the data it rests on."""
    count = 0
    for due in queries.due_now(business):
        with transaction.atomic():
            kept, _made = Horizon.objects.select_for_update().get_or_create(
                annotation=due.annotation, months=due.months
            )
            if kept.value is None:
                kept.day, kept.value, kept.version, kept.snapshot = due.day, due.value, due.version, due.snapshot
                kept.measured_at = now
                kept.save(update_fields=["day", "value", "version", "snapshot", "measured_at"])
                count += 1
    return count
