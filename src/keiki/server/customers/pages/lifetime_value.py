"""The lifetime value calculator: typed numbers or the business's own, every formula side by side, and what it may cost
to win a customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart
from keiki.charts.format import MINUS, MISSING, Style, difference, exact, number
from keiki.charts.tornado import Swing, tornado
from keiki.customers.acquisition_cost import Acquisition, pace
from keiki.customers.ltv_formulas import (
    BUSINESS_MODELS,
    FORMULAS,
    TERMS,
    LifetimeValue,
    Moved,
    drivers,
    lifetime_values,
    spread,
)
from keiki.errors import KeikiError, Restricted
from keiki.facts import value_words
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.queries import lifetime_value as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.forms import read_day
from keiki.server.ui.templatetags.ui import gap
from keiki.trees.calculator import SPENT, STEPS, Calculation

if TYPE_CHECKING:
    from keiki.engine.lifetime_value import GroupWorth, OwnTerms, Worths

EXAMPLE = {"aov": "10000", "purchase_frequency": "12", "customer_lifetime_years": "3", "gross_margin": "50%"}
ADDITIONAL = 0.5
"""How much more is spent in the example of a faster pace."""


@dataclass(frozen=True)
class Field:
    """One number: what was typed, what the data says, and what is wrong with it."""

    name: str
    label: str
    text: str
    own: str
    hint: str
    error: str = ""


@dataclass(frozen=True)
class FormulaRow:
    """One formula in its parts. `trouble` stands instead of the parts."""

    id: str
    name: str
    basis: str
    chosen: bool
    url: str
    monthly: str = ""
    share: str = ""
    months: str = ""
    costs: str = ""
    value: str = ""
    exact: str = ""
    trouble: str = ""
    valid: str = ""
    invalid: str = ""


@dataclass(frozen=True)
class CostRow:
    name: str
    formula: str
    value: str
    use: str


@dataclass(frozen=True)
class DriverRow:
    name: str
    before: str
    after: str
    value: str
    change: str


@dataclass(frozen=True)
class Answer:
    """The lifetime value by the chosen formula, beside the cost of winning a customer."""

    formula: str
    value: str
    exact: str
    basis: str
    costs: str
    sentence: str
    ratio: str = ""
    status: str = ""
    status_words: str = ""
    rule: str = ""
    payback: str = ""
    ceiling: str = ""
    over: str = ""


@dataclass(frozen=True)
class GroupRow:
    name: str
    customers: str
    revenue: str
    gross_profit: str
    acquisition: str
    profit: str
    repeat: str
    hidden: bool


@dataclass(frozen=True)
class LifetimeValuePage:
    title: str
    subtitle: str
    may_own: bool
    own: bool
    model: str
    model_why: str
    models: tuple[tuple[str, str], ...]
    months: tuple[tuple[str, str], ...]
    month: str
    terms: tuple[Field, ...]
    more_terms: tuple[Field, ...]
    spent: tuple[Field, ...]
    spent_open: bool
    more_open: bool
    strict: bool
    step: str
    example_url: str
    clear_url: str
    answer: Answer | None
    trouble: str
    rows: tuple[FormulaRow, ...]
    why: str
    costs: tuple[CostRow, ...]
    costs_sentence: str
    drivers: tuple[DriverRow, ...]
    drivers_sentence: str
    driver_figure: Chart | None
    steps: tuple[kpis.Way, ...]
    pace: str
    pace_status: str
    groups: tuple[GroupRow, ...] = ()
    groups_by: tuple[kpis.Way, ...] = ()
    groups_head: str = ""
    groups_sentence: str = ""
    groups_note: str = ""
    closed: str = ""
    fresh: str = ""


@business_page()
@require_safe
def lifetime_value_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Every lifetime value of the numbers in the address; what is not typed comes from the business's data."""
    known = door.known(request.user, business)
    asked = Calculation.read(request.GET, read_day(request.GET.get("on", "")))
    style, own, closed = kpis.style_of(business, known), None, ""
    if known.today is not None and asked.own:
        found = door.unless_restricted(lambda: queries.terms(request.user, business, asked.on))
        own, closed = (None, found.words(style.language)) if isinstance(found, Restricted) else (found, "")
    page = replace(_page(request, business, asked, own, style), closed=closed)
    return render(request, "customers/lifetime_value.html", {"page": page})


