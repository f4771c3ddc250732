"""Settings: business and calendar, people and roles, one's own preferences, the audit log; and invitations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keiki.charts.files_out import Book, Sheet
from keiki.errors import EditConflict, KeikiError
from keiki.server.accounts import actions, queries
from keiki.server.accounts.forms.people import (
    AcceptForm,
    AddForm,
    BusinessForm,
    DepartmentsForm,
    InviteForm,
    PreferencesForm,
    RoleForm,
    departments,
)
from keiki.server.accounts.models import Business, Invitation, Membership
from keiki.server.accounts.pages import LOGIN_BACKEND, SettingsPage, business_page, get_and_post, settings_frame
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.accounts.queries import Pending, Person
from keiki.server.accounts.rules import OWN, allows, may_add_business, membership_of
from keiki.server.audit.queries import DEFINITIONS, VALUES, Log, log
from keiki.server.ui.language import current_language


@business_page()
@get_and_post
def settings_page(request: Any, business: Business) -> HttpResponse:
    """Business and calendar; members see it, owners change it."""
    may_change = allows(request.membership.role, OWN)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = BusinessForm(request.POST or None, initial=BusinessForm.initial_of(business))
    conflict: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_business(request.user, business, form.cleaned_data["version"], form.business_values)
        except EditConflict as error:
            conflict = _conflict(form, business, error)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:settings", business=business.id)
    context = {
        "page": settings_frame(request, business, business.name),
        "form": form,
        "may_change": may_change,
        "conflict": conflict,
    }
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "accounts/settings.html", context, status=status)


def _conflict(form: BusinessForm, business: Business, error: EditConflict) -> dict[str, Any]:
    """Both values of what differs; the form keeps mine and takes over the version, so that saving again wins."""
    now = Business.objects.get(pk=business.pk)
    theirs = BusinessForm(initial=BusinessForm.initial_of(now))
    form.data = {**form.data.dict(), "version": str(now.version)}  # type: ignore[attr-defined]  # a QueryDict
    differing = [
        (form[name].label, form[name].value(), theirs[name].value())
        for name in BusinessForm.base_fields
        if name != "version" and str(form[name].value() or "") != str(theirs[name].value() or "")
    ]
    return {"words": error.words(current_language()), "differing": differing}


@login_required
@get_and_post
def add_business_page(request: Any) -> HttpResponse:
    """One more business, or the demo company; for people who own one already."""
    if not may_add_business(request.user):
        raise Http404
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        business = actions.add_business(request.user, form.business_values, demo=form.wants_demo)
        return redirect("business", business=business.id)
    page = SettingsPage(_("Add a business"), _("Each business has its own data, calendar and people."), ())
    return render(
        request, "accounts/add_business.html", {"page": page, "form": form}, status=422 if form.errors else 200
    )


@dataclass(frozen=True)
class PeoplePage(SettingsPage):
    people: tuple[Person, ...]
    pending: tuple[Pending, ...]
    may_change: bool
    link: str  # the invitation link just made; shown once


@business_page()
@get_and_post
def people_page(request: Any, business: Business) -> HttpResponse:
    """People and roles; owners invite by a link that is shown once."""
    may_change = allows(request.membership.role, OWN)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form, link = InviteForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            token = actions.invite(request.user, business, **form.cleaned_data)
        except KeikiError as error:
            form.add_error("email", error.words(current_language()))
        else:
            link = request.build_absolute_uri(reverse("accounts:invitation", kwargs={"token": token}))
            form = InviteForm()
    frame = settings_frame(request, business, business.name)
    page = PeoplePage(
        frame.title,
        frame.subtitle,
        frame.tabs,
        queries.people_of(business, request.user),
        queries.pending_invitations(business) if may_change else (),
        may_change,
        link,
    )
    context = {"page": page, "form": form, "departments": departments(), "roles": RoleForm.base_fields["role"].choices}  # type: ignore[attr-defined]
    return render(request, "accounts/people.html", context, status=422 if form.errors else 200)


@business_page(OWN)
@require_POST
def change_role(request: Any, business: Business, membership_id: int) -> HttpResponse:
    """Another role for a member."""
    membership = _member(business, membership_id)
    form = RoleForm(request.POST)
    if form.is_valid():
        _done_or_why_not(request, actions.change_role, membership, form.cleaned_data["role"])
    return redirect("accounts:people", business=business.id)


@business_page(OWN)
@require_POST
def limit_member(request: Any, business: Business, membership_id: int) -> HttpResponse:
    """The departments whose KPIs a member sees."""
    membership = _member(business, membership_id)
    form = DepartmentsForm(request.POST)
    if form.is_valid():
        _done_or_why_not(request, actions.limit_member, membership, form.cleaned_data["departments"])
    return redirect("accounts:people", business=business.id)


@business_page(OWN)
@get_and_post
def remove_member(request: Any, business: Business, membership_id: int) -> HttpResponse:
    """A person leaves the business, after being asked once."""
    membership = _member(business, membership_id)
    if request.method == "POST":
        _done_or_why_not(request, actions.remove_member, membership)
        if membership.user_id == request.user.pk and not membership_of(request.user, business.id):
            return redirect("home")
        return redirect("accounts:people", business=business.id)
    page = settings_frame(request, business, business.name)
    return render(request, "accounts/remove_member.html", {"page": page, "member": membership.user})


def _member(business: Business, membership_id: int) -> Membership:
    found = business.memberships.select_related("user", "business").filter(pk=membership_id).first()
    if found is None:
        raise Http404
    return found


def _done_or_why_not(request: Any, action: Callable[..., None], *values: Any) -> None:
    try:
        action(request.user, *values)
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        messages.success(request, _("Saved."))


@business_page(OWN)
@require_POST
def withdraw_invitation(request: Any, business: Business, invitation_id: int) -> HttpResponse:
    """The link of an invitation stops working."""
    invitation = business.invitations.filter(pk=invitation_id, accepted_at=None).first()
    if invitation is None:
        raise Http404
    actions.withdraw_invitation(request.user, invitation)
    messages.success(request, _("The invitation has been withdrawn."))
    return redirect("accounts:people", business=business.id)


@dataclass(frozen=True)
class AuditPage(SettingsPage):
    """`kinds` are links (address, words, whether it is shown); `older_url` leads to earlier entries."""

    log: Log
    kinds: tuple[tuple[str, str, bool], ...]
    older_url: str


MOST_ENTRIES = 10_000
"""Entries in a file of the audit log."""


@business_page(OWN)
@require_http_methods(["GET", "HEAD"])
def audit_page(request: Any, business: Business) -> HttpResponse:
    """What was done in this business, newest first: everything, or what changed values or definitions; also a file."""
    named = {"": _("Every entry"), VALUES: _("Values"), DEFINITIONS: _("Definitions and targets")}
    kind = request.GET.get("kind", "") if request.GET.get("kind", "") in named else ""
    if file_asked(request):
        return file_answer(request, business, _audit_book(business, kind, named[kind]))
    before = request.GET.get("before", "")
    frame = settings_frame(request, business, business.name)
    entries = log(business.id, int(before) if before.isdecimal() and len(before) < 19 else None, kind=kind)
    page = AuditPage(
        frame.title,
        frame.subtitle,
        frame.tabs,
        entries,
        tuple((f"?kind={name}" if name else "?", words, name == kind) for name, words in named.items()),
        f"?{urlencode({'kind': kind, 'before': entries.before})}" if entries.before else "",
    )
    return render(request, "accounts/audit.html", {"page": page})


def _audit_book(business: Business, kind: str, words: str) -> Book:
    """The audit report: one line per value that changed, with who changed it and when."""
    head = (_("Time"), _("Who"), _("What"), _("Object"), _("Name"), _("Value before"), _("Value after"))
    rows = [
        (
            timezone.localtime(line.at).strftime("%Y-%m-%d %H:%M:%S"),
            line.actor or _("the program"),
            str(line.words),
            line.target,
            *(("", "", "") if each is None else tuple(_cell(value) for value in (each.words, each.before, each.after))),
        )
        for line in log(business.id, limit=MOST_ENTRIES, kind=kind).lines
        for each in line.changes or (None,)
    ]
    listed = Sheet(head, rows)
    return Book(_("Audit report"), listed, listed, ((_("Shown"), words),), Sheet((), ()))


def _cell(value: Any) -> str:
    return "" if value is None else str(value)


@login_required
@get_and_post
def you_page(request: Any) -> HttpResponse:
    """One's own name, language and colours; password and second factor."""
    initial = {name: getattr(request.user, name) for name in PreferencesForm.base_fields}
    form = PreferencesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actions.change_preferences(request.user, form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("accounts:you")
    membership = membership_of(request.user, request.session.get("business", ""))
    businesses = queries.businesses_of(request.user)
    business = membership.business if membership else businesses[0] if businesses else None
    page = settings_frame(request, business, request.user.email)
    return render(request, "accounts/you.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@dataclass(frozen=True)
class InvitationPage:
    business: str
    role: str
    email: str
    invited_by: str
    signed_in_as: str


@get_and_post
def invitation_page(request: Any, token: str) -> HttpResponse:
    """Join a business by the link of an invitation: with the account one has, or with a fresh one."""
    invitation = queries.open_invitation(token)
    if invitation is None:
        raise Http404
    if queries.has_account(invitation.email) and not request.user.is_authenticated:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    form = None if request.user.is_authenticated else AcceptForm(request.POST or None, email=invitation.email)
    if request.method == "POST" and (form is None or form.is_valid()):
        return _join(request, invitation, token, form)
    page = InvitationPage(
        invitation.business.name,
        invitation.get_role_display(),
        invitation.email,
        str(invitation.invited_by or ""),
        request.user.email if request.user.is_authenticated else "",
    )
    status = 422 if form is not None and form.errors else 200
    return render(request, "accounts/invitation.html", {"page": page, "form": form}, status=status)


def _join(request: Any, invitation: Invitation, token: str, form: AcceptForm | None) -> HttpResponse:
    if form is None:
        if actions.join(request.user, token) is None:
            raise Http404
        return redirect("business", business=invitation.business_id)
    name, password = form.cleaned_data["name"], form.cleaned_data["password"]
    user = actions.join_as_new_person(token, name, password, language=current_language())
    if user is None:
        raise Http404
    login(request, user, backend=LOGIN_BACKEND)
    return redirect("business", business=invitation.business_id)
