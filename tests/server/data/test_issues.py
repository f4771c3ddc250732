"""Data-quality issues: what the checks find is given to somebody and closed with a note."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, transaction
from tests.server.cockpit.test_missing_days import csv
from tests.server.data.test_actions import CSV
from tests.server.data.test_pages import imported, url

from keiki.errors import EditConflict
from keiki.server.audit.models import Entry
from keiki.server.data.actions import issues
from keiki.server.data.models import Issue

DAYS = tuple(date(2024, 4, 1) + timedelta(days=place) for place in range(61))
MISSING = date(2024, 5, 3)
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=ZoneInfo("Asia/Tokyo"))


@pytest.fixture
def holed(bare: Any) -> Any:
    """A business whose orders lack one day."""
    imported(bare, csv(tuple(day for day in DAYS if day != MISSING)))
    return bare


@pytest.mark.feature("F-066")
def test_issue_closed_with_an_empty_note_is_refused_and_with_a_note_keeps_user_time_and_action(
    holed: Any, browser_of: Any
) -> None:
    browser = browser_of(holed.editor)
    (line,) = browser.get(url("data", holed.business)).context["page"].issues.open
    assert (line.name, line.words, line.state) == ("Orders", "missing 2024-05-03", "Open")
    for empty in ("", "  　 "):
        refused = browser.post(f"{line.url}close/", {"resolution": "corrected", "note": empty})
        assert refused.status_code == 422
        assert "an issue is closed with a note" in refused.content.decode()
    assert (Issue.objects.count(), Entry.objects.filter(action="data.close_issue").count()) == (0, 0)
    with time_machine.travel(NOON, tick=False):
        done = browser.post(f"{line.url}close/", {"resolution": "explained", "note": "The shop was closed"})
    assert done["Location"] == line.url
    row = Issue.objects.get()
    assert (row.closed_by, row.closed_at, row.resolution, row.note) == (
        holed.editor,
        NOON,
        "explained",
        "The shop was closed",
    )
    page = browser_of(holed.viewer).get(line.url).context["page"]
    assert page.closed == "Closed by Emi on 2 Nov 2026, 12:00: The data is right; this is why"
    assert [(each.what, each.by, each.at, each.words) for each in page.steps] == [
        ("Closed", "Emi", "2 Nov 2026, 12:00", "The data is right; this is why · The shop was closed")
    ]
    entry = Entry.objects.get(action="data.close_issue")
    assert (entry.actor, entry.new["note"]) == (holed.editor, "The shop was closed")
    panel = browser.get(url("data", holed.business)).context["page"].issues
    assert (len(panel.open), len(panel.closed)) == (0, 1)


def test_issue_has_an_owner_of_the_business_and_can_be_opened_again(holed: Any, browser_of: Any) -> None:
    browser = browser_of(holed.editor)
    address = browser.get(url("data", holed.business)).context["page"].issues.open[0].url
    assert browser.post(f"{address}owner/", {"owner": holed.outsider.pk}).status_code == 404
    browser.post(f"{address}owner/", {"owner": holed.owner.pk})
    assert browser.get(address).context["page"].line.owner == "Olivia"
    browser.post(f"{address}close/", {"resolution": "accepted", "note": "Lost for good"})
    browser.post(f"{address}open/")
    page = browser.get(address).context["page"]
    assert (page.line.is_open, page.note) == (True, "")
    assert [(each.what, each.by) for each in page.steps] == [
        ("Opened again", "Emi"),
        ("Closed", "Emi"),
        ("Given to somebody", "Emi"),
    ]


def test_issue_that_people_took_up_stays_until_it_is_closed_though_its_check_finds_nothing_more(
    holed: Any, browser_of: Any
) -> None:
    found = issues.issues_of(holed.business)[0]
    issues.own_issue(holed.editor, holed.business, found, holed.editor.pk)
    imported(holed, csv((MISSING,)))
    (after,) = issues.issues_of(holed.business)
    assert (after.mark, after.standing, after.is_open) == (found.mark, False, True)
    assert (
        "finds it no longer"
        in browser_of(holed.viewer).get(url("issue", holed.business, issue=found.mark)).content.decode()
    )


def test_of_two_who_close_an_issue_exactly_one_does(holed: Any) -> None:
    found = issues.issues_of(holed.business)[0]
    issues.close_issue(holed.editor, holed.business, found, "explained", "A holiday")
    with pytest.raises(EditConflict) as conflict:
        issues.close_issue(holed.owner, holed.business, found, "accepted", "Lost")
    assert (conflict.value.details["theirs"], Issue.objects.get().note) == ("A holiday", "A holiday")


def test_database_holds_no_closed_issue_without_a_note(cast: Any) -> None:
    closed = {"business": cast.business, "mark": "m", "kind": "reported", "name_ja": "x", "name_en": "x"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Issue.objects.create(**closed, resolution="accepted", note="", closed_at=NOON)


def test_refused_rows_and_what_people_notice_are_issues_and_programs_close_them(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    imported(bare, CSV)
    browser.post(url("report_issue", bare.business), {"words": "Prices of July look doubled"})
    listed = browser.get(f"/api/v1/businesses/{bare.business.id}/issues").json()
    assert {(each["kind"], each["en"], each["rows"], each["open"]) for each in listed} == {
        ("rejected", "orders.csv", 1, True),
        ("reported", "Prices of July look doubled", None, True),
    }
    refused = next(each for each in listed if each["kind"] == "rejected")
    way = f"/api/v1/businesses/{bare.business.id}/issues/{refused['id']}/close"

    def close(note: str) -> Any:
        sent = {"resolution": "corrected", "note": note}
        return browser.post(way, sent, content_type="application/json")

    assert (close(" ").status_code, Issue.objects.filter(closed_at__isnull=False).count()) == (422, 0)
    done = close("Sent again without the broken row")
    assert (done.status_code, done.json()["closed_by"], done.json()["open"]) == (200, "Emi", False)


def test_viewers_read_issues_and_do_not_close_them(holed: Any, browser_of: Any) -> None:
    address = browser_of(holed.viewer).get(url("data", holed.business)).context["page"].issues.open[0].url
    assert browser_of(holed.viewer).post(f"{address}close/", {"resolution": "accepted", "note": "x"}).status_code == 403
    assert browser_of(holed.outsider).get(address).status_code == 404
    assert browser_of(holed.viewer).get(url("issue", holed.business, issue="nothing")).status_code == 404
