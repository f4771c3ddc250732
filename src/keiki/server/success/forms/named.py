"""The registers by name, as programs and the command line write them: texts in, a kept row or what is wrong out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.db.models import Model
from django.forms import BaseForm

from keiki.errors import RegisterRefused, UnknownName
from keiki.server.accounts.models import Business
from keiki.server.success import actions, queries
from keiki.server.success.actions import registers as keep
from keiki.server.success.forms import OnboardingForm, PlanForm, ReviewForm, StageForm, plan_fields
from keiki.server.success.forms import registers as forms
from keiki.server.success.models import (
    CustomerResult,
    Offer,
    OnboardingStep,
    Review,
    StageChange,
    SuccessPlan,
)
from keiki.server.success.queries import registers

CUSTOMER: Final = "customer_id"


@dataclass(frozen=True)
class Register:
    """How a row is checked and kept, what is listed, and whether a row belongs to the page of one customer."""

    form: Callable[[Any, Business, Mapping[str, str]], BaseForm]
    keep: Callable[[Any, Business, Any, str], Any]
    rows: Callable[[Business, str], tuple[Model, ...]]
    of_customer: bool = False


def _own(form: Any) -> Callable[[Any, Business, Mapping[str, str]], BaseForm]:
    return lambda user, business, told: form(business, told)


def _of(form: Any, model: Any) -> Callable[[Any, Business, Mapping[str, str]], BaseForm]:
    return lambda user, business, told: form(
        business, told, instance=model(business=business, customer_id=told.get(CUSTOMER, ""))
    )


def _plain(form: Any) -> Callable[[Any, Business, Mapping[str, str]], BaseForm]:
    return lambda user, business, told: form(told)


def _row(write: Callable[[Any, Any], Any]) -> Callable[[Any, Business, Any, str], Any]:
    return lambda user, business, form, customer: write(user, form.instance)


def _written(model: Any) -> Callable[[Business, str], tuple[Model, ...]]:
    def rows(business: Business, customer: str) -> tuple[Model, ...]:
        found = model.objects.filter(business=business)
        return tuple((found.filter(customer_id=customer) if customer else found)[: registers.SHOWN])

    return rows


def _referral(user: Any, business: Business, told: Mapping[str, str]) -> BaseForm:
    return forms.ReferralForm(business, partial(registers.is_won, user, business), told)


def _plan(user: Any, business: Business, form: PlanForm, customer: str) -> SuccessPlan:
    return actions.save_plan(user, business, customer, form.cleaned_data["version"], form.wanted)


def _plan_form(user: Any, business: Business, told: Mapping[str, str]) -> BaseForm:
    """What is not told of stays as it was; the version is told every time."""
    kept = plan_fields(queries.written(business, told.get(CUSTOMER, "")).plan)
    return PlanForm({**{name: value for name, value in kept.items() if name != "version"}, **told})


def _onboarding(user: Any, business: Business, told: Mapping[str, str]) -> BaseForm:
    """Steps that are not told of stay as they were."""
    steps = queries.written(business, told.get(CUSTOMER, "")).steps
    kept = {f"{step.step}-{part}": getattr(step, part) or "" for step in steps for part in ("owner", "due", "done")}
    return OnboardingForm({**kept, **told})


def _stage(user: Any, business: Business, form: StageForm, customer: str) -> StageChange:
    given = form.cleaned_data
    return actions.change_stage(user, business, customer, given["stage"], given["on"], given["reason"])


REGISTERS: Final[Mapping[str, Register]] = {
    "items": Register(
        _own(forms.ItemForm), _row(keep.keep_item), lambda business, _customer: registers.items(business)
    ),
    "requests": Register(
        _own(forms.RequestForm), _row(keep.keep_request), lambda business, _customer: registers.requests(business)
    ),
    "cases": Register(
        _own(forms.CaseForm), _row(keep.keep_case), lambda business, _customer: registers.cases(business)
    ),
    "referrals": Register(
        _referral, _row(keep.keep_referral), lambda business, _customer: registers.referrals(business)
    ),
    "articles": Register(
        _own(forms.ArticleForm), _row(keep.keep_article), lambda business, _customer: registers.articles(business)
    ),
    "results": Register(
        _of(forms.ResultForm, CustomerResult), _row(keep.keep_result), _written(CustomerResult), of_customer=True
    ),
    "offers": Register(_of(forms.OfferForm, Offer), _row(keep.keep_offer), registers.offers, of_customer=True),
    "plans": Register(_plan_form, _plan, _written(SuccessPlan), of_customer=True),
    "stages": Register(_plain(StageForm), _stage, _written(StageChange), of_customer=True),
    "reviews": Register(
        _plain(ReviewForm),
        lambda user, business, form, customer: actions.add_review(user, business, customer, form.cleaned_data),
        _written(Review),
        of_customer=True,
    ),
    "onboarding": Register(
        _onboarding,
        lambda user, business, form, customer: actions.plan_onboarding(user, business, customer, form.steps),
        _written(OnboardingStep),
        of_customer=True,
    ),
}


def register_named(name: str) -> Register:
    """A register; raises UnknownName for one that is none."""
    if name not in REGISTERS:
        raise UnknownName(kind="register", name=name, known=REGISTERS)
    return REGISTERS[name]


def keep_in(user: Any, business: Business, name: str, told: Mapping[str, str]) -> tuple[Model, ...]:
    """Keep a row of a register as the page would; the newest rows of the register, or of its customer.

    Raises UnknownName for a register, field or customer that is none, and `RegisterRefused` with what is wrong with
    each field. A change of a plan names the `version` it was made from.
    """
    register = register_named(name)
    customer = told.get(CUSTOMER, "") if register.of_customer else ""
    form = register.form(user, business, told)
    known = (*form.fields, *((CUSTOMER,) if register.of_customer else ()))
    for field in told:
        if field not in known:
            raise UnknownName(kind="field", name=field, known=known)
    if register.of_customer and queries.account(user, business, customer) is None:
        raise UnknownName(kind="customer", name=customer, known=())
    if not form.is_valid():
        wrong = "; ".join(f"{field}: {' '.join(map(str, errors))}" for field, errors in form.errors.items())
        raise RegisterRefused(register=name, wrong=wrong)
    register.keep(user, business, form, customer)
    return register.rows(business, customer)
