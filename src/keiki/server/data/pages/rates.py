"""Exchange rates: the register, and the rows of money that no rate converts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.files_out import Book, Sheet
from keiki.errors import KeikiError, RatesUnreadable
from keiki.facts import FACTS
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import SettingsPage, business_page, settings_frame
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.data.actions import rates as actions
from keiki.server.data.actions.rates import LeftOut, Rate
from keiki.server.data.forms.rates import RateFileForm, RateForm, RateGoneForm
from keiki.server.ui.language import current_language

SHOWN: Final = 60
MOST_BYTES: Final = 5_000_000


@dataclass(frozen=True)
class RateLine:
    """One rate, as written and as the form that removes it sends it."""

    currency: str
    into: str
    since: date
    words: str
    until: str


@dataclass(frozen=True)
class LeftLine:
    """Rows that no rate converts."""

    fact: str
    amount: str
    rows: str
    days: str


@dataclass(frozen=True)
class RatesPage(SettingsPage):
    own: str
    sentence: str
    left: tuple[LeftLine, ...]
    lines: tuple[RateLine, ...]
    more: int
    may_edit: bool


@business_page()
@require_safe
def rates_page(request: Any, business: Business) -> HttpResponse:
    """The register with what it leaves out; `file=` asks for it as a file."""
    if file_asked(request):
        return file_answer(request, business, _book(request, business))
    return _show(request, business)


def _show(
    request: Any, business: Business, form: forms.Form | None = None, file_form: forms.Form | None = None
) -> HttpResponse:
    frame = settings_frame(request, business, business.name)
    rates, left = actions.rates_of(business), actions.left_out_of(business)
    page = RatesPage(
        frame.title,
        frame.subtitle,
        frame.tabs,
        business.currency,
        _sentence(business, left),
        tuple(_left_line(each) for each in left),
        _lines(rates[:SHOWN]),
        max(len(rates) - SHOWN, 0),
        allows(request.membership.role, EDIT),
    )
    context = {"page": page, "form": form or RateForm(), "file_form": file_form or RateFileForm()}
    return render(request, "data/rates.html", context, status=422 if form or file_form else 200)


def _sentence(business: Business, left: tuple[LeftOut, ...]) -> str:
    if not left:
        return _(
            "Rows whose column currency names another currency than {own} are converted by the last rate on or before "
            "their day. Every row has its rate."
        ).format(own=business.currency)
    return left_out_words(left)


def left_out_words(left: tuple[LeftOut, ...]) -> str:
    """What stays out of the numbers because no rate converts it, in one sentence; "" for nothing."""
    if not left:
        return ""
    amounts = ("、" if current_language() == "ja" else ", ").join(_amount(each) for each in left)
    rows = sum(each.rows for each in left)
    words = ngettext(
        "{amounts} in {rows} row has no exchange rate on its day and is in no number of money.",
        "{amounts} in {rows} rows have no exchange rate on their day and are in no number of money.",
        rows,
    )
    return words.format(amounts=amounts, rows=f"{rows:,}")


def currencies_left_out(left: tuple[LeftOut, ...]) -> str:
    """The same for whoever only holds a link: which money, and not how much of it; "" for nothing."""
    if not left:
        return ""
    names = ("、" if current_language() == "ja" else ", ").join(sorted({each.currency for each in left}))
    return _("Money in {currencies} without an exchange rate on its day is in no number.").format(currencies=names)


def _amount(each: LeftOut) -> str:
    """The amount with the code of its currency, with two decimal places where it has any.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> day = date(2026, 1, 1)
    >>> _amount(LeftOut("orders", "USD", 1, Decimal("1200.5000"), day, day))
    'USD 1,200.50'
    """
    whole = each.amount == each.amount.to_integral_value()
    return f"{each.currency} {each.amount:,.0f}" if whole else f"{each.currency} {each.amount:,.2f}"


def _left_line(each: LeftOut) -> LeftLine:
    fact = FACTS[each.fact]
    days = each.first.isoformat() if each.first == each.last else f"{each.first.isoformat()} – {each.last.isoformat()}"
    return LeftLine(fact.ja if current_language() == "ja" else fact.en, _amount(each), f"{each.rows:,}", days)


def _lines(rates: tuple[Rate, ...]) -> tuple[RateLine, ...]:
    """Rates with the day before which each ends: that of the next one of its currency."""
    after: dict[tuple[str, str], date] = {}
    found = []
    for one in rates:
        until = after.get((one.currency, one.into))
        after[one.currency, one.into] = one.since
        words = f"1 {one.currency} = {one.rate:f} {one.into}"
        found.append(RateLine(one.currency, one.into, one.since, words, until.isoformat() if until else ""))
    return tuple(found)


def _book(request: Any, business: Business) -> Book:
    rates = actions.rates_of(business)
    rows = [(one.currency, one.into, one.since, one.rate) for one in sorted(rates, key=lambda r: (r.currency, r.since))]
    register = Sheet(("currency", "into", "since", "rate"), rows, ("", "", "date", ""))
    left = [(each.fact, each.currency, each.amount, each.rows, each.first, each.last) for each in _left(business)]
    head = (
        _("Kind of row"),
        _("Currency"),
        _("Amount"),
        _("How many"),
        pgettext("days", "From"),
        pgettext("days", "To"),
    )
    filters = ((_("Business"), business.name), (_("Currency"), business.currency), (_("Made by"), str(request.user)))
    summary = Sheet(head, left)
    words = _("What one unit of currency is worth in into, from since on.")
    meaning = Sheet((_("Name"), _("Definition")), [("rate", words)])
    return Book(_("Exchange rates"), summary, register, filters, meaning)


def _left(business: Business) -> tuple[LeftOut, ...]:
    return actions.left_out_of(business)


@business_page(EDIT)
@require_POST
def set_rate(request: Any, business: Business) -> HttpResponse:
    """One rate as typed."""
    form = RateForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            rate = actions.typed_rate(business, said["currency"], said["since"], said["rate"])
        except KeikiError as error:
            form.add_error(None, error.words(current_language()))
        else:
            actions.set_rates(request.user, business, [rate])
            messages.success(request, _("Saved."))
            return redirect(_url(business))
    return _show(request, business, form)


@business_page(EDIT)
@require_POST
def send_rates(request: Any, business: Business) -> HttpResponse:
    """A CSV of rates: all of it is taken, or nothing."""
    form = RateFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            text = form.cleaned_data["file"].read(MOST_BYTES).decode("utf-8-sig")
            changed = actions.set_rates(request.user, business, actions.rates_of_file(business, text))
        except UnicodeDecodeError as error:
            form.add_error("file", RatesUnreadable(place="1", detail=str(error)).words(current_language()))
        except KeikiError as error:
            form.add_error("file", error.words(current_language()))
        else:
            words = ngettext("{count} rate is new or changed.", "{count} rates are new or changed.", changed)
            messages.success(request, words.format(count=f"{changed:,}"))
            return redirect(_url(business))
    return _show(request, business, None, form)


@business_page(EDIT)
@require_POST
def remove_rate(request: Any, business: Business) -> HttpResponse:
    """Take a rate out."""
    form = RateGoneForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        actions.remove_rate(request.user, business, said["currency"], said["into"], said["since"])
    return redirect(_url(business))


def _url(business: Business) -> str:
    return reverse("data:rates", kwargs={"business": business.id})
