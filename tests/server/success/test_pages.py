"""Pages about accounts: lists, one customer, health, use, support, value, and what people write."""

from __future__ import annotations

import json
import re
import threading
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.server.cockpit.test_files_out import rows_of, sheets_of
from tests.server.conftest import Cast
from tests.server.success.conftest import TODAY, contract, read

from keiki.charts.files_out import plain
from keiki.cli.main import run
from keiki.errors import EditConflict
from keiki.server.accounts.actions import change_rules, make_api_token
from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened
from keiki.server.success import actions, queries
from keiki.server.success.actions import Metric, Wanted
from keiki.server.success.actions.alerts import raise_alerts
from keiki.server.success.models import (
    Feature,
    OnboardingStep,
    ProductItem,
    ProductRequest,
    Review,
    StageChange,
    SuccessPlan,
)
from keiki.server.success.pages.files import account as account_files
from keiki.server.success.queries.alerts import alerts


def address(cast: Cast, name: str, customer: str | None = None) -> str:
    where = {"business": cast.business.id} | ({} if customer is None else {"customer": customer})
    return reverse(f"success:{name}", kwargs=where)


def asking(cast: Cast) -> Any:
    """What a program with the reading token of a viewer gets."""
    token = make_api_token(cast.viewer, cast.business, "reads", "read", None)
    client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    def get(path: str, status: int = 200) -> Any:
        answer = client.get(f"/api/v1/businesses/{cast.business.id}/{path}")
        assert answer.status_code == status, answer.content
        return answer.json()

    return get


def test_list_of_endangered_accounts_comes_with_the_reason_in_words(offices: Cast, browser_of: Any) -> None:
    page = read(browser_of(offices.viewer), address(offices, "accounts") + "?list=risk")
    assert "1 account of 30 accounts are at risk" in page
    assert "Use fell by 50.0% or more in 4 weeks" in page
    assert "A00" in page
    assert "A05" not in page.split("Renewals due")[0]
    assert "Of accounts whose use had fallen by half" in page


@pytest.mark.feature("F-146")
def test_accounts_whose_use_halved_are_flagged_with_the_hit_rate_on_those_that_left(
    offices: Cast, browser_of: Any
) -> None:
    found = queries.accounts(offices.viewer, offices.business, queries.Filter("risk"))
    assert [row["customer_id"] for row in found.rows] == ["A00"]
    assert found.rows[0]["usage"] == 0
    past = found.overview.outlook.past
    assert (past.falling, past.others) == (1.0, 0.0)
    page = read(browser_of(offices.viewer), address(offices, "health"))
    assert "Use fallen by half in 4 weeks: 100.0% left; all others: 0.00%." in page


@pytest.mark.feature("F-145")
def test_accounts_with_core_use_above_80_percent_may_grow_with_the_reason_and_how_often_such_accounts_grew(
    own_offices: Cast, browser_of: Any
) -> None:
    # Month ends from October to March: 30 offices looked ready at all six, 8 more at four, 4 more at one; the
    # others are the 8 at two and the 4 at four. One grew in April, within 90 days of the last three.
    grown = [contract("A05", valid_to="2026-04-15"), contract("A05", "2026-04-15", mrr=1500)]
    opened(own_offices.business).business.load(grown, "subscriptions")
    page = browser_of(own_offices.viewer).get(address(own_offices, "accounts"), {"list": "growth"}).context["page"]
    assert page.rows[0].customer == "A05"
    assert page.count == "29 accounts"
    assert "A00" not in {row.customer for row in page.rows}, "one of its four seats is in use"
    reason = "Core features used on 100.0% of the seats, 100.0% of the seats in use"
    assert {row.reasons[-2] for row in page.rows} == {reason}
    assert page.rows[0].reasons[-1] == "¥750 more a month if it grows", "1,500 x the usual growth of a half"
    assert page.meaning == (
        "Of 216 accounts that looked like this in the last six months 3 grew within 90 days (1.39%); "
        "of the others 0.00%."
    )
    told = asking(own_offices)("accounts?list=growth")
    assert (told["accounts"][0]["customer_id"], told["accounts"][0]["core_share"]) == ("A05", 1.0)


def test_search_narrows_the_list(offices: Cast, browser_of: Any) -> None:
    page = read(browser_of(offices.viewer), address(offices, "accounts") + "?q=a07")
    assert "A07" in page
    assert "A08" not in page.split("Renewals due")[0]


