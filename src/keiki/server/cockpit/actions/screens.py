"""Making a link to a big screen or to share, and revoking it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from keiki.server.accounts.models import Business, User
from keiki.server.accounts.queries import digest
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import Screen


@transaction.atomic
def make_screen(
    actor: User, business: Business, name: str, dashboards: Sequence[str], seconds: int | None, language: str
) -> str:
    """A link; gives its token, which is not kept and cannot be shown again. `seconds` None: a link to share."""
    token = secrets.token_urlsafe(32)
    made = Screen.objects.create(
        business=business,
        digest=digest(token),
        name=name,
        dashboards=list(dashboards),
        seconds=seconds,
        language=language,
        made_by=actor,
    )
    new = {"name": name, "dashboards": list(dashboards), "seconds": seconds}
    record(actor, "cockpit.make_screen", business_id=business.id, target=f"screen:{made.pk}", new=new)
    return token


@transaction.atomic
def revoke_screen(actor: User, screen: Screen) -> None:
    """The link stops working at once."""
    screen.revoked_at = timezone.now()
    screen.save(update_fields=["revoked_at"])
    old = {"name": screen.name}
    record(actor, "cockpit.revoke_screen", business_id=screen.business_id, target=f"screen:{screen.pk}", old=old)
