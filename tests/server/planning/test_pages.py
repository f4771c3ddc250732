"""The pages of targets: what is shown, who may, and what happens when two people write at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.server.planning.test_actions import KEY, TREE, own_tree, plan_of, propose, target, tree_of

from keiki.periods import Grain
from keiki.server.jobs.actions import KINDS, queue_what_is_due
from keiki.server.jobs.models import Run
from keiki.server.kpis import actions as kpis
from keiki.server.kpis import queries as door
from keiki.server.planning import actions, queries
from keiki.server.planning.actions import SCORE_JOB, Proposal
from keiki.server.planning.models import Plan, Revision, Scorecard, State, Way
from keiki.trees.targets import AT_LEAST, BETWEEN, LEVEL, MANUAL, Target

GIVEN = {
    "value": "15,000",
    "compare": "at_least",
    "period": "month",
    "since": "2026-10-01",
    "by": "2027-03-31",
    "shape": "level",
    "way": "",
    "reason": "Budget meeting",
    "version": "0",
}


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(datetime(2026, 11, 10, 3, tzinfo=UTC), tick=False):
        yield


def overview(cast: Any) -> str:
    return reverse("planning:targets", kwargs={"business": cast.business.id}) + f"?tree={TREE}"


def of(cast: Any, name: str = "target", node: str = "revenue") -> str:
    return reverse(f"planning:{name}", kwargs={"business": cast.business.id, "tree": TREE, "node": node})


TREE_PAGES = (
    *("planning:target", "planning:scorecard", "cockpit:tree", "cockpit:node", "cockpit:plan", "cockpit:design"),
    *("reasons:why", "reasons:first", "reasons:links", "reasons:rows", "scenarios:what_if"),
)


def test_every_page_of_a_tree_opens_when_a_person_has_entered_a_value_in_place_of_a_calculated_one(
    own_shop: Any, browser_of: Any
) -> None:
    kpi = door.catalogue_of(own_shop.editor, own_shop.business).kpi("order_revenue")
    kpis.enter_value(own_shop.editor, own_shop.business, kpi, date(2026, 10, 1), "month", 20_000)
    propose(own_shop, 25_000, by=date(2027, 3, 31), state=State.APPROVED)
    browser = browser_of(own_shop.editor)
    page = browser.get(overview(own_shop)).context["page"]
    assert page.rows[0].number.value == "¥20,000"
    here = {"business": own_shop.business.id, "tree": TREE}
    for name in TREE_PAGES:
        more = {"node": "revenue"} if name.endswith((":target", ":node", ":rows")) else {}
        assert (name, browser.get(reverse(name, kwargs=here | more)).status_code) == (name, 200)


def row(page: Any, label: str) -> Any:
    return next(each for each in page.rows if each.number.label == label)


def test_overview_shows_actual_target_difference_and_deadline(shop: Any, browser_of: Any) -> None:
    propose(shop, 15_000, by=date(2027, 3, 31), state=State.APPROVED)
    answer = browser_of(shop.viewer).get(overview(shop))
    page = answer.context["page"]
    found = page.rows[0]
    assert (found.number.value, found.number.target, found.gap, found.number.status) == (
        "¥14,400",
        "¥15,000",
        "−4.0%",
        "watch",
    )
    assert found.deadline == "31 Mar 2027"
    assert page.sentence.startswith("1 of ")
    assert len(page.missing) == len(page.rows) - 1
    assert page.adopt_url == ""


def test_overview_of_a_running_month_shows_the_pace(shop: Any, browser_of: Any) -> None:
    propose(shop, 30_000, state=State.APPROVED)
    page = browser_of(shop.viewer).get(overview(shop) + "&on=2026-11-01").context["page"]
    assert (page.rows[0].pace, page.rows[0].gap, page.rows[0].number.status) == ("by now ¥8,000", "±0.0%", "good")


def test_overview_says_from_when_a_target_holds(shop: Any, browser_of: Any) -> None:
    """Approved from November on: October is not judged by it, and nobody is asked for a target again."""
    propose(shop, 15_000, since=date(2026, 11, 1), state=State.APPROVED)
    page = browser_of(shop.viewer).get(overview(shop)).context["page"]
    assert [mark.words for mark in page.rows[0].marks] == ["¥15,000 from 1 Nov 2026"]
    assert page.rows[0].number.target == ""
    assert page.sentence.startswith("1 of ")
    assert len(page.missing) == len(page.rows) - 1


def test_overview_names_a_target_that_holds_only_later(shop: Any, browser_of: Any) -> None:
    propose(shop, 30_000, state=State.APPROVED, since=date(2026, 11, 1))
    page = browser_of(shop.viewer).get(overview(shop)).context["page"]
    assert [mark.words for mark in page.rows[0].marks] == ["¥30,000 from 1 Nov 2026"]
    assert page.sentence.endswith("numbers have a target; it holds only after the period shown here.")
    assert page.rows[0].number.label not in [way.words for way in page.missing]


def test_letters_of_a_number_without_a_target_raise_no_alarm(shop: Any, browser_of: Any) -> None:
    letters = browser_of(shop.editor).get(of(shop, node="aov")).context["page"].smart
    assert {each.letter: each.tone for each in letters if each.letter in "AT"} == {"A": "none", "T": "none"}


def test_overview_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    address = reverse("planning:targets", kwargs={"business": bare.business.id})
    answer = browser_of(bare.editor).get(address)
    assert b"Try it with sample data" in answer.content


def test_overview_of_an_unknown_tree_is_not_found(shop: Any, browser_of: Any) -> None:
    address = reverse("planning:targets", kwargs={"business": shop.business.id})
    assert browser_of(shop.viewer).get(f"{address}?tree=nothing").status_code == 404


@pytest.mark.feature("F-113")
def test_gaps_are_listed_by_what_they_cost(shop: Any, browser_of: Any) -> None:
    """The average order at 90 % of its target costs more than the buyers at 97 % of theirs."""
    tree = tree_of(shop)
    for node, value in (("aov", 1_000), ("orders_per_buyer", 1.65)):
        propose(shop, value, key=queries.key_of(tree, tree.node(node)), state=State.APPROVED)
    rows = browser_of(shop.viewer).get(overview(shop)).context["page"].gaps
    assert [(each.gap, each.effect[:2]) for each in rows] == [("−10.0%", "−¥"), ("−3.0%", "−¥")]


def test_consistency_banner_tells_what_the_leaves_give(shop: Any, browser_of: Any) -> None:
    tree = tree_of(shop)
    values = {"revenue": 20_000, "first_time_buyers": 4, "earlier_buyers": 6, "orders_per_buyer": 1.2, "aov": 1_000}
    for node, value in values.items():
        propose(shop, value, key=queries.key_of(tree, tree.node(node)), state=State.APPROVED)
    for node, value in (("guest_orders", 0), ("guest_aov", 0)):
        propose(shop, value, key=queries.key_of(tree, tree.node(node)), state=State.APPROVED)
    banner = browser_of(shop.viewer).get(overview(shop)).context["page"].banner
    assert banner.words == (
        "The targets below the goal give ¥12,000 each month, the goal is ¥20,000: 60%, short by ¥8,000."
    )
    assert banner.tone == "act"


def test_targets_of_a_template_are_taken_over_and_their_shortfall_is_told(own_shop: Any, browser_of: Any) -> None:
    """100,000 visits × 3 % × 5,000 yen make 180 million a year; the goal is 300 million."""
    tree = own_tree(own_shop, "ec_annual_300m_example")
    address = reverse("planning:targets", kwargs={"business": own_shop.business.id})
    browser = browser_of(own_shop.editor)
    page = browser.get(address).context["page"]
    assert (page.tree, page.adopt_words) == (tree.id, "Take over 4 targets of the template as drafts")
    taken = browser.post(page.adopt_url, follow=True)
    assert str(next(iter(taken.context["messages"]))) == "4 targets are kept as drafts."
    page = taken.context["page"]
    assert page.banner.words == (
        "The targets below the goal give ¥180M each year, the goal is ¥300M: 60%, short by ¥120M."
    )
    assert page.adopt_url == ""
    assert {mark.words for each in page.rows for mark in each.marks} == {"Draft"}


@pytest.mark.feature("F-041")
def test_beside_the_field_stand_past_best_last_year_and_benchmark(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.editor).get(of(shop, node="returns"))
    names = [fact.name for fact in answer.context["page"].facts]
    assert names[:4] == ["Last year, same month", "Past best", "Natural growth", "Baseline"]
    assert any(name.startswith("Benchmark") for name in names)
    body = answer.content.decode()
    assert body.index("target-form") < body.index("What history says")
    assert all(name in body for name in names[:4])


def test_suggestions_fill_the_field(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    page = browser.get(of(shop)).context["page"]
    best = next(each for each in page.suggestions if each.words == "The past best again")
    assert best.value == "¥20,000"
    form = browser.get(best.url.split("#")[0]).context["form"]
    assert form["value"].value() == "20,000"


def test_suggestion_takes_the_place_of_a_series_and_of_a_band(shop: Any, browser_of: Any) -> None:
    browser, month = browser_of(shop.editor), shop.business.calendar.today().replace(day=1)
    for version, given in enumerate(
        (Target(months=((month, 100.0),), shape=MANUAL), Target(compare=BETWEEN, low=1.0, high=2.0))
    ):
        actions.propose_target(shop.editor, shop.business, KEY, version, Proposal(given, month))
        form = browser.get(of(shop) + "?value=20000").context["form"]
        assert (form["shape"].value(), form["compare"].value()) == (LEVEL, AT_LEAST)


def test_typed_value_is_read_while_it_is_typed(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.editor).get(of(shop) + "?value=%2B10%25").context["page"]
    assert page.read.sentences[0] == "Target ¥15,840."  # of October, not of November so far
    page = browser_of(shop.editor).get(of(shop) + "?value=nonsense").context["page"]
    assert "nonsense" in page.read.sentences[0]


@pytest.mark.parametrize(("who", "state", "status"), [("owner", "approved", 302), ("editor", "proposed", 302)])
def test_target_is_saved(shop: Any, browser_of: Any, who: str, state: str, status: int) -> None:
    answer = browser_of(getattr(shop, who)).post(of(shop), GIVEN | {"state": state})
    assert (answer.status_code, answer["Location"]) == (status, of(shop))
    (revision,) = plan_of(shop).revisions
    assert (revision.state, revision.target.value, revision.reason) == (state, 15_000, "Budget meeting")


@pytest.mark.parametrize(("who", "state"), [("viewer", "proposed"), ("viewer", "draft"), ("editor", "approved")])
def test_target_is_not_for_everybody(shop: Any, browser_of: Any, who: str, state: str) -> None:
    assert browser_of(getattr(shop, who)).post(of(shop), GIVEN | {"state": state}).status_code == 403
    assert Revision.objects.count() == 0


def test_form_keeps_what_was_typed(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.editor).post(of(shop), GIVEN | {"value": "lots", "reason": "because"})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="lots"' in body
    assert 'value="because"' in body


def test_ambiguous_value_is_asked_back_as_a_choice(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.editor).post(of(shop, node="returns"), GIVEN | {"value": "-5%"})
    assert answer.status_code == 422
    assert [each.kind for each in answer.context["page"].read.meanings] == ["relative", "points"]
    assert answer.content.decode().count('name="reading"') == 2


def test_second_saver_sees_both_values(shop: Any, browser_of: Any) -> None:
    propose(shop, 12_000)
    answer = browser_of(shop.editor).post(of(shop), GIVEN)
    assert answer.status_code == 409
    conflict = answer.context["conflict"]
    assert (conflict["mine"], conflict["theirs"], conflict["who"]) == ("¥15,000", "¥12,000", "Emi")
    assert 'name="version" value="1"' in answer.content.decode()
    again = browser_of(shop.editor).post(of(shop), GIVEN | {"version": "1"})
    assert again.status_code == 302
    assert [each.target.value for each in plan_of(shop).revisions] == [12_000, 15_000]


def test_new_revision_begins_this_month_and_the_months_before_keep_the_target_they_were_judged_by(
    shop: Any, browser_of: Any
) -> None:
    propose(shop, 12_000, since=date(2026, 7, 1), state=State.APPROVED)
    browser = browser_of(shop.owner)
    shown = browser.get(of(shop))
    assert shown.context["form"]["since"].value() == date(2026, 11, 1)
    sent = GIVEN | {"version": "1", "state": "approved"}
    asked = browser.post(of(shop), sent)
    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["since"])
    assert asked.context["form"].errors["since"][0].startswith("Oct 2026 would be judged anew.")
    assert 'name="anew"' in asked.content.decode()
    assert browser.post(of(shop), sent | {"since": "2026-11-01"}).status_code == 302
    calendar = shop.business.calendar
    months = calendar.periods(Grain.MONTH, date(2026, 9, 1), date(2026, 12, 1))
    assert [aim.low for aim in plan_of(shop).aims(months, calendar, "higher", True)] == [12_000, 12_000, 15_000]
    october = browser.get(overview(shop)).context["page"].rows[0]
    assert (october.number.target, [mark.words for mark in october.marks]) == ("¥12,000", ["¥15,000 from 1 Nov 2026"])
    first = browser.get(of(shop)).context["page"].versions[-1]
    assert (first.since, first.until) == ("1 Jul 2026", "31 Oct 2026")
    told = browser.get(f"/api/v1/businesses/{shop.business.id}/trees/{TREE}/targets").json()
    kept = [(each["target"]["value"], each["since"], each["until"], each["in_force"]) for each in told[0]["revisions"]]
    assert kept == [(12_000, "2026-07-01", "2026-10-31", False), (15_000, "2026-11-01", None, True)]


def test_months_that_are_over_are_judged_anew_only_by_somebody_who_says_so(shop: Any, browser_of: Any) -> None:
    propose(shop, 12_000, since=date(2026, 7, 1), state=State.APPROVED)
    sent = GIVEN | {"version": "1", "anew": "on"}
    assert browser_of(shop.editor).post(of(shop), sent).status_code == 302
    (waiting,) = browser_of(shop.owner).get(of(shop)).context["page"].waiting
    assert waiting.anew == "1 month that is over is judged anew"


@pytest.mark.parametrize("doing", ["approve", "choose", "withdraw", "confirm", "retire"])
def test_every_decision_works(shop: Any, browser_of: Any, doing: str) -> None:
    propose(shop, 12_000)
    sent = {"do": doing, "version": "1", "revision": "1"}
    answer = browser_of(shop.owner).post(of(shop, "decide"), sent, follow=True)
    assert answer.status_code == 200
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    again = browser_of(shop.owner).post(of(shop, "decide"), sent, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["warning"]


@pytest.mark.parametrize(
    "sent",
    [
        {"do": "burn", "version": "1", "revision": "1"},
        {"do": "approve", "version": "x", "revision": "1"},
        {"do": "approve", "version": "1"},
        {"do": "approve", "version": "1", "revision": "99"},
    ],
)
def test_senseless_decisions_are_not_found(shop: Any, browser_of: Any, sent: dict[str, str]) -> None:
    propose(shop, 12_000)
    assert browser_of(shop.owner).post(of(shop, "decide"), sent).status_code == 404


def test_editors_do_not_approve(shop: Any, browser_of: Any) -> None:
    propose(shop, 12_000)
    sent = {"do": "approve", "version": "1", "revision": "1"}
    assert browser_of(shop.editor).post(of(shop, "decide"), sent).status_code == 403
    assert browser_of(shop.viewer).post(of(shop, "decide"), sent | {"do": "withdraw"}).status_code == 403


def test_page_shows_the_gap_of_two_figures_and_blocks_approval(shop: Any, browser_of: Any) -> None:
    propose(shop, 100, way=Way.TOP_DOWN)
    propose(shop, 80, version=1, way=Way.BOTTOM_UP)
    browser = browser_of(shop.owner)
    page = browser.get(of(shop)).context["page"]
    assert (page.rivals.top.target, page.rivals.bottom.target, page.rivals.gap) == ("¥100", "¥80", "¥20")
    answer = browser.post(of(shop, "decide"), {"do": "approve", "version": "2", "revision": "1"}, follow=True)
    assert "Choose one" in str(next(iter(answer.context["messages"])))
    assert plan_of(shop).approved == ()
    typed = browser.post(of(shop), GIVEN | {"value": "90", "version": "2", "state": "approved"})
    assert typed.status_code == 422
    assert 'value="90"' in typed.content.decode()  # what was typed stays
    assert row(browser.get(overview(shop)).context["page"], page.title).marks[0].words == "Two figures"


def test_recheck_and_review_are_shown(shop: Any, browser_of: Any) -> None:
    tree = tree_of(shop)
    propose(shop, 10, key=queries.key_of(tree, tree.node("buyers")), state=State.APPROVED)
    propose(shop, 15_000, state=State.APPROVED)
    browser = browser_of(shop.viewer)
    notes = browser.get(of(shop, node="buyers")).context["page"].notes
    label = tree.root.label("en")
    assert notes[0] == f"The target of {label} has changed since. Is this one still right?"
    found = browser.get(overview(shop)).context["page"]
    assert [mark.words for mark in row(found, tree.node("buyers").label("en")).marks] == ["Recheck"]
    with time_machine.travel(datetime(2027, 2, 8, 3, tzinfo=UTC), tick=False):
        later = browser_of(shop.viewer).get(overview(shop)).context["page"]
    assert [mark.words for mark in later.rows[0].marks] == ["Review due"]


def test_chart_goes_on_to_the_deadline(shop: Any, browser_of: Any) -> None:
    propose(shop, 15_000, by=date(2027, 3, 31), state=State.APPROVED)
    chart = browser_of(shop.viewer).get(of(shop)).context["page"].chart
    assert chart.table.rows[-1] == ("Mar 2027", "—", "¥15,000", "—")
    assert chart.wide.option["series"][1]["xAxisIndex"] == 1


def test_group_without_a_number_has_no_target(shop: Any, browser_of: Any) -> None:
    assert browser_of(shop.viewer).get(of(shop, node="nothing")).status_code == 404


def test_pages_cost_the_same_however_many_targets(shop: Any, browser_of: Any) -> None:
    tree, browser = tree_of(shop), browser_of(shop.viewer)
    costs = []
    for node in ("revenue", "buyers", "aov"):
        propose(shop, 10, key=queries.key_of(tree, tree.node(node)), state=State.APPROVED)
        for address in (overview(shop), of(shop)):
            browser.get(address)
            with CaptureQueriesContext(connection) as seen:
                browser.get(address)
            costs.append(len(seen))
    assert costs[:2] == costs[2:4] == costs[4:]


# --- goals ---


def test_register_of_goals_warns_of_what_serves_nothing(own_shop: Any, browser_of: Any) -> None:
    tree = own_tree(own_shop)
    proposal = Proposal(target(15_000, by=date(2027, 3, 31)), date(2026, 10, 1))
    actions.propose_target(own_shop.owner, own_shop.business, KEY, 0, proposal, State.APPROVED)
    address = reverse("planning:targets", kwargs={"business": own_shop.business.id})
    page = browser_of(own_shop.editor).get(address).context["page"]
    (goal,) = page.goals
    assert (goal.target, goal.deadline, goal.active) == ("¥15,000", "31 Mar 2027", False)
    assert page.goal_warnings[0].startswith("No company goal is linked to: ")
    answer = browser_of(own_shop.editor).post(goal.activate_url, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["The goal is active."]
    assert queries.goals_of(own_shop.viewer, own_shop.business)[0].tree.id == tree.id


def test_goal_that_is_not_ready_says_why(own_shop: Any, browser_of: Any) -> None:
    tree = own_tree(own_shop)
    address = reverse("planning:activate", kwargs={"business": own_shop.business.id, "tree": tree.id})
    answer = browser_of(own_shop.editor).post(address, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert "no target value" in str(next(iter(answer.context["messages"])))


# --- the scorecard ---


def scorecard(cast: Any) -> str:
    return reverse("planning:scorecard", kwargs={"business": cast.business.id, "tree": TREE})


@pytest.mark.feature("F-018")
def test_scorecard_shows_five_marks_and_is_made_again_every_quarter(shop: Any, browser_of: Any) -> None:
    propose(shop, 15_000, by=date(2027, 3, 31), state=State.APPROVED)
    page = browser_of(shop.viewer).get(scorecard(shop)).context["page"]
    assert [letter.letter for letter in page.rows[0].letters] == ["S", "M", "A", "R", "T"]
    assert KINDS[SCORE_JOB].every is not None
    assert actions.score_due() == 2  # orders' revenue is the goal of two trees
    assert actions.score_due() == 0  # not before a quarter has gone
    with time_machine.travel(datetime(2027, 2, 8, 3, tzinfo=UTC), tick=False):
        assert actions.score_due() == 2
    kept = Scorecard.objects.filter(tree=TREE)
    assert [set(card.marks["revenue"]) for card in kept] == [set("SMART")] * 2


def test_scorecard_is_kept_by_hand(shop: Any, browser_of: Any) -> None:
    assert browser_of(shop.viewer).post(scorecard(shop)).status_code == 403
    assert browser_of(shop.editor).post(scorecard(shop)).status_code == 302
    page = browser_of(shop.viewer).get(scorecard(shop)).context["page"]
    assert (page.kept[0].by, page.next_words) == ("Emi", "Made anew by itself on 8 Feb 2027.")


def test_work_that_comes_by_itself_is_queued_once_a_day(db: None) -> None:
    def queued() -> int:
        queue_what_is_due()
        return Run.objects.filter(kind=SCORE_JOB).count()

    assert [queued(), queued()] == [1, 1]
    with time_machine.travel(datetime(2026, 11, 11, 3, 1, tzinfo=UTC), tick=False):
        assert queued() == 2


def test_nothing_of_another_business_is_reached(shop: Any, browser_of: Any) -> None:
    propose(shop, 12_000)
    strange = browser_of(shop.outsider)
    assert strange.get(of(shop)).status_code == 404
    assert strange.post(of(shop), GIVEN | {"version": "1"}).status_code == 404
    own = reverse("planning:target", kwargs={"business": shop.elsewhere.id, "tree": TREE, "node": "revenue"})
    strange.post(own, GIVEN)
    assert Plan.objects.filter(business=shop.elsewhere).count() == 0
    assert plan_of(shop).version == 1
