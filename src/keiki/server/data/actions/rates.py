"""Writes about exchange rates, and what no rate converts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from keiki.engine.left_out import LeftOut as LeftOut
from keiki.engine.left_out import left_out
from keiki.engine.rates import rate_of, rates_in, read_rates, save_rates
from keiki.measures.exchange import Rate as Rate
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.data.actions import opened


def left_out_of(business: Business) -> tuple[LeftOut, ...]:
    """The rows that are in no number of money because no rate converts them."""
    return opened(business).business.remembered("left out", left_out)


def rates_of(business: Business) -> tuple[Rate, ...]:
    """The rates of a business, by currency, the newest first."""
    rates = read_rates(business.folder)
    return tuple(sorted(rates, key=lambda one: (one.currency, one.into, -one.since.toordinal())))


def typed_rate(business: Business, currency: str, since: str | date, rate: str) -> Rate:
    """A rate into the currency of the business, as typed. Raises `RateImpossible`."""
    return rate_of(currency, business.currency, since, rate)


def rates_of_file(business: Business, text: str) -> tuple[Rate, ...]:
    """The rates of a CSV. Raises `RatesUnreadable` with the line that cannot be read."""
    return rates_in(text, business.currency)


@transaction.atomic
def set_rates(actor: User, business: Business, rates: Iterable[Rate]) -> int:
    """Add rates, or put them in the place of those of the same day; gives how many are new or other than before."""
    Business.objects.select_for_update().get(pk=business.pk)
    before = {(one.currency, one.into, one.since): one for one in read_rates(business.folder)}
    wanted = {(one.currency, one.into, one.since): one for one in rates}
    changed = {key: one for key, one in wanted.items() if before.get(key) != one}
    if not changed:
        return 0
    business.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    old = {_name(one): f"{one.rate:f}" for key, one in before.items() if key in changed}
    new = {_name(one): f"{one.rate:f}" for one in changed.values()}
    record(actor, "data.set_rates", business_id=business.id, target="rates", old=old, new=new)
    save_rates(business.folder, (before | wanted).values())
    return len(changed)


@transaction.atomic
def remove_rate(actor: User, business: Business, currency: str, into: str, since: date) -> None:
    """Take a rate out; the one before it holds again."""
    Business.objects.select_for_update().get(pk=business.pk)
    rates = read_rates(business.folder)
    gone = [one for one in rates if (one.currency, one.into, one.since) == (currency, into, since)]
    if not gone:
        return
    old = {_name(one): f"{one.rate:f}" for one in gone}
    record(actor, "data.remove_rate", business_id=business.id, target="rates", old=old)
    save_rates(business.folder, (one for one in rates if one not in gone))


def _name(one: Rate) -> str:
    return f"{one.currency} → {one.into} {one.since}"
