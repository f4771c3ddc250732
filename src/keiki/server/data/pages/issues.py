"""Data-quality issues: the list on the data page, and the page of one with its owner, its note and its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.data.actions import issues as actions
from keiki.server.data.actions.issues import Found
from keiki.server.data.forms.issues import CloseForm, OwnerForm, ReportForm
from keiki.server.data.models import IssueKind
from keiki.server.data.queries.issues import StepTaken, steps_of
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import moment

SHOWN: Final = 20
"""Issues of one state that stand on the data page."""


@dataclass(frozen=True)
class IssueLine:
    """One issue of a list: what it is about, what is wrong, who is to settle it, how it stands."""

    name: str
    words: str
    kind: str
    owner: str
    is_open: bool
    state: str
    url: str


@dataclass(frozen=True)
class IssuesPanel:
    """The issues of the data page, or None of either kind."""

    sentence: str
    open: tuple[IssueLine, ...]
    closed: tuple[IssueLine, ...]
    more: int
    report_url: str


@dataclass(frozen=True)
class HistoryStep:
    """One thing that was done about an issue, as written."""

    what: str
    words: str
    by: str
    at: str


@dataclass(frozen=True)
class IssuePage:
    title: str
    subtitle: str
    line: IssueLine
    meaning: str
    standing: str
    closed: str
    note: str
    steps: tuple[HistoryStep, ...]
    rows_url: str
    data_url: str
    owner_url: str
    close_url: str
    reopen_url: str


def issues_panel(business: Business, found: Sequence[Found], *, may_edit: bool) -> IssuesPanel:
    """Open issues and those that were closed, the newest first."""
    lines = [issue_line(business, each) for each in found]
    still = [line for line in lines if line.is_open]
    closed = [line for line in lines if not line.is_open]
    free = sum(each.is_open and each.owner is None for each in found)
    words = ngettext(
        "{count} issue is open, {free} without an owner. It is closed with a note on what was done.",
        "{count} issues are open, {free} without an owner. They are closed with a note on what was done.",
        len(still),
    )
    return IssuesPanel(
        sentence=words.format(count=f"{len(still):,}", free=f"{free:,}")
        if still
        else _("No issue is open: the checks find nothing missing and nothing refused."),
        open=tuple(still[:SHOWN]),
        closed=tuple(closed[:SHOWN]),
        more=max(len(still) - SHOWN, 0),
        report_url=reverse("data:report_issue", kwargs={"business": business.id}) if may_edit else "",
    )


def issue_line(business: Business, found: Found) -> IssueLine:
    """An issue in words."""
    japanese = current_language() == "ja"
    row = found.row
    state = _("Open")
    if row is not None and row.closed_at is not None:
        state = str(row.get_resolution_display())
    elif not found.standing:
        state = _("Open; the check finds it no longer")
    return IssueLine(
        name=found.name_ja if japanese else found.name_en,
        words=_what(business, found),
        kind=str(IssueKind(found.kind).label),
        owner=str(found.owner or ""),
        is_open=found.is_open,
        state=state,
        url=_url("issue", business, found),
    )


def _what(business: Business, found: Found) -> str:
    """Days as ISO dates, which need no reading; longer periods by their name."""
    period = found.period
    if period is not None:
        when = period.start.isoformat() if period.days == 1 else business.calendar.label(period, current_language())
        return _("missing {period}").format(period=when)
    if found.rows is not None:
        return ngettext("{count} row refused", "{count} rows refused", found.rows).format(count=f"{found.rows:,}")
    return ""


@business_page()
@require_safe
def issue_page(request: Any, business: Business, issue: str) -> HttpResponse:
    """What is wrong, who is to settle it, how it was settled, and everything that was done about it."""
    return _show(request, business, _found(business, issue))


def _show(request: Any, business: Business, found: Found, form: forms.Form | None = None) -> HttpResponse:
    owner = found.owner
    context = {
        "page": _page(request, business, found),
        "form": form or CloseForm(),
        "owner_form": OwnerForm(business, initial={"owner": owner.pk if owner else None}),
    }
    return render(request, "data/issue.html", context, status=422 if form is not None else 200)


def _page(request: Any, business: Business, found: Found) -> IssuePage:
    row, line = found.row, issue_line(business, found)
    may = allows(request.membership.role, EDIT)
    here = {"business": business.id}
    closed = ""
    if row is not None and row.closed_at is not None:
        closed = _("Closed by {who} on {when}: {how}").format(
            who=row.closed_by or "—", when=moment(row.closed_at), how=row.get_resolution_display()
        )
    gone = _("The check finds it no longer. Say what was done, and close it.")
    return IssuePage(
        title=line.name,
        subtitle=line.kind,
        line=line,
        meaning=_meaning(found),
        standing="" if found.standing or not found.is_open else gone,
        closed=closed,
        note=row.note if row else "",
        steps=tuple(map(_step, steps_of(row))) if row else (),
        rows_url=reverse("data:import", kwargs=here | {"import_id": found.import_id}) if found.import_id else "",
        data_url=reverse("data:data", kwargs=here),
        owner_url=_url("own_issue", business, found) if may and found.is_open else "",
        close_url=_url("close_issue", business, found) if may and found.is_open else "",
        reopen_url=_url("reopen_issue", business, found) if may and not found.is_open else "",
    )


def _meaning(found: Found) -> str:
    if found.kind == IssueKind.REPORTED:
        return _("A person noticed it; no check knows it.")
    if found.kind == IssueKind.REJECTED:
        return _("These rows are in no number. Mend them in the file and send it again; the others were taken.")
    if found.entered:
        return _("A value that people enter is missing between the first and the last. Enter it on its KPI’s page.")
    return _("Charts show a gap there, not zero, and totals with such a day are too low. Send the missing rows.")


def _step(each: StepTaken) -> HistoryStep:
    words = " · ".join(part for part in (each.owner, each.resolution, each.note) if part)
    return HistoryStep(each.what, words, each.by or "—", moment(each.at))


@business_page(EDIT)
@require_POST
def own_issue(request: Any, business: Business, issue: str) -> HttpResponse:
    """Give an issue to somebody."""
    found = _found(business, issue)
    form = OwnerForm(business, request.POST)
    if not form.is_valid():
        raise Http404
    actions.own_issue(request.user, business, found, form.cleaned_data["owner"])
    return redirect(_url("issue", business, found))


@business_page(EDIT)
@require_POST
def close_issue(request: Any, business: Business, issue: str) -> HttpResponse:
    """Close an issue with a note; without one nothing is changed."""
    found = _found(business, issue)
    form = CloseForm(request.POST)
    if not form.is_valid():
        return _show(request, business, found, form)
    said = form.cleaned_data
    return _done(
        request,
        business,
        found,
        form,
        lambda: actions.close_issue(request.user, business, found, said["resolution"], said["note"]),
    )


@business_page(EDIT)
@require_POST
def reopen_issue(request: Any, business: Business, issue: str) -> HttpResponse:
    """Open a closed issue again."""
    found = _found(business, issue)
    actions.reopen_issue(request.user, business, found)
    return redirect(_url("issue", business, found))


@business_page(EDIT)
@require_POST
def report_issue(request: Any, business: Business) -> HttpResponse:
    """Something wrong that no check found."""
    form = ReportForm(request.POST)
    if not form.is_valid():
        return redirect(f"{reverse('data:data', kwargs={'business': business.id})}#issues")
    row = actions.report_issue(request.user, business, form.cleaned_data["words"])
    return redirect(reverse("data:issue", kwargs={"business": business.id, "issue": row.mark}))


def _done(
    request: Any, business: Business, found: Found, form: forms.Form, action: Callable[[], object]
) -> HttpResponse:
    """Do it and show the issue, or say why not and keep what was typed."""
    try:
        action()
    except KeikiError as error:
        form.add_error(None, error.words(current_language()))
        return _show(request, business, found, form)
    return redirect(_url("issue", business, found))


def _found(business: Business, mark: str) -> Found:
    found = actions.issue_in(business, mark)
    if found is None:
        raise Http404
    return found


def _url(name: str, business: Business, found: Found) -> str:
    return reverse(f"data:{name}", kwargs={"business": business.id, "issue": found.mark})