def _page(
    request: HttpRequest, business: Business, asked: Calculation, own: OwnTerms | None, style: Style
) -> LifetimeValuePage:
    known = door.known(request.user, business)
    path = reverse("customers:lifetime_value", kwargs={"business": business.id})
    here = _pairs(asked, own)
    given = terms_given(asked, own)
    found = lifetime_values(given)
    chosen = next(each for each in found if each.formula.id == asked.formula)
    acquisition = asked.acquisition(own) if not _negative(asked) else Acquisition()
    model = BUSINESS_MODELS[asked.model]
    needed = {name for formula in model.formulas for name in FORMULAS[formula].terms} | {"cac"}
    fields = tuple(_field(asked, own, name, style) for name in TERMS)
    moves = moved_terms(asked, given)
    label = business.calendar.label(own.period, style.language) if own is not None else ""
    by, worths = _groups(request, business, own)
    return LifetimeValuePage(
        title=_("Lifetime value"),
        subtitle=kpis.beside_business(business, label),
        may_own=known.today is not None,
        own=own is not None,
        model=asked.model,
        model_why=model.why(style.language),
        models=tuple((each.id, each.words(style.language)) for each in BUSINESS_MODELS.values()),
        months=_months(business, known, style),
        month=own.period.start.isoformat() if own is not None else "",
        terms=tuple(each for each in fields if each.name in needed),
        more_terms=tuple(each for each in fields if each.name not in needed),
        spent=tuple(_spent_field(asked, own, name, style) for name in SPENT),
        spent_open=any(asked.trouble(name) for name in SPENT),
        more_open=any(asked.trouble(name) for name in TERMS if name not in needed),
        strict=asked.strict,
        step=asked.step,
        example_url=f"{path}?{urlencode(EXAMPLE)}",
        clear_url=path,
        answer=_answer(asked, given, chosen, style),
        trouble=chosen.trouble.words(style.language) if chosen.trouble is not None else "",
        rows=tuple(_row(each, asked, path, here, style) for each in found),
        why=_why(found, style),
        costs=_costs(acquisition, style),
        costs_sentence=_costs_sentence(acquisition, style),
        drivers=tuple(_driver(each, style) for each in moves),
        drivers_sentence=_drivers_sentence(moves, asked, style),
        driver_figure=_driver_figure(asked, given, moves, style),
        steps=tuple(
            kpis.Way(f"+{step}%", f"{path}?{urlencode({**here, 'step': step})}#drivers", step == asked.step)
            for step in STEPS
        ),
        pace=_pace(asked, acquisition, asked.of_profit(given), style)[0],
        pace_status=_pace(asked, acquisition, asked.of_profit(given), style)[1],
        groups=tuple(_group(by, row, style) for row in worths.rows) if worths else (),
        groups_by=tuple(
            kpis.Way(split_words(name), f"{path}?{urlencode({**here, 'by': name})}#groups", name == by)
            for name in (queries.GROUPED_BY if worths else ())
        ),
        groups_head=split_words(by),
        groups_sentence=_groups_sentence(worths, style) if worths else "",
        groups_note=_groups_note(worths) if worths else "",
        fresh=fresh_words(known, style),
    )


def terms_given(asked: Calculation, own: OwnTerms | None) -> dict[str, float | None]:
    """The numbers of the formulas, typed or of the business; none while a typed one is impossible."""
    return asked.given(own) if not _negative(asked) else {}


def _negative(asked: Calculation) -> bool:
    """Whether a cost or a count is impossible; its field says so and nothing is worked out with it."""
    return any(asked.typed.get(name, 0) < 0 for name in SPENT)


def _pairs(asked: Calculation, own: OwnTerms | None) -> dict[str, str]:
    pairs = {"model": asked.model, "formula": asked.formula, "own": "1" if own is not None else "", **asked.texts}
    pairs |= {"on": asked.on.isoformat() if asked.on else "", "strict": "1" if asked.strict else "", "step": asked.step}
    return {name: text for name, text in pairs.items() if text}


