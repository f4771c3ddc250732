"""Reads of customer success: accounts by way of the one door, and what people wrote about them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from keiki.customers.account_book import Placed
from keiki.engine import customer_success as engine
from keiki.engine import user_events as engine_of_events
from keiki.engine.customer_success import (
    FIRST_RENEWALS,
    FLAGS,
    RENEWAL_DAYS,
    SORTS,
    CoreFeatures,
    Filter,
    Outlook,
    Overview,
    Row,
)
from keiki.engine.success_summary import SuccessSummary, summary_of
from keiki.measures.told import WORTH, counts
from keiki.server.accounts.models import Business
from keiki.server.accounts.queries import rules_of
from keiki.server.kpis import queries as door
from keiki.server.success.models import Feature, OnboardingStep, Review, StageChange, Step, SuccessPlan, WeeklyScore

__all__ = ["FLAGS", "RENEWAL_DAYS", "SORTS", "Filter"]
PAGE: Final = 25
STORY_PAGE: Final = 30
USE: Final = counts("events", "subscriptions")
STORY: Final = WORTH | counts("events", "surveys", "tickets")
"""What a customer's story speaks of."""


@dataclass(frozen=True)
class Accounts:
    """A page of one list of accounts, what every list adds up to, and the stages set by hand among the shown."""

    overview: Overview
    rows: tuple[Row, ...]
    count: int
    renewals: tuple[Row, ...]


@dataclass(frozen=True)
class Written:
    """What people wrote about one account."""

    plan: SuccessPlan | None
    changes: tuple[StageChange, ...]
    steps: tuple[OnboardingStep, ...]
    reviews: tuple[Review, ...]


def core_features(business: Business) -> CoreFeatures:
    """The features that people called core."""
    return CoreFeatures(tuple(Feature.objects.filter(business=business, is_core=True).values_list("name", flat=True)))


def core_groups(business: Business) -> tuple[str, ...]:
    """The groups of features that are core while no feature is called so."""
    return rules_of(business).lifecycle.core_groups


def outlook(user: Any, business: Business) -> Outlook:
    """What the past says about the accounts of today."""
    core = core_features(business)
    return door.answered(
        user, business, ("outlook", core), lambda numbers: engine.outlook_of(numbers, core), tells=WORTH
    )


def accounts(user: Any, business: Business, asked: Filter) -> Accounts:
    """One list of accounts with the totals of all, stages set by hand laid over those of the data."""
    told = outlook(user, business)
    core, by_hand = core_features(business), placed(business)
    overview = door.answered(
        user,
        business,
        ("account totals", core, by_hand),
        lambda numbers: engine.account_totals(numbers, told, by_hand),
        tells=WORTH,
    )
    rows, count = door.answered(
        user,
        business,
        ("account list", core, asked, by_hand),
        lambda numbers: engine.account_list(numbers, told, asked, by_hand),
        tells=WORTH,
    )
    return Accounts(overview, rows, count, renewals(user, business))


def renewals(
    user: Any, business: Business, days: int = RENEWAL_DAYS, limit: int = FIRST_RENEWALS, offset: int = 0
) -> tuple[Row, ...]:
    """The next contracts to be renewed, from a place on."""
    return door.answered(
        user,
        business,
        ("renewals due", days, limit, offset),
        lambda numbers: engine.renewals_due(numbers, days, limit, offset),
        tells=WORTH,
    )


def every_account(user: Any, business: Business, asked: Filter) -> Iterator[Row]:
    """All accounts of a list, one after the other; asked for anew each time."""
    told, by_hand = outlook(user, business), placed(business)
    return door.asked(user, business, lambda numbers: engine.every_account(numbers, told, asked, by_hand), tells=WORTH)


def every_renewal(user: Any, business: Business) -> Iterator[Row]:
    """All contracts due for renewal, one after the other."""
    return door.asked(user, business, engine.every_renewal, tells=WORTH)


def placed(business: Business, customer_id: str | None = None) -> tuple[Placed, ...]:
    """The newest stage that was set by hand of every account, or of one."""
    changes = StageChange.objects.filter(business=business)
    if customer_id is not None:
        changes = changes.filter(customer_id=customer_id)
    newest = {change.customer_id: Placed(change.customer_id, change.stage, change.on) for change in changes}
    return tuple(newest[name] for name in sorted(newest))


def account(user: Any, business: Business, customer_id: str) -> engine.Account | None:
    """Everything the data knows of one customer; whole weeks have the scores that were kept of them."""
    told, core, by_hand = outlook(user, business), core_features(business), placed(business, customer_id)
    found = door.answered(
        user,
        business,
        ("account", core, customer_id, by_hand),
        lambda numbers: engine.account(numbers, customer_id, told, by_hand),
        tells=WORTH,
    )
    if found is None:
        return None
    kept = {row.week_end: row for row in WeeklyScore.objects.filter(business=business, customer_id=customer_id)}
    scores = tuple(
        {**row, "score": kept[row["day"]].score, "health_band": kept[row["day"]].band} if row["day"] in kept else row
        for row in found.scores
    )
    return replace(found, scores=scores)


