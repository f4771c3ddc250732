"""The daily and the weekly report: what they say, to whom they go, and that they stop when nobody wants them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse

from keiki.server.accounts.models import Membership
from keiki.server.data.actions import opened
from keiki.server.jobs.actions import KINDS
from keiki.server.reports.actions import SEND_JOB, change_delivery, send_due, stop_token
from keiki.server.reports.models import Cadence, Delivery, Sent
from keiki.server.reports.queries.delivery import due_time, is_due
from keiki.server.reports.queries.letters import letter

MONDAY = datetime(2026, 11, 9, 7, 5, tzinfo=UTC) - timedelta(hours=9)
"""A Monday, five past seven in Tokyo."""
SENT = {"is_on": True, "weekday": 0, "hour": 7, "tree": "simple_orders"}


def address(cast: Any, page: str, **ids: Any) -> str:
    return reverse(f"reports:{page}", kwargs={"business": cast.business.id, **ids})


def switch_on(cast: Any, cadence: str = Cadence.WEEKLY) -> None:
    change_delivery(cast.editor, cast.business, cadence, SENT, MONDAY - timedelta(days=1))


def write_note(cast: Any, browser_of: Any, text: str, on: str, node: str = "revenue") -> None:
    """As a person does on the card of a number."""
    card = reverse("cockpit:node", kwargs={"business": cast.business.id, "tree": "simple_orders", "node": node})
    browser = browser_of(cast.editor)
    page = browser.get(card).context["page"]
    posted = {"number": page.number_key, "next": card, "kind": "note", "on": on, "text": text}
    assert browser.post(page.annotate_url, posted).status_code == 302


@pytest.mark.feature("F-101")
def test_note_on_the_card_of_a_kpi_stands_in_the_weekly_report_with_its_date_and_author(
    shop: Any, browser_of: Any
) -> None:
    write_note(shop, browser_of, "The big customer paid early", "2026-11-03")
    write_note(shop, browser_of, "Long ago", "2026-10-20")
    page = browser_of(shop.viewer).get(address(shop, "weekly") + "?on=2026-11-09&tree=simple_orders")
    report = page.context["page"].report
    assert report.period == "2 Nov 2026 – 8 Nov 2026"
    said = [(each.day, each.number, each.text, each.who) for each in report.said]
    assert said == [("3 Nov 2026", "Order revenue", "The big customer paid early", "Emi")]
    assert "The big customer paid early" in page.content.decode()


@pytest.mark.feature("F-105")
def test_weekly_mail_with_a_table_of_kpis_and_comments_goes_to_every_member_in_their_language(
    shop: Any, browser_of: Any
) -> None:
    write_note(shop, browser_of, "Half the team was away", "2026-11-04")
    shop.owner.language = "ja"
    shop.owner.save()
    switch_on(shop)
    assert send_due(MONDAY - timedelta(minutes=10)) == {"sent": 0, "failed": 0}, "not before its time"
    assert send_due(MONDAY) == {"sent": 3, "failed": 0}
    by_reader = {message.to[0]: message for message in mail.outbox}
    assert set(by_reader) == {"olivia@example.jp", "emi@example.jp", "vera@example.jp"}
    english, japanese = by_reader["vera@example.jp"], by_reader["olivia@example.jp"]
    html = english.alternatives[0][0]
    assert english.subject == "Weekly report: Tea shop, 2 Nov 2026 – 8 Nov 2026"
    for part in (english.body, html):
        assert "Order revenue" in part
        assert "¥7,000" in part, "seven orders of 1,000 from Monday to Sunday"
        assert "Half the team was away" in part
        assert "Emi" in part
    assert "<table" in html
    assert "週次レポート" in japanese.subject
    assert "コメント" in japanese.body
    assert "Order revenue" not in japanese.body
    assert send_due(MONDAY + timedelta(hours=1)) == {"sent": 0, "failed": 0}, "once, however often it is looked"
    assert send_due(MONDAY + timedelta(days=7)) == {"sent": 3, "failed": 0}, "and again a week later"


def test_the_worker_looks_by_itself_which_reports_are_due() -> None:
    assert KINDS[SEND_JOB].every == timedelta(minutes=10)


def test_link_in_the_mail_stops_it_for_that_person_alone(shop: Any) -> None:
    switch_on(shop)
    send_due(MONDAY)
    message = next(each for each in mail.outbox if each.to == ["vera@example.jp"])
    header = message.extra_headers["List-Unsubscribe"]
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = "/reports/stop/" + re.search(r"/reports/stop/([^>]+)", header)[1]  # type: ignore[index]
    assert path in message.body
    nobody = Client(enforce_csrf_checks=True)
    assert "Do not send it to me" in nobody.get(path, headers={"accept-language": "en"}).content.decode()
    assert send_due(MONDAY + timedelta(days=7))["sent"] == 3, "looking stops nothing"
    assert nobody.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert send_due(MONDAY + timedelta(days=14))["sent"] == 2
    assert nobody.get(path.replace(path[-6:], "xxxxx/")).status_code == 404
    Membership.objects.filter(user=shop.editor).delete()
    stopped = reverse("reports:stop", kwargs={"token": stop_token(shop.editor, shop.business, "weekly")})
    assert nobody.get(stopped).status_code == 404, "whoever has left has nothing to stop"


def test_mail_that_could_not_be_sent_goes_out_the_next_time(shop: Any, monkeypatch: Any) -> None:
    switch_on(shop)

    def refuse(_self: Any, fail_silently: bool = False) -> int:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_due(MONDAY) == {"sent": 0, "failed": 3}
    assert not Sent.objects.exists()
    assert send_due(MONDAY + timedelta(minutes=10)) == {"sent": 3, "failed": 0}


@pytest.mark.feature("F-106")
def test_daily_report_of_1_june_lists_31_may_beside_the_mean_of_the_seven_days_before(
    own_shop: Any, browser_of: Any
) -> None:
    counts = {24: 1, 25: 2, 26: 3, 27: 4, 28: 5, 29: 6, 30: 7, 31: 6}  # the mean of the seven is 4
    orders = [
        {"order_id": f"M{day}-{place}", "ordered_at": f"2026-05-{day} 03:00:00", "amount": 500, "customer_id": None}
        for day, count in counts.items()
        for place in range(count)
    ]
    orders.append({"order_id": "M", "ordered_at": "2026-05-10 03:00:00", "amount": 500, "customer_id": "C1"})
    opened(own_shop.business).business.load_facts({"orders": orders}, name="may")
    page = browser_of(own_shop.viewer).get(address(own_shop, "daily") + "?on=2026-06-01&tree=simple_orders")
    report = page.context["page"].report
    by_label = {line.label: (line.value, line.usual, line.moved) for line in report.lines}
    assert report.period == "31 May 2026"
    assert by_label["Orders without a known customer"] == ("6", "4", "+2 (+50.0%)")
    assert by_label["Order revenue"] == ("¥3,000", "¥2,000", "+¥1,000 (+50.0%)")
    week = browser_of(own_shop.viewer).get(address(own_shop, "weekly") + "?on=2026-06-01&tree=simple_orders")
    lines = {line.label: line.value for line in week.context["page"].report.lines}
    assert lines["Orders without a known customer"] == "33", "2 to 7 and 6, Monday to Sunday"


def test_average_stands_beside_that_of_the_seven_days_together_not_the_mean_of_seven_averages(own_shop: Any) -> None:
    amounts = {24: [100, 100, 100], 25: [500], 31: [400]}  # mean of the days' means 300, together 200
    orders = [
        {"order_id": f"M{day}-{n}", "customer_id": f"C{n}", "ordered_at": f"2026-05-{day} 03:00:00", "amount": amount}
        for day, given in amounts.items()
        for n, amount in enumerate(given)
    ]
    opened(own_shop.business).business.load_facts({"orders": orders}, name="may")
    told = letter(own_shop.viewer, own_shop.business, Cadence.DAILY, "simple_orders", date(2026, 6, 1))
    assert told is not None
    assert (told.numbers.value(told.numbers.tree.node("aov")), told.usual["aov"]) == (400, 200)
    assert told.usual["revenue"] == pytest.approx(800 / 7), "a day without orders is a day without revenue"


@pytest.mark.parametrize(
    ("cadence", "now", "due"),
    [
        ("weekly", datetime(2026, 11, 8, 21, 59, tzinfo=UTC), False),
        ("weekly", datetime(2026, 11, 8, 22, 0, tzinfo=UTC), True),
        ("weekly", datetime(2026, 11, 11, 21, 59, tzinfo=UTC), True),
        ("weekly", datetime(2026, 11, 12, 0, 0, tzinfo=UTC), False),
        ("daily", datetime(2026, 11, 12, 0, 0, tzinfo=UTC), True),
        ("daily", datetime(2026, 11, 12, 12, 0, tzinfo=UTC), False),
    ],
)
def test_report_is_due_at_its_hour_in_the_zone_of_the_business_and_not_when_it_is_stale(
    cast: Any, cadence: str, now: datetime, due: bool
) -> None:
    since = datetime(2026, 11, 4, tzinfo=UTC)
    row = Delivery(business=cast.business, cadence=cadence, is_on=True, weekday=0, hour=7, since=since)
    assert is_due(row, now) == due
    assert due_time(row, now) <= now
    assert not is_due(Delivery(business=cast.business, cadence=cadence, is_on=False, since=since), now)


def test_reports_page_says_when_the_next_goes_and_only_editors_change_it(shop: Any, browser_of: Any) -> None:
    change = address(shop, "change_delivery", cadence="weekly")
    posted = {"weekly-is_on": "on", "weekly-weekday": "2", "weekly-hour": "9", "weekly-tree": ""}
    assert browser_of(shop.viewer).post(change, posted).status_code == 403
    assert browser_of(shop.editor).post(change, {**posted, "weekly-hour": "30"}).status_code == 422
    with time_machine.travel(MONDAY, tick=False):
        assert browser_of(shop.editor).post(change, posted).status_code == 302
        page = browser_of(shop.viewer).get(address(shop, "reports"))
    plans = {kind.plan.cadence: kind.plan for kind in page.context["page"].kinds}
    assert plans["weekly"].next == datetime(2026, 11, 11, 0, 0, tzinfo=UTC)
    assert plans["daily"].next is None
    assert all(kind.form is None for kind in page.context["page"].kinds)
    assert (
        browser_of(shop.viewer).post(address(shop, "choose_mail", cadence="weekly"), {"wanted": "0"}).status_code == 302
    )
    page = browser_of(shop.viewer).get(address(shop, "reports"))
    assert {kind.plan.cadence: kind.plan.wanted for kind in page.context["page"].kinds}["weekly"] is False


def test_mail_says_when_the_data_does_not_reach_the_end_of_the_week(shop: Any, browser_of: Any) -> None:
    body = browser_of(shop.viewer).get(address(shop, "mail", cadence="weekly") + "?on=2026-11-16").content.decode()
    assert "The data only reaches 8 Nov 2026" in body
    assert date(2026, 11, 8).isoformat() not in body
