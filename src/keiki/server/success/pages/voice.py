"""Requests of customers and the product items that answer them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.success.actions import registers as actions
from keiki.server.success.forms.registers import ItemForm, RequestForm
from keiki.server.success.models import ItemStatus, ProductItem, ProductRequest
from keiki.server.success.pages import account_url, day_words, style_of
from keiki.server.success.queries import registers as queries

STATUS = {
    ItemStatus.OPEN: "",
    ItemStatus.PLANNED: "accent",
    ItemStatus.BUILDING: "watch",
    ItemStatus.SHIPPED: "good",
    ItemStatus.DECLINED: "",
}


@dataclass(frozen=True)
class ItemRow:
    id: int
    name: str
    status: str
    tone: str
    wanted: str
    customers: str
    oldest: str
    newest: str
    inform: tuple[tuple[str, str], ...]
    form: ItemForm


@dataclass(frozen=True)
class RequestRow:
    id: int
    day: str
    customer: str
    url: str
    text: str
    item: str
    form: RequestForm


@dataclass(frozen=True)
class VoicePage:
    title: str
    subtitle: str
    sentence: str
    may_edit: bool
    items: tuple[ItemRow, ...]
    requests: tuple[RequestRow, ...]
    item_form: ItemForm
    request_form: RequestForm


@business_page()
@require_safe
def voice_page(request: Any, business: Business) -> HttpResponse:
    """Items with their requests, and the newest requests."""
    return _answer(request, business, {})


@business_page(EDIT)
@require_POST
def keep_item(request: Any, business: Business, item: int = 0) -> HttpResponse:
    """Add a product item, or change one."""
    row = get_object_or_404(ProductItem, pk=item, business=business) if item else None
    form = ItemForm(business, request.POST, instance=row, prefix=f"item{item}")
    if not form.is_valid():
        return _answer(request, business, {form.prefix: form})
    actions.keep_item(request.user, form.instance)
    messages.success(request, _("Kept the product item."))
    return redirect("success:voice", business=business.id)


@business_page(EDIT)
@require_POST
def keep_request(request: Any, business: Business, wish: int = 0) -> HttpResponse:
    """Add a request, or change one."""
    row = get_object_or_404(ProductRequest, pk=wish, business=business) if wish else None
    form = RequestForm(business, request.POST, instance=row, prefix=f"request{wish}")
    if not form.is_valid():
        return _answer(request, business, {form.prefix: form})
    actions.keep_request(request.user, form.instance)
    messages.success(request, _("Kept the request."))
    return redirect("success:voice", business=business.id)


def _answer(request: Any, business: Business, forms: Mapping[str | None, Any]) -> HttpResponse:
    style, items, requests = style_of(request, business), queries.items(business), queries.requests(business)
    inform = queries.to_inform(business)
    page = VoicePage(
        title=_("Requests of customers"),
        subtitle=business.name,
        sentence=_sentence(items, requests),
        may_edit=allows(request.membership.role, EDIT),
        items=tuple(
            ItemRow(
                item.pk,
                item.name,
                str(item.get_status_display()),
                STATUS[ItemStatus(item.status)],
                f"{item.wanted:,}",  # type: ignore[attr-defined]  # counted by the query
                f"{item.customers:,}",  # type: ignore[attr-defined]
                day_words(item.oldest, style),  # type: ignore[attr-defined]
                day_words(item.newest, style),  # type: ignore[attr-defined]
                tuple((each, account_url(business, each)) for each in inform.get(item.pk, ())),
                forms.get(f"item{item.pk}") or ItemForm(business, instance=item, prefix=f"item{item.pk}"),
            )
            for item in items
        ),
        requests=tuple(
            RequestRow(
                each.pk,
                day_words(each.on, style),
                each.customer_id,
                account_url(business, each.customer_id),
                each.text,
                "" if each.item is None else each.item.name,
                forms.get(f"request{each.pk}") or RequestForm(business, instance=each, prefix=f"request{each.pk}"),
            )
            for each in requests
        ),
        item_form=forms.get("item0") or ItemForm(business, prefix="item0"),
        request_form=forms.get("request0")
        or RequestForm(business, prefix="request0", initial={"on": business.calendar.today()}),
    )
    return render(request, "success/voice.html", {"page": page}, status=422 if forms else 200)


def _sentence(items: tuple[ProductItem, ...], requests: tuple[ProductRequest, ...]) -> str:
    if not requests:
        return _("No request is written down yet.")
    loose = sum(each.item_id is None for each in requests)
    if loose:
        told = ngettext("{count} request has no product item yet.", "{count} requests have no product item yet.", loose)
        return told.format(count=f"{loose:,}")
    return _("Most wanted: {name}, asked for {count} times.").format(
        name=items[0].name,
        count=f"{items[0].wanted:,}",  # type: ignore[attr-defined]
    )