def story(user: Any, business: Business, customer_id: str, kind: str, page: int) -> engine.Story:
    """A page of a customer's timeline, newest first, from page 1."""
    return door.answered(
        user,
        business,
        ("story", customer_id, kind, page),
        lambda numbers: engine.customer_story(numbers, customer_id, kind, (page - 1) * STORY_PAGE, STORY_PAGE),
        tells=STORY,
    )


def every_entry(user: Any, business: Business, customer_id: str, kind: str) -> Iterator[Row]:
    """A customer's whole timeline, one entry after the other, newest first."""
    return door.asked(user, business, lambda numbers: engine.every_entry(numbers, customer_id, kind), tells=STORY)


def written(business: Business, customer_id: str) -> Written:
    """What people wrote about one account."""
    mine = {"business": business, "customer_id": customer_id}
    return Written(
        SuccessPlan.objects.filter(**mine).select_related("changed_by").first(),
        tuple(StageChange.objects.filter(**mine).select_related("made_by")),
        tuple(OnboardingStep.objects.filter(**mine)),
        tuple(Review.objects.filter(**mine)[:20]),
    )


def stage_history(found: engine.Account, changes: Sequence[StageChange]) -> tuple[dict[str, Any], ...]:
    """The stages of an account in the order of their days: from the data and by hand, exactly one of them current."""
    rows = [
        {"stage": row["stage"], "on": row["entered_on"], "reason": row["reason"], "by": None, "current": False}
        for row in found.stages
        if row["left_on"] is None or row["left_on"] > row["entered_on"]
    ]
    rows += [{"stage": c.stage, "on": c.on, "reason": c.reason, "by": c.made_by, "current": False} for c in changes]
    rows.sort(key=lambda row: row["on"])
    if rows and found.book is not None:
        rows[-1]["current"] = True
    return tuple(rows)


def overdue(steps: Sequence[OnboardingStep], today: date) -> tuple[str, ...]:
    """The steps that should have been done by now."""
    return tuple(row.step for row in steps if row.done is None and row.due is not None and row.due < today)


def missed(plan: SuccessPlan, today: date) -> tuple[dict[str, Any], ...]:
    """The milestones of a plan that should have been reached by now."""
    return tuple(m for m in plan.metrics if not m.get("reached") and date.fromisoformat(m["by"]) < today)


def steps_of(steps: Sequence[OnboardingStep]) -> tuple[OnboardingStep, ...]:
    """Every step in its order; those nobody planned are empty."""
    there = {row.step: row for row in steps}
    return tuple(there.get(step, OnboardingStep(step=step)) for step in Step.values)


def product_use(user: Any, business: Business, grain: str) -> engine.Use:
    """How much of what was bought is used, by month or week."""
    core = core_features(business)
    return door.answered(
        user, business, ("use", core, grain), lambda numbers: engine.product_use(numbers, core, grain), tells=USE
    )


def onboarding(user: Any, business: Business) -> engine.Onboarding:
    """How long new accounts wait for their first value."""
    core = core_features(business)
    return door.answered(
        user, business, ("onboarding", core), lambda numbers: engine.onboarding(numbers, core), tells=USE
    )


def user_events(user: Any, business: Business) -> tuple[Row, ...]:
    """What events for users came to, the newest first."""
    return door.answered(user, business, "user events", engine_of_events.user_events_of, tells=counts("events"))


def features(business: Business) -> dict[str, Feature]:
    """Every feature somebody ever marked, by name."""
    return {feature.name: feature for feature in Feature.objects.filter(business=business)}


def tickets(user: Any, business: Business) -> engine.Tickets:
    """Tickets by month, causes of complaints, and those that waited too long."""
    return door.answered(user, business, "tickets", engine.ticket_report, tells=counts("tickets"))


def voices(user: Any, business: Business) -> engine.Voices:
    """What customers say beside what they pay."""
    return door.answered(user, business, "voices", engine.customer_voices, tells=WORTH | counts("surveys"))


def accounting(user: Any, business: Business) -> engine.Accounting:
    """Customer success as a profit centre."""
    return door.answered(user, business, "success accounting", engine.success_as_profit_centre, tells=WORTH)


def summary(user: Any, business: Business) -> SuccessSummary:
    """Use by month, first value, cost and return, and renewals, in one answer."""
    use, begun = product_use(user, business, "month"), onboarding(user, business)
    return summary_of(use, begun, accounting(user, business), renewals(user, business))


def due_reviews(business: Business, until: date, limit: int = 20) -> tuple[Review, ...]:
    """The newest review of each account whose next one is due by a day, the longest due first."""
    newest: dict[str, Review] = {}
    for review in Review.objects.filter(business=business).order_by("held_on", "id"):
        newest[review.customer_id] = review
    return tuple(sorted((r for r in newest.values() if r.next_on <= until), key=lambda r: r.next_on)[:limit])
