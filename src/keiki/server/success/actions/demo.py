"""Writes of the demo company: what its people wrote down about its offices."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db import transaction

from keiki.demo import make_demo
from keiki.demo.registers import Registers, Words, registers
from keiki.server.accounts.models import Business, Role
from keiki.server.audit.actions import record
from keiki.server.data.actions import opened
from keiki.server.jobs.actions import enqueue
from keiki.server.success.actions.alerts import WATCH_JOB
from keiki.server.success.models import (
    CaseStudy,
    CustomerResult,
    LtvCadence,
    Offer,
    OnboardingStep,
    PlanStatus,
    ProductItem,
    ProductRequest,
    Referral,
    Review,
    Step,
    SuccessPlan,
)

DEMO_JOB: Final = "success.keep_demo"
TABLES: Final = (
    *(ProductItem, ProductRequest, CaseStudy, Referral, Offer),
    *(CustomerResult, OnboardingStep, SuccessPlan, Review),
)


@transaction.atomic
def keep_demo(business: Business) -> bool:
    """Write the registers of the demo company into a business that holds its facts.

    In the language of its first owner, else of the server. False where somebody has written something already.
    """
    until = opened(business).business.today
    if any(table._default_manager.filter(business=business).exists() for table in TABLES):
        return False
    owner = business.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    language = (owner.user.language if owner else "") or settings.LANGUAGE_CODE
    _Pen(business, language).write(registers(make_demo(until=until), until))
    record(None, "success.keep_demo", business_id=business.id, target=f"business:{business.id}")
    if owner is not None:
        enqueue(WATCH_JOB)
    return True


class _Pen:
    """Writes for one business in one language."""

    def __init__(self, business: Business, language: str) -> None:
        self._business, self._japanese = business, language.startswith("ja")

    def _say(self, words: Words) -> str:
        return words.ja if self._japanese else words.en

    def write(self, told: Registers) -> None:
        own, say = self._business, self._say
        items = [
            ProductItem.objects.create(business=own, name=say(item.name), status=item.status) for item in told.items
        ]
        ProductRequest.objects.bulk_create(
            ProductRequest(
                business=own,
                item=None if wish.item is None else items[wish.item],
                customer_id=wish.customer_id,
                text=say(wish.text),
                on=wish.on,
            )
            for wish in told.wishes
        )
        CaseStudy.objects.bulk_create(
            CaseStudy(**vars(case) | {"business": own, "title": say(case.title)}) for case in told.cases
        )
        Referral.objects.bulk_create(
            Referral(
                **vars(each)
                | {"business": own, "referred": say(each.referred)}
                | {"programme": say(Words("お客さまの紹介", "Offices tell offices"))}
            )
            for each in told.referrals
        )
        Offer.objects.bulk_create(
            Offer(**vars(each) | {"business": own, "product": say(each.product), "reason": say(each.reason)})
            for each in told.offers
        )
        self._account(told)

    def _account(self, told: Registers) -> None:
        """The onboarding, the plan, the last review and the results of one office."""
        say, day = self._say, max(wish.on for wish in told.wishes)
        mine = {"business": self._business, "customer_id": told.office}
        CustomerResult.objects.bulk_create(
            CustomerResult(
                **mine,
                metric=say(each.metric),
                unit=say(each.unit),
                before=each.before,
                before_on=day - timedelta(days=300),
                after=each.after,
                after_on=day - timedelta(days=30),
                value=each.value,
                source=say(each.source),
            )
            for each in told.results
        )
        begun, owner = day - timedelta(days=320), say(Words("高橋", "Takahashi"))
        OnboardingStep.objects.bulk_create(
            OnboardingStep(
                **mine,
                step=step,
                owner=owner,
                due=begun + timedelta(days=7 * week),
                done=begun + timedelta(days=7 * week - 2),
            )
            for week, step in enumerate(Step.values, start=1)
        )
        by = (day + timedelta(days=90)).isoformat()
        SuccessPlan.objects.create(
            **mine,
            purpose=say(told.purpose),
            metrics=[{"name": say(told.metric), "target": say(told.target), "by": by, "reached": None}],
            agreed_on=day - timedelta(days=200),
            status=PlanStatus.AGREED,
            ltv_target=Decimal(300_000),
            ltv_cadence=LtvCadence.QUARTERLY,
        )
        Review.objects.create(
            **mine,
            held_on=day - timedelta(days=90),
            attendees=say(Words("先方：総務、当社：高橋", "Their office manager, Takahashi")),
            results=say(Words("品切れが月3日から0.5日に減った", "Days without coffee fell from 3 to 0.5 a month")),
            agreed=say(Words("残る2拠点でもアプリを使い始める", "Two more sites begin to use the app")),
            next_on=day,
        )
