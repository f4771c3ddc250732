"""Recurring audits of the data: one task for each period, overdue after its day, closed with what was found."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from keiki.server.data.actions import audits
from keiki.server.data.models import AuditRule, AuditTask
from keiki.server.jobs.actions import KINDS

SAID = {"name": "Are orders complete?", "every": "quarter", "days": "14", "owner": ""}


def at(cast: Any, name: str, **named: int) -> str:
    return reverse(f"data:{name}", kwargs={"business": cast.business.id, **named})


def panel(cast: Any, browser: Any) -> Any:
    return browser.get(at(cast, "data")).context["page"].audits


@pytest.mark.feature("F-068")
def test_quarterly_audit_makes_one_task_on_the_first_day_of_each_quarter_and_is_overdue_after_its_due_date(
    bare: Any, browser_of: Any
) -> None:
    editor = browser_of(bare.editor)
    assert KINDS[audits.PLAN_JOB].every is not None
    with time_machine.travel(datetime(2026, 9, 30, 3, tzinfo=UTC), tick=False):
        assert editor.post(at(bare, "add_audit"), SAID).status_code == 302
        assert AuditTask.objects.count() == 1
    for day in (date(2026, 10, 1), date(2026, 10, 2), date(2026, 12, 31), date(2027, 1, 1)):
        audits.plan_audits(day)
    assert list(AuditTask.objects.values_list("begins_on", "due_on")) == [
        (date(2026, 7, 1), date(2026, 7, 15)),
        (date(2026, 10, 1), date(2026, 10, 15)),
        (date(2027, 1, 1), date(2027, 1, 15)),
    ]
    viewer = browser_of(bare.viewer)
    for day, late in ((15, 1), (16, 2)):
        with time_machine.travel(datetime(2026, 10, day, 3, tzinfo=UTC), tick=False):
            shown = panel(bare, viewer)
            assert sum(task.state == "overdue" for task in shown.tasks) == late
            assert shown.add_url == "", "a viewer reads only"


def test_audit_is_closed_with_what_was_found_and_a_rule_is_ended(bare: Any, browser_of: Any) -> None:
    editor, viewer, stranger = (browser_of(who) for who in (bare.editor, bare.viewer, bare.outsider))
    editor.post(at(bare, "add_audit"), SAID)
    rule, task = AuditRule.objects.get(), AuditTask.objects.get()
    doing = {"finish_audit": {"task": task.pk}, "end_audit": {"rule": rule.pk}, "add_audit": {}}
    for name, named in doing.items():
        assert viewer.post(at(bare, name, **named), SAID | {"note": "x"}).status_code == 403
        assert stranger.post(at(bare, name, **named), SAID | {"note": "x"}).status_code == 404
    editor.post(at(bare, "finish_audit", task=task.pk), {"note": " "})
    assert panel(bare, editor).tasks[0].note == ""
    editor.post(at(bare, "finish_audit", task=task.pk), {"note": "Two orders came twice"})
    shown = panel(bare, editor)
    assert (shown.tasks[0].note, shown.tasks[0].tone, shown.sentence) == (
        *("Two orders came twice", "good"),
        "Every audit up to now is done.",
    )
    assert editor.post(at(bare, "finish_audit", task=task.pk), {"note": "again"}).status_code == 404
    editor.post(at(bare, "end_audit", rule=rule.pk))
    assert (panel(bare, editor).rules, audits.plan_audits(date(2031, 1, 1))) == ((), 0)
    assert editor.post(at(bare, "end_audit", rule=rule.pk)).status_code == 404


@pytest.mark.parametrize("wrong", [{"name": ""}, {"every": "day"}, {"days": "0"}, {"days": "many"}, {"owner": "x"}])
def test_audit_that_makes_no_sense_is_not_planned(bare: Any, browser_of: Any, wrong: dict[str, str]) -> None:
    answer = browser_of(bare.editor).post(at(bare, "add_audit"), SAID | wrong, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert AuditRule.objects.count() == 0
