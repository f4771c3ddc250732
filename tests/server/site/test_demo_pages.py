"""The demo company through the pages: every dashboard and every list is filled, without any other data or tool."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.conftest import DEMO_UNTIL
from tests.server.conftest import Cast, put

from keiki.server.cockpit.actions.demo import keep_demo as keep_happenings
from keiki.server.cockpit.models import Annotation, PanelKind
from keiki.server.cockpit.queries.dashboards import GENERATED
from keiki.server.planning.actions import keep_demo as keep_targets
from keiki.server.planning.models import Revision, State
from keiki.server.success.actions.alerts import raise_alerts
from keiki.server.success.actions.demo import keep_demo
from keiki.server.success.models import CaseStudy, Offer, OnboardingStep, ProductItem, ProductRequest, Referral
from keiki.server.success.queries import registers

PANEL = re.compile(r'<section class="panel"(.*?)</section>', re.DOTALL)
SHOWN = re.compile(r"<svg[^>]*viewBox|<tbody>\s*<tr|<ul class=|<ol |<dl |figure-card", re.DOTALL)
TITLE = re.compile(r"<h2[^>]*>(.*?)</h2>", re.DOTALL)
PAGES = (
    *("cockpit:campaigns", "cockpit:stages", "customers:whole", "customers:recurring"),
    *("success:accounts", "success:alerts", "success:health", "success:use", "success:support"),
    *("success:value", "success:voice", "success:advocates"),
)
SENTENCE = {"success:use": {"Days to the first value"}, "success:alerts": {"Alerts to another system"}}
"""Panels that are whole as a sentence: nobody waits for the first value, and nobody has set where alerts are posted."""


@pytest.fixture
def demo(alone: Cast, demo_folder: Path) -> Iterator[Cast]:
    """The cast, and their business is the demo company on the day after its last one."""
    put(demo_folder, alone.business)
    day = DEMO_UNTIL + timedelta(days=1)
    with time_machine.travel(datetime(day.year, day.month, day.day, 3, tzinfo=UTC)):
        assert keep_targets(alone.business)
        assert keep_demo(alone.business)
        assert keep_happenings(alone.business)
        raise_alerts(alone.owner, alone.business, alone.business.calendar.today())
        yield alone


def empty_panels(page: str) -> set[str]:
    """The titles of panels without picture, table or list."""
    found = set()
    for inside in PANEL.findall(page):
        title = TITLE.search(inside)
        if title is not None and not SHOWN.search(inside):
            found.add(re.sub(r"<[^>]*>", "", title[1]).strip())
    return found


def changes_are_told(demo: Cast, browser: Any) -> None:
    """What was done is listed with what it brought; of one action nobody will know."""
    listed = browser.get(reverse("cockpit:annotations", kwargs={"business": demo.business.id})).context["page"].lines
    assert [line.kind for line in listed if line.warning] == ["action"]
    price = Annotation.objects.get(business=demo.business, kind="price")
    address = reverse("cockpit:change", kwargs={"business": demo.business.id, "annotation": price.pk})
    page = browser.get(f"{address}?effects=1")
    assert [line.words for line in page.context["page"].effect.lines] == ["Target met", "Target met", "Target missed"]
    assert len(page.context["page"].side.lines) > 40
    assert empty_panels(page.content.decode()) == {"What it is to bring"}, "that one is a form"


@pytest.mark.feature("F-080")
@pytest.mark.feature("F-362")
def test_fresh_install_with_demo_data_shows_every_dashboard_and_list_filled(demo: Cast, browser_of: Any) -> None:
    browser, here = browser_of(demo.owner), {"business": demo.business.id}
    for name in GENERATED:
        page = browser.get(reverse("cockpit:dashboard", kwargs=here | {"name": name})).context["page"]
        panels = [panel for section in page.sections for panel in section.panels]
        assert len(panels) > 1
        assert [panel.spec for panel in panels if panel.missing] == []
        for panel in panels:
            shown = (panel.number, panel.figure, panel.bars, panel.groups, panel.campaigns)
            assert any(shown) or (panel.spec.kind == PanelKind.ACTS and panel.sentence), panel.spec
            if panel.figure is not None:
                assert panel.figure.table.rows, panel.spec
        assert any(panel.figure or panel.groups or panel.campaigns for panel in panels), name
    for name in PAGES:
        answer = browser.get(reverse(name, kwargs=here))
        assert answer.status_code == 200
        assert empty_panels(answer.content.decode()) == SENTENCE.get(name, set()), name
    changes_are_told(demo, browser)
    assert not keep_happenings(demo.business), "written once"
    assert not keep_demo(demo.business), "written once"
    assert not keep_targets(demo.business), "written once"
    counts = {item.status: item.wanted for item in registers.items(demo.business)}
    assert counts == {"planned": 7, "building": 4, "shipped": 3, "open": 2}
    assert ProductRequest.objects.filter(item=None).count() == 1
    months = registers.published_by_month(demo.owner, demo.business)
    assert [each.registered for each in months] == [each.measured for each in months], "register and KPI agree"
    assert all(registers.is_won(demo.owner, demo.business, each.deal) for each in Referral.objects.exclude(deal=""))
    assert ProductItem.objects.count() == 4
    assert CaseStudy.objects.exists()
    assert OnboardingStep.objects.filter(done=None).count() == 0 < OnboardingStep.objects.count()
    assert sorted(Offer.objects.values_list("result", flat=True)) == ["accepted", "accepted", "declined", "open"]


def test_first_page_of_the_demo_company_shows_targets_reached_and_missed_and_what_to_do(
    demo: Cast, browser_of: Any
) -> None:
    browser, here = browser_of(demo.owner), {"business": demo.business.id}
    page = browser.get(reverse("cockpit:today", kwargs=here)).context["page"]
    cards = {card.number.label: card.number for card in page.headlines}
    assert all(number.target for number in cards.values())
    assert {number.status for number in cards.values()} == {"good", "watch"}
    first, *_others = page.acts
    assert first.number.label.startswith("Purchase rate")
    assert "¥" in first.effect
    plan = browser.get(reverse("cockpit:plan", kwargs=here | {"tree": "ec"})).context["page"].told
    goal, *below = plan.lines
    assert goal.gap.startswith("−")
    assert {line.status for line in below} == {"good", "watch", "act", "none", "plain"}
    assert {line.label: (line.gap, line.gap_share) for line in below}["Cost per click"] == ("within", "—")
    running = browser.get(reverse("cockpit:plan", kwargs=here | {"tree": "ec"}), {"on": DEMO_UNTIL.isoformat()})
    assert running.context["page"].told.lines[0].pace.startswith("¥")
    assert Revision.objects.filter(state=State.PROPOSED).count() == 1, "one target waits to be approved"
