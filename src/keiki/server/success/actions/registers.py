"""Writes of the registers: results, requests and product items, case studies, referrals, offers, articles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, TypeVar

from django.db import transaction
from django.db.models import Model
from django.forms.models import model_to_dict

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.audit.actions import differences, record
from keiki.server.data.actions import observe_all
from keiki.server.success.models import Article, CaseStudy, CustomerResult, Offer, ProductItem, ProductRequest, Referral
from keiki.server.success.queries import registers as queries

GRAINS: Final = (Grain.DAY, Grain.WEEK, Grain.MONTH, Grain.QUARTER, Grain.YEAR)
SOURCE: Final = "case study register"
Row = TypeVar("Row", bound=Model)


@transaction.atomic
def keep_result(actor: Any, result: CustomerResult) -> CustomerResult:
    """Keep what a customer gained."""
    result.made_by = result.made_by or actor
    return _kept(actor, "success.keep_result", result)


@transaction.atomic
def drop_result(actor: Any, result: CustomerResult) -> None:
    """Take a result out of the report."""
    old, target = _words(result), f"result:{result.pk}"
    result.delete()
    record(actor, "success.drop_result", business_id=result.business_id, target=target, old=old)


@transaction.atomic
def keep_item(actor: Any, item: ProductItem) -> ProductItem:
    """Keep a product item and how far it is."""
    return _kept(actor, "success.keep_item", item)


@transaction.atomic
def keep_request(actor: Any, request: ProductRequest) -> ProductRequest:
    """Keep what a customer asked for, or link it to a product item."""
    request.made_by = request.made_by or actor
    return _kept(actor, "success.keep_request", request)


@transaction.atomic
def keep_offer(actor: Any, offer: Offer) -> Offer:
    """Keep what was offered to a customer and why, or what the customer said."""
    offer.made_by = offer.made_by or actor
    return _kept(actor, "success.keep_offer", offer)


@transaction.atomic
def keep_article(actor: Any, article: Article) -> Article:
    """Keep an article with the topic of tickets that it answers."""
    return _kept(actor, "success.keep_article", article)


@transaction.atomic
def keep_referral(actor: Any, referral: Referral) -> Referral:
    """Keep a referral and what became of it."""
    return _kept(actor, "success.keep_referral", referral)


@transaction.atomic
def keep_case(actor: Any, case: CaseStudy) -> CaseStudy:
    """Keep a case study, talk or review; published case studies are what `public_case_studies` says of the period."""
    before = CaseStudy.objects.filter(pk=case.pk).values_list("published_on", flat=True).first()
    kept = _kept(actor, "success.keep_case", case)
    days = {day for day in (before, kept.published_on) if day is not None}
    if days:
        _tell_published(actor, kept.business, days)
    return kept


def _tell_published(actor: Any, business: Business, days: set[date]) -> None:
    """Observe the number of published case studies in every period that holds one of the days."""
    periods = {business.calendar.period(grain, day) for grain in GRAINS for day in days}
    rows = [
        {
            "metric": queries.PUBLISHED_KPI,
            "date": period.start,
            "grain": str(period.grain),
            "value": queries.published_between(business, period.start, period.end),
            "source": SOURCE,
        }
        for period in sorted(periods, key=lambda each: (each.start, str(each.grain)))
    ]
    observe_all(actor, business, rows, SOURCE)


def _kept(actor: Any, action: str, row: Row) -> Row:
    """Write a row of a register with its audit entry."""
    earlier = type(row)._default_manager.filter(pk=row.pk).first() if row.pk else None
    before = {} if earlier is None else _words(earlier)
    row.save()
    old, new = differences(before, _words(row))
    business: str = row.business_id  # type: ignore[attr-defined]  # every register belongs to one
    record(actor, action, business_id=business, target=f"{type(row).__name__}:{row.pk}", old=old, new=new)
    return row


def _words(row: Model) -> Mapping[str, Any]:
    told = model_to_dict(row, exclude=["id", "business", "made_by"])
    return {name: value if isinstance(value, int | None) else str(value) for name, value in told.items()}
