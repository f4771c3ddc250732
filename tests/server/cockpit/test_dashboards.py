"""Generated dashboards: what they show without anybody having built them."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.urls import reverse
from django.utils.html import escape

from keiki.periods import Grain
from keiki.server.cockpit.queries.plan_actual import landing
from keiki.server.data.actions import opened as rows_of
from keiki.server.kpis.queries import known
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.targets import Target


def url(business: Any, name: str, query: str = "") -> str:
    return reverse("cockpit:dashboard", kwargs={"business": business.id, "name": name}) + query


def aimed(cast: Any, node: str, value: float, period: Grain = Grain.MONTH, by: date | None = None) -> None:
    tree = known(cast.owner, cast.business).tree("simple_orders")
    target = Target(value=value, compare="at_least", period=period, by=by)
    key = key_of(tree, tree.node(node))
    propose_target(cast.owner, cast.business, key, 0, Proposal(target, date(2026, 7, 1)), State.APPROVED)


def panels(page: Any) -> list[Any]:
    return [panel for section in page.sections for panel in section.panels]


def opened(cast: Any, browser_of: Any, name: str, query: str = "?tree=simple_orders") -> Any:
    return browser_of(cast.viewer).get(url(cast.business, name, query)).context["page"]


@pytest.mark.feature("F-083")
def test_executive_dashboard_shows_goals_with_target_attainment_and_trend_and_at_most_ten_numbers(
    shop: Any, browser_of: Any
) -> None:
    aimed(shop, "revenue", 15_000)
    shown = panels(opened(shop, browser_of, "executive"))
    numbers = [panel for panel in shown if panel.spec.kind == "number"]
    trends = [panel for panel in shown if panel.spec.kind == "trend"]
    goal = numbers[0]
    assert 1 <= len(trends) <= 3
    assert len(numbers) <= 10
    assert (goal.number.value, goal.number.target, goal.attained) == ("¥14,400", "¥15,000", "96% of target")
    assert trends[0].figure.table.rows[-1] == ("Oct 2026", "¥14,400", "¥15,000", "−4.0%")
    assert len(trends[0].figure.table.rows) >= 12


@pytest.mark.feature("F-097")
def test_goals_come_first_in_the_first_row_of_the_executive_dashboard(shop: Any, browser_of: Any) -> None:
    shown = panels(opened(shop, browser_of, "executive"))
    numbers, trends = ([panel.spec.node for panel in shown if panel.spec.kind == kind] for kind in ("number", "trend"))
    assert shown[0].spec.node == numbers[0] == trends[0] == "revenue"
    assert "revenue" not in numbers[1:]
    assert sum(panel.spec.width for panel in shown[:4]) == 12, "the goal stands in the first row"


@pytest.mark.feature("F-084")
def test_operational_dashboard_lists_weekly_numbers_by_owner_with_eight_weeks_target_and_overdue_mark(
    shop: Any, browser_of: Any
) -> None:
    aimed(shop, "returns", 0.5, Grain.WEEK, by=date(2026, 10, 1))
    page = opened(shop, browser_of, "operational", "?tree=simple_orders&on=2026-11-01")
    weekly = next(panel for panel in panels(page) if panel.spec.kind == "weekly")
    assert all(group.label for group in weekly.groups)
    rows = {row.label: row for group in weekly.groups for row in group.rows}
    row = next(row for row in rows.values() if row.mark)
    assert row.mark == "Overdue: target date passed"
    assert row.cells[1] == "50.0%"
    assert row.chart.count('class="target-line"') == 8


@pytest.mark.feature("F-085")
def test_segment_and_period_change_every_chart_of_the_analytical_dashboard(shop: Any, browser_of: Any) -> None:
    def figures(query: str) -> list[Any]:
        page = opened(shop, browser_of, "analytical", "?tree=simple_orders" + query)
        return [panel.figure.table.rows[-1] for panel in panels(page) if panel.figure]

    whole, part = figures(""), figures("&segment=channel:email")
    earlier = figures("&on=2026-09-01")
    assert len(whole) >= 3
    assert all(a != b for a, b in zip(whole, earlier, strict=True))
    assert whole[0] == ("Oct 2026", "¥14,400")
    assert part[0] == ("Oct 2026", "¥7,200")
    choices = {c.name: c for c in opened(shop, browser_of, "analytical").lens_form.choices}
    assert ("channel:email", "Channel: E-mail") in choices["segment"].options


@pytest.mark.feature("F-090")
def test_bars_of_an_additive_number_sum_to_its_total_and_a_ratio_shows_none(shop: Any, browser_of: Any) -> None:
    page = opened(shop, browser_of, "analytical")
    bars = next(panel for panel in panels(page) if panel.spec.kind == "bars" and panel.spec.by == "channel")
    amounts = [int(row.cells[0].strip("¥").replace(",", "")) for row in bars.groups[0].rows]
    assert (bars.spec.node, sum(amounts), bars.foot[1]) == ("revenue", 14_400, "¥14,400")
    from keiki.server.cockpit.pages.panels import Desk, shown
    from keiki.server.cockpit.queries.dashboards import Spec
    from keiki.server.kpis.forms import Asked
    from keiki.server.planning.queries import measured

    asked = Asked()
    numbers = measured(shop.viewer, shop.business, "simple_orders", asked.question)
    ratio = shown(Desk(shop.viewer, shop.business, asked, numbers), Spec("bars", "simple_orders", "aov", by="channel"))
    assert len(ratio.bars) == 2
    assert ratio.foot == ()


def test_every_generated_dashboard_opens_in_a_business_without_rows(bare: Any, browser_of: Any) -> None:
    for name in ("executive", "operational", "analytical", "campaign"):
        answer = browser_of(bare.viewer).get(url(bare.business, name))
        assert answer.status_code == 200
        assert answer.context["page"].empty is not None


def test_dashboard_nobody_made_is_not_found(shop: Any, browser_of: Any) -> None:
    assert browser_of(shop.viewer).get(url(shop.business, "nothing")).status_code == 404
    assert browser_of(shop.outsider).get(url(shop.business, "executive")).status_code == 404


def test_plan_and_actual_says_how_far_the_goal_is_from_its_plan(shop: Any, browser_of: Any) -> None:
    aimed(shop, "revenue", 15_000)
    path = reverse("cockpit:plan", kwargs={"business": shop.business.id, "tree": "simple_orders"})
    told = browser_of(shop.viewer).get(path).context["page"].told
    goal = told.lines[0]
    assert (goal.plan, goal.actual, goal.landing, goal.gap) == ("¥15,000", "¥14,400", "¥14,400", "−¥600")
    assert told.sentence.endswith("came to ¥14,400 (−¥600 against the plan). 0 of 1 numbers with a plan reached it.")


def test_running_month_lands_by_its_pace(shop: Any, browser_of: Any) -> None:
    path = reverse("cockpit:plan", kwargs={"business": shop.business.id, "tree": "simple_orders"})
    goal = browser_of(shop.viewer).get(path + "?on=2026-11-01").context["page"].told.lines[0]
    assert (goal.actual, goal.landing) == ("¥8,000", "¥30,000")  # 8 of 30 days


def test_what_is_counted_in_whole_numbers_lands_on_one() -> None:
    assert landing(375, 29, 30, unit="count") == 388  # 387.93
    assert landing(375, 29, 30, same_days=374.5, whole=389.3, unit="count") == 390  # 389.82
    assert landing(0.5, 10, 30, unit="count") == 1.5
    assert landing(375, 29, 30, unit="currency") == 375 / 29 * 30


def test_landing_follows_last_year_where_it_is_known() -> None:
    assert landing(60, 10, 30, same_days=40, whole=100) == 150
    assert landing(60, 10, 30, same_days=None, whole=100) == 180
    assert landing(60, 10, 30, same_days=0, whole=100) == 180


@pytest.mark.feature("F-124")
def test_funnel_of_1000_600_90_60_36_marks_the_step_where_85_per_cent_are_lost(bare: Any, browser_of: Any) -> None:
    steps = {"page_view": 1000, "product_view": 600, "add_to_cart": 90, "checkout_step_entered": 60, "purchase": 36}
    rows = [
        {
            "event_id": f"{name}{place}",
            "occurred_at": f"2026-06-{1 + place % 28:02d} 10:{minute:02d}:00",
            "name": name,
            "visitor_id": f"V{place}",
            "session_id": f"S{place}",
        }
        for minute, (name, count) in enumerate(steps.items())
        for place in range(count)
    ]
    rows_of(bare.business).business.load(rows, "events", name="visits")
    page = opened(bare, browser_of, "analytical", "?on=2026-06-01")
    (funnel,) = (panel for panel in panels(page) if panel.spec.kind == "funnel")
    assert [(bar.label, bar.value, bar.worst) for bar in funnel.bars] == [
        ("Visit", "1,000", False),
        ("Product viewed", "600", False),
        ("Put in the cart", "90", True),
        ("Checkout begun", "60", False),
        ("Bought", "36", False),
    ]
    assert funnel.sentence == "Most people are lost between “Product viewed” and “Put in the cart”."
    (group,) = funnel.groups
    assert [row.cells for row in group.rows][2] == ("90", "15.0%", "−510")


class Addresses(HTMLParser):
    """Everything in a page that could lead out of it."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        leading = {"href", "src", "srcset", "action", "formaction", "data", "poster", "xlink:href", "background"}
        self.found += [(tag, name) for name, value in attrs if name in leading or name.startswith(("hx-", "on"))]
        self.found += [(tag, "")] if tag in {"script", "link", "iframe", "object", "form", "base"} else []


def test_a_saved_dashboard_refers_to_nothing_outside_and_keeps_every_number(shop: Any, browser_of: Any) -> None:
    here = url(shop.business, "analytical", "?tree=simple_orders")
    browser = browser_of(shop.viewer)
    page = browser.get(here)
    assert f'href="{here}&amp;file=page" download' in page.content.decode()
    answer = browser.get(f"{here}&file=page")
    assert answer["Content-Disposition"] == 'attachment; filename="analytical.html"'
    text = answer.content.decode()
    seen = Addresses()
    seen.feed(text)
    assert seen.found == []
    assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/)", text) == []
    assert "default-src 'none'" in text
    told = [panel.figure for part in page.context["page"].sections for panel in part.panels if panel.figure]
    assert told != []
    for chart in told:
        assert all(f">{escape(cell)}<" in text for row in chart.table.rows for cell in row)
    assert browser_of(shop.outsider).get(f"{here}&file=page").status_code == 404
