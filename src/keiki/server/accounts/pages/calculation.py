"""The rules of calculation: what is in force in words, the default beside every field, one form per subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keiki.charts.format import Style
from keiki.charts.rule_words import rule_words
from keiki.errors import EditConflict
from keiki.measures.choices import SUBJECTS, Subject
from keiki.measures.rules import Rules
from keiki.server.accounts import actions, queries
from keiki.server.accounts.forms.calculation import RulesForm
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import SettingsPage, business_page, get_and_post, settings_frame
from keiki.server.accounts.rules import OWN, allows
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class Ruled:
    """One subject: its rule in words, whether any of it is the business's own, and its form."""

    name: str
    title: str
    about: str
    words: str
    own: bool
    form: RulesForm
    open: bool


@dataclass(frozen=True)
class RulesPage(SettingsPage):
    subjects: tuple[Ruled, ...]
    may_change: bool
    conflict: str


@business_page()
@get_and_post
def rules_page(request: Any, business: Business) -> HttpResponse:
    """Every member sees the rules; owners change them, a subject at a time."""
    may_change = allows(request.membership.role, OWN)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    subject = next((each for each in SUBJECTS if each.name == request.POST.get("subject")), None)
    conflict, status = "", 200
    failed: RulesForm | None = None
    if request.method == "POST" and subject is not None:
        form = _form(business, subject, request.POST)
        resets = "reset" in request.POST
        if form.is_valid() or (resets and "version" in form.cleaned_data):
            try:
                values = {} if resets else form.own_values
                actions.change_rules(request.user, business, form.cleaned_data["version"], subject.name, values)
            except EditConflict as error:
                business.refresh_from_db()
                form.data = {**request.POST.dict(), "version": str(business.version)}
                conflict, failed, status = error.words(current_language()), form, 409
            else:
                messages.success(request, _("Saved. Numbers follow the rule from now on."))
                return redirect("accounts:rules", business=business.id)
        else:
            failed, status = form, 422
    frame = settings_frame(request, business, business.name)
    subjects = tuple(_ruled(business, each, failed) for each in SUBJECTS)
    page = RulesPage(frame.title, frame.subtitle, frame.tabs, subjects, may_change, conflict)
    return render(request, "accounts/rules.html", {"page": page}, status=status)


def _form(business: Business, subject: Subject, data: Any = None) -> RulesForm:
    defaults = Rules.of_calendar(business.calendar)
    return RulesForm(subject.name, queries.rules_of(business), defaults, data, business.version)


def _ruled(business: Business, subject: Subject, failed: RulesForm | None) -> Ruled:
    language = current_language()
    style = Style(language, business.currency)
    typed = failed is not None and failed.subject == subject.name
    return Ruled(
        subject.name,
        subject.label.words(language),
        subject.about.words(language),
        rule_words(queries.rules_of(business), subject.name, style),
        bool(business.rules.get(subject.name)),
        failed if typed and failed is not None else _form(business, subject),
        typed,
    )