def _months(business: Business, known: door.Known, style: Style) -> tuple[tuple[str, str], ...]:
    periods = [p for p in door.choosable(business, known, Grain.MONTH) if door.is_over(known, p)]
    return tuple((p.start.isoformat(), business.calendar.label(p, style.language)) for p in periods)


def _field(asked: Calculation, own: OwnTerms | None, name: str, style: Style) -> Field:
    term = TERMS[name]
    hint = _("0.05 or 5%") if term.unit == "ratio" else ""
    told = own.terms.get(name) if own is not None else None
    shown = number(told, term.unit, style) if told is not None else ""
    return Field(name, term.words(style.language), asked.texts.get(name, ""), shown, hint, _error(asked, name, style))


def _error(asked: Calculation, name: str, style: Style) -> str:
    trouble = asked.trouble(name)
    return trouble.words(style.language) if trouble is not None else ""


def _spent_field(asked: Calculation, own: OwnTerms | None, name: str, style: Style) -> Field:
    labels = {
        "marketing": _("Marketing cost"),
        "sales": _("Sales cost"),
        "customers": _("New customers"),
        "visitors": _("New visitors"),
    }
    told = getattr(own.acquisition, name) if own is not None else None
    shown = number(told, SPENT[name], style) if told is not None else ""
    return Field(name, labels[name], asked.texts.get(name, ""), shown, "", _error(asked, name, style))


def basis_words(basis: str) -> str:
    """What a lifetime value speaks of."""
    return {"revenue": _("revenue"), "gross_profit": _("gross profit"), "net": _("profit after costs")}[basis]


def _row(found: LifetimeValue, asked: Calculation, path: str, here: dict[str, str], style: Style) -> FormulaRow:
    formula = found.formula
    url = f"{path}?{urlencode({**here, 'formula': formula.id})}"
    told = FormulaRow(
        id=formula.id,
        name=formula.words(style.language),
        basis=basis_words(formula.basis),
        chosen=formula.id == asked.formula,
        url=url,
        valid=formula.valid(style.language),
        invalid=formula.invalid(style.language),
        trouble=found.trouble.words(style.language) if found.trouble is not None else "",
    )
    if found.value is None:
        return told
    return FormulaRow(
        **{
            **vars(told),
            "monthly": number(found.monthly, "currency", style),
            "share": number(found.share, "ratio", style),
            "months": number(found.months, "months", style),
            "costs": number(found.costs, "currency", style) if found.costs else MISSING,
            "value": number(found.value, "currency", style),
            "exact": exact(found.value, "currency", style),
        }
    )


def _answer(asked: Calculation, given: dict[str, float | None], found: LifetimeValue, style: Style) -> Answer | None:
    if found.value is None:
        return None
    told = Answer(
        formula=found.formula.words(style.language),
        value=number(found.value, "currency", style),
        exact=exact(found.value, "currency", style),
        basis=basis_words(found.basis),
        costs=number(found.costs, "currency", style) if found.costs else "",
        sentence=_parts_sentence(found, style),
    )
    beside = asked.payback(given)
    if beside is None:
        return told
    status = "none" if beside.healthy is None else "good" if beside.healthy else "act"
    words = {"none": "", "good": _("Healthy"), "act": _("Below the rule")}
    ratio = MISSING if beside.ratio is None else f"{beside.ratio:.1f}".replace("-", MINUS)
    return Answer(
        **{
            **vars(told),
            "ratio": ratio,
            "status": status,
            "status_words": words[status],
            "rule": _rule_words(asked),
            "payback": number(round(beside.months, 6), "months", style) if beside.months is not None else MISSING,
            "ceiling": number(beside.ceiling, "currency", style),
            "over": _("The cost of {cac} is above it.").format(cac=number(beside.cac, "currency", style))
            if beside.over
            else "",
        }
    )


def _rule_words(asked: Calculation) -> str:
    if asked.strict:
        return _("Gross profit beside the full CAC: healthy above 3, not at 3.")
    return _("Gross profit beside the full CAC: healthy from 3 on.")


