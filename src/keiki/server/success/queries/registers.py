"""Reads of the registers: results, requests by product item, case studies by month, referrals, offers, articles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Max, Min, Model, Q
from django.forms.models import model_to_dict

from keiki.engine import customer_success as engine
from keiki.engine.self_help import SelfHelp
from keiki.engine.self_help import self_help as engine_of_articles
from keiki.measures.told import NOTHING, counts
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.success.models import (
    Article,
    CaseKind,
    CaseStatus,
    CaseStudy,
    CustomerResult,
    ItemStatus,
    Offer,
    ProductItem,
    ProductRequest,
    Referral,
)

PUBLISHED_KPI: Final = "public_case_studies"
SHOWN: Final = 50
CLOSED: Final = (ItemStatus.SHIPPED, ItemStatus.DECLINED)


@dataclass(frozen=True)
class PublishedMonth:
    """Case studies published in a month by the register, and what the KPI says; None where it knows nothing."""

    month: Period
    registered: int
    measured: float | None


def results(business: Business, customer_id: str) -> tuple[CustomerResult, ...]:
    """What a customer gained, the earliest first."""
    return tuple(CustomerResult.objects.filter(business=business, customer_id=customer_id))


def items(business: Business) -> tuple[ProductItem, ...]:
    """Product items with `wanted` (their requests), `customers`, `oldest` and `newest`, the most wanted first."""
    found = ProductItem.objects.filter(business=business).annotate(
        wanted=Count("requests"),
        customers=Count("requests__customer_id", distinct=True),
        oldest=Min("requests__on"),
        newest=Max("requests__on"),
    )
    return tuple(found.order_by("-wanted", "name"))


def to_inform(business: Business) -> Mapping[int, tuple[str, ...]]:
    """The customers who asked for each item that is closed (shipped, or will not be done), in the order of asking."""
    found: dict[int, list[str]] = {}
    closed = ProductRequest.objects.filter(business=business, item__status__in=CLOSED).order_by("on", "id")
    for item, customer in closed.values_list("item", "customer_id"):
        known = found.setdefault(item, [])
        if customer not in known:
            known.append(customer)
    return {item: tuple(customers) for item, customers in found.items()}


def requests(business: Business) -> tuple[ProductRequest, ...]:
    """The newest requests, those without an item first."""
    found = ProductRequest.objects.filter(business=business).select_related("item")
    return tuple(found.annotate(linked=Count("item")).order_by("linked", "-on", "-id")[:SHOWN])


def cases(business: Business) -> tuple[CaseStudy, ...]:
    """The newest case studies, talks and reviews."""
    return tuple(CaseStudy.objects.filter(business=business)[:SHOWN])


def referrals(business: Business) -> tuple[Referral, ...]:
    """The newest referrals."""
    return tuple(Referral.objects.filter(business=business)[:SHOWN])


def offers(business: Business, customer_id: str = "") -> tuple[Offer, ...]:
    """The newest offers, to all customers or to one."""
    found = Offer.objects.filter(business=business)
    return tuple((found.filter(customer_id=customer_id) if customer_id else found)[:SHOWN])


def articles(business: Business) -> tuple[Article, ...]:
    """Every help article, by name."""
    return tuple(Article.objects.filter(business=business))


def self_help(user: Any, business: Business) -> SelfHelp:
    """Views, votes and tickets of every help article, and the topics that no article is about."""
    topics = {each.name: each.topic for each in articles(business)}
    key = ("self help", tuple(topics.items()))
    return door.answered(
        user, business, key, lambda numbers: engine_of_articles(numbers, topics), tells=counts("events", "tickets")
    )


def published_between(business: Business, start: date, end: date) -> int:
    """Case studies published from one day up to but not including another."""
    published = CaseStudy.objects.filter(business=business, kind=CaseKind.CASE, status=CaseStatus.PUBLISHED)
    return published.filter(published_on__gte=start, published_on__lt=end).count()


def published_by_month(user: Any, business: Business, count: int = 12) -> tuple[PublishedMonth, ...]:
    """The last months up to today, by the register and by the KPI."""
    calendar = business.calendar
    last = calendar.period(Grain.MONTH, calendar.today())
    months = tuple(calendar.shift(last, step) for step in range(1 - count, 1))
    told = door.answered(
        user,
        business,
        ("published", months),
        lambda numbers: numbers.measure((PUBLISHED_KPI,), numbers.question(months)).series(PUBLISHED_KPI),
        tells=NOTHING,
    )
    return tuple(
        PublishedMonth(month, published_between(business, month.start, month.end), value)
        for month, value in zip(months, told, strict=True)
    )


def asked_for_a_case(business: Business, customer_ids: tuple[str, ...]) -> Mapping[str, CaseStudy]:
    """The newest case study, talk or review each customer was asked for."""
    found = CaseStudy.objects.filter(Q(business=business) & Q(customer_id__in=customer_ids))
    return {case.customer_id: case for case in found.order_by("asked_on", "id")}


def is_won(user: Any, business: Business, deal: str) -> bool:
    """Whether the data knows a won deal of that id."""
    return door.answered(
        user, business, ("won deal", deal), lambda numbers: engine.is_won(numbers, deal), tells=NOTHING
    )


def written_row(row: Model) -> dict[str, Any]:
    """A row that was kept, for a program."""
    return plain_row(model_to_dict(row, exclude=["business", "made_by", "changed_by", "told", "seen_by"]))


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON: money as an exact text, days as ISO dates."""
    return {
        name: value.isoformat()
        if isinstance(value, date | datetime)
        else str(value)
        if isinstance(value, Decimal)
        else value
        for name, value in row.items()
        if name != "matches"
    }
