"""Leads: how their scores spread over the bands, the rule that scores them, its versions, and who agreed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST

from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, number
from keiki.charts.rows import Part, parts
from keiki.charts.rule_words import rule_words
from keiki.errors import KeikiError
from keiki.facts import FACTS
from keiki.journeys.lead_scores import ATTRIBUTES, LeadRule, ScoreSpread
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.customers.pages.files.panel import Asking, Filters
from keiki.server.journeys.actions import leads as actions
from keiki.server.journeys.forms.leads import CriterionRow, LeadRuleForm
from keiki.server.journeys.models import LeadRuleVersion, Side
from keiki.server.journeys.pages import period_words
from keiki.server.journeys.queries import channels
from keiki.server.journeys.queries import leads as queries
from keiki.server.journeys.rules import sides_of
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.success.pages import account_url, day_words

if TYPE_CHECKING:
    from keiki.engine.leads import LeadSpreads, ScoredLead


@dataclass(frozen=True)
class BandRow:
    """One band as written, by every way the leads are scored."""

    name: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ApprovalCell:
    """One side: whether it agreed, by whom and when, and whether the reader may agree for it."""

    side: str
    words: str
    by: str
    may: bool


@dataclass(frozen=True)
class VersionRow:
    """One version of the rule as logged: what changed in it, and who agreed."""

    id: str
    name: str
    made: str
    state: str
    tone: str
    changes: tuple[str, ...]
    approvals: tuple[ApprovalCell, ...]


@dataclass(frozen=True)
class LeadRow:
    lead: str
    customer: str
    url: str
    entered: str
    points: tuple[str, ...]
    loaded: str


@dataclass(frozen=True)
class LeadsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    may_edit: bool = False
    sentence: str = ""
    bands: Chart | None = None
    ways: tuple[str, ...] = ()
    loaded: bool = False
    band_rows: tuple[BandRow, ...] = ()
    band_totals: tuple[str, ...] = ()
    medians: tuple[str, ...] = ()
    highs: tuple[str, ...] = ()
    rule: str = ""
    rule_url: str = ""
    moved: str = ""
    form_rows: tuple[tuple[int, CriterionRow], ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    error: str = ""
    versions: tuple[VersionRow, ...] = ()
    versions_sentence: str = ""
    agree_url: str = ""
    leads: tuple[LeadRow, ...] = ()
    leads_sentence: str = ""


@dataclass(frozen=True)
class LeadsAsked:
    """What the address of the page asks for: the period, and the versions of the rule that stand side by side."""

    lens: Asked
    period: Period
    logged: Sequence[LeadRuleVersion]

    @classmethod
    def of(cls, asking: Asking) -> Self:
        """Read from the address."""
        lens = Asked.read(asking.request.GET)
        period = door.asked_period(asking.business, asking.known, lens.question)
        return cls(lens, period, queries.versions(asking.business))

    @property
    def rules(self) -> tuple[LeadRule, ...]:
        """The newest version and the one before."""
        return tuple(queries.rule_of(version) for version in self.logged[:2])

    def loaded(self, found: LeadSpreads) -> bool:
        """Whether the scores that were loaded stand beside those by the rules."""
        return bool(found.loaded.leads) or not self.logged

    def told(self, found: LeadSpreads) -> tuple[ScoreSpread, ...]:
        """How the leads spread, in each of the ways they are scored."""
        return (*found.by_rule, found.loaded) if self.loaded(found) else found.by_rule

    def ways(self, found: LeadSpreads) -> tuple[str, ...]:
        """The names of those ways."""
        names = tuple(_name(version) for version in self.logged[:2])
        return (*names, _("As loaded")) if self.loaded(found) else names

    def filters(self, asking: Asking) -> Filters:
        """The period in words."""
        return ((_("Period"), period_words(asking.business, asking.known, self.period, asking.style)),)


@business_page()
@get_and_post
def leads_page(request: Any, business: Business) -> HttpResponse:
    """The leads of a period; a sent form becomes the next version of the rule."""
    known = door.known(request.user, business)
    if known.today is None:
        page = LeadsPage(_("Leads"), business.name, kpis.empty_state(request, business))
        return render(request, "journeys/leads.html", {"page": page})
    if request.method != "POST":
        return render(request, "journeys/leads.html", {"page": _page(request, business, None)})
    if not allows(request.membership.role, EDIT):
        raise Http404
    form = LeadRuleForm.read(request.POST)
    if form.rule is None:
        return render(request, "journeys/leads.html", {"page": _page(request, business, form)}, status=422)
    made = actions.propose_rule(request.user, business, form.rule)
    words = _("Version {number} scores the leads; it is in force when marketing and sales agree.")
    messages.success(request, words.format(number=made.number))
    return redirect(reverse("journeys:leads", kwargs={"business": business.id}))


@business_page(EDIT)
@require_POST
def agree(request: Any, business: Business) -> HttpResponse:
    """Agree to the newest version for one side."""
    side = request.POST.get("side", "")
    if side not in sides_of(request.user, business):
        raise Http404
    version = get_object_or_404(LeadRuleVersion, business=business, number=_whole(request.POST.get("version", "")))
    try:
        actions.agree_to_rule(request.user, version, Side(side))
    except KeikiError as error:
        messages.error(request, error.words(kpis.style_of(business, door.known(request.user, business)).language))
    else:
        words = _("{side} agreed to version {number}.")
        messages.success(request, words.format(side=Side(side).label, number=version.number))
    return redirect(reverse("journeys:leads", kwargs={"business": business.id}) + "#versions")


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else 0


def _page(request: Any, business: Business, form: LeadRuleForm | None) -> LeadsPage:
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    asked = LeadsAsked.of(Asking(request, business, known, style))
    period, logged, rules = asked.period, asked.logged, asked.rules
    found = queries.spreads(request.user, business, period, rules)
    best = queries.best(request.user, business, period, rules)
    form = form or LeadRuleForm.of(rules[0] if rules else None)
    lens = kpis.period_form(business, known, asked.lens, period)
    page = LeadsPage(
        title=_("Leads"),
        subtitle=kpis.beside_business(business, period_words(business, known, period, style)),
        fresh=kpis.fresh_on(known.today, style),
        lens_form=replace(lens, choices=lens.choices[:-1]),
        may_edit=allows(request.membership.role, EDIT),
        ways=asked.ways(found),
        loaded=asked.loaded(found),
        rule=rule_words(channels.rules(request.user, business), "leads", style),
        rule_url=reverse("accounts:rules", kwargs={"business": business.id}) + "#rules-leads",
        moved=_moved_words(found, style) if len(rules) > 1 else "",
        form_rows=tuple(enumerate(form.rows)),
        attributes=tuple((name, attribute_words(name, style)) for name in ATTRIBUTES),
        error=form.error.words(style.language) if form.error is not None else "",
        versions=tuple(_version_row(request, business, logged, place, style) for place in range(len(logged))),
        versions_sentence=_versions_sentence(logged),
        agree_url=reverse("journeys:agree", kwargs={"business": business.id}),
        leads=tuple(_lead_row(business, each, style) for each in best),
        leads_sentence=_leads_sentence(best, bool(rules)),
    )
    return _with_bands(page, found, asked.told(found), style)


def attribute_words(name: str, style: Style) -> str:
    """What a criterion asks, in words: of the lead, its customer, or what they did."""
    head, _dot, column = name.rpartition(".")
    fact = {"": "stages", "customer": "customers", "event": "events"}[head]
    declared = FACTS[fact].column(column)
    words = column if declared is None else declared.ja if style.japanese else declared.en
    said = {"": "{name}", "customer": _("Customer: {name}"), "event": _("Act: {name}")}
    return said[head].format(name=words)


# --- how scores spread ---


def _with_bands(page: LeadsPage, found: LeadSpreads, told: Sequence[ScoreSpread], style: Style) -> LeadsPage:
    shown = told[0]
    sentence = spread_sentence(shown, found.leads, style)
    if not shown.leads:
        return replace(page, sentence=sentence)
    drawn = [Part(_band_words(band.name, band.least), float(band.leads)) for band in shown.bands]
    return replace(
        page,
        sentence=sentence,
        bands=parts(_("Leads"), sentence, drawn, "count", style, float(shown.leads)),
        band_rows=tuple(
            BandRow(band.name, tuple(_cell(spread, place, style) for spread in told))
            for place, band in enumerate(shown.bands)
        ),
        band_totals=tuple(number(each.leads, "count", style) for each in told),
        medians=tuple(MISSING if each.median is None else f"{each.median:g}" for each in told),
        highs=tuple(number(each.high, "ratio", style) for each in told),
    )


def _cell(spread: ScoreSpread, place: int, style: Style) -> tuple[str, str]:
    """The leads of a band, and their share."""
    band = spread.bands[place]
    if not spread.leads:
        return MISSING, ""
    return number(band.leads, "count", style), number(band.leads / spread.leads, "ratio", style)


def _band_words(name: str, least: float | None) -> str:
    return (
        _("{band}: the rest").format(band=name)
        if least is None
        else _("{band}: from {least}").format(band=name, least=f"{least:g}")
    )


def spread_sentence(shown: ScoreSpread, leads: int, style: Style) -> str:
    """How good the leads are: the median and the share of the high band."""
    if not leads:
        return _("No lead came in this period.")
    if not shown.leads:
        words = _("{count} leads came in this period; none has a score. Agree on a rule below, or load scores.")
        return words.format(count=number(leads, "count", style))
    words = _("Of {count} leads with a score the median is {median}; {high} are in the high band.").format(
        count=number(shown.leads, "count", style),
        median=f"{shown.median:g}",
        high=number(shown.high, "ratio", style),
    )
    if shown.without:
        gap = "" if style.japanese else " "
        words += gap + _("{count} have none.").format(count=number(shown.without, "count", style))
    return words


def _moved_words(found: LeadSpreads, style: Style) -> str:
    """What the newest version does beside the one before."""
    words = _("Beside the version before, {risen} leads have more points and {fallen} fewer.")
    return words.format(risen=number(found.risen, "count", style), fallen=number(found.fallen, "count", style))


# --- versions ---


def _name(version: LeadRuleVersion) -> str:
    return _("Version {number}").format(number=version.number)


def _version_row(
    request: Any, business: Business, logged: Sequence[LeadRuleVersion], place: int, style: Style
) -> VersionRow:
    version, force = logged[place], queries.in_force(logged)
    before = queries.rule_of(logged[place + 1]) if place + 1 < len(logged) else None
    state, tone = (pgettext("rule", "In force"), "good") if version == force else (_("Waits for approval"), "watch")
    if version != force and (queries.agreed(version) or place):
        state, tone = _("Replaced"), "none"
    there = {approval.side: approval for approval in version.approvals.all()}
    mine = {approval.side for approval in there.values() if approval.by_id == request.user.pk}
    cells = []
    for side in Side:
        given = there.get(side)
        may = given is None and not place and side in sides_of(request.user, business) and not mine
        by = "" if given is None else f"{given.by.name if given.by else MISSING}, {day_words(given.at.date(), style)}"
        cells.append(ApprovalCell(side.value, str(side.label), by, may))
    made = f"{version.made_by.name if version.made_by else MISSING}, {day_words(version.made_at.date(), style)}"
    changes = changed(queries.rule_of(version), before)
    return VersionRow(str(version.number), _name(version), made, state, tone, changes, tuple(cells))


def changed(rule: LeadRule, before: LeadRule | None) -> tuple[str, ...]:
    """What a version says that the one before did not, criterion by criterion."""
    now = {each.name: each for each in rule.criteria}
    was = {each.name: each for each in before.criteria} if before else {}
    words = []
    for name, each in now.items():
        old = was.get(name)
        if old is None:
            words.append(_("{name}: {points} points, new").format(name=name, points=_signed(each.points)))
        elif old.points != each.points:
            told = _("{name}: {before} → {points} points")
            words.append(told.format(name=name, before=_signed(old.points), points=_signed(each.points)))
        elif old != each:
            words.append(_("{name}: other values").format(name=name))
    words += [_("{name}: no more").format(name=name) for name in was if name not in now]
    return tuple(words)


def _signed(points: int) -> str:
    return f"{points:+d}".replace("-", "\u2212")


def _versions_sentence(logged: Sequence[LeadRuleVersion]) -> str:
    if not logged:
        return _("Nobody has proposed a rule yet. The first version waits until marketing and sales agree to it.")
    force = queries.in_force(logged)
    if force is None:
        return _("No version is in force: marketing and sales have both to agree.")
    if force == logged[0]:
        return _("Version {number} is in force.").format(number=force.number)
    words = _("Version {number} is in force until both sides agree to version {newest}.")
    return words.format(number=force.number, newest=logged[0].number)


# --- single leads ---


def _lead_row(business: Business, each: ScoredLead, style: Style) -> LeadRow:
    return LeadRow(
        each.lead,
        each.customer_id or MISSING,
        account_url(business, each.customer_id) if each.customer_id else "",
        day_words(each.entered_at.date(), style),
        tuple(str(points) for points in each.points),
        MISSING if each.loaded is None else f"{each.loaded:g}",
    )


def _leads_sentence(best: Sequence[ScoredLead], ruled: bool) -> str:
    if not best:
        return _("No lead came in this period.")
    if ruled:
        return _("The {count} leads to call first, by the newest version.").format(count=len(best))
    return _("Leads with the highest loaded scores.")
