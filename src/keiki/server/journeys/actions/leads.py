"""Writes about the rule that scores leads: a version proposed, and a side that agrees to it."""

from __future__ import annotations

from django.db import transaction

from keiki.errors import LeadRuleNotAgreed
from keiki.journeys.lead_scores import LeadRule
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.journeys.models import LeadRuleApproval, LeadRuleVersion, Side


@transaction.atomic
def propose_rule(actor: User | None, business: Business, rule: LeadRule) -> LeadRuleVersion:
    """Put a rule before both sides as the next version; the earlier ones stay. One that changes nothing is none."""
    Business.objects.select_for_update().get(pk=business.pk)
    last = LeadRuleVersion.objects.filter(business=business).first()
    criteria = [[each.name, each.attribute, list(each.values), each.points] for each in rule.criteria]
    if last is not None and last.criteria == criteria:
        return last
    made = LeadRuleVersion.objects.create(
        business=business, number=1 if last is None else last.number + 1, criteria=criteria, made_by=actor
    )
    record(
        actor,
        "journeys.propose_rule",
        business_id=business.id,
        target=str(made.number),
        old={} if last is None else {"criteria": last.criteria},
        new={"criteria": criteria},
    )
    return made


@transaction.atomic
def agree_to_rule(actor: User, version: LeadRuleVersion, side: Side) -> None:
    """Agree to a version for one side. Raises LeadRuleNotAgreed when the person has agreed for the other one."""
    Business.objects.select_for_update().get(pk=version.business_id)
    if version.approvals.filter(by=actor).exclude(side=side).exists():
        raise LeadRuleNotAgreed()
    _made, fresh = LeadRuleApproval.objects.get_or_create(version=version, side=side, defaults={"by": actor})
    if fresh:
        record(
            actor,
            "journeys.agree_to_rule",
            business_id=version.business_id,
            target=str(version.number),
            new={"side": side.value},
        )
