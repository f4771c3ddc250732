"""Writes of customer success: one function per intention, each in one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from keiki.errors import EditConflict
from keiki.server.accounts.actions import change_rules
from keiki.server.accounts.models import Business
from keiki.server.audit.actions import differences, record
from keiki.server.success.models import Feature, OnboardingStep, PlanStatus, Review, StageChange, Step, SuccessPlan

MOST_METRICS = 5


@dataclass(frozen=True)
class Metric:
    """A milestone of a success plan: a number in words, its target, until when, and when it was reached."""

    name: str
    target: str
    by: date
    reached: date | None = None

    @property
    def plain(self) -> dict[str, str | None]:
        """As it is stored."""
        reached = None if self.reached is None else self.reached.isoformat()
        return {"name": self.name, "target": self.target, "by": self.by.isoformat(), "reached": reached}


@dataclass(frozen=True)
class Wanted:
    """A success plan as somebody wrote it."""

    purpose: str
    metrics: tuple[Metric, ...]
    agreed_on: date | None
    status: str = PlanStatus.DRAFT
    ltv_target: Decimal | None = None
    ltv_cadence: str = "quarterly"

    @property
    def content(self) -> dict[str, Any]:
        """As it stands in the audit log and in a conflict."""
        return {
            "purpose": self.purpose,
            "metrics": [metric.plain for metric in self.metrics],
            "agreed_on": self.agreed_on.isoformat() if self.agreed_on else None,
            "status": str(self.status),
            "ltv_target": None if self.ltv_target is None else f"{self.ltv_target.normalize():f}",
            "ltv_cadence": str(self.ltv_cadence),
        }


def content_of(plan: SuccessPlan) -> dict[str, Any]:
    """A stored plan in the same shape as `Wanted.content`."""
    return {
        "purpose": plan.purpose,
        "metrics": plan.metrics,
        "agreed_on": plan.agreed_on.isoformat() if plan.agreed_on else None,
        "status": plan.status,
        "ltv_target": None if plan.ltv_target is None else f"{Decimal(plan.ltv_target).normalize():f}",
        "ltv_cadence": plan.ltv_cadence,
    }


def save_plan(actor: Any, business: Business, customer_id: str, version: int, wanted: Wanted) -> SuccessPlan:
    """Write the success plan of an account. `version` is the one the person saw, 0 for none.

    Raises `EditConflict` with both versions when somebody was faster; nothing is written then.
    """
    try:
        return _save_plan(actor, business, customer_id, version, wanted)
    except IntegrityError:  # both made the first one at once
        theirs = SuccessPlan.objects.get(business=business, customer_id=customer_id)
        raise EditConflict(mine=wanted.content, theirs=content_of(theirs)) from None


@transaction.atomic
def _save_plan(actor: Any, business: Business, customer_id: str, version: int, wanted: Wanted) -> SuccessPlan:
    plan = SuccessPlan.objects.select_for_update().filter(business=business, customer_id=customer_id).first()
    before = {} if plan is None else content_of(plan)
    if (0 if plan is None else plan.version) != version:
        raise EditConflict(mine=wanted.content, theirs=before or None)
    if plan is None:
        plan = SuccessPlan(business=business, customer_id=customer_id, version=0)
    plan.purpose, plan.metrics = wanted.purpose, wanted.content["metrics"]
    plan.agreed_on, plan.status = wanted.agreed_on, wanted.status
    plan.ltv_target, plan.ltv_cadence = wanted.ltv_target, wanted.ltv_cadence
    plan.version += 1
    plan.changed_by = actor
    plan.save()
    old, new = differences(before, wanted.content)
    record(actor, "success.save_plan", business_id=business.id, target=f"plan:{customer_id}", old=old, new=new)
    return plan


@transaction.atomic
def change_stage(actor: Any, business: Business, customer_id: str, stage: str, on: date, reason: str) -> StageChange:
    """Put an account into a stage by hand, from a day on and for a reason."""
    made = StageChange.objects.create(
        business=business, customer_id=customer_id, stage=stage, on=on, reason=reason, made_by=actor
    )
    new = {"stage": stage, "on": on.isoformat(), "reason": reason}
    record(actor, "success.change_stage", business_id=business.id, target=f"account:{customer_id}", new=new)
    return made


@transaction.atomic
def plan_onboarding(
    actor: Any, business: Business, customer_id: str, steps: Mapping[str, tuple[str, date | None, date | None]]
) -> None:
    """Write the steps of an account's onboarding: step → (owner, due, done)."""
    kept = OnboardingStep.objects.select_for_update().filter(business=business, customer_id=customer_id)
    before = {row.step: _step_words(row.owner, row.due, row.done) for row in kept}
    for step in Step.values:
        owner, due, done = steps.get(step, ("", None, None))
        OnboardingStep.objects.update_or_create(
            business=business, customer_id=customer_id, step=step, defaults={"owner": owner, "due": due, "done": done}
        )
    old, new = differences(before, {step: _step_words(*steps.get(step, ("", None, None))) for step in Step.values})
    record(actor, "success.plan_onboarding", business_id=business.id, target=f"account:{customer_id}", old=old, new=new)


def _step_words(owner: str, due: date | None, done: date | None) -> str:
    return f"{owner} / {due or '-'} / {done or '-'}"


@transaction.atomic
def add_review(actor: Any, business: Business, customer_id: str, review: Mapping[str, Any]) -> Review:
    """Keep what a review with a customer came to, and when the next one is."""
    made = Review.objects.create(business=business, customer_id=customer_id, made_by=actor, **review)
    new = {"held_on": made.held_on.isoformat(), "next_on": made.next_on.isoformat()}
    record(actor, "success.add_review", business_id=business.id, target=f"account:{customer_id}", new=new)
    return made


def adopt_weights(actor: Any, business: Business, version: int, weights: Mapping[str, float]) -> Business:
    """Make these the weights of the health score; the other rules of health stay as they are.

    Raises `EditConflict` when somebody else has changed the business since `version` was read.
    """
    return change_rules(actor, business, version, "health", {**business.rules.get("health", {}), **weights})


@transaction.atomic
def mark_core(actor: Any, business: Business, name: str, is_core: bool, today: date) -> Feature:
    """Call a feature core, or no longer; the day is kept. Nothing changes when it is so already."""
    found = Feature.objects.select_for_update().filter(business=business, name=name).first()
    if found is not None and found.is_core == is_core:
        return found
    feature = found or Feature(business=business, name=name)
    feature.is_core, feature.since = is_core, today
    feature.save()
    new = {"is_core": is_core, "since": today.isoformat()}
    record(actor, "success.mark_core", business_id=business.id, target=f"feature:{name}", new=new)
    return feature