def _parts_sentence(found: LifetimeValue, style: Style) -> str:
    words = {
        "monthly": number(found.monthly, "currency", style),
        "months": number(found.months, "months", style),
        "share": number(found.share, "ratio", style),
        "costs": number(found.costs, "currency", style),
    }
    if found.costs:
        return _("{monthly} a month, {share} of it kept, for {months}, less {costs} of costs.").format(**words)
    if found.basis == "revenue":
        return _("{monthly} a month for {months}. It is revenue: nothing has been taken off.").format(**words)
    return _("{monthly} a month, {share} of it kept, for {months}.").format(**words)


def _why(found: tuple[LifetimeValue, ...], style: Style) -> str:
    """Why the largest of the values is so much larger than the smallest."""
    if sum((each.value or 0) > 0 for each in found) < 2:
        return _("Fill in more numbers to see the formulas side by side.")
    gap = spread(found)
    if gap is None:
        return ""
    return _("From {low} to {high}: {times} times, mostly because {reason}.").format(
        low=number(gap.second.value, "currency", style),
        high=number(gap.first.value, "currency", style),
        times=f"{gap.times:.1f}",
        reason=gap.words(style.language),
    )


def _costs(found: Acquisition, style: Style) -> tuple[CostRow, ...]:
    rows = (
        (
            _("Full CAC"),
            _("(marketing + sales) ÷ new customers"),
            found.full,
            _("Beside lifetime value, and for budgets."),
        ),
        (
            _("CAC of marketing only"),
            _("marketing ÷ new customers"),
            found.marketing_only,
            _("For marketing alone; too low beside lifetime value."),
        ),
        (
            _("CPA"),
            _("marketing ÷ new customers"),
            found.marketing_only,
            _("The same ratio by its name in advertising."),
        ),
        (
            _("Cost per new visitor"),
            _("marketing ÷ new visitors"),
            found.per_new_visitor,
            _("A visitor is no customer: never beside lifetime value."),
        ),
    )
    return tuple(CostRow(name, text, number(value, "currency", style), use) for name, text, value, use in rows)


def _costs_sentence(found: Acquisition, style: Style) -> str:
    if found.full is None or found.marketing_only is None:
        return _("Fill in costs and new customers to see what winning one costs.")
    return _("A customer costs {full} with everything, {marketing} by marketing alone.").format(
        full=number(found.full, "currency", style), marketing=number(found.marketing_only, "currency", style)
    )


def moved_terms(asked: Calculation, given: dict[str, float | None]) -> tuple[Moved, ...]:
    """Every number of the chosen formula, moved by the step of the address, and what it does."""
    try:
        return drivers(asked.formula, given, int(asked.step) / 100)
    except KeikiError:
        return ()


def _driver(found: Moved, style: Style) -> DriverRow:
    unit = found.term.unit
    return DriverRow(
        name=found.term.words(style.language),
        before=number(found.before, unit, style),
        after=number(found.after, unit, style),
        value=number(found.value_after, "currency", style),
        change=MISSING if found.change is None else f"{found.change:+.1%}".replace("-", MINUS),
    )


def _drivers_sentence(moves: tuple[Moved, ...], asked: Calculation, style: Style) -> str:
    if not moves:
        return _("Nothing to move yet.")
    amounts = [difference(each.value_after, each.value_before, "currency", style) for each in moves]
    most = [
        each.term.words(style.language) for each, amount in zip(moves, amounts, strict=True) if amount == amounts[0]
    ]
    words = {"step": asked.step, "amount": amounts[0], "count": len(moves)}
    if len(most) == len(moves) > 1:
        return _(
            "{step}% more of any of the {count} moves the lifetime value by {amount}: all matter the same."
        ).format(**words)
    return _("{step}% more “{name}” moves the lifetime value by {amount}: the most of {count}.").format(
        name=_("” or “").join(most), **words
    )


def _driver_figure(
    asked: Calculation, given: dict[str, float | None], moves: tuple[Moved, ...], style: Style
) -> Chart | None:
    if not moves:
        return None
    lower = {each.term.name: each for each in _lowered(asked, given)}
    swings = [Swing(each.term.words(style.language), _gain(lower.get(each.term.name)), _gain(each)) for each in moves]
    title = _("What each driver does to the lifetime value")
    words = (f"\u2212{asked.step}%", f"+{asked.step}%")
    sentence = _drivers_sentence(moves, asked, style)
    return tornado(title, sentence, swings, "currency", words, style)


