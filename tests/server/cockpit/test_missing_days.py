"""A day that is missing from the data: said on the data page, left empty on charts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from tests.server.cockpit.test_tree_pages import node_url
from tests.server.data.test_actions import ORDERS, receive, work_off

from keiki.server.data import actions

DAYS = tuple(date(2024, 4, 1) + timedelta(days=place) for place in range(61))
MISSING = date(2024, 5, 3)


def csv(days: tuple[date, ...]) -> str:
    return "order_id,customer_id,ordered_at,amount\n" + "".join(f"A{day},C1,{day} 12:00:00,100\n" for day in days)


@pytest.mark.feature("F-064")
def test_deleted_day_is_an_issue_after_one_run_and_a_gap_on_the_chart(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    place = DAYS.index(MISSING) - len(DAYS)
    seen = []
    for days in (DAYS, tuple(day for day in DAYS if day != MISSING)):
        work_off(actions.start_import(bare.editor, receive(bare, text=csv(days)), ORDERS, "replace"))
        data = browser.get(reverse("data:data", kwargs={"business": bare.business.id}))
        node = browser.get(node_url(bare.business, "revenue", grain="day", on="2024-05-31"))
        chart = node.context["page"].history
        seen.append(
            (
                [line.words for line in data.context["page"].issues.open],
                chart.wide.option["series"][0]["data"][place],
                chart.table.rows[place][1],
            )
        )
        assert ("missing 2024-05-03" in data.content.decode()) == (days != DAYS)
    whole, holed = seen
    assert (whole[0], whole[1]["value"], whole[2]) == ([], 100.0, "¥100")
    assert holed == (["missing 2024-05-03"], None, "—")
