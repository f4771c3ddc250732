"""How well each activity does against competitors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keiki.catalogue.value_chain import ACTIVITIES, Activity
from keiki.server.accounts.models import Business
from keiki.server.kpis.models import ActivityScore
from keiki.server.kpis.queries.access import may_see


@dataclass(frozen=True)
class Strength:
    """An activity as it was judged last, and what was said before, newest first; None while nobody has judged it."""

    activity: Activity
    now: ActivityScore | None
    earlier: tuple[ActivityScore, ...] = ()


def strengths(user: Any, business: Business) -> tuple[Strength, ...]:
    """Every activity, the weakest first; those nobody has judged at the end, in the order of the chain."""
    may_see(user, business)
    said: dict[str, list[ActivityScore]] = {each.id: [] for each in ACTIVITIES}
    for row in ActivityScore.objects.filter(business=business).select_related("judged_by"):
        said.setdefault(row.activity, []).append(row)
    found = [Strength(each, next(iter(said[each.id]), None), tuple(said[each.id][1:])) for each in ACTIVITIES]
    return tuple(sorted(found, key=lambda each: (each.now is None, each.now.score if each.now else 0)))
