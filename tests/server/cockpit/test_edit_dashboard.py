"""Dashboards that people make: saved, shared, arranged, and two who arrange at once."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from keiki.errors import EditConflict
from keiki.server.audit.models import Entry
from keiki.server.cockpit.actions import dashboards as actions
from keiki.server.cockpit.models import Dashboard, Panel
from keiki.server.cockpit.queries.dashboards import Spec, dashboard_named
from keiki.server.data.actions import opened


def make(cast: Any, browser: Any, **values: Any) -> Dashboard:
    browser.post(reverse("cockpit:dashboards", kwargs={"business": cast.business.id}), {"name": "Mine", **values})
    return Dashboard.objects.latest("made_at")


def edit_url(cast: Any, made: Any) -> str:
    return reverse("cockpit:edit_dashboard", kwargs={"business": cast.business.id, "name": str(made.pk)})


def view_url(cast: Any, made: Any) -> str:
    return reverse("cockpit:dashboard", kwargs={"business": cast.business.id, "name": str(made.pk)})


def add(cast: Any, browser: Any, made: Any, kind: str, number: str = "", **more: Any) -> Any:
    base = Dashboard.objects.get(pk=made.pk).version
    values = {"do": "add", "base": base, "kind": kind, "number": number, "width": 6, "by": "", **more}
    return browser.post(edit_url(cast, made), values)


@pytest.mark.feature("F-082")
def test_new_dashboard_with_five_panels_is_saved_and_shown_again(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    made = make(shop, browser)
    add(shop, browser, made, "number", "simple_orders/revenue", width=4)
    add(shop, browser, made, "trend", "simple_orders/revenue", width=8)
    add(shop, browser, made, "bars", "simple_orders/revenue", by="channel")
    add(shop, browser, made, "table", "simple_orders/buyers")
    add(shop, browser, made, "note", text="Ask Emi about October.", title="To do")
    page = browser_of(shop.viewer).get(view_url(shop, made)).context["page"]
    shown = [(p.spec.kind, p.spec.node, p.spec.width, p.missing) for s in page.sections for p in s.panels]
    assert shown == [
        ("number", "revenue", 4, ""),
        ("trend", "revenue", 8, ""),
        ("bars", "revenue", 6, ""),
        ("table", "buyers", 6, ""),
        ("note", "", 6, ""),
    ]
    body = browser.get(view_url(shop, made)).content.decode()
    assert "Ask Emi about October." in body


def test_panels_are_moved_resized_renamed_and_removed_and_a_reload_keeps_it(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    made = make(shop, browser)
    for kind in ("number", "trend", "table"):
        add(shop, browser, made, kind, "simple_orders/revenue")
    number, trend, table = made.panels.all()

    def step(what: str, panel: Panel, **values: Any) -> None:
        base = Dashboard.objects.get(pk=made.pk).version
        browser.post(edit_url(shop, made), {"do": what, "panel": panel.pk, "base": base, **values})

    step("move", table, place=0)
    step("resize", trend, width=12, tall=1)
    step("words", number, title="October", group="Goals")
    step("remove", table)
    found = [(p.kind, p.place, p.width, p.tall, p.title, p.group) for p in made.panels.all()]
    assert found == [("number", 0, 6, False, "October", "Goals"), ("trend", 1, 12, True, "", "")]
    said = set(Entry.objects.filter(target=f"dashboard:{made.pk}").values_list("action", flat=True))
    assert {"cockpit.move_panel", "cockpit.resize_panel", "cockpit.change_panel", "cockpit.remove_panel"} <= said


@pytest.mark.feature("F-096")
def test_card_moved_into_a_group_stays_there_after_reload(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    made = make(shop, browser)
    for node in ("revenue", "aov"):
        add(shop, browser, made, "number", f"simple_orders/{node}")
    last = made.panels.last()
    assert last is not None
    version = Dashboard.objects.get(pk=made.pk).version
    browser.post(
        edit_url(shop, made), {"do": "words", "panel": last.pk, "base": version, "group": "conversion", "title": ""}
    )
    sections = browser.get(view_url(shop, made)).context["page"].sections
    assert [(s.heading, [p.spec.node for p in s.panels]) for s in sections] == [
        ("", ["revenue"]),
        ("conversion", ["aov"]),
    ]


def test_of_two_who_arrange_at_once_one_wins_and_the_other_sees_both(shop: Any, browser_of: Any) -> None:
    mine, theirs = browser_of(shop.editor), browser_of(shop.owner)
    made = make(shop, mine, shared="on")
    add(shop, mine, made, "number", "simple_orders/revenue")
    seen = Dashboard.objects.get(pk=made.pk).version
    values = {"do": "add", "base": seen, "width": 6, "by": "", "number": "simple_orders/aov"}
    assert theirs.post(edit_url(shop, made), values | {"kind": "trend"}).status_code == 302
    answer = mine.post(edit_url(shop, made), values | {"kind": "table"})
    page = answer.context["page"]
    assert answer.status_code == 409
    assert page.clash.words.startswith("While you were arranging, Olivia changed this dashboard.")
    assert [panel.spec.kind for panel in page.panels] == ["number", "trend"]
    assert dict(page.clash.fields)["kind"] == "table"
    again = dict(page.clash.fields) | {"base": page.version}
    assert mine.post(edit_url(shop, made), again).status_code == 302
    assert [panel.kind for panel in made.panels.all()] == ["number", "trend", "table"]


def test_of_many_at_the_same_moment_exactly_one_wins(many_connections: None, cast: Any) -> None:
    made = actions.make_dashboard(cast.owner, cast.business, "Shared", shared=True)
    won, lost = [], []
    together = threading.Barrier(4)

    def change() -> None:
        together.wait()
        try:
            won.append(actions.add_panel(cast.owner, made.pk, 1, Spec("note", text="x")))
        except EditConflict as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 3)
    assert Panel.objects.filter(dashboard=made).count() == 1


def test_own_dashboard_is_seen_by_nobody_else_and_a_shared_one_is_changed_by_editors_only(
    shop: Any, browser_of: Any
) -> None:
    own = make(shop, browser_of(shop.editor))
    shared = make(shop, browser_of(shop.editor), shared="on")
    assert dashboard_named(shop.owner, shop.business, own.pk) is None
    assert browser_of(shop.owner).get(view_url(shop, own)).status_code == 404
    assert browser_of(shop.viewer).get(view_url(shop, shared)).status_code == 200
    assert browser_of(shop.viewer).get(edit_url(shop, shared)).status_code == 403
    assert browser_of(shop.outsider).get(view_url(shop, shared)).status_code == 404
    viewers = make(shop, browser_of(shop.viewer), shared="on")  # a viewer's wish to share makes an own one
    assert viewers.owner == shop.viewer


def test_generated_dashboard_is_copied_before_it_is_arranged(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    path = reverse("cockpit:edit_dashboard", kwargs={"business": shop.business.id, "name": "executive"})
    assert browser.get(path).status_code == 200
    browser.post(path)
    made = Dashboard.objects.get()
    assert (made.owner, made.made_from) == (shop.viewer, "executive")
    assert made.panels.count() >= 4


def test_panel_without_what_it_needs_says_what_is_missing(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    made = make(shop, browser)
    answer = add(shop, browser, made, "bars", "simple_orders/revenue")
    assert answer.status_code == 422
    assert answer.context["page"].form.errors["by"] == ["Choose what the number is split by."]
    assert add(shop, browser, made, "note").context["page"].form.errors["text"] == ["Write what the note is to say."]


def test_panel_of_a_number_that_is_gone_says_so(shop: Any, browser_of: Any) -> None:
    made = actions.make_dashboard(shop.viewer, shop.business, "Old", [Spec("number", "simple_orders", "gone")])
    page = browser_of(shop.viewer).get(view_url(shop, made)).context["page"]
    assert page.sections[0].panels[0].missing == "The number of this panel is no longer in a tree."


@pytest.mark.feature("F-099")
def test_a_line_is_suggested_for_a_trend_and_bars_for_a_comparison_with_the_reason(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    made = make(shop, browser)
    add(shop, browser, made, "", "simple_orders/revenue", purpose="time")
    add(shop, browser, made, "", "simple_orders/revenue", purpose="parts", by="channel")
    assert list(made.panels.values_list("kind", flat=True)) == ["line", "bars"]
    page = browser.get(view_url(shop, made)).context["page"]
    line, bars = page.sections[0].panels
    assert (line.figure.kind, line.missing, [bar.label for bar in bars.bars]) == (
        "lines",
        "",
        ["E-mail", "Organic search"],
    )
    told = " ".join(browser.get(edit_url(shop, made)).content.decode().split())
    assert "<dt>How it went over time → Line over time</dt><dd>A line: the eye follows it" in told
    assert "<dt>How parts compare → Bars by segment</dt><dd>Bars: lengths from the same zero" in told
    against = add(shop, browser, made, "line", "simple_orders/revenue", purpose="parts")
    assert "Bars: lengths from the same zero" in browser.get(against["Location"]).content.decode()
    assert add(shop, browser, made, "", "simple_orders/revenue").status_code == 422


@pytest.mark.feature("F-109")
def test_a_panel_of_five_minutes_is_new_within_five_minutes_of_an_import_and_a_daily_one_not_before_the_next_day(
    own_shop: Any, browser_of: Any
) -> None:
    # the clock of the business is nine hours ahead of UTC
    tomorrow = datetime.combine(datetime.now(UTC).date() + timedelta(days=2), time(0, 30), UTC)  # 09:30
    with time_machine.travel(tomorrow, tick=False) as clock:
        browser = browser_of(own_shop.viewer)
        made = make(own_shop, browser)
        for often in ("minutes", "daily", "opened"):
            add(own_shop, browser, made, "number", "simple_orders/revenue", refresh=often)
        keys = list(made.panels.values_list("pk", flat=True))
        asked = view_url(own_shop, made) + "?tree=simple_orders&on=2026-10-01"

        def values(key: int | None = None) -> list[str]:
            """What the panels say, or the one that asks for itself."""
            if key is None:
                panels = browser.get(asked).context["page"].sections[0].panels
                return [panel.number.exact for panel in panels]
            part = browser.get(f"{asked}&panel={key}", headers={"HX-Request": "true"})
            assert "<html" not in part.content.decode()
            return [part.context["panel"].number.exact]

        assert values() == ["¥14,400"] * 3
        page = browser.get(asked).content.decode()
        polls = re.findall(r'hx-get="([^"]+)" hx-trigger="every (\d+)s"', page)
        again = int(polls[0][1])
        assert polls == [(f"{asked.replace('&', '&amp;')}&amp;panel={keys[0]}", str(again))]
        assert f'<noscript><meta http-equiv="refresh" content="{again}"></noscript>' in page
        assert page.count("Every 5 minutes: as of") == page.count("Once a day: data as it was at") == 1
        clock.shift(timedelta(seconds=1))  # just after the page looked
        row = {"order_id": "late", "customer_id": "C1", "ordered_at": "2026-10-20 10:00", "amount": 600}
        opened(own_shop.business).business.load_facts({"orders": [row]}, name="late")
        imported = datetime.now(UTC)
        clock.shift(timedelta(seconds=again - 1))
        assert datetime.now(UTC) - imported <= timedelta(minutes=5)
        assert values(keys[0]) == ["¥15,000"]
        assert values() == ["¥15,000", "¥14,400", "¥15,000"]
        clock.move_to(tomorrow.replace(hour=14, minute=59))  # 23:59
        assert values(keys[1]) == ["¥14,400"]
        clock.move_to(tomorrow.replace(hour=15, minute=1))  # 00:01 of the next day
        assert values() == ["¥15,000"] * 3
