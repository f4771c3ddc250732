"""Writing down the marketing mix."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from keiki.errors import EditConflict
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.kpis.models import MarketingMix
from keiki.server.kpis.queries.mix import MIX


@transaction.atomic
def write_mix(actor: User, business: Business, version: int, texts: Mapping[str, str], tree: str = "") -> MarketingMix:
    """A further version of the marketing mix and of the goal it serves; every earlier one stays.

    `version` is the one the person saw, 0 for none; `EditConflict` when somebody was faster.
    """
    Business.objects.select_for_update().get(pk=business.pk)  # versions of one business come one after the other
    before = MarketingMix.objects.filter(business=business).first()
    old = None if before is None else {"tree": before.tree, **{part: getattr(before, part) for part in MIX}}
    new = {"tree": tree, **{part: texts.get(part, "") for part in MIX}}
    if (before.number if before else 0) != version:
        raise EditConflict(mine=new, theirs=old)
    made = MarketingMix.objects.create(business=business, number=version + 1, written_by=actor, **new)
    record(actor, "kpis.write_mix", business_id=business.id, target="marketing_mix", old=old, new=new)
    return made
