"""A KPI of one's own: its form, the live check of its formula, bringing it back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import ID, Catalogue
from keiki.charts.format import exact, number
from keiki.errors import EditConflict, KeikiError
from keiki.formula import parse
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import actions, queries
from keiki.server.kpis.forms import KpiForm
from keiki.server.kpis.models import OwnKpi
from keiki.server.kpis.pages.kpi import (
    done_or_why_not,
    formula_picture,
    formula_words,
    last_period,
    posted_version,
)
from keiki.server.kpis.pages.numbers import comma, kpi_name, kpi_url, style_of
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class Mistake:
    """Something wrong with a formula; `picture` shows the place."""

    words: str
    picture: str = ""


@dataclass(frozen=True)
class FormulaCheck:
    """What a formula means and gives, or what is wrong with it."""

    mistakes: tuple[Mistake, ...] = ()
    formula: SafeString = mark_safe("")
    words: str = ""
    value: str = ""
    period: str = ""
    months: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KpiFormPage:
    title: str
    subtitle: str
    intro: str
    action: str
    check_url: str
    names_url: str
    back_url: str
    checked: FormulaCheck | None
    conflict: str = ""
    differing: tuple[tuple[str, str, str], ...] = ()


@business_page(EDIT)
@get_and_post
def define_kpi(request: Any, business: Business) -> HttpResponse:
    """A KPI that the business did not have."""
    return _kpi_form(request, business, None, {}, 0)


@business_page(EDIT)
@get_and_post
def edit_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Another version of a KPI: of one's own, or of a built-in one that means something else here."""
    catalogue = queries.catalogue_of(request.user, business)
    if kpi not in catalogue.kpis:
        raise Http404
    row = queries.own_kpi(request.user, business, kpi)
    document = queries.kpi_document(row) if row else queries.document_of(catalogue.kpis[kpi])
    return _kpi_form(request, business, catalogue.kpis[kpi], document, row.version if row else 0)


def _kpi_form(
    request: Any, business: Business, kpi: Kpi | None, document: Mapping[str, Any], version: int
) -> HttpResponse:
    known = queries.catalogue_of(request.user, business).kpis
    initial = {"version": version, "since": last_period(business, queries.known(request.user, business))}
    if kpi is not None:
        initial |= KpiForm.initial_of(document)
    elif request.GET.get("formula"):
        initial["formula"] = request.GET["formula"][:LONGEST_FORMULA]
    posted = request.POST or None
    form = KpiForm(posted, initial=initial, known=known, changing=kpi.id if kpi else "")
    checked, conflict = None, ""
    differing: tuple[tuple[str, str, str], ...] = ()
    if posted is not None and "check" in posted:
        checked = _checked(request, business, kpi.id if kpi else "")
        form = KpiForm(initial=_typed(form), known=known, changing=kpi.id if kpi else "")
    elif posted is not None and form.is_valid():
        try:
            saved = _save(request, business, form, kpi, document)
        except EditConflict as error:
            conflict = error.words(current_language())
            differing = _differing(form, error.details["theirs"])
            row = queries.own_kpi(request.user, business, kpi.id if kpi else form.cleaned_data["kpi_id"])
            form.data = {**_lists(request.POST), "version": str(row.version if row else 0)}
        except KeikiError as error:
            form.add_error("formula", error.words(current_language()).split("\n")[0])
            checked = _checked(request, business, kpi.id if kpi else "")
        else:
            messages.success(request, _("Saved as version {number}.").format(number=saved.version))
            return redirect("kpis:kpi", business=business.id, kpi=saved.kpi_id)
    page = _kpi_form_page(business, kpi, checked, conflict, differing)
    code = 409 if conflict else 422 if form.errors else 200
    return render(request, "kpis/kpi_form.html", {"page": page, "form": form}, status=code)


def _save(request: Any, business: Business, form: KpiForm, kpi: Kpi | None, document: Mapping[str, Any]) -> OwnKpi:
    said = form.cleaned_data
    since = said.get("since") if said.get("effective") == "day" else None
    return actions.save_kpi(
        request.user,
        business,
        kpi.id if kpi else said["kpi_id"],
        said["version"],
        dict(document) | form.document,
        since,
        said.get("reason", ""),
    )