def test_list_has_pages_and_as_many_queries_for_three_rows_as_for_one(offices: Cast, browser_of: Any) -> None:
    browser = browser_of(offices.viewer)
    first = read(browser, address(offices, "accounts"))
    assert "page=2" in first
    assert "A29" in read(browser, address(offices, "accounts") + "?page=2")
    counts = []
    for words in ("a07", "a0"):
        read(browser, address(offices, "accounts") + f"?q={words}")
        with CaptureQueriesContext(
            connection,
        ) as captured:
            read(browser, address(offices, "accounts") + f"?q={words}")
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_customer_page_shows_the_timeline_with_a_filter(offices: Cast, browser_of: Any) -> None:
    browser = browser_of(offices.viewer)
    page = read(browser, address(offices, "account", "A00"))
    for words in ("Ordered", "Complaint", "Feature use", "What happened", "Use fell by 50.0% or more"):
        assert words in page
    only = read(browser, address(offices, "account", "A00") + "?kind=ticket").split("Stages")[0]
    assert "Complaint" in only
    assert "Ordered" not in only


def test_customer_nobody_knows_is_not_found(offices: Cast, browser_of: Any) -> None:
    read(browser_of(offices.viewer), address(offices, "account", "nobody"), 404)


@pytest.mark.feature("F-279")
def test_first_value_moves_the_stage_and_a_manual_change_needs_a_reason(offices: Cast, browser_of: Any) -> None:
    editor = browser_of(offices.editor)
    page = read(editor, address(offices, "account", "A05"))
    assert "First use of a core feature" in page
    url = address(offices, "set_stage", "A05")
    without = editor.post(url, {"stage-stage": "advocacy", "stage-on": "2026-06-29", "stage-reason": ""})
    assert without.status_code == 422
    assert StageChange.objects.count() == 0
    given = {"stage-stage": "advocacy", "stage-on": "2026-06-29", "stage-reason": "Spoke at our event"}
    assert editor.post(url, given).status_code == 302
    found = queries.account(offices.editor, offices.business, "A05")
    assert found is not None
    history = queries.stage_history(found, queries.written(offices.business, "A05").changes)
    assert [(row["stage"], row["current"]) for row in history][-1] == ("advocacy", True)
    assert sum(row["current"] for row in history) == 1
    assert "Spoke at our event" in read(editor, address(offices, "account", "A05"))
    assert Entry.objects.filter(action="success.change_stage").count() == 1


def test_stage_of_the_data_wins_when_it_is_newer_than_the_one_set_by_hand(offices: Cast) -> None:
    actions.change_stage(offices.editor, offices.business, "A05", "advocacy", date(2025, 10, 2), "Early fan")
    rows = queries.accounts(offices.editor, offices.business, queries.Filter(search="a05")).rows
    assert rows[0]["stage"] != "advocacy"


def test_stage_set_by_hand_counts_on_the_board_and_in_the_list_of_its_stage(offices: Cast) -> None:
    before = queries.accounts(offices.viewer, offices.business, queries.Filter()).overview.stages
    first = queries.account(offices.viewer, offices.business, "A05")
    assert first is not None
    assert first.book is not None
    was = first.book["stage"]
    actions.change_stage(offices.editor, offices.business, "A05", "advocacy", date(2026, 6, 29), "Spoke for us")
    found = queries.accounts(offices.viewer, offices.business, queries.Filter(stage="advocacy"))
    after = found.overview.stages
    assert after["advocacy"].accounts == before["advocacy"].accounts + 1
    assert after["advocacy"].mrr == before["advocacy"].mrr + 1000
    assert after[was].accounts == before[was].accounts - 1
    assert sum(stage.accounts for stage in after.values()) == sum(stage.accounts for stage in before.values())
    assert ("A05", True) in [(row["customer_id"], row["by_hand"]) for row in found.rows]
    rest = queries.accounts(offices.viewer, offices.business, queries.Filter(stage=was, limit=100)).rows
    assert "A05" not in [row["customer_id"] for row in rest]


def test_owner_adopts_the_proposed_weights_by_a_button_and_the_score_follows(
    own_offices: Cast, browser_of: Any
) -> None:
    offices, owner = own_offices, browser_of(own_offices.owner)
    own = {"health": {"usage": 10.0, "support": 60.0, "payment": 30.0}}
    offices.business.rules = own
    offices.business.save()
    url = address(offices, "adopt_weights")
    version = str(offices.business.version)
    assert "Adopt the proposed weights" in read(owner, address(offices, "health"))
    assert "Adopt the proposed weights" not in read(browser_of(offices.editor), address(offices, "health"))
    assert browser_of(offices.editor).post(url, {"version": version}).status_code == 403
    assert owner.post(url, {"version": "999"}).status_code == 302
    offices.business.refresh_from_db()
    assert offices.business.rules == own
    assert owner.post(url, {"version": version}).status_code == 302
    offices.business.refresh_from_db()
    weights = offices.business.rules["health"]
    assert sum(weights.values()) == 100
    assert weights["usage"] > 10  # only use told who left
    in_force = queries.outlook(offices.owner, offices.business).rule.health.weights
    assert {part: getattr(in_force, part) for part in weights} == weights
    assert Entry.objects.filter(action="accounts.change_rules").count() == 1


