"""One KPI by attribute: what the page shows of visits that can be counted by hand."""

from __future__ import annotations

import html
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.urls import reverse
from tests.engine.test_comparison import visits

from keiki.insight.devices import phone_gap
from keiki.server.data.actions import opened
from keiki.server.kpis import queries as door
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.targets import Target

KPI = "converting_session_rate"


def fill(business: Any) -> None:
    with TemporaryDirectory() as folder:
        business.load(visits(Path(folder)), "events")


@pytest.fixture
def site(filled: Any) -> Any:
    return filled


def text_of(site: Any, browser_of: Any, query: str) -> str:
    address = reverse("reasons:compare", kwargs={"business": site.business.id, "kpi": KPI})
    return browser_of(site.viewer).get(f"{address}?on=2026-06-01{query}").content.decode()


def page_of(site: Any, browser_of: Any, kpi: str = KPI, query: str = "") -> Any:
    address = reverse("reasons:compare", kwargs={"business": site.business.id, "kpi": kpi})
    answer = browser_of(site.viewer).get(f"{address}?on=2026-06-01{query}")
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-117")
def test_rate_by_age_band_region_and_new_or_repeat_shows_counts_and_samples_that_sum(
    site: Any, browser_of: Any
) -> None:
    page = page_of(site, browser_of, query="&by=age_band&by=region&by=is_new_visitor")
    assert [panel.id for panel in page.panels] == ["age_band", "region", "is_new_visitor"]
    assert (page.value, page.below) == ("2.80%", "Sessions")
    for panel in page.panels:
        tops, bottoms = (
            [int(getattr(line, side).replace(",", "")) for line in panel.lines] for side in ("top", "bottom")
        )
        assert (sum(tops), sum(bottoms)) == (28, 1000)
        assert (panel.total.top, panel.total.bottom, panel.total.value) == ("28", "1,000", "2.80%")
        assert sum(tops) / sum(bottoms) == pytest.approx(0.028)
        assert all(line.value and line.range for line in panel.lines)
    assert [line.label for line in page.panels[2].lines] == ["New"]


def test_segment_says_its_range_and_its_part_of_the_gap_to_the_target(site: Any, browser_of: Any) -> None:
    page = page_of(site, browser_of, query="&by=device")
    (panel,) = page.panels
    lines = [(line.label, line.value, line.top, line.bottom, line.share) for line in panel.lines]
    assert lines == [("Smartphone", "2.00%", "12", "600", "60.0%"), ("PC", "4.00%", "16", "400", "40.0%")]
    assert panel.lines[0].range == "1.15% – 3.46%"  # Wilson 95%, 12 of 600
    assert panel.sentence == "From 2.00% (Smartphone) to 4.00% (PC); all together 2.80%."


@pytest.mark.feature("F-140")
def test_many_smartphones_that_rarely_convert_give_a_hint(site: Any, browser_of: Any) -> None:
    (panel,) = page_of(site, browser_of, query="&by=device").panels
    assert panel.hint.startswith(
        "Smartphones bring 60.0% of all, and their rate is 2.00%; other devices have 4.00%. At their rate it would be "
        "12 more: look at pages and forms on a smartphone first."
    )
    assert panel.hint in html.unescape(text_of(site, browser_of, "&by=device"))
    (region,) = page_of(site, browser_of, query="&by=region").panels
    assert region.hint == ""
    for phone, rest in (((12, 400), (16, 600)), ((24, 600), (16, 400))):  # few of them; no lower rate
        gap = phone_gap(phone, rest)
        assert gap is not None
        assert not gap.calls
    assert phone_gap((12, 600), (0, 0)) is None


def test_small_segments_are_marked_and_named_by_nobody_as_best(site: Any, browser_of: Any) -> None:
    numbers = opened(site.business).business
    seen = {"occurred_at": "2026-06-05 10:00:00", "name": "page_view", "device": "tablet"}
    few = [{"event_id": f"X{n}", "visitor_id": f"X{n}", **seen} for n in range(3)]
    numbers.load(few, "events", name="tablets")
    (panel,) = page_of(site, browser_of, query="&by=device").panels
    assert [(line.label, line.small) for line in panel.lines] == [
        ("Smartphone", False),
        ("PC", False),
        ("Tablet", True),
    ]
    assert "Tablet" not in panel.sentence


def test_unknown_kpi_and_unknown_attributes(site: Any, browser_of: Any) -> None:
    address = reverse("reasons:compare", kwargs={"business": site.business.id, "kpi": "nothing"})
    assert browser_of(site.viewer).get(address).status_code == 404
    assert page_of(site, browser_of, query="&by=nothing").panels


def test_business_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    assert page_of(bare, browser_of).empty is not None


@pytest.mark.feature("F-073")
def test_january_stands_beside_january_and_not_only_beside_december(bare: Any, browser_of: Any) -> None:
    counts = {"2024-01": 100, "2024-12": 150, "2025-01": 120}
    orders = [
        {"order_id": f"{month}-{n}", "customer_id": f"C{n}", "ordered_at": f"{month}-31 12:00:00", "amount": 10}
        for month, count in counts.items()
        for n in range(count)
    ]
    opened(bare.business).business.load(orders, "orders")
    card = browser_of(bare.viewer).get(
        reverse("cockpit:node", kwargs={"business": bare.business.id, "tree": "simple_orders", "node": "buyers"})
        + "?on=2025-01-01&versus=last_year"
    )
    assert card.status_code == 200
    shown = card.context["page"].number
    assert (shown.value, shown.change, shown.beside) == ("120", "+20.0%", "Last year 100")
    address = reverse("reasons:compare", kwargs={"business": bare.business.id, "kpi": "purchases"})
    page = browser_of(bare.viewer).get(f"{address}?on=2025-01-01").context["page"]
    lines = {line.words: (line.value, line.change, line.share) for line in page.beside}
    assert lines["Same period last year"] == ("100", "+20.0%", "120%")
    assert lines["Period before"] == ("150", "−20.0%", "80%")


@pytest.mark.feature("F-074")
def test_value_stands_beside_target_last_year_and_industry(site: Any, browser_of: Any) -> None:
    """All 972 visits without a goal left after one page in June; a year before, one of two did."""
    business, owner = site.business, site.owner
    seen = {"name": "page_view", "occurred_at": "2025-06-05 10:00:00"}
    year = [
        {**seen, "event_id": f"Y{n}", "visitor_id": visitor, "session_id": visitor} for n, visitor in enumerate("AAB")
    ]
    opened(business).business.load(year, "events", name="a year before")
    tree = door.known(owner, business).tree("ec")
    goal = Proposal(Target(value=0.6, compare="at_most", period="month"), date(2026, 1, 1))
    propose_target(owner, business, key_of(tree, tree.node("bounce_rate")), 0, goal, State.APPROVED)
    page = page_of(site, browser_of, "bounce_rate", "&by=device")
    lines = {line.words: (line.value, line.change) for line in page.beside}
    assert page.value == "97.2%"
    assert lines["Target"] == ("60.0%", "+37.2pt")
    assert lines["Same period last year"] == ("50.0%", "+47.2pt")
    industry = [change for words, (_range, change) in lines.items() if words.startswith("Industry: ")]
    assert set(industry) == {"above range"}
    assert page.level == "the target, 60.0%"
