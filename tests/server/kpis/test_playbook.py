"""The playbook on the page of a KPI: what is known to help, what to expect, and what came of it here."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.server.cockpit.models import Annotation
from keiki.server.data.actions import opened

BOUNCED = {4: 6, 5: 7, 6: 6, 7: 4, 8: 3, 9: 4}
"""By month of 2026: how many of ten visits saw one page only."""


@pytest.fixture
def site(bare: Any) -> Any:
    rows = [
        {"occurred_at": f"2026-{month:02}-10 10:0{page}:00", "name": "page_view", "visitor_id": f"v{month}{visit}"}
        for month, bounced in BOUNCED.items()
        for visit in range(10)
        for page in range(1 if visit < bounced else 2)
    ]
    rows.append({"occurred_at": "2026-10-01 10:00:00", "name": "page_view", "visitor_id": "last"})
    opened(bare.business).business.load(rows, "events", name="visits")
    return bare


def playbook(cast: Any, browser_of: Any, kpi: str) -> Any:
    answer = browser_of(cast.viewer).get(reverse("kpis:kpi", kwargs={"business": cast.business.id, "kpi": kpi}))
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-366")
def test_bounce_rate_lists_known_measures_with_expected_effect_and_past_results(site: Any, browser_of: Any) -> None:
    first = builtin().playbooks["bounce_rate"].improvements[0]
    for on, text in ((date(2026, 7, 1), f"{first.en}, on phones"), (date(2026, 10, 1), "Another colour")):
        Annotation.objects.create(business=site.business, kpi="bounce_rate", kind="action", on=on, text=text)
    page = playbook(site, browser_of, "bounce_rate")
    assert len(page.improvements) >= 5
    assert [each.words for each in page.improvements if not each.effect] == []
    (tried,) = page.improvements[0].past
    assert tried.words == f"1 Jul 2026 {first.en}, on phones"
    assert tried.result == "63.3% → 36.7% (−26.7pt), 3 months after it"
    assert [each.past for each in page.improvements[1:]] == [()] * (len(page.improvements) - 1)
    assert [(each.words, each.result) for each in page.past] == [
        ("1 Oct 2026 Another colour", "no months before and after it yet")
    ]


@pytest.mark.parametrize("kpi", ["exit_rate", "cvr", "cac", "repeat_purchase_rate", "cart_completion_rate", "aov"])
def test_common_kpis_have_at_least_five_measures(kpi: str) -> None:
    assert len(builtin().playbooks[kpi].improvements) >= 5


def test_what_was_done_is_written_down_from_the_measure_itself(shop: Any, browser_of: Any) -> None:
    here = {"business": shop.business.id, "kpi": "aov"}
    page = browser_of(shop.editor).get(reverse("kpis:kpi", kwargs=here)).context["page"]
    form = browser_of(shop.editor).get(page.improvements[0].write_url).context["page"].form
    assert form.initial["text"] == page.improvements[0].words
    assert form.initial["kind"] == "action"
    assert form.initial["number"].endswith("/aov")
    assert {each.write_url for each in playbook(shop, browser_of, "aov").improvements} == {""}