def _lowered(asked: Calculation, given: dict[str, float | None]) -> tuple[Moved, ...]:
    try:
        return drivers(asked.formula, given, -int(asked.step) / 100)
    except KeikiError:
        return ()


def _gain(found: Moved | None) -> float:
    return 0.0 if found is None else found.value_after - found.value_before


def _pace(asked: Calculation, spent: Acquisition, worth: LifetimeValue | None, style: Style) -> tuple[str, str]:
    """What half as much spending again would bring beside the gross profit of a customer, and its status."""
    whole = (spent.marketing or 0) + (spent.sales or 0)
    if worth is None or worth.value is None or worth.value <= 0 or whole <= 0 or not spent.customers:
        return "", ""
    found = pace(whole, spent.customers, worth.value, more=ADDITIONAL, rule=asked.rule)
    sentence = _(
        "With {more}% more spending, {customers} more customers at {marginal} each: LTV/CAC goes from {before} to "
        "{after}, of the additional ones {marginal_ratio}. Assumed: customers grow with spending to the power of 0.7."
    ).format(
        more=f"{ADDITIONAL * 100:g}",
        customers=number(round(found.customers_after - found.customers), "count", style),
        marginal=number(found.marginal, "currency", style),
        before=f"{found.ratio:.1f}",
        after=f"{found.ratio_after:.1f}",
        marginal_ratio=MISSING if found.ratio_marginal is None else f"{found.ratio_marginal:.1f}",
    )
    return sentence, "act" if found.too_fast else "good"


# --- what customers have brought so far ---


def _groups(request: HttpRequest, business: Business, own: OwnTerms | None) -> tuple[str, Worths | None]:
    by = grouped_by(request.GET)
    return by, queries.worths(request.user, business)[by] if own is not None else None


def grouped_by(told: Mapping[str, str]) -> str:
    """The split of customers in the address."""
    by = told.get("by", "")
    return by if by in queries.GROUPED_BY else queries.GROUPED_BY[0]


def split_words(name: str) -> str:
    """What a split of customers is called."""
    words = {
        "rfm_segment": _("RFM segment"),
        "cohort": _("Month of acquisition"),
        "channel": _("Channel"),
        "product": _("First product"),
        "plan": pgettext("contract", "Plan"),
    }
    return words[name]


def group_words(by: str, value: Any, style: Style) -> str:
    """What a group of a dimension is called."""
    segments = {
        "loyal": _("Loyal"),
        "growth": _("To be won back"),
        "new_promising": _("New and promising"),
        "dormant": _("Dormant"),
        "other": _("Other"),
        "yes": _("Fits the ICP"),
        "no": _("Does not fit"),
    }
    if value is None:
        return _("(unknown)")
    if isinstance(value, date):
        return f"{value:%Y/%m}" if style.japanese else f"{value:%b %Y}"
    return segments.get(value) or value_words(by, str(value), style.language)


def _group(by: str, row: GroupWorth, style: Style) -> GroupRow:
    def money(name: str) -> str:
        return number(row.each(name), "currency", style)

    return GroupRow(
        name=group_words(by, row.group, style),
        customers=number(row.customers, "count", style) if row.shown else _("fewer than 5"),
        revenue=money("revenue"),
        gross_profit=money("gross_profit"),
        acquisition=money("acquisition"),
        profit=money("profit"),
        repeat=number(row.repeat_rate, "ratio", style),
        hidden=not row.shown,
    )


def _groups_sentence(worths: Worths, style: Style) -> str:
    shown = [row for row in worths.rows if row.shown]
    if not shown:
        return _("Every group has fewer than 5 customers, so none is shown.")
    best, worst = shown[0], shown[-1]
    return _("A customer of “{best}” has left {most} so far, one of “{worst}” {least}.").format(
        best=group_words(worths.by, best.group, style),
        most=number(best.each("profit"), "currency", style),
        worst=group_words(worths.by, worst.group, style),
        least=number(worst.each("profit"), "currency", style),
    )


def _groups_note(worths: Worths) -> str:
    note = _("Profit so far: gross profit less acquisition, retention and service costs, per customer.")
    return note + (gap() + _("Groups of fewer than 5 customers are hidden.") if worths.hidden else "")
