"""What a change did: its short and long effect, what else moved, and the warning where nobody will know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import time_machine
from django.urls import reverse
from tests.server.conftest import Cast, forget, put
from tests.server.data.test_actions import work_off
from tests.server.reasons.test_insight_api import program_of

import keiki
from keiki.catalogue.load import builtin
from keiki.charts.aim import Aim
from keiki.lens import period_of
from keiki.server.cockpit.actions.changes import EFFECTS_JOB
from keiki.server.cockpit.forms.happened import AimForm
from keiki.server.cockpit.models import Annotation, Horizon
from keiki.server.cockpit.queries.changes import Tracking, aim_of, tracking
from keiki.server.data.actions import observe, opened
from keiki.server.jobs.actions import enqueue

FIRST, CHANGE = date(2024, 1, 1), date(2025, 10, 6)
"""Two Mondays. From the second on orders are half as many and twice as large."""
NOW = datetime(2026, 2, 12, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def long_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop of a hundred and ten weeks, so that its numbers have a noise of their own."""
    chance, rows = np.random.default_rng(4), []
    for week in range(110):
        monday = FIRST + timedelta(weeks=week)
        later = monday >= CHANGE
        for place in range(int(chance.normal(20 if later else 40, 3))):
            amount = int(chance.normal(2_000 if later else 1_000, 100))
            day = monday + timedelta(days=place % 7)
            rows.append(
                {
                    "order_id": f"{week}-{place}",
                    "customer_id": f"C{place}",
                    "ordered_at": f"{day} 12:00:00",
                    "amount": amount,
                    "status": "completed",
                }
            )
    folder = tmp_path_factory.mktemp("long") / "business"
    with keiki.open(folder, keiki.Settings(name="Tea shop")) as business:
        business.load(rows, "orders", name="orders")
    return folder


@pytest.fixture
def long_shop(alone: Cast, long_folder: Path) -> Iterator[Cast]:
    """The cast and that shop, in the week after its last order."""
    put(long_folder, alone.business)
    with time_machine.travel(NOW, tick=False):
        yield alone
    forget(alone.business)


def url(business: Any, name: str, row: Annotation | None = None) -> str:
    where = {"business": business.id} | ({"annotation": row.pk} if row else {})
    return reverse(f"cockpit:{name}", kwargs=where)


def started(cast: Cast, browser: Any, number: str, on: str, **more: str) -> Any:
    values = {"kind": "action", "on": on, "text": "A larger box", "number": number} | more
    return browser.post(url(cast.business, "annotations"), values)


@pytest.mark.feature("F-130")
def test_other_kpis_that_moved_beyond_noise_after_a_change_are_listed(long_shop: Any, browser_of: Any) -> None:
    browser = browser_of(long_shop.editor)
    made = started(long_shop, browser, "simple_orders/aov", CHANGE.isoformat())
    row = Annotation.objects.get()
    assert made["Location"] == url(long_shop.business, "change", row)
    first = browser.get(made["Location"])
    assert first.context["page"].side.ask_url == f"{made['Location']}?effects=1"
    page = browser.get(first.context["page"].side.ask_url).context["page"]
    told = {line.name: line for line in page.side.lines}
    assert (told["Completed purchases"].verdict, told["Completed purchases"].tone) == ("Fell", "act")
    assert float(told["Completed purchases"].strength.replace("−", "-")) < -5
    assert told["Order revenue"].verdict == "Within its noise"
    assert told["Order revenue"].note == "counted from some of the same numbers"
    named = [line for line in page.side.lines if line.tone in {"good", "act", "watch"}]
    asked = [line for line in page.side.lines if line.p != "—"]
    assert page.side.sentence.startswith(f"{len(named)} of {len(asked)} other KPIs moved beyond their usual noise")
    assert page.side.aimed.startswith("Average order value, which it was for, moved beyond its noise too")
    assert "Benjamini and Hochberg at 10%" in page.side.rule
    assert "8 Sep 2025 – 5 Oct 2025" in page.side.rule
    assert len(page.side.chart.table.rows) == len(named)


def test_weeks_that_are_not_over_are_waited_for_and_what_else_happened_is_told(long_shop: Any, browser_of: Any) -> None:
    browser = browser_of(long_shop.editor)
    started(long_shop, browser, "simple_orders/aov", "2026-02-02")
    started(long_shop, browser, "simple_orders/aov", CHANGE.isoformat())
    started(long_shop, browser, "", "2025-10-20", kind="incident", text="A storm")
    late, early = Annotation.objects.filter(kind="action").order_by("-on")
    waiting = browser.get(url(long_shop.business, "change", late) + "?effects=1").context["page"].side
    assert waiting.sentence == "The 4 weeks after it are not over yet: this can be told from 2 Mar 2026 on."
    page = browser.get(url(long_shop.business, "change", early) + "?effects=1").context["page"]
    assert page.side.beside == ("20 Oct 2025 A storm",)


