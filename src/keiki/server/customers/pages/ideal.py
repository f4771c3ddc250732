"""The ideal customer: who the business wants, what profit taught it, what it spends on others, whom it leaves out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.charts.format import Style, number
from keiki.charts.rule_words import ideal_words
from keiki.customers.ideal import ATTRIBUTES, BETTER, LIKE_ALL, TOO_FEW, WORSE, Lesson
from keiki.errors import KeikiError, NoSuchException
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.pages.files_out import flowing_csv
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.customers.actions import ideal as actions
from keiki.server.customers.forms.ideal import IdealForm, TraitRow
from keiki.server.customers.models import FitException, IdealVersion
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.pages.lifetime_value import group_words
from keiki.server.customers.queries import ideal as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import colon, gap

if TYPE_CHECKING:
    from keiki.engine.ideal_customers import Contact, FitTotals, Learned

TONES = {BETTER: "good", WORSE: "act", LIKE_ALL: "none", TOO_FEW: "none"}


@dataclass(frozen=True)
class FormRow:
    place: int
    attribute: str
    values: str
    weight: str


@dataclass(frozen=True)
class TotalRow:
    name: str
    fits: str
    outside: str


@dataclass(frozen=True)
class FitKpi:
    """A KPI that follows the profile, in the last month that is over."""

    name: str
    value: str
    period: str
    url: str


@dataclass(frozen=True)
class LessonRow:
    attribute: str
    value: str
    customers: str
    share: str
    range: str
    shrunk: str
    profit: str
    tone: str
    verdict: str


@dataclass(frozen=True)
class ContactRow:
    id: str
    name: str
    kind: str
    score: int
    reason: str
    by: str


@dataclass(frozen=True)
class ExceptionRow:
    customer: str
    reason: str
    by: str
    on: str
    withdraw_url: str


@dataclass(frozen=True)
class VersionRow:
    name: str
    by: str
    profile: str
    use_url: str


@dataclass(frozen=True)
class IdealPage:
    title: str
    subtitle: str
    may_edit: bool = False
    empty: kpis.Empty | None = None
    fresh: str = ""
    version: str = ""
    rows: tuple[FormRow, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    threshold: str = ""
    error: str = ""
    versions: tuple[VersionRow, ...] = ()
    withdraw_url: str = ""
    from_earlier: str = ""
    learned_url: str = ""
    from_learned: bool = False
    fit_sentence: str = ""
    totals: tuple[TotalRow, ...] = ()
    kpis: tuple[FitKpi, ...] = ()
    lessons_sentence: str = ""
    lessons: tuple[LessonRow, ...] = ()
    targets: str = ""
    lesson_rule: str = ""
    exclusions: str = ""
    outside_sentence: str = ""
    outside: tuple[ContactRow, ...] = ()
    exceptions: tuple[ExceptionRow, ...] = ()
    except_url: str = ""
    csv_url: str = ""
    excluded_url: str = ""
    csv_words: str = ""


@business_page()
@get_and_post
def ideal_page(request: Any, business: Business) -> HttpResponse:
    """The profile in force with what follows from it; a sent form becomes the next version."""
    known = door.known(request.user, business)
    if known.today is None:
        page = IdealPage(_("Ideal customers"), business.name, empty=kpis.empty_state(request, business))
        return render(request, "customers/ideal.html", {"page": page})
    if request.method != "POST":
        return render(request, "customers/ideal.html", {"page": _page(request, business, None)})
    if not allows(request.membership.role, EDIT):
        raise Http404
    form = IdealForm.read(request.POST)
    if form.profile is None:
        return render(request, "customers/ideal.html", {"page": _page(request, business, form)}, status=422)
    made = actions.keep_profile(request.user, business, form.profile)
    messages.success(request, _("Version {number} of the ideal customer is in force.").format(number=made.number))
    return redirect(reverse("customers:ideal", kwargs={"business": business.id}))


@business_page(EDIT)
@require_POST
def withdraw_profile(request: Any, business: Business) -> HttpResponse:
    """Have no profile in force from now on."""
    try:
        made = actions.withdraw_profile(request.user, business)
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        words = _("The profile is withdrawn (version {number}).").format(number=made.number)
        messages.success(request, words + _withdrawn_words())
    return redirect(reverse("customers:ideal", kwargs={"business": business.id}))


@business_page(EDIT)
@require_POST
def except_contact(request: Any, business: Business) -> HttpResponse:
    """Market to a customer although it does not fit, with a reason."""
    customer = request.POST.get("customer", "").strip()[:200]
    try:
        actions.except_customer(request.user, business, customer, request.POST.get("reason", "")[:400])
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        messages.success(request, _("“{name}” is marketed to as an exception.").format(name=customer))
    return redirect(reverse("customers:ideal", kwargs={"business": business.id}) + "#outside")


@business_page(EDIT)
@require_POST
def withdraw(request: Any, business: Business) -> HttpResponse:
    """Treat a customer by the profile again."""
    customer = request.POST.get("customer", "")
    try:
        actions.withdraw_exception(request.user, business, customer)
    except NoSuchException as error:
        raise Http404 from error
    messages.success(request, _("“{name}” is treated by the profile again.").format(name=customer))
    return redirect(reverse("customers:ideal", kwargs={"business": business.id}) + "#outside")


@business_page()
@require_POST
def nurtured_csv(request: Any, business: Business) -> Any:
    """Everybody who may be marketed to, as a file; nobody who does not fit is in it, and taking it is written down.

    It is sent while it is asked for, so that a list of any length is never in memory. Addresses go to owners only.
    """
    return _contacts(request, business, queries.NURTURE)


@business_page()
@require_POST
def excluded_csv(request: Any, business: Business) -> Any:
    """Everybody marketing leaves out, as a file that an advertising or mailing tool takes for its exclusions."""
    return _contacts(request, business, queries.EXCLUDE)


def _contacts(request: Any, business: Business, which: str) -> Any:
    sheet = actions.take_contacts(request.user, business, which)
    if sheet is None:
        raise Http404
    return flowing_csv(sheet, which)


def _page(request: Any, business: Business, form: IdealForm | None) -> IdealPage:
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    here = {"business": business.id}
    versions = queries.versions(business)
    version = versions[0] if versions else None
    profile = queries.profile_in_force(business)
    learned = queries.learned(request.user, business)
    use = request.GET.get("use", "")
    use_learned = use == "learned" and learned.profile is not None
    earlier = next((each for each in versions if str(each.number) == use and each.traits), None)
    form = form or IdealForm.of(learned.profile if use_learned else earlier.profile if earlier else profile)
    totals = queries.totals(request.user, business, profile) if profile is not None else None
    kept, removed = queries.counts(request.user, business, profile) if profile is not None else (0, 0)
    excepted = queries.exceptions(business)
    outside = queries.outside(request.user, business, profile) if profile is not None else ()
    return IdealPage(
        title=_("Ideal customers"),
        subtitle=business.name,
        may_edit=allows(request.membership.role, EDIT),
        fresh=fresh_words(known, style),
        version="" if version is None else _version_words(business, version),
        versions=tuple(_version_row(business, each, style) for each in versions),
        withdraw_url=reverse("customers:withdraw_profile", kwargs=here) if profile is not None else "",
        from_earlier="" if earlier is None else _version_words(business, earlier),
        rows=tuple(_form_row(place, row) for place, row in enumerate(form.rows)),
        attributes=tuple((name, kpis.dimension_words(name, style)) for name in ATTRIBUTES),
        threshold=form.threshold,
        error=form.error.words(style.language) if form.error is not None else "",
        learned_url=reverse("customers:ideal", kwargs=here) + "?use=learned" if learned.profile is not None else "",
        from_learned=use_learned,
        fit_sentence=_fit_sentence(totals, style)
        if version is None or version.traits
        else _("The profile was withdrawn.") + _withdrawn_words(),
        totals=_total_rows(totals, style) if totals is not None else (),
        kpis=_kpis(request, business, style) if totals is not None else (),
        lessons_sentence=_lessons_sentence(learned, style),
        lessons=tuple(_lesson_row(lesson, style) for lesson in learned.lessons),
        targets=_values(learned, BETTER, style),
        lesson_rule=learned_rule(learned, style),
        exclusions=_values(learned, WORSE, style),
        outside_sentence=_outside_sentence(totals, style),
        outside=tuple(_contact_row(contact, excepted.get(contact.customer_id)) for contact in outside),
        exceptions=tuple(_exception_row(business, each) for each in excepted.values()),
        except_url=reverse("customers:except_contact", kwargs=here),
        csv_url=reverse("customers:nurtured_csv", kwargs=here) if profile is not None else "",
        excluded_url=reverse("customers:excluded_csv", kwargs=here) if profile is not None else "",
        csv_words=_("{kept} contacts in the list, {removed} removed.").format(
            kept=number(kept, "count", style), removed=number(removed, "count", style)
        ),
    )


def _withdrawn_words() -> str:
    """What follows from a profile withdrawn, after a sentence."""
    return gap() + _(
        "Who fits is as the customers' data says again; where it says nothing, KPIs that ask who fits have no value."
    )


def _version_words(business: Business, version: IdealVersion) -> str:
    day = f"{business.calendar.today(version.made_at):%Y-%m-%d}"
    words = _("Version {number}, {day}") if version.traits else _("Withdrawn {day} (version {number})")
    return words.format(number=version.number, day=day)


def _version_row(business: Business, version: IdealVersion, style: Style) -> VersionRow:
    address = reverse("customers:ideal", kwargs={"business": business.id})
    return VersionRow(
        name=_version_words(business, version),
        by="" if version.made_by is None else version.made_by.name,
        profile=ideal_words(version.profile, style) if version.traits else "",
        use_url=f"{address}?use={version.number}#profile-title" if version.traits else "",
    )


def _exception_row(business: Business, exception: FitException) -> ExceptionRow:
    return ExceptionRow(
        customer=exception.customer_id,
        reason=exception.reason,
        by="" if exception.made_by is None else exception.made_by.name,
        on=f"{business.calendar.today(exception.made_at):%Y-%m-%d}",
        withdraw_url=reverse("customers:withdraw", kwargs={"business": business.id}),
    )


def _form_row(place: int, row: TraitRow) -> FormRow:
    return FormRow(place, row.attribute, row.values, row.weight)


FOLLOWING = ("non_icp_spend_ratio", "icp_fit_rate", "icp_lead_rate")
"""KPIs that follow the profile in force."""


def _kpis(request: Any, business: Business, style: Style) -> tuple[FitKpi, ...]:
    known = door.known(request.user, business)
    tagged = door.tagged_kpis(request.user, business, known)
    values = door.kpi_values(request.user, business, [name for name in FOLLOWING if name in tagged], known)
    return tuple(
        FitKpi(
            kpis.kpi_name(tagged[name].kpi, style.language),
            number(each.value, tagged[name].kpi.unit, style),
            business.calendar.label(each.period, style.language),
            kpis.kpi_url(business, name),
        )
        for name, each in values.items()
    )


def _fit_sentence(totals: FitTotals | None, style: Style) -> str:
    if totals is None:
        return _("Nobody has said yet who the ideal customer is. Begin with what your profit says.")
    if totals.spend_out_share is None:
        return _("Nothing was spent on winning customers so far.")
    words = _("{share} of what was spent on winning customers went to those who do not fit.").format(
        share=number(totals.spend_out_share, "ratio", style)
    )
    if not totals.unknown_spend:
        return words
    nobody = _("{money} fell on nobody who can be judged: its month won no customer, or the list does not have them.")
    return words + gap() + nobody.format(money=number(totals.unknown_spend, "currency", style))


def _total_rows(totals: FitTotals, style: Style) -> tuple[TotalRow, ...]:
    def count(value: int) -> str:
        return number(value, "count", style)

    def each(profit: Any, customers: int) -> str:
        return number(float(profit) / customers if customers else None, "currency", style)

    return (
        TotalRow(_("Customers"), count(totals.customers_in), count(totals.customers_out)),
        TotalRow(_("Prospects"), count(totals.prospects_in), count(totals.prospects_out)),
        TotalRow(
            _("Acquisition"),
            number(totals.spend_in, "currency", style),
            number(totals.spend_out, "currency", style),
        ),
        TotalRow(
            _("Profit so far, each"),
            each(totals.profit_in, totals.customers_in),
            each(totals.profit_out, totals.customers_out),
        ),
    )


def verdict_words(verdict: str) -> str:
    """What a lesson means for marketing, in words."""
    words = {
        BETTER: _("more often good"),
        WORSE: _("less often good"),
        LIKE_ALL: _("like all"),
        TOO_FEW: _("too few to say"),
    }
    return words[verdict]


def _lesson_row(lesson: Lesson, style: Style) -> LessonRow:
    return LessonRow(
        attribute=kpis.dimension_words(lesson.attribute, style),
        value=group_words(lesson.attribute, lesson.value, style),
        customers=number(lesson.customers, "count", style),
        share=number(lesson.share, "ratio", style),
        range=f"{number(lesson.low, 'ratio', style)} – {number(lesson.high, 'ratio', style)}",
        shrunk=number(lesson.shrunk, "ratio", style),
        profit=number(lesson.profit, "currency", style),
        tone=TONES[lesson.verdict],
        verdict=verdict_words(lesson.verdict),
    )


def _lessons_sentence(learned: Learned, style: Style) -> str:
    better = [lesson for lesson in learned.lessons if lesson.verdict == BETTER]
    if not better:
        return _("No attribute stands out: good customers are like the others in what is known of them.")
    best = max(better, key=lambda lesson: lesson.low)
    return _("Of {count} customers with {attribute} “{value}”, {share} are good ({low} to {high}).").format(
        count=number(best.customers, "count", style),
        attribute=kpis.dimension_words(best.attribute, style),
        value=group_words(best.attribute, best.value, style),
        share=number(best.share, "ratio", style),
        low=number(best.low, "ratio", style),
        high=number(best.high, "ratio", style),
    )


def _values(learned: Learned, verdict: str, style: Style) -> str:
    """The values of a verdict in words: what marketing should aim at, or leave out."""
    told = [
        f"{kpis.dimension_words(lesson.attribute, style)}{colon()}{group_words(lesson.attribute, lesson.value, style)}"
        for lesson in learned.lessons
        if lesson.verdict == verdict
    ]
    return ("、" if style.japanese else "; ").join(told)


def learned_rule(learned: Learned, style: Style) -> str:
    """When a value is worth aiming at, in words."""
    """When a value is one to aim at, and when one to leave out."""
    return _(
        "Aim at: surely more often good than the others, at least {above} times as often, and with more profit each. "
        "Leave out: surely less often good and with less profit each, with none at all or good below {below} times as "
        "often. At least {fewest} customers; sure is 95%."
    ).format(
        above=f"{learned.rule.above:g}",
        below=f"{learned.rule.below:g}",
        fewest=number(learned.rule.fewest, "count", style),
    )


def _outside_sentence(totals: FitTotals | None, style: Style) -> str:
    if totals is None:
        return _("With a profile, those who do not fit are flagged here and left out of nurturing.")
    words = _("{customers} customers and {prospects} prospects do not fit and get no marketing without a reason.")
    return words.format(
        customers=number(totals.customers_out, "count", style),
        prospects=number(totals.prospects_out, "count", style),
    )


def _contact_row(contact: Contact, exception: FitException | None) -> ContactRow:
    return ContactRow(
        id=contact.customer_id,
        name=contact.name or "",
        kind=_("Prospect") if contact.acquired_on is None else _("Customer"),
        score=contact.score,
        reason="" if exception is None else exception.reason,
        by="" if exception is None or exception.made_by is None else exception.made_by.name,
    )