def test_rule_of_the_lists_is_a_setting_of_the_business(own_offices: Cast) -> None:
    offices = own_offices
    before = queries.accounts(offices.viewer, offices.business, queries.Filter("growth"))
    assert before.count == before.overview.lists["growth"].accounts == 29  # all but the one that slows down
    change_rules(offices.owner, offices.business, offices.business.version, "accounts", {"core_share": 1})
    offices.business.refresh_from_db()
    later = queries.accounts(offices.viewer, offices.business, queries.Filter("growth"))
    assert (later.rows, later.overview.lists["growth"].accounts) == ((), 0)


def wanted(purpose: str = "Fewer stock-outs", **more: Any) -> Wanted:
    return Wanted(purpose, (Metric("Orders on time", "95%", date(2026, 12, 31)),), date(2026, 6, 1), "agreed", **more)


@pytest.mark.feature("F-280")
def test_plan_holds_purpose_one_to_five_metrics_agreement_and_status(offices: Cast, browser_of: Any) -> None:
    editor = browser_of(offices.editor)
    url = address(offices, "plan", "A05")
    plain = {"version": "0", "purpose": "Fewer stock-outs", "status": "agreed", "ltv_cadence": "quarterly"}
    assert editor.post(url, plain | {"agreed_on": "2026-06-01"}).status_code == 422  # no metric
    metrics = {
        f"{part}-{n}": value
        for n in range(1, 6)
        for part, value in (("name", f"Metric {n}"), ("target", "95%"), ("by", "2026-12-31"))
    }
    assert editor.post(url, plain | metrics).status_code == 422  # agreed without a day
    assert editor.post(url, plain | metrics | {"by-5": ""} | {"agreed_on": "2026-06-01"}).status_code == 422
    assert SuccessPlan.objects.count() == 0
    assert editor.post(url, plain | metrics | {"agreed_on": "2026-06-01"}).status_code == 302
    plan = SuccessPlan.objects.get()
    assert (plan.purpose, plan.status, plan.agreed_on, len(plan.metrics)) == (
        "Fewer stock-outs",
        "agreed",
        date(2026, 6, 1),
        5,
    )
    page = read(editor, address(offices, "account", "A05"))
    assert "Metric 5" in page
    assert "Agreed with the customer" in page


@pytest.mark.feature("F-239")
def test_plan_shows_current_and_target_lifetime_value_which_is_never_weekly(offices: Cast, browser_of: Any) -> None:
    from decimal import Decimal

    actions.save_plan(offices.editor, offices.business, "A05", 0, wanted(ltv_target=Decimal(90_000)))
    page = read(browser_of(offices.viewer), address(offices, "account", "A05"))
    plan = page.split('id="plan"')[1].split('id="reviews"')[0]
    assert "Profit so far" in plan
    assert "Lifetime value wanted" in plan
    assert "¥90,000" in plan
    weekly = {"version": "1", "purpose": "x", "status": "draft", "ltv_cadence": "weekly", "name-1": "m"}
    weekly |= {"target-1": "1", "by-1": "2026-12-31"}
    assert browser_of(offices.editor).post(address(offices, "plan", "A05"), weekly).status_code == 422
    assert SuccessPlan.objects.get().ltv_cadence == "quarterly"


def test_second_of_two_who_save_at_once_sees_both_versions_and_loses_nothing(offices: Cast, browser_of: Any) -> None:
    actions.save_plan(offices.owner, offices.business, "A05", 0, wanted("Their purpose"))
    mine = {"version": "0", "purpose": "My purpose", "status": "draft", "ltv_cadence": "monthly", "name-1": "Mine"}
    mine |= {"target-1": "3", "by-1": "2026-12-31"}
    answer = browser_of(offices.editor).post(address(offices, "plan", "A05"), mine)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Their purpose" in page
    assert "My purpose" in page
    assert SuccessPlan.objects.get().purpose == "Their purpose"
    kept = mine | {"version": "1"}
    assert browser_of(offices.editor).post(address(offices, "plan", "A05"), kept).status_code == 302
    assert SuccessPlan.objects.get().purpose == "My purpose"


