"""Alerts about accounts: who is told of what, once, and how they end; the weekly scores that are kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.server.conftest import Cast
from tests.server.success.conftest import TODAY, read

from keiki.charts.format import MISSING, Style
from keiki.server.audit.models import Entry
from keiki.server.reports.actions import change_delivery, send_alerts, stop_token, stopped_by
from keiki.server.reports.models import Cadence
from keiki.server.success import queries
from keiki.server.success.actions import alerts as actions
from keiki.server.success.models import Alert, AlertKind, OnboardingStep, WeeklyScore
from keiki.server.success.pages.alert_words import explained
from keiki.server.success.queries import alerts as alert_queries


def raised(cast: Cast, today: date = TODAY) -> set[tuple[str, str]]:
    actions.raise_alerts(cast.owner, cast.business, today)
    return set(Alert.objects.filter(over_on=None).values_list("kind", "customer_id"))


def address(cast: Cast, name: str, **more: Any) -> str:
    return reverse(f"success:{name}", kwargs={"business": cast.business.id, **more})


@pytest.mark.feature("F-193")
def test_account_whose_use_fell_by_half_turns_red_in_the_next_run_and_its_owner_is_told(offices: Cast) -> None:
    kinds = raised(offices)
    assert {kind for kind, customer in kinds if customer == "A00"} >= {"use_fell"}
    account = queries.account(offices.viewer, offices.business, "A00")
    assert account is not None
    assert account.book is not None
    assert (account.book["health_band"], account.book["usage"]) == ("red", 0)
    alert = Alert.objects.get(kind="use_fell")
    assert (alert.owner, alert.told) == ("Emi", offices.editor)
    mine = alert_queries.alerts(offices.editor, offices.business, alert_queries.MINE)
    assert alert in mine
    assert alert not in alert_queries.alerts(offices.viewer, offices.business, alert_queries.MINE)


@pytest.mark.feature("F-288")
def test_scores_of_twelve_weeks_are_stored_and_a_fall_of_twenty_points_in_four_weeks_raises_an_alert(
    offices: Cast,
) -> None:
    assert actions.keep_scores(offices.owner, offices.business) == 12
    weeks = list(WeeklyScore.objects.filter(customer_id="A00").order_by("week_end").values_list("week_end", flat=True))
    assert weeks == [date(2026, 6, 28) - timedelta(weeks=n) for n in range(11, -1, -1)]
    assert WeeklyScore.objects.values("week_end", "customer_id").distinct().count() == WeeklyScore.objects.count()
    raised(offices)
    alert = Alert.objects.get(kind="score_fell")
    assert alert.customer_id == "A00"
    assert alert.details["before"] - alert.details["after"] >= 20


def test_nobody_waits_to_save_while_the_alerts_of_the_day_are_calculated(
    offices: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, asked = alert_queries.of_the_day, []

    def watched(*of: Any) -> Any:
        asked.append(len(connection.savepoint_ids))
        return kept(*of)

    monkeypatch.setattr(alert_queries, "of_the_day", watched)
    before = len(connection.savepoint_ids)
    assert raised(offices)
    assert asked == [before]


def test_what_was_kept_of_a_week_never_changes_and_is_what_the_page_shows(offices: Cast) -> None:
    actions.keep_scores(offices.owner, offices.business)
    WeeklyScore.objects.filter(customer_id="A05", week_end=date(2026, 6, 21)).update(score=12.5)
    assert actions.keep_scores(offices.owner, offices.business) == 0
    account = queries.account(offices.viewer, offices.business, "A05")
    assert account is not None
    assert [row["score"] for row in account.scores if row["day"] == date(2026, 6, 21)] == [12.5]


def test_run_that_finds_the_same_raises_nothing_twice(offices: Cast) -> None:
    first = raised(offices)
    count = Alert.objects.count()
    assert raised(offices) == first
    assert Alert.objects.count() == count


@pytest.mark.feature("F-195")
def test_invoice_unpaid_on_the_day_after_it_was_due_tells_the_owner_and_lowers_the_score(offices: Cast) -> None:
    raised(offices)
    alert = Alert.objects.get(kind="unpaid")
    assert (alert.subject, alert.on, alert.told) == ("i-late", date(2026, 6, 1), offices.editor)
    with_debt, without = (
        next(row for row in queries.accounts(offices.viewer, offices.business, queries.Filter(search=name)).rows)
        for name in ("A02", "A03")
    )
    assert (with_debt["payment"], without["payment"]) == (0.0, 1.0)
    assert with_debt["score"] < without["score"]


@pytest.mark.feature("F-197")
def test_kick_off_without_completed_set_up_raises_an_alert_after_fourteen_days(offices: Cast) -> None:
    raised(offices)
    alert = Alert.objects.get(kind="onboarding_late")
    assert (alert.customer_id, alert.details["due_on"], alert.on) == ("A04", "2026-06-01", date(2026, 6, 15))


def test_set_up_written_down_by_hand_ends_the_alert_or_keeps_it_from_being_raised(offices: Cast) -> None:
    raised(offices)
    step = OnboardingStep.objects.create(
        business=offices.business, customer_id="A04", step="setup", done=date(2026, 6, 20)
    )
    raised(offices)
    assert Alert.objects.get(kind="onboarding_late").over_on == date(2026, 6, 20)
    Alert.objects.all().delete()
    step.done = date(2026, 6, 10)
    step.save()
    raised(offices)
    assert not Alert.objects.filter(kind="onboarding_late").exists()


@pytest.mark.feature("F-291")
def test_ticket_without_a_reply_for_a_day_is_told_to_the_manager_and_stays_in_the_history(
    offices: Cast, browser_of: Any
) -> None:
    raised(offices)
    waiting, answered = Alert.objects.get(subject="t3"), Alert.objects.get(subject="t1")
    assert (waiting.kind, waiting.told, waiting.over_on) == ("ticket_late", None, None)
    assert answered.over_on == date(2026, 6, 3)
    manager = alert_queries.alerts(offices.owner, offices.business, alert_queries.MINE)
    assert waiting in manager
    assert waiting not in alert_queries.alerts(offices.editor, offices.business, alert_queries.MINE)
    editor = browser_of(offices.editor)
    assert editor.post(address(offices, "see_alert", alert=waiting.pk)).status_code == 302
    assert Entry.objects.filter(action="success.see_alert").count() == 1
    assert "Ticket t3" not in read(editor, address(offices, "alerts") + "?list=open")
    history = "".join(read(editor, address(offices, "alerts") + f"?list=history&page={page}") for page in (1, 2))
    assert "Ticket t3 had no reply for 24 hours" in history
    assert "Ticket t1 had no reply for 24 hours" in history
    raised(offices)
    assert Alert.objects.filter(subject="t3").count() == 1


def test_newer_reminder_of_a_renewal_takes_the_place_of_the_older_one(offices: Cast) -> None:
    raised(offices, date(2026, 6, 30))
    first = Alert.objects.get(kind="renewal", customer_id="A07")
    assert (first.on, first.details["due_on"]) == (date(2026, 6, 2), "2026-08-01")
    raised(offices, date(2026, 7, 5))
    told = Alert.objects.filter(kind="renewal", customer_id="A07").order_by("on")
    assert [alert.on for alert in told] == [date(2026, 6, 2), date(2026, 7, 2)]
    assert [alert.over_on is None for alert in told] == [False, True]


def test_hourly_run_watches_every_business_with_rows(offices: Cast) -> None:
    told = actions.watch_accounts()
    assert told["weeks"] == 12
    assert told["raised"] == Alert.objects.count() > 0


def test_alerts_are_on_their_page_on_the_page_of_the_account_and_counted_on_today(
    offices: Cast, browser_of: Any
) -> None:
    raised(offices)
    editor = browser_of(offices.editor)
    mine = Alert.objects.filter(told=offices.editor, over_on=None).count()
    page = read(editor, address(offices, "alerts"))
    assert f"{Alert.objects.filter(over_on=None).count()} alerts are open, {mine} for you." in page
    second = read(editor, address(offices, "alerts") + "?page=2")
    assert "Invoice i-late of ¥500 was due on 31 May 2026 and is not paid." in second
    assert "Far fewer people use it than before" in read(editor, address(offices, "account", customer="A00"))
    today = read(editor, reverse("cockpit:today", kwargs={"business": offices.business.id}))
    assert f"{mine} alerts about accounts for you" in today


def test_viewer_reads_alerts_and_sees_to_none(offices: Cast, browser_of: Any) -> None:
    raised(offices)
    viewer, alert = browser_of(offices.viewer), Alert.objects.filter(over_on=None).first()
    assert alert is not None
    assert "Seen to" not in read(viewer, address(offices, "alerts") + "?list=open")
    assert viewer.post(address(offices, "see_alert", alert=alert.pk)).status_code == 403
    alert.refresh_from_db()
    assert alert.seen_at is None


@pytest.mark.feature("F-148")
def test_text_of_an_alert_says_kpi_customer_value_threshold_period_and_the_rule_that_fired(
    offices: Cast, browser_of: Any
) -> None:
    raised(offices)
    page = read(browser_of(offices.editor), address(offices, "account", customer="A00"))
    assert (
        "Usage trend, customer A00: \u221275.0%, threshold \u221250.0%, 2 Jun 2026 \u2013 29 Jun 2026. "
        "Rule: people per seat fell by 50.0% or more against as many days before."
    ) in page
    offices.editor.language = "ja"
    offices.editor.save()
    japanese = read(browser_of(offices.editor), address(offices, "account", customer="A00"))
    assert "利用の増減率（顧客A00）：\u221275.0%、しきい値\u221250.0%、2026/06/02 \u2013 2026/06/29。" in japanese
    first = {
        alert.kind: explained(offices.editor, offices.business, alert, Style("en", "JPY"))
        for alert in Alert.objects.order_by("-pk")
    }
    assert set(first) == set(AlertKind.values)
    for each in first.values():
        assert all(vars(each).values())
        assert MISSING not in vars(each).values()
        for part in (each.kpi, each.segment, each.value, each.threshold, each.period, each.rule):
            assert part in each.words
        assert each.threshold.lstrip("\u2212") in each.rule


def test_rule_in_the_text_is_the_one_that_held_when_the_alert_was_raised(offices: Cast) -> None:
    raised(offices)
    alert = Alert.objects.get(kind="use_fell")
    alert.details |= {"threshold": -0.4}
    alert.save()
    raised(offices)
    told = explained(offices.viewer, offices.business, Alert.objects.get(kind="use_fell"), Style("en", "JPY"))
    assert told.threshold == "\u221240.0%"


SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def mailed(cast: Cast) -> dict[str, Any]:
    """The e-mails of one run, by reader."""
    mail.outbox.clear()
    send_alerts()
    return {message.to[0]: message for message in mail.outbox}


def test_alert_is_mailed_once_to_whoever_it_is_for_with_the_rule_that_fired(offices: Cast) -> None:
    raised(offices)
    assert mailed(offices) == {}, "not before it is switched on"
    change_delivery(offices.editor, offices.business, Cadence.ALERTS, {"is_on": True}, SINCE)
    offices.owner.language = "ja"
    offices.owner.save()
    sent = mailed(offices)
    assert set(sent) == {"emi@example.jp", "olivia@example.jp"}, "nothing is for the viewer"
    english, japanese = sent["emi@example.jp"], sent["olivia@example.jp"]
    count = Alert.objects.filter(told=offices.editor, over_on=None).count()
    assert english.subject == f"{count} alerts about accounts: Tea shop"
    for part in (english.body, english.alternatives[0][0]):
        assert "Invoice i-late of ¥500 was due on 31 May 2026 and is not paid." in part
        assert "Rule: people per seat fell by 50.0% or more" in part
        assert "Ticket t3" not in part
    assert japanese.subject == "取引先のアラート1件：Tea shop"
    assert "問い合わせt3は24時間返信がなく" in japanese.body
    assert mailed(offices) == {}, "once, however often it is looked"
    raised(offices, date(2026, 7, 5))
    assert set(mailed(offices)) == {"emi@example.jp"}, "newer reminders of renewals"


@pytest.mark.feature("F-206")
def test_the_same_alert_appears_in_app_and_as_mail_and_a_user_can_switch_one_off(
    offices: Cast, browser_of: Any
) -> None:
    raised(offices)
    change_delivery(offices.editor, offices.business, Cadence.ALERTS, {"is_on": True}, SINCE)
    here = {"business": offices.business.id}
    inbox, choose, read = (reverse(f"inbox:{name}", kwargs=here) for name in ("inbox", "choose", "read"))
    words = "Invoice i-late of ¥500 was due on 31 May 2026 and is not paid."
    browser, owner = browser_of(offices.editor), browser_of(offices.owner)
    page = browser.get(inbox).context
    mine = {line.number: line for line in page["page"].lines}
    alert = Alert.objects.get(kind="unpaid", told=offices.editor)
    assert mine[alert.pk].text == words
    assert words in mailed(offices)["emi@example.jp"].body
    told = alert_queries.alerts(offices.editor, offices.business, "mine").count()
    assert page["shell"].unread == told > len(mine), "many of one kind are one line"
    assert alert.pk not in {line.number for line in owner.get(inbox).context["page"].lines}

    one = {"kind": "alert", "number": alert.pk}
    assert browser.post(read, one | {"open": "1"})["Location"].endswith("/accounts/alerts/?list=mine")
    assert owner.post(read, one).status_code == 404, "of somebody else"
    assert browser.get(inbox).context["shell"].unread == told - 1
    assert browser.post(read, {"kind": "all"}).status_code == 302
    assert browser.get(inbox).context["shell"].unread == 0
    assert alert in alert_queries.alerts(offices.editor, offices.business), "it stays open for everybody"

    assert browser.post(choose, {"kind": "alerts", "channel": "mail", "wanted": "0"}).status_code == 302
    assert owner.post(choose, {"kind": "alerts", "channel": "here", "wanted": "0"}).status_code == 302
    raised(offices, date(2026, 7, 5))
    assert "emi@example.jp" not in mailed(offices), "by mail no longer"
    assert browser.get(inbox).context["shell"].unread > 0, "but here"
    quiet = owner.get(inbox).context
    assert (quiet["page"].lines, quiet["shell"].unread) == ((), 0)
    assert owner.post(choose, {"kind": "alerts", "channel": "here", "wanted": "1"}).status_code == 302
    assert owner.get(inbox).context["page"].lines
    wrong = ({"kind": "any", "channel": "here"}, {"kind": "alerts", "channel": "pigeon"})
    assert [owner.post(choose, each).status_code for each in wrong] == [404, 404]


def test_many_alerts_of_one_kind_are_one_notice_and_are_read_together(offices: Cast, browser_of: Any) -> None:
    facts: dict[str, Any] = {"over_on": None, "details": {"due_on": None, "before": 90.0, "after": 60.0}}
    Alert.objects.bulk_create(
        Alert(business=offices.business, kind="score_fell", customer_id=f"C{n}", on=date(2026, 7, n), **facts)
        for n in range(1, 6)
    )
    inbox, read = (reverse(f"inbox:{name}", kwargs={"business": offices.business.id}) for name in ("inbox", "read"))
    browser = browser_of(offices.owner)
    page = browser.get(inbox).context
    (line,) = page["page"].lines
    assert (line.number, line.title, line.unread) == ("score_fell", "Health fell: 5 open", True)
    assert line.text == "The newest: C5. The score fell from 90.0 to 60.0. It pays — a month."
    assert page["shell"].unread == 5

    assert browser_of(offices.viewer).post(read, {"kind": "alert", "number": "score_fell"}).status_code == 404
    assert browser.post(read, {"kind": "alert", "number": "score_fell"}).status_code == 302
    page = browser.get(inbox).context
    assert ([line.unread for line in page["page"].lines], page["shell"].unread) == ([False], 0)


def test_link_in_the_mail_or_the_page_of_reports_stops_alerts_for_one_person(offices: Cast, browser_of: Any) -> None:
    raised(offices)
    change_delivery(offices.editor, offices.business, Cadence.ALERTS, {"is_on": True}, SINCE)
    stop = reverse("reports:stop", kwargs={"token": stop_token(offices.editor, offices.business, Cadence.ALERTS)})
    assert Client(enforce_csrf_checks=True).post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert set(mailed(offices)) == {"olivia@example.jp"}
    mine = reverse("reports:choose_mail", kwargs={"business": offices.business.id, "cadence": "alerts"})
    assert browser_of(offices.editor).post(mine, {"wanted": "1"}).status_code == 302
    stop_mine = mailed(offices)["emi@example.jp"].extra_headers["List-Unsubscribe"]
    assert stopped_by(stop_mine.partition("/stop/")[2].rstrip("/>")) == (offices.editor, offices.business, "alerts")


def test_alert_about_a_kpi_that_is_closed_to_a_person_is_neither_shown_nor_mailed(offices: Cast) -> None:
    raised(offices)
    offices.business.restricted = {"usage_trend": "owner", "overdue_invoice_ratio": "owner"}
    offices.business.save()
    change_delivery(offices.owner, offices.business, Cadence.ALERTS, {"is_on": True}, SINCE)
    seen = {each.kind for each in alert_queries.alerts(offices.editor, offices.business, alert_queries.HISTORY)}
    assert seen == set(AlertKind.values) - {"use_fell", "unpaid"}
    body = mailed(offices)["emi@example.jp"].body
    assert "Far fewer people" not in body
    assert "The score fell" in body


def test_alerts_that_could_not_be_mailed_go_out_the_next_time(offices: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise OSError("no mail server")

    raised(offices)
    change_delivery(offices.editor, offices.business, Cadence.ALERTS, {"is_on": True}, SINCE)
    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_alerts() == {"sent": 0, "failed": 2}
    assert len(mailed(offices)) == 2