@pytest.mark.feature("F-131")
def test_initiative_stores_values_at_1_3_and_6_months_and_shows_which_met_its_target(
    long_shop: Any, browser_of: Any
) -> None:
    browser = browser_of(long_shop.editor)
    started(long_shop, browser, "simple_orders/aov", CHANGE.isoformat())
    row = Annotation.objects.get()
    expected = {"number": "simple_orders/aov", "months_1": "1900", "months_3": "2500", "months_6": "2600"}
    assert browser.post(url(long_shop.business, "aim_change", row), expected).status_code == 302
    assert work_off(enqueue(EFFECTS_JOB)).result == {long_shop.business.id: 2}
    assert work_off(enqueue(EFFECTS_JOB)).result == {}, "a value is stored once"
    november, january, april = Horizon.objects.filter(annotation=row)
    read = opened(long_shop.business).business
    for kept, month in ((november, "2025-11"), (january, "2026-01")):
        assert kept.value == read.measure(["aov"], read.question((period_of(month, keiki.Calendar()),))).value("aov")
        assert (kept.day.isoformat()[:7], kept.version, kept.snapshot) == (month, 1, read.snapshot)
        assert kept.measured_at == NOW
    assert april.value is None
    page = browser_of(long_shop.viewer).get(url(long_shop.business, "change", row)).context["page"]
    assert [(line.after, line.month, line.words) for line in page.effect.lines] == [
        ("1 month", "Nov 2025", "Target met"),
        ("3 months", "Jan 2026", "Target missed"),
        ("6 months", "Apr 2026", "Not yet due"),
    ]
    assert page.effect.sentence == (
        "It met its target after 1 month and missed it after 3 months. After 6 months it is not due yet."
    )
    assert page.effect.lines[2].stored == "due on 1 May 2026"
    told = program_of(long_shop).get(f"/api/v1/businesses/{long_shop.business.id}/changes").json()
    assert [(each["kpi"], each["tracking"]) for each in told] == [("aov", "tracked")]
    assert [(each["expected"], each["value"], each["reached"]) for each in told[0]["horizons"]] == [
        (1_900, november.value, "met"),
        (2_500, january.value, "missed"),
        (2_600, None, "not_yet"),
    ]
    read.load([{"order_id": "late", "customer_id": "C1", "ordered_at": "2025-11-03", "amount": 900_000}], "orders")
    assert work_off(enqueue(EFFECTS_JOB)).result == {}
    november.refresh_from_db()
    assert november.value < 3_000, "a later correction does not change it"
    again = browser.post(url(long_shop.business, "aim_change", row), expected | {"months_1": "10"})
    assert "What this change brought has been measured" in browser.get(again.url).content.decode()
    assert Horizon.objects.get(annotation=row, months=1).expected == 1_900


def test_rate_is_typed_in_percent_and_met_from_below_where_lower_is_better(shop: Any) -> None:
    kpis = builtin().kpis
    assert aim_of(kpis["churn_rate_monthly"], 0.02) == Aim(high=0.02)
    assert aim_of(kpis["aov"], 0.02) == Aim(low=0.02)
    assert aim_of(kpis["aov"], None) is None
    form = AimForm({"number": "", "months_1": "3.5"}, percent=True)
    assert form.is_valid()
    assert form.expected == {1: 0.035, 3: None, 6: None}


@pytest.mark.feature("F-079")
def test_action_without_a_tracked_kpi_does_not_start_without_a_warning(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    stopped = started(shop, browser, "", "2026-10-01")
    assert (stopped.status_code, Annotation.objects.count()) == (422, 0)
    assert stopped.context["page"].warning.words.startswith("It starts without a KPI that is tracked")
    assert [way.words for way in stopped.context["page"].warning.ways] == ["Choose a KPI"]
    assert started(shop, browser, "", "2026-10-01", anyway="on").status_code == 302
    row = Annotation.objects.get()
    listed = browser.get(url(shop.business, "annotations"))
    assert "Not tracked" in listed.content.decode()
    page = browser.get(url(shop.business, "change", row)).context["page"]
    assert (page.warning.ways[0].url, page.open) == ("#aim", True)
    browser.post(url(shop.business, "aim_change", row), {"number": "simple_orders/aov"})
    assert browser.get(url(shop.business, "change", row)).context["page"].warning is None
    assert "Not tracked" not in browser.get(url(shop.business, "annotations")).content.decode()


def test_kpi_without_data_and_one_without_an_entered_value_are_no_tracking(own_shop: Any) -> None:
    def told(kpi: str, kind: str = "action") -> Tracking:
        return tracking(own_shop.editor, own_shop.business, kind, (kpi, "", "", ""))

    assert (told("mrr"), told("page_load_time"), told("aov")) == (Tracking.NO_DATA, Tracking.NO_VALUE, Tracking.TRACKED)
    assert (told("mrr", "incident"), told("gone")) == (Tracking.NOT_ASKED, Tracking.NO_KPI)
    observe(own_shop.editor, own_shop.business, "page_load_time", date(2026, 10, 5), "week", 2.5)
    assert told("page_load_time") is Tracking.TRACKED


def test_stranger_finds_no_change_and_a_viewer_aims_none(shop: Any, browser_of: Any) -> None:
    started(shop, browser_of(shop.editor), "simple_orders/aov", "2026-10-01")
    row = Annotation.objects.get()
    for name in ("change", "aim_change"):
        assert browser_of(shop.outsider).get(url(shop.business, name, row)).status_code == 404
    assert browser_of(shop.viewer).post(url(shop.business, "aim_change", row), {"number": ""}).status_code == 403
    elsewhere = url(shop.elsewhere, "change", row)
    assert browser_of(shop.outsider).get(elsewhere).status_code == 404
    shown = browser_of(shop.viewer).get(url(shop.business, "change", row)).context["page"]
    assert (shown.form, shown.number.words) == (None, "Average order value")
