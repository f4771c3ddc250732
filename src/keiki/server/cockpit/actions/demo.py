"""Writes of the demo company: what its people wrote down as having happened, and the lead rule they propose."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from keiki.demo.changes import happenings
from keiki.demo.lead_rule import lead_rule
from keiki.server.accounts.models import Business, Role
from keiki.server.cockpit.actions.changes import Wish, aim_change, store_effects
from keiki.server.cockpit.actions.happened import annotate
from keiki.server.cockpit.models import CHANGES, Annotation, Happening
from keiki.server.cockpit.queries.changes import key_of_row
from keiki.server.data.actions import opened
from keiki.server.journeys.actions.leads import propose_rule

DEMO_JOB: Final = "cockpit.keep_demo"


def keep_demo(business: Business) -> bool:
    """Write down what happened at the demo company, store what its changes have brought, and propose its lead rule.

    In the language of its first owner, else of the server. False where somebody has written something already.
    """
    if Annotation.objects.filter(business=business).exclude(kind=Happening.NOTE).exists():
        return False
    owner = business.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    author = owner.user if owner else None
    language = (author.language if author else "") or settings.LANGUAGE_CODE
    with transaction.atomic():
        for each in happenings(opened(business).business.today):
            text = each.text.ja if language.startswith("ja") else each.text.en
            key = each.kpi, "", "", ""
            row = annotate(author, business, key, each.kind, each.on, text, each.until, each.campaign)
            if each.kind in CHANGES and each.expected:
                aim_change(author, row, Wish(key_of_row(row), each.expected, each.campaign))
        propose_rule(author, business, lead_rule(language))
    store_effects(business, timezone.now())
    return True
