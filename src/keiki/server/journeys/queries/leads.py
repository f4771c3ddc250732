"""Reads about leads: versions of the rule that scores them, who agreed, and how the scores spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from keiki.engine.leads import LeadSpreads, ScoredLead, best_leads, lead_spreads
from keiki.journeys.lead_scores import Criterion, LeadRule
from keiki.measures.told import counts
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.journeys.models import LeadRuleVersion, Side
from keiki.server.kpis import queries as door

LOGGED: Final = 20
LISTED: Final = 20
LEADS: Final = counts("customers", "stages", "events")


def versions(business: Business) -> tuple[LeadRuleVersion, ...]:
    """The newest versions of the rule with who agreed to them, the newest first."""
    found = LeadRuleVersion.objects.filter(business=business).select_related("made_by")
    return tuple(found.prefetch_related("approvals__by")[:LOGGED])


def agreed(version: LeadRuleVersion) -> bool:
    """Whether both sides agreed."""
    return {each.side for each in version.approvals.all()} == set(Side)


def in_force(known: Sequence[LeadRuleVersion]) -> LeadRuleVersion | None:
    """The newest version that both sides agreed to; None before the first."""
    return next((version for version in known if agreed(version)), None)


def rule_of(version: LeadRuleVersion) -> LeadRule:
    """A kept version as a rule."""
    return LeadRule(
        tuple(Criterion(name, attribute, tuple(values), points) for name, attribute, values, points in version.criteria)
    )


def spreads(user: Any, business: Business, period: Period, rules: tuple[LeadRule, ...]) -> LeadSpreads:
    """The leads of a period by band, by the loaded scores and by each rule."""
    key = ("lead spreads", period, rules)
    return door.answered(user, business, key, lambda numbers: lead_spreads(numbers, period, rules), tells=LEADS)


def best(user: Any, business: Business, period: Period, rules: tuple[LeadRule, ...]) -> tuple[ScoredLead, ...]:
    """The leads of a period with most points by the first rule."""
    key = ("best leads", period, rules)
    return door.answered(user, business, key, lambda numbers: best_leads(numbers, period, rules, LISTED), tells=LEADS)
