"""Saying which kind of media a campaign uses."""

from __future__ import annotations

from django.db import transaction

from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import CampaignTag


@transaction.atomic
def tag_campaign(actor: User, business: Business, campaign: str, media_type: str) -> None:
    """The campaign is of that type from now on; "" leaves it to its rows again."""
    tags = CampaignTag.objects.filter(business=business, campaign=campaign)
    if media_type:
        said = {"media_type": media_type, "made_by": actor}
        CampaignTag.objects.update_or_create(business=business, campaign=campaign, defaults=said)
    else:
        tags.delete()
    record(
        actor,
        "cockpit.tag_campaign",
        business_id=business.id,
        target=f"campaign:{campaign}",
        new={"media_type": media_type},
    )
