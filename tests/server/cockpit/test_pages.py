"""The morning page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse


def today(business: Any) -> str:
    return reverse("cockpit:today", kwargs={"business": business.id})


def test_today_shows_the_goal_first_and_ranks_what_to_do(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(today(shop.business)).context["page"]
    assert (page.headlines[0].number.value, page.headlines[0].number.status) == ("¥14,400", "act")
    assert len(page.headlines) == 4
    assert 1 <= len(page.acts) <= 3
    effects = [int(act.effect.rpartition("−¥")[2].replace(",", "")) for act in page.acts]
    assert effects == sorted(effects, reverse=True)
    assert page.fresh == "Data up to 08 Nov 2026"


def test_today_draws_the_trend_with_its_table(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.owner).get(today(shop.business))
    trend = answer.context["page"].trend
    assert trend.table.rows[-3:] == (("Aug 2026", "¥12,000"), ("Sep 2026", "¥20,000"), ("Oct 2026", "¥14,400"))
    assert answer.content.decode().count("<desc>") == 2


def test_today_without_trouble_says_so(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(today(shop.business) + "?on=2026-09-01").context["page"]
    assert page.acts == ()
    assert page.nothing_to_act == f"No number in trouble moved {page.headlines[0].number.label} to the wrong side."


def test_today_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    page = browser_of(bare.editor).get(today(bare.business))
    assert page.context["page"].empty.demo_url == reverse("data:make_demo", kwargs={"business": bare.business.id})
    assert b"Try it with sample data" in page.content


def test_levers_leave_out_what_is_on_track(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(today(shop.business)).context["page"]
    assert {act.number.status for act in page.acts} <= {"act", "watch", "plain"}
