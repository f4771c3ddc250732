"""Writing down what happened, and taking it back."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import Annotation
from keiki.server.planning.queries import Key


@transaction.atomic
def annotate(
    actor: User | None,
    business: Business,
    key: Key,
    kind: str,
    on: date,
    text: str,
    until: date | None = None,
    campaign: str = "",
) -> Annotation:
    """Something that happened to a number, or with an empty key to the whole business."""
    kpi, where, tree, node = key
    made = Annotation.objects.create(
        business=business,
        kpi=kpi,
        where=where,
        tree=tree,
        node=node,
        kind=kind,
        on=on,
        until=until,
        text=text,
        campaign=campaign,
        made_by=actor,
    )
    new = {"kind": kind, "on": on.isoformat(), "text": text, "kpi": kpi, "node": node}
    record(actor, "cockpit.annotate", business_id=business.id, target=f"annotation:{made.pk}", new=new)
    return made


@transaction.atomic
def remove_annotation(actor: User, annotation: Annotation) -> None:
    """It no longer stands beside any number; the audit log keeps what it said."""
    old = {"kind": annotation.kind, "on": annotation.on.isoformat(), "text": annotation.text}
    record(
        actor,
        "cockpit.remove_annotation",
        business_id=annotation.business_id,
        target=f"annotation:{annotation.pk}",
        old=old,
    )
    annotation.delete()
