"""Recurring audits on the data page: what is due, what is overdue, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.data.actions import audits as actions
from keiki.server.data.forms.audits import RHYTHMS, AuditForm, FinishForm
from keiki.server.data.models import AuditRule, AuditTask
from keiki.server.data.queries.audits import audit_rules, audit_tasks, is_overdue
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import moment


@dataclass(frozen=True)
class AuditLine:
    """One task: what is audited, for which period, by whom, until when, and how it stands."""

    name: str
    period: str
    owner: str
    due: str
    state: str
    tone: str
    note: str
    finish_url: str


@dataclass(frozen=True)
class RuleLine:
    """One rule, and where it is ended ("" for readers)."""

    words: str
    end_url: str


@dataclass(frozen=True)
class AuditsPanel:
    """The audits of the data page."""

    sentence: str
    tasks: tuple[AuditLine, ...]
    rules: tuple[RuleLine, ...]
    form: AuditForm | None
    add_url: str


def audits_panel(business: Business, *, may_edit: bool) -> AuditsPanel:
    """What is audited, the most urgent first."""
    tasks, rules = audit_tasks(business), audit_rules(business)
    today = business.calendar.today()
    waiting = [task for task in tasks if task.done_at is None]
    late = sum(is_overdue(task, today) for task in waiting)
    return AuditsPanel(
        sentence=_sentence(len(waiting), late, len(rules)),
        tasks=tuple(_task(business, task, may_edit) for task in tasks),
        rules=tuple(_rule(business, rule, may_edit) for rule in rules),
        form=AuditForm(business) if may_edit else None,
        add_url=reverse("data:add_audit", kwargs={"business": business.id}) if may_edit else "",
    )


def _sentence(waiting: int, late: int, rules: int) -> str:
    if not rules and not waiting:
        return _("No audit is planned. A rule makes a task at the beginning of each period.")
    if late:
        return ngettext("{count} audit is overdue.", "{count} audits are overdue.", late).format(count=late)
    if waiting:
        return ngettext("{count} audit waits.", "{count} audits wait.", waiting).format(count=waiting)
    return _("Every audit up to now is done.")


def _task(business: Business, task: AuditTask, may_edit: bool) -> AuditLine:
    late = is_overdue(task, business.calendar.today())
    state, tone = (_("overdue"), "act") if late else (_("to do"), "watch")
    if task.done_at is not None:
        state, tone = f"{moment(task.done_at)} {task.done_by or ''}".strip(), "good"
    period = business.calendar.period(Grain(task.rule.every), task.begins_on)
    return AuditLine(
        name=task.rule.name,
        period=business.calendar.label(period, current_language()),
        owner=str(task.rule.owner or ""),
        due=task.due_on.isoformat(),
        state=state,
        tone=tone,
        note=task.note,
        finish_url=_url("finish_audit", business, task=task.pk) if may_edit and task.done_at is None else "",
    )


def _rule(business: Business, rule: AuditRule, may_edit: bool) -> RuleLine:
    rhythm = dict(RHYTHMS)[Grain(rule.every)]
    days = ngettext("due after {count} day", "due after {count} days", rule.days).format(count=rule.days)
    owner = f" · {rule.owner}" if rule.owner else ""
    end = _url("end_audit", business, rule=rule.pk) if may_edit else ""
    return RuleLine(f"{rule.name} · {rhythm} · {days}{owner}", end)


@business_page(EDIT)
@require_POST
def add_audit(request: Any, business: Business) -> HttpResponse:
    """Plan a recurring audit."""
    form = AuditForm(business, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        actions.add_audit(request.user, business, said["name"], said["every"], said["days"], said["owner"])
        messages.success(request, _("Planned. The task of the running period is on the list."))
    else:
        for field, errors in form.errors.items():
            messages.error(request, f"{form.fields[field].label}: {errors[0]}")
    return _back(business)


@business_page(EDIT)
@require_POST
def finish_audit(request: Any, business: Business, task: int) -> HttpResponse:
    """Close a task with what was found."""
    form = FinishForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what the audit found. Nothing was changed."))
        return _back(business)
    try:
        actions.finish_audit(request.user, business, task, form.cleaned_data["note"])
    except AuditTask.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Done. It stays on the list with what was found."))
    return _back(business)


@business_page(EDIT)
@require_POST
def end_audit(request: Any, business: Business, rule: int) -> HttpResponse:
    """Plan no further task of a rule."""
    try:
        actions.end_audit(request.user, business, rule)
    except AuditRule.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("Ended. Earlier audits stay on the list."))
    return _back(business)


def _back(business: Business) -> HttpResponse:
    return redirect(reverse("data:data", kwargs={"business": business.id}) + "#audits")


def _url(name: str, business: Business, **named: int) -> str:
    return reverse(f"data:{name}", kwargs={"business": business.id, **named})