def _typed(form: KpiForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _lists(posted: Any) -> dict[str, Any]:
    """What was posted, with lists where several can be chosen."""
    return {name: posted.getlist(name) if name in KpiForm.LISTED else posted[name] for name in posted}


def _differing(form: KpiForm, theirs: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    mine = form.document
    return tuple(
        (str(form[name].label), _shown(mine[name]), _shown(theirs.get(name, "")))
        for name in mine
        if mine[name] != theirs.get(name, mine[name])
    )


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kpi_form_page(
    business: Business,
    kpi: Kpi | None,
    checked: FormulaCheck | None,
    conflict: str,
    differing: tuple[tuple[str, str, str], ...],
) -> KpiFormPage:
    here = {"business": business.id}
    language = current_language()
    if kpi is None:
        title, intro = _("A KPI of our own"), _("Name it, write its formula, see its value at once.")
        action = reverse("kpis:new_kpi", kwargs=here)
    else:
        title = _("Change {name}").format(name=kpi_name(kpi, language))
        intro = _("What you save is one more version. Nothing that was reported before changes by itself.")
        action = kpi_url(business, kpi.id, "edit_kpi")
    return KpiFormPage(
        title=title,
        subtitle=business.name,
        intro=intro,
        action=action,
        check_url=reverse("kpis:check_formula", kwargs=here) + (f"?{urlencode({'kpi': kpi.id})}" if kpi else ""),
        names_url=reverse("kpis:names", kwargs=here),
        back_url=kpi_url(business, kpi.id) if kpi else reverse("kpis:catalogue", kwargs=here),
        checked=checked,
        conflict=conflict,
        differing=differing,
    )


@business_page(EDIT)
@require_POST
def check_formula(request: Any, business: Business) -> HttpResponse:
    """What the formula that is being typed means and gives; nothing is stored."""
    checked = _checked(request, business, request.GET.get("kpi", "") or request.POST.get("kpi_id", ""))
    return render(request, "kpis/check.html", {"checked": checked})


LONGEST_FORMULA = 4_000


def _checked(request: Any, business: Business, kpi_id: str) -> FormulaCheck | None:
    text = request.POST.get("formula", "").strip()[:LONGEST_FORMULA]
    if not text:
        return None
    language = current_language()
    catalogue = queries.catalogue_of(request.user, business)
    try:
        found = queries.mistakes(business, _draft(catalogue, text, request.POST.get("unit", "number"), kpi_id))
        if found:
            return FormulaCheck(tuple(_mistake(error, language) for error in found))
        told = queries.formula_value(request.user, business, text)
    except KeikiError as error:
        return FormulaCheck((_mistake(error, language),))
    formula = parse(text)
    shown = FormulaCheck(
        formula=formula_picture(catalogue, formula, language),
        words=formula_words(catalogue, formula, language),
        notes=(_("The value appears when there are rows, or when people have entered it."),) if told is None else (),
    )
    return shown if told is None else _with_value(request, business, shown, told)


def _draft(catalogue: Catalogue, text: str, unit: str, kpi_id: str) -> dict[str, Any]:
    """A declaration that says nothing but a formula and its unit."""
    free = kpi_id if ID.fullmatch(kpi_id) and kpi_id not in catalogue.measures else "this_formula"
    said = {"id": free, "ja": free, "en": free, "definition_ja": free, "definition_en": free, "formula": text}
    said |= {"unit": unit, "direction": "neutral", "kind": "quality", "layer": "result", "horizon": "mid"}
    return said | {"lead_lag": "lag"}


def _mistake(error: KeikiError, language: str) -> Mistake:
    words, _line, picture = error.words(language).partition("\n")
    return Mistake(words, picture)


def _with_value(request: Any, business: Business, shown: FormulaCheck, told: queries.KpiHistory) -> FormulaCheck:
    unit = request.POST.get("unit", "number")
    style = style_of(business, queries.known(request.user, business))
    recent = list(zip(told.periods, told.values, strict=True))[-3:]
    lacking = [queries.fact_words(name, style.language) for name in told.missing]
    notes = [*told.reasons[style.language]]
    if lacking:
        notes.append(_("No rows yet: {facts}").format(facts=comma(style).join(lacking)))
    return replace(
        shown,
        value=number(told.value, unit, style),
        period=business.calendar.label(told.periods[-1], style.language),
        months=tuple((business.calendar.label(p, style.language), exact(v, unit, style)) for p, v in recent),
        notes=tuple(notes or [_("No matching rows")]) if told.value is None else (),
    )


@business_page(EDIT)
@require_POST
def bring_back_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """A retired KPI is used again."""
    row = queries.own_kpi(request.user, business, kpi)
    if row is None:
        raise Http404
    done_or_why_not(request, actions.bring_back_kpi, row, posted_version(request))
    return redirect("kpis:kpi", business=business.id, kpi=kpi)
