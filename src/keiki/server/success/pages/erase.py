"""Erasing one customer: what will happen, and the id typed once more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keiki.errors import ErasureNotConfirmed
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import OWN
from keiki.server.data.actions.erasing import start_erasure
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.pages import account_url
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class ErasePage:
    """`typed` and `wrong`: what was typed in place of the id, and the words about it."""

    title: str
    subtitle: str
    back_url: str
    customer: str
    goes: tuple[str, ...]
    stays: tuple[str, ...]
    typed: str = ""
    also: str = ""
    wrong: str = ""


@business_page(OWN)
@get_and_post
def erase_page(request: Any, business: Business, customer: str) -> HttpResponse:
    """Say what will happen; with the id typed, erase in the background."""
    known = door.known(request.user, business)
    if known.today is None or queries.account(request.user, business, customer) is None:
        raise Http404
    typed, also, wrong = "", "", ""
    if request.method == "POST":
        typed, also = request.POST.get("customer", "").strip(), request.POST.get("also", "")
        if typed == customer:
            words = [word.strip() for word in also.splitlines() if word.strip()]
            run = start_erasure(request.user, business, customer, words)
            return redirect("data:run", business=business.id, run_id=run.pk)
        wrong = ErasureNotConfirmed().words(current_language())
    page = ErasePage(
        title=_("Erase this customer"),
        subtitle=business.name,
        back_url=account_url(business, customer),
        customer=customer,
        goes=_goes(),
        stays=_stays(),
        typed=typed,
        also=also,
        wrong=wrong,
    )
    return render(request, "success/erase.html", {"page": page}, status=422 if wrong else 200)


def _goes() -> tuple[str, ...]:
    return (
        _("The id, name, addresses and free text of this customer, in every row. Visits and leads get other ids."),
        _("Plans, reviews, requests and notes about this customer here, and their name in everybody’s notes."),
        _("All earlier states of the data: imports before now cannot be taken back any more."),
        _("Files that wait to be imported. Send them again without this customer."),
    )


def _stays() -> tuple[str, ...]:
    return (
        _("Amounts, days, products and classes, under a random id. Every total stays as it is."),
        _("In the log: that somebody was erased, by whom and when; not who."),
        _("Backups made before still hold this customer until you delete them. After restoring one, erase again."),
        _("Your shop, CRM and other systems: take the customer out there, too. Rows that come again are refused."),
    )
