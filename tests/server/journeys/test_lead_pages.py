"""Leads as their readers see them: bands of scores, the rule with its versions, and two sides that agree."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.server.cockpit.test_files_out import rows_of
from tests.server.journeys.test_channel_pages import asking

from keiki.cli.main import run
from keiki.server.accounts.actions import change_rules
from keiki.server.audit.models import Entry
from keiki.server.journeys.models import LeadRuleVersion

LEADS = 200


def fill(business: Any) -> None:
    """200 leads of October 2026: lead n has the score n mod 100; every fourth is a head, every second asked for a
    document.
    """
    stages = [
        {"pipeline": "lead", "subject_id": f"l{n:03}", "stage": "lead", "entered_at": "2026-10-05 12:00"}
        | {"customer_id": f"c{n}", "score": n % 100, "kind": "document_request" if n % 2 else "inquiry"}
        for n in range(LEADS)
    ]
    stages.append({**stages[0], "subject_id": "late", "entered_at": "2026-11-01 12:00"})
    events = [
        {"occurred_at": "2026-10-06 12:00", "name": "registered", "customer_id": f"c{n}", "job_title": "head"}
        for n in range(0, LEADS, 4)
    ]
    business.load_facts({"stages": stages, "events": events}, name="made")


def address(cast: Any, name: str = "leads") -> str:
    return reverse(f"journeys:{name}", kwargs={"business": cast.business.id})


def rule(title: int) -> dict[str, str]:
    """The form of two criteria as a person sends it."""
    lines = (
        ("Target title", "event.job_title", "head、director", title),
        ("Asked for a document", "kind", "document_request", 5),
    )
    names = ("name", "attribute", "values", "points")
    return {f"{name}-{n}": str(cell) for n, line in enumerate(lines) for name, cell in zip(names, line, strict=True)}


@pytest.mark.feature("F-141")
def test_histogram_of_200_leads_by_band_sums_to_200_with_median_and_share_of_the_high_band(
    filled: Any, browser_of: Any, capsys: Any
) -> None:
    browser = browser_of(filled.viewer)
    page = browser.get(address(filled)).context["page"]
    assert [row.cells for row in page.band_rows] == [(("50", "25.0%"),)] * 4
    assert page.bands.table.rows[-1] == ("Total", "200", "100.0%")
    assert (page.band_totals, page.medians, page.highs) == (("200",), ("49.5",), ("25.0%",))
    assert page.rule == "Bands: quarters of the leads that are looked at, A being the high one."
    file = browser.get(f"{address(filled)}files/bands/", {"file": "csv"})
    assert [tuple(row.values())[1] for row in rows_of(file)] == ["50"] * 4
    best = rows_of(browser.get(f"{address(filled)}files/best/", {"file": "csv"}))
    assert [next(iter(row.values())) for row in best] == [lead.lead for lead in page.leads]
    change_rules(filled.owner, filled.business, 1, "leads", {"bands": (90.0, 60.0, 20.0)})
    page = browser.get(address(filled)).context["page"]
    assert [row.cells[0][0] for row in page.band_rows] == ["20", "60", "80", "40"]
    assert page.sentence == "Of 200 leads with a score the median is 49.5; 10.0% are in the high band."
    assert page.rule == "Bands: A from 90 points, B from 60, C from 20, D below."
    assert run(["insight", "leads", "-p", "2026-10", "-b", str(filled.business.folder)]) == 0
    assert "median 49.5" in capsys.readouterr().out


@pytest.mark.feature("F-142")
def test_other_points_of_a_target_title_score_again_and_log_both_versions_until_marketing_and_sales_agree(
    filled: Any, browser_of: Any
) -> None:
    editor, owner = browser_of(filled.editor), browser_of(filled.owner)
    assert browser_of(filled.viewer).post(address(filled), rule(10)).status_code == 404
    assert editor.post(address(filled), rule(10)).status_code == 302
    page = editor.get(address(filled)).context["page"]
    assert [(lead.lead, lead.points) for lead in page.leads[:2]] == [("l096", ("10",)), ("l196", ("10",))]
    assert editor.post(address(filled), rule(20)).status_code == 302
    assert LeadRuleVersion.objects.count() == 2
    page = editor.get(address(filled)).context["page"]
    assert [(lead.lead, lead.points) for lead in page.leads[:2]] == [("l096", ("20", "10")), ("l196", ("20", "10"))]
    assert page.ways == ("Version 2", "Version 1", "As loaded")
    assert page.moved == "Beside the version before, 50 leads have more points and 0 fewer."
    newest, first = page.versions
    assert (newest.changes, newest.state) == (("Target title: +10 → +20 points",), "Waits for approval")
    assert first.changes == ("Target title: +10 points, new", "Asked for a document: +5 points, new")
    logged = Entry.objects.filter(action="journeys.propose_rule").order_by("id")
    assert [entry.new["criteria"][0][3] for entry in logged] == [10, 20]
    assert page.versions_sentence == "No version is in force: marketing and sales have both to agree."

    def agree(browser: Any, side: str) -> Any:
        answer = browser.post(address(filled, "agree"), {"version": "2", "side": side}, follow=True)
        return answer.context["page"], [str(message) for message in answer.context["messages"]]

    page, said = agree(editor, "marketing")
    assert said == ["Marketing agreed to version 2."]
    assert [cell.by.partition(",")[0] for cell in page.versions[0].approvals] == ["Emi", ""]
    page, said = agree(editor, "sales")
    assert said[0].endswith("you have agreed for the other side. Nothing changed.")
    page, said = agree(owner, "sales")
    assert page.versions_sentence == "Version 2 is in force."
    assert [row.state for row in page.versions] == ["In force", "Replaced"]
    told = asking(filled, "leads")
    assert (told["in_force"], told["risen"], told["fallen"]) == (2, 50, 0)
    assert [version["agreed"] for version in told["versions"]] == [["marketing", "sales"], []]
    assert [sum(band["leads"] for band in version["spread"]["bands"]) for version in told["versions"]] == [LEADS, LEADS]
    wrong = editor.post(address(filled), rule(0))
    assert (wrong.status_code, "Target title" in wrong.context["page"].error) == (422, True)
    assert browser_of(filled.viewer).post(address(filled, "agree"), {"version": "2", "side": "sales"}).status_code in {
        403,
        404,
    }
