"""Links to big screens and links to share: which there are, and what a token opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from keiki.charts.status import ACT, WATCH
from keiki.customers.small_groups import LEAST
from keiki.server.accounts.models import Business
from keiki.server.accounts.queries import digest
from keiki.server.accounts.rules import Onlooker, membership_of
from keiki.server.cockpit.models import Screen
from keiki.server.cockpit.queries import dashboards
from keiki.server.cockpit.queries.dashboards import GENERATED, OPERATIONAL, Spec
from keiki.server.cockpit.queries.today import headlines
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.trees.build import Node

FEWEST: Final = LEAST
"""Numbers about fewer people than that are not shown to whoever holds a link."""
CARDS: Final = 6
SEEN_EVERY: Final = timedelta(minutes=5)


def screens_of(user: Any, business: Business) -> tuple[Screen, ...]:
    """Every link of a business that was not revoked."""
    door.known(user, business)
    return tuple(Screen.objects.filter(business=business, revoked_at=None).select_related("made_by"))


def screen_of(token: str) -> Screen | None:
    """What a token opens; None when it was revoked, never was, or whoever made it has left the business."""
    found = Screen.objects.filter(digest=digest(token), revoked_at=None).select_related("business", "made_by").first()
    if found is None or not found.made_by.is_active or membership_of(found.made_by, found.business_id) is None:
        return None
    now = timezone.now()
    if found.seen_at is None or now - found.seen_at > SEEN_EVERY:
        Screen.objects.filter(pk=found.pk).update(seen_at=now)
    return found


def panels_of(screen: Screen, name: str, numbers: TreeNumbers) -> tuple[str, tuple[Spec, ...]] | None:
    """The name and the panels of one of a screen's dashboards; None when it is gone. A generated one has no name."""
    viewer = Onlooker(screen.made_by)
    if name in GENERATED:
        return "", dashboards.generated(name, viewer, screen.business, numbers)
    found = dashboards.dashboard_named(screen.made_by, screen.business, UUID(name))
    return None if found is None else (found.name, dashboards.open_to(viewer, screen.business, found.panels))


def cards_of(numbers: TreeNumbers, name: str, panels: Sequence[Spec]) -> tuple[Node, ...]:
    """The numbers that a big screen shows of a dashboard: its number cards, else those with most to do."""
    chosen = [p.node for p in panels if p.kind == "number" and p.tree in {"", numbers.tree.id}]
    nodes = [numbers.tree.by_id[each] for each in chosen if each in numbers.tree.by_id]
    order = {ACT: 0, WATCH: 1}
    below = [node for node in numbers.tree.nodes if node.parent is not None and numbers.value(node) is not None]
    below.sort(key=lambda node: (order.get(numbers.status(node), 2), node.depth))
    rest = headlines(numbers, CARDS) if nodes or name != OPERATIONAL else ()
    return tuple(dict.fromkeys([*nodes, *([] if nodes else rest), *below]))[:CARDS]
