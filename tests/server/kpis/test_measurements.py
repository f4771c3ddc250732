"""What the calculation of a night stores, when, and that it stays as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.server.data.test_actions import work_off

from keiki.server.data.actions import observe
from keiki.server.jobs.actions import enqueue
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import Measurement

NIGHT = datetime(2026, 11, 10, 17, 30, tzinfo=UTC)  # half past two in Tokyo on the 11th


@pytest.mark.feature("F-061")
def test_nightly_job_stores_measurements_with_their_time_and_a_later_correction_does_not_change_them(
    own_shop: Any, browser_of: Any
) -> None:
    business = own_shop.business
    with time_machine.travel(NIGHT, tick=False):
        run = work_off(enqueue(actions.MEASURE_JOB))
        assert work_off(enqueue(actions.MEASURE_JOB)).result == {}, "a night is measured once"
    assert run.result == {business.id: Measurement.objects.filter(business=business).count()}
    month = Measurement.objects.get(business=business, kpi_id="order_revenue", grain="month")
    assert (month.day, month.value, month.measured_at, month.night) == (
        date(2026, 10, 1),
        14_400.0,
        NIGHT,
        date(2026, 11, 11),
    )
    observe(own_shop.editor, business, "order_revenue", date(2026, 10, 1), "month", 20_000.0)
    with time_machine.travel(NIGHT + timedelta(days=1), tick=False):
        work_off(enqueue(actions.MEASURE_JOB))
    stored = queries.measurements_of(business, "order_revenue")
    months = [(each.night.day, each.value) for each in stored if each.grain == "month"]
    assert months == [(12, 20_000.0), (11, 14_400.0)]
    page = browser_of(own_shop.viewer).get(
        reverse("kpis:kpi", kwargs={"business": business.id, "kpi": "order_revenue"})
    )
    rows = [(row.period, row.value, row.stored) for row in page.context["page"].nights]
    assert ("Oct 2026", "¥14,400", "2026-11-11 02:30") in rows


def test_night_begins_at_two_in_the_zone_of_the_business(shop: Any) -> None:
    assert actions.measure_due(NIGHT - timedelta(hours=1)) == {}
    assert not Measurement.objects.exists()
