"""What people do with dashboards: make, share, rename and remove one; add, move, resize, change and remove panels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from keiki.errors import EditConflict, TooManyPanels, UnknownName
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import WIDTHS, Dashboard, Panel
from keiki.server.cockpit.queries.dashboards import Spec

MOST_PANELS: Final = 40
FIELDS: Final = ("kind", "tree", "node", "by", "title", "text", "group", "width", "tall", "refresh")


@transaction.atomic
def make_dashboard(
    actor: User,
    business: Business,
    name: str,
    panels: Iterable[Spec] = (),
    *,
    shared: bool = False,
    made_from: str = "",
) -> Dashboard:
    """A dashboard of one's own, or shared with everybody in the business, beginning with some panels."""
    made = Dashboard.objects.create(
        business=business,
        owner=None if shared else actor,
        name=name,
        made_from=made_from,
        made_by=actor,
        changed_by=actor,
    )
    Panel.objects.bulk_create(Panel(dashboard=made, place=place, **_fields(spec)) for place, spec in enumerate(panels))
    new = {"name": name, "shared": shared, "made_from": made_from}
    record(actor, "cockpit.make_dashboard", business_id=business.id, target=f"dashboard:{made.pk}", new=new)
    return made


@transaction.atomic
def add_panel(actor: User, dashboard: UUID, version: int, spec: Spec) -> Panel:
    """One more panel at the end; `TooManyPanels` when there is no room for it."""
    row = _locked(dashboard, version, {"kind": spec.kind})
    place = row.panels.count()
    if place >= MOST_PANELS:
        raise TooManyPanels(most=MOST_PANELS)
    panel = Panel.objects.create(dashboard=row, place=place, **_fields(spec))
    _changed(actor, row, "cockpit.add_panel", {"kind": spec.kind, "tree": spec.tree, "node": spec.node})
    return panel


@transaction.atomic
def move_panel(actor: User, dashboard: UUID, version: int, key: int, place: int) -> None:
    """A panel to another place; the others close up."""
    row = _locked(dashboard, version, {"panel": key, "place": place})
    panels = list(row.panels.all())
    moved = _of(panels, key)
    panels.remove(moved)
    panels.insert(min(max(place, 0), len(panels)), moved)
    _numbered(panels)
    _changed(actor, row, "cockpit.move_panel", {"panel": key, "place": panels.index(moved)})


@transaction.atomic
def resize_panel(actor: User, dashboard: UUID, version: int, key: int, width: int, tall: bool) -> None:
    """A panel wider, narrower, taller or lower; a width nobody can have becomes the nearest one."""
    fitting = min(WIDTHS, key=lambda each: abs(each - width))
    row = _locked(dashboard, version, {"panel": key, "width": fitting, "tall": tall})
    panel = _of(row.panels.all(), key)
    panel.width, panel.tall = fitting, tall
    panel.save(update_fields=["width", "tall"])
    _changed(actor, row, "cockpit.resize_panel", {"panel": key, "width": fitting, "tall": tall})


@transaction.atomic
def change_panel(actor: User, dashboard: UUID, version: int, key: int, words: Mapping[str, str]) -> None:
    """Another title, text or group, or how often it looks for newer data."""
    named = {name: words[name] for name in ("title", "text", "group", "refresh") if name in words}
    row = _locked(dashboard, version, {"panel": key, **named})
    panel = _of(row.panels.all(), key)
    for name, value in named.items():
        setattr(panel, name, value)
    panel.save(update_fields=list(named))
    _changed(actor, row, "cockpit.change_panel", {"panel": key, **named})


@transaction.atomic
def remove_panel(actor: User, dashboard: UUID, version: int, key: int) -> None:
    """A panel off the dashboard."""
    row = _locked(dashboard, version, {"panel": key})
    panels = list(row.panels.all())
    gone = _of(panels, key)
    panels.remove(gone)
    old = {"panel": key, **{name: getattr(gone, name) for name in FIELDS}}
    gone.delete()
    _numbered(panels)
    _changed(actor, row, "cockpit.remove_panel", {}, old)


@transaction.atomic
def change_dashboard(actor: User, dashboard: UUID, version: int, name: str, shared: bool) -> None:
    """Another name, or shared and no longer shared; one that is taken back belongs to who takes it."""
    row = _locked(dashboard, version, {"name": name, "shared": shared})
    row.name = name
    if shared != (row.owner_id is None):
        row.owner = None if shared else actor
    row.save(update_fields=["name", "owner"])
    _changed(actor, row, "cockpit.change_dashboard", {"name": name, "shared": shared})


@transaction.atomic
def remove_dashboard(actor: User, dashboard: UUID, version: int) -> None:
    """A dashboard with its panels off every list."""
    row = _locked(dashboard, version, {})
    old = {"name": row.name, "panels": [_of_panel(panel) for panel in row.panels.all()]}
    record(actor, "cockpit.remove_dashboard", business_id=row.business_id, target=f"dashboard:{row.pk}", old=old)
    row.delete()


def _locked(dashboard: UUID, version: int, mine: Mapping[str, Any]) -> Dashboard:
    """The dashboard's row, locked, at the version the person saw."""
    row = Dashboard.objects.select_for_update().get(pk=dashboard)
    if row.version != version:
        raise EditConflict(mine=dict(mine), theirs=[_of_panel(panel) for panel in row.panels.all()])
    return row


def _changed(
    actor: User, row: Dashboard, action: str, new: Mapping[str, Any], old: Mapping[str, Any] | None = None
) -> None:
    row.version += 1
    row.changed_by = actor
    row.save(update_fields=["version", "changed_by", "changed_at"])
    record(actor, action, business_id=row.business_id, target=f"dashboard:{row.pk}", new=new, old=old)


def _of(panels: Iterable[Panel], key: int) -> Panel:
    found = next((panel for panel in panels if panel.pk == key), None)
    if found is None:
        raise UnknownName(kind="panel", name=str(key))
    return found


def _numbered(panels: list[Panel]) -> None:
    for place, panel in enumerate(panels):
        panel.place = place
    Panel.objects.bulk_update(panels, ["place"])


def _fields(spec: Spec) -> dict[str, Any]:
    return {name: getattr(spec, name) for name in FIELDS}


def _of_panel(panel: Panel) -> dict[str, Any]:
    return {name: getattr(panel, name) for name in FIELDS}