def test_of_two_first_plans_at_the_same_moment_exactly_one_wins(many_connections: None, cast: Cast) -> None:
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def save(name: str) -> None:
        start.wait()
        try:
            actions.save_plan(cast.owner, cast.business, "A05", 0, wanted(name))
            outcomes.append("won")
        except EditConflict as conflict:
            outcomes.append(conflict.details["theirs"]["purpose"])
        finally:
            connection.close()

    threads = [threading.Thread(target=save, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    plan = SuccessPlan.objects.get()
    assert sorted(outcomes) == sorted(["won", plan.purpose])
    assert plan.version == 1


@pytest.mark.feature("F-281")
def test_onboarding_steps_have_owner_due_and_done_and_overdue_ones_are_marked(offices: Cast, browser_of: Any) -> None:
    editor = browser_of(offices.editor)
    late = (date.today() - timedelta(days=3)).isoformat()
    given = {"onboarding-setup-owner": "Emi", "onboarding-setup-due": late, "onboarding-setup-done": late}
    given |= {"onboarding-data-owner": "Ken", "onboarding-data-due": late}
    given |= {"onboarding-training-due": (date.today() + timedelta(days=3)).isoformat()}
    assert editor.post(address(offices, "plan_onboarding", "A05"), given).status_code == 302
    assert set(OnboardingStep.objects.values_list("step", flat=True)) == {"setup", "data", "training", "quick_win"}
    page = read(editor, address(offices, "account", "A05")).split('id="onboarding"')[1].split("</section")[0]
    assert page.count('class="overdue"') == 1
    assert "Ken" in page.split('class="overdue"')[0]


@pytest.mark.feature("F-289")
def test_review_keeps_date_attendees_results_and_actions_and_needs_the_next_date(
    offices: Cast, browser_of: Any
) -> None:
    editor = browser_of(offices.editor)
    url = address(offices, "add_review", "A05")
    given = {"review-held_on": "2026-06-10", "review-attendees": "Emi, Ken", "review-results": "On time 91%"}
    given |= {"review-agreed": "Second training"}
    assert editor.post(url, given).status_code == 422
    assert editor.post(url, given | {"review-next_on": "2026-06-01"}).status_code == 422
    assert Review.objects.count() == 0
    assert editor.post(url, given | {"review-next_on": "2026-06-25"}).status_code == 302
    page = read(editor, address(offices, "account", "A05"))
    assert "On time 91%" in page
    assert "The next review is on 25 Jun 2026." in page
    assert "The next review with these customers is due." in read(editor, address(offices, "accounts"))


@pytest.mark.feature("F-285")
def test_marking_a_feature_as_core_changes_the_adoption_and_keeps_the_day(offices: Cast, browser_of: Any) -> None:
    editor = browser_of(offices.editor)
    before = queries.product_use(offices.editor, offices.business, "month").rows[-1]
    assert editor.post(address(offices, "mark_core"), {"feature": "report", "core": "1"}).status_code == 302
    feature = Feature.objects.get()
    assert (feature.name, feature.is_core, feature.since) == ("report", True, offices.business.calendar.today())
    after = queries.product_use(offices.editor, offices.business, "month").rows[-1]
    assert before["core"] > after["core"] == 2
    assert before["entitled"] == after["entitled"]
    assert "report" in read(editor, address(offices, "use"))


def test_use_page_counts_by_month_and_by_week(offices: Cast, browser_of: Any) -> None:
    browser = browser_of(offices.viewer)
    assert "Stickiness (DAU ÷ MAU)" in read(browser, address(offices, "use"))
    assert "Adoption of core features" in read(browser, address(offices, "use") + "?by=week")


def test_ticket_without_a_reply_for_a_day_is_listed_for_the_manager_and_stays_in_the_list(
    offices: Cast, browser_of: Any
) -> None:
    page = read(browser_of(offices.viewer), address(offices, "support"))
    escalated = page.split('id="late-title"')[1].split("</section>")[0]
    assert "2 tickets waited over 24 hours" in escalated
    assert "t1" in escalated
    assert "t2" not in escalated


def test_month_whose_end_the_data_has_reached_is_over(bare: Cast, browser_of: Any) -> None:
    rows = [
        {"ticket_id": name, "created_at": f"{day} 09:00", "first_reply_at": f"{day} 11:00", "category": "complaint"}
        | {"root_cause": "late delivery"}
        for name, day in (("t1", "2026-05-12"), ("t2", "2026-06-30"))
    ]
    numbers = opened(bare.business).business
    numbers.load_facts({"tickets": rows[:1]}, name="may")
    assert queries.tickets(bare.viewer, bare.business).over == 11, "the data ends on 12 May"
    numbers.load_facts({"tickets": rows}, name="june")
    told = queries.tickets(bare.viewer, bare.business)
    assert (told.over, told.months[-1].start) == (12, date(2026, 6, 1))
    page = browser_of(bare.viewer).get(address(bare, "support")).context["page"]
    assert page.sentence == (
        "Tickets of Jun 2026: 1. The first reply took 2.0 h on average, 2.0 h or less for half of them."
    )


@pytest.mark.feature("F-300")
def test_causes_of_complaints_have_counts_and_a_trend_and_one_without_a_new_complaint_is_root_removed(
    offices: Cast, browser_of: Any
) -> None:
    told = queries.tickets(offices.viewer, offices.business)
    assert sum(row["complaints"] for row in told.causes) == 10
    page = read(browser_of(offices.viewer), address(offices, "support"))
    causes = page.split('id="causes-title"')[1].split("</section>")[0].split("<tr>")[2:]
    assert [("late" in row, "broken" in row, "unclear" in row) for row in causes] == [
        (True, False, False),
        (False, True, False),
        (False, False, True),
    ]
    assert [re.findall(r'<td class="number">(\d+)</td>', row) for row in causes] == [["6", "5"], ["3", "0"], ["1", "1"]]
    assert ["Root removed" in row for row in causes] == [False, True, False]
    trends = [re.findall(r"<desc>(.*?)</desc>", row)[0] for row in causes]
    for month, counts in (("Jun 2026", (3, 0, 0)), ("May 2026", (1, 0, 1)), ("Feb 2026", (0, 2, 0))):
        assert [f"{month} {count}" in trend for count, trend in zip(counts, trends, strict=True)] == [True] * 3


@pytest.mark.feature("F-301")
def test_satisfaction_is_shown_by_team_with_its_answers_and_a_caution_below_twenty(
    offices: Cast, browser_of: Any
) -> None:
    page = read(browser_of(offices.viewer), address(offices, "support"))
    morning, evening = page.split('id="teams-title"')[1].split("</section>")[0].split("<tr>")[2:]
    assert [part in morning for part in ("Morning", ">20<", "90.0%", "Few answers")] == [True, True, True, False]
    assert [part in evening for part in ("Evening", ">2<", "100.0%", "Few answers")] == [True] * 4


@pytest.mark.feature("F-294")
def test_webinar_for_users_shows_invited_registered_attended_and_the_change_of_use_within_thirty_days(
    offices: Cast, browser_of: Any
) -> None:
    page = read(browser_of(offices.viewer), address(offices, "use"))
    row = page.split('id="events-title"')[1].split("</section>")[0].split("<tr>")[2]
    assert "User day" in row
    assert re.findall(r">(\d+)</td>", row) == ["4", "3", "2"]
    # each of the two comes every Wednesday: 22 April to 13 May before, 27 May to 17 June after
    assert "±0.0%" in row
    assert "8 → 8 uses of 2" in row


def test_value_page_shows_the_return_on_the_cost(offices: Cast, browser_of: Any) -> None:
    page = read(browser_of(offices.viewer), address(offices, "value"))
    assert "Return on the cost" in page
    assert "¥6,000" in page
    assert "Profit of kept contracts" in page


def test_success_is_the_same_for_programs_and_on_the_command_line(offices: Cast, capsys: Any) -> None:
    token = make_api_token(offices.viewer, offices.business, "reads", "read", None)
    answer = Client(headers={"authorization": f"Bearer {token}"}).get(
        f"/api/v1/businesses/{offices.business.id}/success"
    )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    capsys.readouterr()
    assert run(["customers", "success", "--json", "-b", str(offices.business.folder)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (told["cost"], told["monthly_people"] > 0, told["return_with_kept"] is None) == (6000.0, True, False)
    assert {name: told[name] for name in printed} == printed
    assert run(["customers", "success", "-b", str(offices.business.folder)]) == 0
    assert "Stickiness" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["accounts", "alerts", "health", "use", "support", "advocates", "value"])
def test_page_without_rows_offers_data(bare: Cast, browser_of: Any, name: str) -> None:
    assert "Bring in a file" in read(browser_of(bare.owner), address(bare, name))


@pytest.mark.parametrize("name", ["set_stage", "plan_onboarding", "add_review", "plan"])
def test_viewer_writes_nothing(offices: Cast, browser_of: Any, name: str) -> None:
    assert browser_of(offices.viewer).post(address(offices, name, "A05")).status_code == 403


def test_programs_get_the_accounts_stages_and_health_of_the_pages(offices: Cast) -> None:
    get = asking(offices)
    found = queries.accounts(offices.viewer, offices.business, queries.Filter(limit=5))
    told = get("accounts?limit=5")
    assert (told["total"], told["day"]) == (found.count, str(found.overview.day))
    assert [(row["customer_id"], row["stage"], row["mrr"], row["chance"]) for row in told["accounts"]] == [
        (row["customer_id"], row["stage"], str(row["mrr"]), row["chance"]) for row in found.rows
    ]
    one = queries.account(offices.viewer, offices.business, "A00")
    assert one is not None
    summary = get("accounts/A00")
    assert [row["stage"] for row in summary["stages"]] == [row["stage"] for row in one.stages]
    assert [row["score"] for row in summary["scores"]] == [row["score"] for row in one.scores]
    assert summary["profit"] == str(one.profit)
    past = queries.outlook(offices.viewer, offices.business).past
    health = get("health")
    assert (health["accounts"], health["left"], health["auc"]) == (past.accounts, past.left, past.auc)
    assert get("accounts/nobody", 404)["error"] == "not_found"
    raise_alerts(offices.owner, offices.business, TODAY)
    kept = alerts(offices.viewer, offices.business)
    told = get("alerts?limit=2&page=2")
    assert told["total"] == kept.count()
    assert [row["id"] for row in told["alerts"]] == [alert.pk for alert in kept[2:4]]
    assert [(row["customer_id"], row["details"]) for row in told["alerts"]] == [
        (alert.customer_id, alert.details) for alert in kept[2:4]
    ]
    item = ProductItem.objects.create(business=offices.business, name="Bulk edit", status="shipped")
    asked = {"business": offices.business, "customer_id": "A01", "text": "Many at once", "on": TODAY}
    ProductRequest.objects.create(**asked, item=item)
    told = get("registers")
    assert [(row["name"], row["requests"], row["to_inform"]) for row in told["items"]] == [("Bulk edit", 1, ["A01"])]
    assert [(row["customer_id"], row["on"]) for row in told["requests"]] == [("A01", str(TODAY))]
    assert (told["cases"], told["referrals"]) == ([], [])


def _alike(left: Any, right: Any) -> bool:
    """Whether two answers are the same; the last digit of a sum depends on the order in which its rows came."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_alike(left[name], right[name]) for name in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_alike, left, right))
    if isinstance(left, float) and isinstance(right, float):
        return left == pytest.approx(right, rel=1e-9)
    return bool(left == right)


def test_lists_renewals_and_voices_are_the_same_on_page_by_program_and_on_the_command_line(
    offices: Cast, browser_of: Any, capsys: Any
) -> None:
    get, folder = asking(offices), str(opened(offices.business).business.folder)

    def keiki(*words: str) -> Any:
        capsys.readouterr()
        assert run(["customers", *words, "--business", folder, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    for name in ("all", "risk", "fell", "growth"):
        told, typed = get(f"accounts?list={name}"), keiki("accounts", "--list", name, "--limit", "100")
        assert _alike(told["accounts"], typed["accounts"]), name
        assert told["total"] == typed["total"] == told["lists"][name]["accounts"] == len(told["accounts"])
        gains = [row["gain" if name == "growth" else "loss"] or 0 for row in told["accounts"]]
        assert gains == sorted(gains, reverse=True), "the largest expected profit first"
    shown = browser_of(offices.viewer).get(address(offices, "accounts") + "?list=risk").context["page"]
    assert [row.customer for row in shown.rows] == [row["customer_id"] for row in get("accounts?list=risk")["accounts"]]
    due, typed = get("renewals"), keiki("renewals", "--limit", "100")
    assert _alike(due["renewals"], typed["renewals"])
    assert (due["total"], float(due["worth"])) == (typed["total"], float(typed["worth"]))
    assert due["total"] == len(due["renewals"]) > 1
    assert float(due["worth"]) == sum(float(row["amount"]) for row in due["renewals"])
    second = get("renewals?limit=1&page=2")
    assert (second["renewals"], second["total"]) == (due["renewals"][1:2], due["total"])
    assert get("renewals?days=1")["total"] < due["total"]
    said = get("voices")
    assert _alike(said, keiki("voices"))
    assert {(row["kind"], row["voice"]): row["answers"] for row in said["groups"]} == {
        ("nps", "promoter"): 1,
        ("nps", "passive"): 1,
    }
    assert [row["customer_id"] for row in said["promoters"]] == ["A00"]
    page = browser_of(offices.viewer).get(address(offices, "support")).context["page"]
    assert [(row.kind, row.group, row.answers) for row in page.voices] == [
        ("NPS", "Passives", "1"),
        ("NPS", "Promoters", "1"),
    ]
    assert page.voices_sentence == "NPS +50 from 2 customers. Fewer than 20 answers: take it as a hint."


def test_milestones_are_reached_on_a_day_or_overdue_and_a_program_reads_the_whole_customer(
    offices: Cast, browser_of: Any
) -> None:
    past, ahead = date(2020, 1, 31), date(2099, 12, 31)
    metrics = (
        Metric("First app order", "1", past, date(2020, 1, 20)),
        Metric("Half in the app", "50%", past),
        Metric("All in the app", "100%", ahead),
    )
    actions.save_plan(offices.editor, offices.business, "A05", 0, Wanted("More in the app", metrics, None))
    page = browser_of(offices.viewer).get(address(offices, "account", "A05"))
    plan = page.context["page"].plan
    assert plan.sentence == "1 of 3 milestones reached, 1 overdue."
    assert [(name, reached, late) for name, _target, _by, reached, late in plan.metrics] == [
        ("First app order", "20 Jan 2020", False),
        ("Half in the app", "—", True),
        ("All in the app", "—", False),
    ]
    told = asking(offices)("accounts/A05")
    assert [each["reached"] for each in told["plan"]["metrics"]] == ["2020-01-20", None, None]
    assert (told["plan"]["version"], told["onboarding"], told["reviews"], told["offers"]) == (1, [], [], [])
    form = browser_of(offices.editor).get(address(offices, "plan", "A05")).content.decode()
    assert 'name="reached-1" value="2020-01-20"' in form


def test_panels_of_health_are_files_with_the_numbers_of_the_page_and_without_groups_of_fewer_than_five(
    offices: Cast, browser_of: Any, tmp_path: Path
) -> None:
    browser, base = browser_of(offices.viewer), address(offices, "health")
    past = queries.outlook(offices.viewer, offices.business).past
    asked = queries.Filter(limit=1)
    bands = queries.accounts(offices.viewer, offices.business, asked).overview.bands
    page = read(browser, base)
    files = {name: browser.get(f"{base}files/{name}/?file=csv") for name in ("bands", "lift", "calibration")}
    assert all(f"files/{name}/?file=csv" in page for name, drawn in (("bands", True), ("lift", past.left)) if drawn)
    shown = [row["Accounts"] for row in rows_of(files["bands"])]
    assert shown == [str(count) if count >= 5 or not count else "" for count in bands.values()]
    told = [(row["Accounts"], row["Share that left"]) for row in rows_of(files["lift"])]
    kept = [(each, each.accounts >= 4.5) for each in past.by_score]
    assert told == [(plain(each.accounts) if full else "", plain(each.share) if full else "") for each, full in kept]
    given = [(row["Chance given"], row["Left"]) for row in rows_of(files["calibration"])]
    chances = [(each, each.accounts >= 4.5) for each in past.by_chance]
    assert given == [(plain(each.chance) if full else "", plain(each.share) if full else "") for each, full in chances]
    book = sheets_of(browser.get(f"{base}files/lift/?file=xlsx"), tmp_path)
    assert len(book["Details"]) == 1 + len(past.by_score)
    assert browser.get(f"{base}files/nothing/?file=csv").status_code == 404
    assert browser_of(offices.outsider).get(f"{base}files/lift/?file=csv").status_code == 404


def test_lists_of_accounts_are_files_with_every_account_and_the_numbers_of_page_api_and_command_line(
    offices: Cast, browser_of: Any, tmp_path: Path, capsys: Any, parts_asked: list[int], monkeypatch: Any
) -> None:
    browser, base = browser_of(offices.viewer), address(offices, "accounts")
    page = browser.get(base, {"list": "risk"})
    shown = page.context["page"].rows
    query = "?list=risk&file=csv"
    assert f"{base}files/list/{query}".replace("&", "&amp;") in page.content.decode()
    risk = rows_of(browser.get(f"{base}files/list/{query}"))
    assert [row["Customer"] for row in risk] == [row.customer for row in shown] == ["A00"]
    assert risk[0]["Why"] == " / ".join(shown[0].reasons)
    book = sheets_of(browser.get(f"{base}files/list/?list=risk&file=xlsx"), tmp_path)
    told = asking(offices)("accounts?list=risk")["accounts"][0]
    assert run(["customers", "health", "--json", "-b", str(offices.business.folder)]) == 0
    printed = json.loads(capsys.readouterr().out)["accounts"][0]
    loss, chance = book["Details"][1][10], book["Details"][1][9]
    assert (float(risk[0]["Expected loss"]), float(risk[0]["Chance to leave"])) == pytest.approx((loss, chance))
    assert (told["loss"], told["chance"]) == pytest.approx((loss, chance))
    assert (printed["loss"], printed["chance"]) == pytest.approx((loss, chance))
    assert [row[:2] for row in book["Summary"]][:3] == [["List", "Accounts"], ["All that pay", 30], ["May leave", 1]]
    assert ["List", "Accounts that may leave"] in [row[:2] for row in book["Filters"]]

    parts_asked.clear()
    monkeypatch.setattr("keiki.server.customers.pages.files.panel.IN_EXCEL", 4)
    every = rows_of(browser.get(f"{base}files/list/?file=csv"))
    assert (len({row["Customer"] for row in every}), parts_asked) == (30, [2] * 15 + [-1]), "never all in memory"
    due = rows_of(browser.get(f"{base}files/renewals/?file=csv"))
    assert (len(due), {row["Next term"] for row in due}) == (30, {"12000.0000"})
    book = sheets_of(browser.get(f"{base}files/list/?file=xlsx"), tmp_path)
    words = "A workbook holds the first 4 rows; the CSV of this panel has all 30."
    assert (len(book["Details"]), ["Left out", words] in [row[:2] for row in book["Filters"]]) == (1 + 4, True)
    stages = rows_of(browser.get(f"{base}files/stages/?file=csv"))
    assert sum(int(row["Accounts"] or 0) for row in stages) == 30
    assert browser.get(f"{base}files/nothing/?file=csv").status_code == 404
    assert browser_of(offices.outsider).get(f"{base}files/list/?file=csv").status_code == 404


def test_panels_of_use_support_and_value_are_files_with_the_rows_of_the_page(offices: Cast, browser_of: Any) -> None:
    browser = browser_of(offices.viewer)
    pages = {name: browser.get(address(offices, name)) for name in ("use", "support", "value")}

    def rows(name: str, panel: str, query: str = "") -> list[dict[str, str]]:
        assert f"files/{panel}/?file=csv" in pages[name].content.decode(), (name, panel)
        return rows_of(browser.get(f"{address(offices, name)}files/{panel}/?{query}file=csv"))

    use, support, value = (pages[name].context["page"] for name in ("use", "support", "value"))
    adoption, by_week = rows("use", "adoption"), rows("use", "adoption", "by=week&")
    assert [row["Window"] for row in adoption] == [row[0] for row in use.adoption.table.rows]
    assert [row["Used a core feature"] for row in adoption] == [row[1].strip("—") for row in use.adoption.table.rows]
    assert len(by_week) == 12
    assert by_week[0]["Window"] != adoption[0]["Window"]
    kept = [row for row in rows("use", "features") if row["People using it"]]
    assert [(row["Feature"], row["People using it"]) for row in kept] == [("order", "117")]
    assert (use.waiting, "files/waiting/" in pages["use"].content.decode()) == ((), False)
    assert rows_of(browser.get(f"{address(offices, 'use')}files/waiting/?file=csv")) == []
    (event,) = rows("use", "events")
    assert (event["Event"], event["Invited"], event["Attended"]) == ("User day", "", ""), "two people, four people"

    times = rows("support", "times")
    assert [(row["Month"], row["Tickets"]) for row in times] == [row[:2] for row in support.times.table.rows]
    by_cause: dict[str, int] = {}
    for row in rows("support", "causes"):
        by_cause[row["Cause"]] = by_cause.get(row["Cause"], 0) + int(row["Complaints"])
    assert [(cause, str(count)) for cause, count in by_cause.items()] == [(r.cause, r.whole) for r in support.causes]
    assert [row["Ticket"] for row in rows("support", "late")] == [row.ticket for row in support.late]
    teams = {row["Team"]: (row["Answers"], row["Satisfied"]) for row in rows("support", "teams")}
    assert teams == {"Morning": ("20", "0.9"), "Evening": ("", "")}
    assert {row["Customers asked"] for row in rows("support", "voices")} == {""}, "one answer each"

    money = rows("value", "share")
    assert [row["Month"] for row in money] == [row[0] for row in value.share.table.rows]
    assert [f"¥{float(row['Cost']):,.0f}" for row in money] == [row[3] for row in value.share.table.rows]
    outsider = browser_of(offices.outsider)
    for name, panel in (("use", "features"), ("support", "times"), ("value", "share"), ("advocates", "promoters")):
        assert outsider.get(f"{address(offices, name)}files/{panel}/?file=csv").status_code == 404


def test_every_panel_of_a_customer_is_a_file_with_the_numbers_of_page_api_and_command_line(
    offices: Cast, browser_of: Any, tmp_path: Path, capsys: Any
) -> None:
    metric = Metric("Orders in the app", "80%", date(2026, 9, 30))
    actions.save_plan(offices.editor, offices.business, "A00", 0, Wanted("More in the app", (metric,), None))
    browser, base = browser_of(offices.viewer), address(offices, "account", "A00")
    answer = browser.get(base)
    page, html = answer.context["page"], answer.content.decode()
    files = {name: f"{base}files/{name}/?file=" for name in account_files.PANELS}
    assert {name for name, file in files.items() if f"{file}xlsx" in html} == set(files) - {"reviews", "offers"}
    book = sheets_of(browser.get(f"{files['numbers']}xlsx"), tmp_path)
    excel = {row[0]: row[1] for row in book["Summary"][1:]}
    csv = {row["Number"]: row["Value"] for row in rows_of(browser.get(f"{files['numbers']}csv"))}
    api = asking(offices)("accounts/A00")
    assert run(["customers", "account", "A00", "--json", "-b", str(offices.business.folder)]) == 0
    printed = json.loads(capsys.readouterr().out)
    cards = {fact.name: fact.value for fact in page.facts}
    assert (cards["Profit so far"], cards["Per month"]) == ("¥100", "¥1,000")
    for name, told, said in (
        ("Profit so far", api["profit"], printed["account"]["profit"]),
        ("Per month", api["account"]["mrr"], printed["account"]["book"]["mrr"]),
        ("Chance to leave", api["account"]["chance"], printed["account"]["book"]["chance"]),
    ):
        assert [float(each) for each in (csv[name], excel[name], told)] == pytest.approx([float(said)] * 3), name
    weeks = rows_of(browser.get(f"{files['health']}csv"))
    assert [row["Health"] for row in weeks] == ["" if r["score"] is None else plain(r["score"]) for r in api["scores"]]
    tickets = rows_of(browser.get(f"{files['story']}csv&kind=ticket"))
    assert [(row["Day"], row["What happened"]) for row in tickets] == [("2026-06-01", "Complaint")]
    story = sheets_of(browser.get(f"{files['story']}xlsx"), tmp_path)
    assert sum(row[1] for row in story["Summary"][1:]) == len(story["Details"]) - 1
    assert len(api["story"]) == min(30, len(story["Details"]) - 1)
    plan = rows_of(browser.get(f"{files['plan']}csv"))
    assert [(row["Metric"], row["Target"], row["Due by"]) for row in plan] == [
        ("Orders in the app", "80%", "2026-09-30")
    ]
    assert browser.get(f"{files['plan']}csv".replace("A00", "nobody")).status_code == 404
    assert browser_of(offices.outsider).get(f"{files['plan']}csv").status_code == 404
