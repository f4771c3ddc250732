"""The what-if page and its scenarios."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from keiki.errors import ScenarioNameTaken, TooManyScenarios
from keiki.server.data.actions import opened
from keiki.server.kpis import queries as queries_of_kpis
from keiki.server.kpis.actions import add_tree
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.server.scenarios import actions, queries
from keiki.server.scenarios.models import Scenario
from keiki.trees.document import from_dict
from keiki.trees.simulate import How, Move
from keiki.trees.targets import Target

TREE = "simple_orders"


def address(business: Any, tree: str = TREE) -> str:
    return reverse("scenarios:what_if", kwargs={"business": business.id, "tree": tree})


def page_of(answer: Any) -> Any:
    return answer.context["page"]


def driver(page: Any, label: str) -> Any:
    return next(row for row in page.drivers if row.label == label)


def test_page_shows_every_driver_and_the_goal_as_it_is(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address(shop.business)))
    assert (page.outcome.now, page.outcome.then, page.outcome.difference) == ("¥14,400", "¥14,400", "±¥0")
    assert [row.label for row in page.drivers if row.slides] != []
    assert not any(row.moved for row in page.rows)


def test_moved_driver_is_worked_out_on_the_server_too(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    first = driver(page_of(browser.get(address(shop.business))), "Average order value")
    page = page_of(browser.get(address(shop.business), {first.field: "1000"}))
    assert (page.outcome.then, page.outcome.difference) == ("¥16,000", "+¥1,600")
    assert page.outcome.sentence == "1 driver moved: Order revenue changes by +¥1,600 (+11.1%)."
    assert next(row.then for row in page.rows if row.label == "Average order value") == "¥1,000"
    assert page.model["prefix"] == "to."


def test_sign_of_another_unit_is_refused_beside_driver_and_goal(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    price = driver(page_of(browser.get(address(shop.business))), "Average order value")
    page = page_of(browser.get(address(shop.business), {price.field: "5%", "goal": "80%"}))
    assert driver(page, price.label).error == "“5%” does not fit: the unit here is money. Write it like 1,200."
    assert page.goal_error == "“80%” does not fit: the unit here is money. Write it like 1,200."
    assert (page.outcome.then, page.answer) == ("¥14,400", None)


def test_rate_of_counts_is_refused_below_0_and_cautioned_above_100_percent(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    url = address(shop.business, "ec")
    shares = {row.id for row in page_of(browser.get(url)).drivers if row.share}
    assert shares == {"purchase_rate"}
    low = next(r for r in page_of(browser.get(url, {"to.purchase_rate": "-3"})).drivers if r.id == "purchase_rate")
    assert (low.error, low.caution) == ("A share of a number is never below 0%.", "")
    high = next(r for r in page_of(browser.get(url, {"to.purchase_rate": "200%"})).drivers if r.id == "purchase_rate")
    assert (high.error, high.caution) == (
        "",
        "Above 100%: more than one for each. Look whether a digit is too much.",
    )


def test_text_that_is_no_number_is_told_beside_its_field_and_kept(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    first = page_of(browser.get(address(shop.business))).drivers[0]
    page = page_of(browser.get(address(shop.business), {first.field: "lots"}))
    assert (page.drivers[0].text, page.drivers[0].error) == ("lots", "Write a number, such as 2.5.")
    assert page.outcome.difference == "±¥0"


def test_goal_seek_answers_in_words_with_a_link_that_sets_it(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    by = driver(page_of(browser.get(address(shop.business))), "Average order value")
    page = page_of(browser.get(address(shop.business), {"goal": "28800", "by": by.id}))
    assert page.answer.sentence == "Order revenue reaches ¥28,800 when Average order value is ¥1,800 (+100.0%)."
    assert page_of(browser.get(page.answer.url)).outcome.then == "¥28,800"


def test_cheapest_mix_lists_what_each_driver_becomes(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    by = driver(page_of(browser.get(address(shop.business))), "Average order value")
    wish = {"goal": "18000", "by": by.id, f"low.{by.id}": "900", f"high.{by.id}": "2000", f"cost.{by.id}": "10"}
    page = page_of(browser.get(address(shop.business), wish))
    assert page.mix.sentence == "The cheapest way to ¥18,000 within these limits costs ¥2,250."
    assert page.mix.lines == (("Average order value", "¥1,125 (+25.0%)"),)
    wish[f"high.{by.id}"] = "800"
    wrong = page_of(browser.get(address(shop.business), wish)).mix
    assert (wrong.reached, "leave nothing between them" in wrong.sentence) == (False, True)


@pytest.mark.feature("F-120")
def test_strengths_are_a_tornado_of_one_per_cent_of_each_factor(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address(shop.business)))
    told = {row[0]: row[2] for row in page.strengths.table.rows}
    assert told["Average order value"] == "+¥144"
    assert page.strengths.table.head == ("Driver", "−1%", "+1%")
    alike = " or ".join(row[0] for row in page.strengths.table.rows if row[2] == "+¥144")
    assert page.strengths.sentence.startswith(f"1% more {alike} changes ")


def test_short_history_says_that_chances_cannot_be_told(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address(shop.business) + "?on=2026-08-01"))
    assert page.chances is None
    assert page.chances_sentence.startswith("There is not enough history yet")


def test_scenarios_are_kept_compared_and_removed(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    by = driver(page_of(browser.get(address(shop.business))), "Average order value")
    keep = reverse("scenarios:keep", kwargs={"business": shop.business.id, "tree": TREE})
    for name, value in (("Dearer", "1000"), ("Cheaper", "500")):
        done = browser.post(keep, {by.field: value, "name": name, "note": "try"})
        assert done.status_code == 302, done.context["page"].form.errors
    page = page_of(browser.get(address(shop.business)))
    assert [(row.name, row.goal, row.against_now) for row in page.scenarios] == [
        ("Dearer", "¥16,000", "+¥1,600"),
        ("Cheaper", "¥8,000", "−¥6,400"),
    ]
    assert page_of(browser.get(page.scenarios[1].url)).outcome.then == "¥8,000"
    browser.post(page.scenarios[0].remove_url)
    assert list(Scenario.objects.values_list("name", flat=True)) == ["Cheaper"]


def test_scenario_without_a_move_or_with_a_taken_name_comes_back_with_its_words(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    keep = reverse("scenarios:keep", kwargs={"business": shop.business.id, "tree": TREE})
    empty = browser.post(keep, {"name": "Nothing", "note": "kept text"})
    assert empty.status_code == 422
    assert b"kept text" in empty.content
    field = page_of(browser.get(address(shop.business))).drivers[-1].field
    browser.post(keep, {field: "7", "name": "Same"})
    again = browser.post(keep, {field: "8", "name": "Same"})
    assert again.status_code == 422
    assert "already a scenario" in str(page_of(again).form.errors)
    assert driver(page_of(again), page_of(again).drivers[-1].label).text == "8"


def test_viewer_may_try_but_not_keep(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    keep = reverse("scenarios:keep", kwargs={"business": shop.business.id, "tree": TREE})
    assert browser.post(keep, {"name": "x"}).status_code == 403
    page = page_of(browser.get(address(shop.business)))
    assert (page.may_edit, b"Keep as a scenario" in browser.get(address(shop.business)).content) == (False, False)


def test_scenario_of_another_business_is_not_there(shop: Any, browser_of: Any) -> None:
    made = actions.keep_scenario(shop.owner, shop.business, TREE, "Ours", "", {"aov": Move(How.TO, 1.0)})
    stranger = reverse("scenarios:remove", kwargs={"business": shop.elsewhere.id, "scenario": made.pk})
    assert browser_of(shop.outsider).post(stranger).status_code == 404
    assert Scenario.objects.filter(pk=made.pk).exists()


def test_tree_that_is_not_there_is_not_found(shop: Any, browser_of: Any) -> None:
    assert browser_of(shop.viewer).get(address(shop.business, "no-tree")).status_code == 404


def test_business_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    page = page_of(browser_of(bare.editor).get(address(bare.business)))
    assert page.empty is not None


def test_list_of_scenarios_costs_the_same_queries_with_one_and_with_three(
    shop: Any, browser_of: Any, django_assert_num_queries: Any
) -> None:
    browser = browser_of(shop.viewer)
    browser.get(address(shop.business))
    counts = []
    for name in ("a", "b", "c"):
        actions.keep_scenario(shop.owner, shop.business, TREE, name, "", {"aov": Move(How.TO, 1.0)})
        with django_assert_num_queries(100, exact=False) as counted:
            browser.get(address(shop.business))
        counts.append(len(counted))
    assert counts[0] == counts[2]


def test_moves_of_a_driver_that_left_the_tree_are_told(shop: Any) -> None:
    actions.keep_scenario(shop.owner, shop.business, TREE, "Old", "", {"gone": Move(How.TO, 1.0)})
    base = queries.what_if(shop.owner, shop.business, TREE, queries.Question(on=date(2026, 10, 1)), {})
    assert [
        (each.lost, each.what_if.simulated.change) for each in queries.compared(shop.owner, shop.business, base)
    ] == [(("gone",), 0.0)]


def test_names_are_once_per_tree_and_their_number_is_limited(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {"aov": Move(How.TO, 1.0)}
    actions.keep_scenario(shop.owner, shop.business, TREE, "One", "", moves)
    with pytest.raises(ScenarioNameTaken):
        actions.keep_scenario(shop.owner, shop.business, TREE, "One", "", moves)
    actions.keep_scenario(shop.owner, shop.business, "ec", "One", "", moves)
    monkeypatch.setattr(actions, "MOST_SCENARIOS", 1)
    with pytest.raises(TooManyScenarios):
        actions.keep_scenario(shop.owner, shop.business, TREE, "Two", "", moves)


VISITS_TREE = {
    "id": "visits",
    "ja": "訪問から見た売上",
    "en": "Revenue from visits",
    "about_ja": "訪問 × 購入率 × 単価。",
    "about_en": "Visits × purchase rate × order value.",
    "root": {
        "id": "revenue",
        "kpi": "order_revenue",
        "formula": "sessions * purchase_rate * aov",
        "children": [{"kpi": name, "driver": True} for name in ("sessions", "purchase_rate", "aov")],
    },
}


@pytest.mark.feature("F-123")
def test_three_conversion_rates_are_kept_and_listed_with_result_and_difference_from_target(
    own_shop: Any, browser_of: Any
) -> None:
    business, owner = own_shop.business, own_shop.owner
    visits = [{"metric": "n_sessions", "date": "2026-10-01", "grain": "month", "value": "800"}]
    opened(business).business.load(visits, "observations", name="visits")
    tree = add_tree(owner, business, from_dict(VISITS_TREE), {"what": "new"})
    root = queries_of_kpis.known(owner, business).tree(tree.tree_id).root
    goal = Proposal(Target(value=20_000.0, period="month"), date(2026, 1, 1))
    propose_target(
        owner,
        business,
        key_of(queries_of_kpis.known(owner, business).tree(tree.tree_id), root),
        0,
        goal,
        State.APPROVED,
    )
    browser = browser_of(own_shop.editor)
    keep = reverse("scenarios:keep", kwargs={"business": business.id, "tree": tree.tree_id})
    for rate in ("2", "3", "4"):
        assert browser.post(keep, {"to.purchase_rate": rate, "name": f"CVR {rate}%"}).status_code == 302
    page = page_of(browser.get(address(business, tree.tree_id)))
    assert [(row.name, row.goal, row.against_now, row.against_target) for row in page.scenarios] == [
        ("CVR 2%", "¥14,400", "±¥0", "−¥5,600"),
        ("CVR 3%", "¥21,600", "+¥7,200", "+¥1,600"),
        ("CVR 4%", "¥28,800", "+¥14,400", "+¥8,800"),
    ]
    assert page.outcome.to_target == "−¥5,600"
    assert page.goal_text == "20000", "the goal that is sought begins with the target"


def test_drivers_that_weigh_the_same_are_not_called_the_strongest(own_shop: Any, browser_of: Any) -> None:
    words = {"ja": "例", "en": "Sales", "about_ja": "例。", "about_en": "An example."}
    parts = [{"id": name, "kpi": kpi, "driver": True} for name, kpi in (("orders", "purchases"), ("value", "aov"))]
    for name, movable in (("both", 2), ("one", 1)):
        below = [part | {"driver": place < movable} for place, part in enumerate(parts)]
        root = {"id": "goal", "kpi": "order_revenue", "formula": "orders * value", "children": below}
        add_tree(own_shop.owner, own_shop.business, from_dict({"id": name, **words, "root": root}), {"what": "new"})
    told = [page_of(browser_of(own_shop.viewer).get(address(own_shop.business, name))) for name in ("both", "one")]
    assert [page.strengths.sentence for page in told] == [
        "1% more of any of the 2 drivers changes Order revenue by +¥144: they weigh the same.",
        "1% more Completed purchases changes Order revenue by +¥144.",
    ]
