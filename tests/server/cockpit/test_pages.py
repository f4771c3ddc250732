"""The morning page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.urls import reverse

from keiki.periods import Grain
from keiki.server.data.actions import DEMO_JOB
from keiki.server.jobs.models import Run, Status
from keiki.server.kpis.queries import known
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.targets import Target


def today(business: Any) -> str:
    return reverse("cockpit:today", kwargs={"business": business.id})


def test_today_shows_the_goal_first_and_ranks_what_to_do(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(today(shop.business)).context["page"]
    assert (page.headlines[0].number.value, page.headlines[0].number.status) == ("¥14,400", "act")
    assert len(page.headlines) == 4
    assert 1 <= len(page.acts) <= 3
    effects = [int(act.effect.rpartition("−¥")[2].replace(",", "")) for act in page.acts]
    assert effects == sorted(effects, reverse=True)
    assert page.fresh == "Data up to 8 Nov 2026"


def test_every_amount_follows_the_unit_in_which_the_business_reads_money(shop: Any, browser_of: Any) -> None:
    shop.business.money = "thousand"
    shop.business.save()
    page = browser_of(shop.viewer).get(today(shop.business)).context["page"]
    assert page.headlines[0].number.value == "¥14.4K"
    assert "¥20.0K" in page.trend.wide.option["yAxis"]["axisLabel"]["words"]
    assert page.trend.table.rows[-1][1] == "¥14,400"


def test_today_draws_the_trend_with_its_table(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.owner).get(today(shop.business))
    trend = answer.context["page"].trend
    assert trend.table.rows[-3:] == (("Aug 2026", "¥12,000"), ("Sep 2026", "¥20,000"), ("Oct 2026", "¥14,400"))
    assert answer.content.decode().count("<desc>") == 2


def test_today_without_trouble_says_so(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(today(shop.business) + "?on=2026-09-01").context["page"]
    assert page.acts == ()
    assert page.nothing_to_act == f"No number in trouble moved {page.headlines[0].number.label} to the wrong side."


def test_period_without_rows_that_an_address_asks_for_is_the_one_chosen(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(today(shop.business) + "?on=2031-03-01").context["page"]
    periods = next(choice for choice in page.lens_form.choices if choice.name == "on")
    assert (periods.chosen, periods.options[0][0]) == ("2031-03-01", "2031-03-01")


def test_today_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    page = browser_of(bare.editor).get(today(bare.business))
    assert page.context["page"].empty.demo_url == reverse("data:make_demo", kwargs={"business": bare.business.id})
    assert b"Try it with sample data" in page.content


def test_today_without_rows_says_that_sample_data_is_on_its_way_or_stopped(bare: Any, browser_of: Any) -> None:
    browser, here = browser_of(bare.editor), today(bare.business)
    run = Run.objects.create(kind=DEMO_JOB, business_id=bare.business.id, status=Status.RUNNING)
    for status, words, offered in (
        (Status.RUNNING, "The sample data is being made.", False),
        (Status.FAILED, "Making the sample data stopped. Try it again, or bring in a file.", True),
    ):
        Run.objects.update(status=status)
        empty = browser.get(here).context["page"].empty
        assert (empty.words, bool(empty.demo_url)) == (words, offered)
        assert empty.run_url == reverse("data:run", kwargs={"business": bare.business.id, "run_id": run.pk})


def test_levers_leave_out_what_is_on_track(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(today(shop.business)).context["page"]
    assert {act.number.status for act in page.acts} <= {"act", "watch", "plain"}


def aimed(shop: Any, value: float, node: str = "revenue") -> None:
    tree = known(shop.owner, shop.business).tree("simple_orders")
    since = date(2026, 7, 1)
    proposal = Proposal(Target(value=value, compare="at_least", period=Grain.MONTH), since)
    key = key_of(tree, tree.node(node))
    propose_target(shop.owner, shop.business, key, 0, proposal, State.APPROVED)


def test_today_speaks_of_the_target(shop: Any, browser_of: Any) -> None:
    aimed(shop, 15_000)
    page = browser_of(shop.viewer).get(today(shop.business) + "?tree=simple_orders").context["page"]
    goal = page.headlines[0].number
    assert (goal.status, goal.against, goal.change, goal.beside) == ("watch", "vs target", "−4.0%", "Target ¥15,000")
    assert page.sentence.startswith("4.0% below the target.")
    assert page.rule.startswith("Target reached is On track")
    assert page.trend.table.rows[-1] == ("Oct 2026", "¥14,400", "¥15,000", "−4.0%")


def test_missed_targets_come_first_with_what_they_cost(shop: Any, browser_of: Any) -> None:
    aimed(shop, 1_000, "aov")
    aimed(shop, 0.9, "repeat_rate")
    page = browser_of(shop.viewer).get(today(shop.business) + "?tree=simple_orders").context["page"]
    assert page.acts[0].number.target == "¥1,000"
    assert page.acts[0].effect.startswith("At its target, ")


def test_number_of_a_running_month_stands_beside_what_is_due_of_its_target_by_now(shop: Any, browser_of: Any) -> None:
    aimed(shop, 30, "guest_orders")
    answer = browser_of(shop.viewer).get(today(shop.business) + "?tree=simple_orders&on=2026-11-01")
    (number,) = (act.number for act in answer.context["page"].acts if act.number.target)
    assert (number.value, number.target, number.by_now) == ("0", "30", "8")
    assert "(target by now 8)" in answer.content.decode()


def test_table_of_the_tree_has_a_column_of_targets(shop: Any, browser_of: Any) -> None:
    browser, path = browser_of(shop.viewer), f"/b/{shop.business.id}/tree/simple_orders/?as=table"
    assert '<th class="number">Target</th>' not in browser.get(path).content.decode()
    aimed(shop, 15_000)
    body = browser.get(path).content.decode()
    assert '<th class="number">Target</th>' in body
    assert "¥15,000" in body
