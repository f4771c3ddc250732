"""Saved views, what each person sees first, groups, stages, how old data is, and the way from a number to its rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.server.cockpit.actions import dashboards as boards
from keiki.server.cockpit.models import SavedView
from keiki.server.cockpit.queries.dashboards import Spec
from keiki.server.cockpit.queries.views import imported_at
from keiki.server.data.actions import opened
from keiki.server.kpis.queries import active_kpis


def dashboard_url(cast: Any, name: str, query: str = "") -> str:
    return reverse("cockpit:dashboard", kwargs={"business": cast.business.id, "name": name}) + query


def address(cast: Any, name: str, **ids: Any) -> str:
    return reverse(f"cockpit:{name}", kwargs={"business": cast.business.id, **ids})


@pytest.mark.feature("F-212")
def test_view_saved_as_shared_opens_for_somebody_else_with_the_same_filters(shop: Any, browser_of: Any) -> None:
    query = "tree=simple_orders&on=2026-09-01&segment=channel%3Aemail&csrfmiddlewaretoken=no"
    posted = {"name": "E-mail in September", "shows": "analytical", "query": query, "shared": "1"}
    browser_of(shop.editor).post(address(shop, "save_view"), posted)
    mine = {"name": "Only mine", "shows": "executive", "query": "grain=week"}
    browser_of(shop.editor).post(address(shop, "save_view"), mine)
    listed = browser_of(shop.viewer).get(address(shop, "dashboards")).context["page"].views
    assert [(view.name, view.forget_url) for view in listed] == [("E-mail in September", "")]
    page = browser_of(shop.viewer).get(listed[0].url).context["page"]
    chosen = {choice.name: choice.chosen for choice in page.lens_form.choices}
    assert (chosen["tree"], chosen["on"], chosen["segment"]) == ("simple_orders", "2026-09-01", "channel:email")
    assert "no" not in SavedView.objects.get(name="E-mail in September").query.split("=")


def test_view_is_forgotten_by_whoever_may(shop: Any, browser_of: Any) -> None:
    posted = {"name": "Shared", "shows": "executive", "query": "", "shared": "1"}
    browser_of(shop.editor).post(address(shop, "save_view"), posted)
    view = SavedView.objects.get()
    forget = address(shop, "forget_view", view=view.pk)
    assert browser_of(shop.viewer).post(forget).status_code == 403
    assert browser_of(shop.owner).post(forget).status_code == 302
    assert not SavedView.objects.exists()


def test_executive_manager_and_staff_see_different_pages_first_until_they_choose(shop: Any, browser_of: Any) -> None:
    start = address(shop, "start")

    def first(who: str) -> str:
        return str(browser_of(getattr(shop, who)).get(start)["Location"])

    assert [first(who) for who in ("owner", "editor", "viewer")] == [
        dashboard_url(shop, "executive"),
        dashboard_url(shop, "operational"),
        address(shop, "today"),
    ]
    browser_of(shop.viewer).post(address(shop, "choose_start"), {"shows": "analytical"})
    assert first("viewer") == dashboard_url(shop, "analytical")
    browser_of(shop.viewer).post(address(shop, "choose_start"), {"shows": ""})
    assert first("viewer") == address(shop, "today")
    assert browser_of(shop.viewer).post(address(shop, "choose_start"), {"shows": "nothing"}).status_code == 404


@pytest.mark.feature("F-087")
def test_choosing_one_purpose_hides_the_others_and_keeps_the_counts(shop: Any, browser_of: Any) -> None:
    panels = [
        Spec("number", "simple_orders", "revenue", group="Lead acquisition"),
        Spec("number", "simple_orders", "buyers", group="Lead acquisition"),
        Spec("number", "simple_orders", "aov", group="Awareness"),
    ]
    made = boards.make_dashboard(shop.viewer, shop.business, "Mixed", panels)
    browser = browser_of(shop.viewer)
    whole = browser.get(dashboard_url(shop, str(made.pk))).context["page"]
    chosen = next(group.url for group in whole.groups if group.words.startswith("Lead"))
    page = browser.get(chosen).context["page"]
    assert [s.heading for s in page.sections] == ["Lead acquisition"]
    assert [panel.spec.node for panel in page.sections[0].panels] == ["revenue", "buyers"]
    assert [group.words for group in page.groups] == ["All 3", "Lead acquisition 2", "Awareness 1"]
    assert [group.words for group in whole.groups] == [group.words for group in page.groups]


@pytest.mark.feature("F-112")
def test_choosing_retention_lists_exactly_the_active_kpis_of_that_stage(shop: Any, browser_of: Any) -> None:
    kpis = builtin().kpis
    wanted = {
        kpis[name].en for name in active_kpis(shop.viewer, shop.business) if kpis[name].journey_stage == "retention"
    }
    page = browser_of(shop.viewer).get(address(shop, "stage", stage="retention")).context["page"]
    assert wanted
    assert {row.label for row in page.rows} == wanted
    assert len(page.rows) == len(wanted)
    assert browser_of(shop.viewer).get(address(shop, "stage", stage="nothing")).status_code == 404


@pytest.mark.feature("F-081")
def test_number_26_hours_after_the_last_import_says_so_and_turns_amber_beyond_its_cadence(
    shop: Any, browser_of: Any
) -> None:
    panels = [Spec("number", "simple_orders", "guest_orders"), Spec("number", "simple_orders", "revenue")]
    made = boards.make_dashboard(shop.viewer, shop.business, "Fresh", panels)
    at = imported_at(shop.viewer, shop.business)
    assert at is not None

    def shown(later: timedelta) -> list[tuple[str, bool]]:
        with time_machine.travel(at + later, tick=False):
            page = browser_of(shop.viewer).get(dashboard_url(shop, str(made.pk))).context["page"]
        return [(panel.age, panel.stale) for panel in page.sections[0].panels]

    assert shown(timedelta(minutes=20)) == [("", False), ("", False)]
    assert shown(timedelta(hours=26)) == [("26 h old", False), ("26 h old", False)]
    assert shown(timedelta(days=8)) == [("8 days old", True), ("8 days old", False)]  # weekly, and monthly
    assert datetime.now(UTC) >= at


@pytest.mark.feature("F-095")
def test_conversion_rate_opens_by_device_and_a_device_opens_the_list_of_its_rows(
    own_shop: Any, browser_of: Any
) -> None:
    devices = {day: "pc" if day % 2 else "smartphone" for day in range(1, 21)}
    events = [
        {
            "occurred_at": f"2026-10-{day:02d} 03:00:00",
            "name": "page_view",
            "visitor_id": f"v{day}",
            "session_id": f"s{day}",
            "device": device,
        }
        for day, device in devices.items()
    ]
    orders = [
        {
            "order_id": f"D{day}",
            "customer_id": f"C{day}",
            "ordered_at": f"2026-10-{day:02d} 04:00:00",
            "amount": 700,
            "device": device,
        }
        for day, device in devices.items()
        if day % 5 == 0 or day == 2
    ]
    opened(own_shop.business).business.load_facts({"events": events, "orders": orders}, name="web")
    browser = browser_of(own_shop.viewer)
    page = browser.get(address(own_shop, "node", tree="ec", node="purchase_rate")).context["page"]
    by_device = next(way.url for way in page.dimensions if way.words == "Device")
    segments = browser.get(by_device).context["page"].segments
    shown = {row.words: row.value for row in segments}
    assert (shown["PC"], shown["Smartphone"]) == ("20%", "30%")
    phone = next(row for row in segments if row.words == "Smartphone")
    body = browser.get(phone.rows_url).content.decode()
    assert "s4" in body
    assert "s3" not in body
