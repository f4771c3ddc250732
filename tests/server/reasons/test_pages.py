"""Why a number moved, the rows behind it, and what to work on first."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.server.scenarios.test_pages import VISITS_TREE

from keiki.catalogue.versions import Dated
from keiki.cli.main import run
from keiki.server.accounts.actions import make_api_token
from keiki.server.data.actions import opened
from keiki.server.kpis import queries as door
from keiki.server.kpis.actions import add_tree
from keiki.server.kpis.models import Verdict
from keiki.server.kpis.queries import Question
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of, with_targets
from keiki.server.reasons.queries import why as queries
from keiki.server.scenarios.actions import keep_scenario
from keiki.trees.document import from_dict, template, to_yaml
from keiki.trees.simulate import How, Move
from keiki.trees.targets import Target

TREE = "simple_orders"


def address(name: str, business: Any, **parts: str) -> str:
    return reverse(f"reasons:{name}", kwargs={"business": business.id, "tree": TREE, **parts})


def page_of(answer: Any) -> Any:
    return answer.context["page"]


def cells(listed: Any) -> list[dict[str, str]]:
    """The rows behind a number, each cell by the name of its column."""
    return [{column.words: cell for column, cell in row} for row in listed.rows]


def money(words: str) -> float:
    return float(re.sub(r"[^\d.]", "", words)) * (-1 if "−" in words else 1)


def test_parts_of_the_change_sum_to_it_and_lead_to_their_rows(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("why", shop.business)))
    assert page.sentence.startswith("Order revenue is ¥14,400: −¥5,600 (−28.0%) against prev. month (¥20,000).")
    assert sum(money(row.part) for row in page.rows) == pytest.approx(-5_600, abs=3)
    assert page.figure.table.rows[0] == ("Prev. month", "¥20,000")
    assert page.figure.table.rows[-1] == ("Oct 2026", "¥14,400")
    assert browser_of(shop.viewer).get(page.rows[0].url).status_code == 200


def test_a_number_below_the_goal_is_explained_in_its_own_unit(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("why", shop.business, node="buyers")))
    assert (page.label, page.rows[0].part.startswith("¥")) == ("Buyers", False)
    assert [way.current for way in page.nodes].count(True) == 1


def test_change_by_channel_has_a_sentence_and_rows_that_sum(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("why", shop.business) + "?by=channel"))
    assert page.by.sentence == "Order revenue fell by ¥5,600, from ¥20,000 to ¥14,400. E-mail moved most (−¥2,800)."
    assert [(row.label, row.part) for row in page.by.rows] == [("E-mail", "−¥2,800"), ("Organic search", "−¥2,800")]


def test_change_of_a_rate_is_split_into_own_change_and_weight(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("why", shop.business, node="aov") + "?by=channel"))
    assert page.by.is_ratio
    assert (page.by.whole, page.by.rate, page.by.mix) == ("−¥100", "−¥100", "±¥0")


def test_numbers_stand_beside_their_targets_and_scenarios(own_shop: Any, browser_of: Any) -> None:
    business, owner = own_shop.business, own_shop.owner
    tree = door.known(owner, business).tree(TREE)
    goal = Proposal(Target(value=20_000.0, period="month"), date(2026, 1, 1))
    propose_target(owner, business, key_of(tree, tree.root), 0, goal, State.APPROVED)
    scenario = keep_scenario(owner, business, TREE, "Dearer", "", {"aov": Move(How.TO, 1000.0)})
    browser = browser_of(own_shop.viewer)
    page = page_of(browser.get(address("why", business) + "?against=target"))
    assert page.sentence.startswith("Order revenue is ¥14,400: −¥5,600 (−28.0%) against the target (¥20,000).")
    assert page.figure.table.rows[1] == ("Not shared out to targets below", "−¥5,600")
    page = page_of(browser.get(address("why", business) + f"?against=scenario:{scenario.pk}"))
    assert "against the scenario “Dearer” (¥16,000)" in page.sentence
    assert ("scenario:" + str(scenario.pk), "Scenario “Dearer”") in page.lens_form.choices[-1].options


def test_page_command_line_and_api_agree_on_the_parts_of_a_missed_target(
    own_shop: Any, browser_of: Any, shop_folder: Any, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    owner, business = own_shop.owner, own_shop.business
    tree = door.known(owner, business).tree(TREE)
    for name, value in {"orders_per_buyer": 3.0, "aov": 1_200.0, tree.root.id: 50_000.0}.items():
        proposal = Proposal(Target(value=value), date(2026, 9, 1))
        propose_target(owner, business, key_of(tree, tree.node(name)), 0, proposal, State.APPROVED)
    token = make_api_token(owner, business, "nightly", "read", None)
    place = f"/api/v1/businesses/{business.id}/trees/{TREE}/explanation"
    program = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    told = program.get(place, {"before": "target", "after": "2026-10"}).json()
    assert (told["against"], told["before"], told["after"], told["change"]) == ("target", 50_000, 14_400, -35_600)
    assert told["periods"] == [{"start": "2026-10-01", "end": "2026-11-01"}]
    leaves = [part for part in told["parts"] if part["leaf"]]
    assert sum(part["contribution"] for part in leaves) == pytest.approx(told["change"] + told["apart"], abs=1e-6)
    parts = {part["node"]: part["contribution"] for part in leaves if not part["residual"]}

    page = page_of(browser_of(own_shop.viewer).get(address("why", business) + "?against=target&on=2026-10-01"))
    labels = {node.label("en"): node.id for node in tree.nodes}
    shown = {labels[row.label]: money(row.part) for row in page.rows if row.label in labels}
    assert shown == {node: pytest.approx(parts[node], abs=1) for node in shown}
    assert {"orders_per_buyer", "aov"} <= set(shown)
    step = dict(page.figure.table.rows)["Not shared out to targets below"]
    assert money(step) == pytest.approx(-told["apart"], abs=1)

    folder, file = tmp_path / "shop", tmp_path / "aimed.yaml"
    shutil.copytree(shop_folder, folder)
    document = template(door.catalogue_of(owner, business), TREE)
    file.write_text(to_yaml(with_targets(owner, business, document)), encoding="utf-8")
    capsys.readouterr()
    assert run(["explain", str(file), "--before", "target", "--after", "2026-10", "-b", str(folder), "--json"]) == 0
    rows = {row["node"]: row["effect"] for row in json.loads(capsys.readouterr().out)["rows"]}
    assert rows == {node: pytest.approx(parts[node], abs=1e-6) for node in rows}
    assert {"orders_per_buyer", "aov"} <= set(rows)


def test_api_says_when_there_is_no_target_to_compare_with(shop: Any) -> None:
    token = make_api_token(shop.owner, shop.business, "nightly", "read", None)
    program = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    place = f"/api/v1/businesses/{shop.business.id}/trees/{TREE}/explanation"
    for more in ({}, {"where": "channel = 'email'"}):
        answer = program.get(place, {"before": "target", "after": "2026-10"} | more)
        assert (answer.status_code, answer.json()["error"]) == (422, "no_targets_there")


def test_rows_behind_a_number_are_those_that_were_counted(shop: Any, browser_of: Any) -> None:
    page = page_of(
        browser_of(shop.viewer).get(address("rows", shop.business, node="revenue") + "?segment=channel:email")
    )
    (listed,) = page.lists
    assert listed.sentence == "8 rows of Orders."
    assert len(listed.rows) == 8
    assert {row["Amount, net of tax"] for row in cells(listed)} == {"900"}
    assert {row["Channel"] for row in cells(listed)} == {"E-mail"}
    assert page.chips[0].remove_url


def test_measures_of_the_same_rows_share_one_list(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("rows", shop.business, node="aov")))
    assert len(page.lists) == 1
    assert " · " in page.lists[0].measure


def test_first_number_has_the_most_effect_and_says_why(shop: Any, browser_of: Any) -> None:
    page = page_of(browser_of(shop.viewer).get(address("first", shop.business)))
    effects = [money(row.effect) * row.control for row in page.rows]
    assert effects == sorted(effects, reverse=True)
    assert page.rows[0].label in page.sentence
    assert all(row.reasons for row in page.rows)


def test_best_value_so_far_is_neither_a_month_that_was_left_out_nor_one_of_another_definition(shop: Any) -> None:
    numbers = door.measured(shop.viewer, shop.business, TREE, Question(on=date(2026, 10, 1)))
    node = numbers.tree.root
    july, october = (
        place
        for place, month in enumerate(numbers.periods)
        if month.start in (date(2026, 7, 1), date(2026, 10, 1)) and numbers.completes[place]
    )
    values = door.past_of(shop.business, numbers)[node.id]
    assert values == list(numbers.series(node))
    Verdict.objects.create(
        business=shop.business, kpi_id=node.kpi, grain="month", day=date(2026, 7, 1), value=0, word="excluded"
    )
    assert door.past_of(shop.business, numbers)[node.id] == values[:july] + values[july + 1 :]
    assert node.measured is not None
    changed = replace(node, dated=Dated((date(2026, 10, 1),), (node.measured, node.measured)))
    tree = replace(numbers.tree, nodes=tuple(changed if n.id == node.id else n for n in numbers.tree.nodes))
    now = replace(numbers.reading.now, tree=tree)
    assert [place for place, value in enumerate(now.as_defined_now(node.id)) if value is not None] == [october]


def test_subtree_has_the_node_as_its_goal(shop: Any) -> None:
    numbers = door.measured(shop.viewer, shop.business, TREE, Question(on=date(2026, 10, 1)))
    part = queries.subtree(numbers.tree, numbers.tree.node("known_revenue"))
    assert (part.root.id, part.root.parent, part.root.edge) == ("known_revenue", None, None)
    assert {node.id for node in part.nodes} == {
        "known_revenue",
        "buyers",
        "first_time_buyers",
        "earlier_buyers",
        "orders_per_buyer",
        "aov",
    }


@pytest.mark.parametrize("name", ["why", "first"])
def test_business_without_rows_offers_sample_data(bare: Any, browser_of: Any, name: str) -> None:
    assert page_of(browser_of(bare.editor).get(address(name, bare.business))).empty is not None


def test_what_is_not_there_is_not_found(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    assert browser.get(address("why", shop.business, node="nothing")).status_code == 404
    assert browser.get(address("rows", shop.business, node="nothing")).status_code == 404
    assert browser.get(address("why", shop.business).replace(TREE, "no-tree")).status_code == 404
    assert browser.get(address("why", shop.business) + "?against=scenario:nonsense&by=nothing").status_code == 200


@pytest.mark.feature("F-132")
def test_fall_of_ten_per_cent_is_ranked_in_parts_that_sum_to_it(bare: Any, browser_of: Any) -> None:
    business, owner = bare.business, bare.owner
    numbers = opened(business).business
    orders = [
        {
            "order_id": f"{month}-{place}",
            "customer_id": f"c{place}",
            "ordered_at": f"2026-{month:02d}-10 12:00:00",
            "amount": str(amount),
        }
        for month, amount in ((9, 1000), (10, 900))
        for place in range(20)
    ]
    visits = [
        {"metric": "n_sessions", "date": f"2026-{month:02d}-01", "grain": "month", "value": value}
        for month, value in ((9, "1000"), (10, "1250"))
    ]
    numbers.load([*orders, {**orders[0], "order_id": "later", "ordered_at": "2026-11-02 12:00:00"}], "orders", name="a")
    numbers.load(visits, "observations", name="b")
    tree = add_tree(owner, business, from_dict(VISITS_TREE), {"what": "new"})
    why = reverse("reasons:why", kwargs={"business": business.id, "tree": tree.tree_id})
    page = page_of(browser_of(bare.viewer).get(why + "?on=2026-10-01"))
    assert "(−10.0%)" in page.sentence
    rows = {row.label: row.share for row in page.rows}
    assert set(rows) == {"Sessions", "Purchase rate / contract rate", "Average order value"}
    assert sum(money(share) for share in rows.values()) == pytest.approx(-10.0, abs=0.15)
    sizes = [abs(money(row.part)) for row in page.rows]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.feature("F-069")
def test_average_order_leads_to_exactly_the_orders_that_make_it(bare: Any, browser_of: Any) -> None:
    """30 completed orders of June make 150,000 net: 5,000 each on average; July and cancelled orders stay out."""
    orders = [
        {
            "order_id": f"J{n}",
            "customer_id": f"c{n}",
            "ordered_at": f"2026-06-{1 + n % 30:02d} 12:00:00",
            "amount": 4_000 if n % 2 else 6_000,
            "status": "completed",
        }
        for n in range(30)
    ]
    others = [
        {**orders[0], "order_id": "cancelled", "status": "cancelled"},
        {**orders[0], "order_id": "july", "ordered_at": "2026-07-01 00:30:00"},
    ]
    opened(bare.business).business.load([*orders, *others], "orders")
    browser = browser_of(bare.viewer)
    page = page_of(browser.get(address("rows", bare.business, node="aov") + "?on=2026-06-01"))
    assert page.value == "¥5,000"
    (listed,) = page.lists
    ids = {row["Order ID"] for row in cells(listed)}
    amounts = [money(row["Amount, net of tax"]) for row in cells(listed)]
    assert ids == {order["order_id"] for order in orders}
    assert {row["Order status"] for row in cells(listed)} == {"Completed"}
    assert (sum(amounts), len(amounts), sum(amounts) / len(amounts)) == (150_000, 30, 5_000)


@pytest.mark.feature("F-378")
def test_visits_up_by_a_fifth_without_more_fitting_leads_raise_a_warning(bare: Any, browser_of: Any) -> None:
    numbers = opened(bare.business).business

    def load(october_leads: int) -> None:
        visits = [
            {
                "event_id": f"{month}-{n}",
                "occurred_at": f"2026-{month:02d}-05 12:00:00",
                "name": "page_view",
                "visitor_id": f"v{n}",
                "session_id": f"{month}-{n}",
            }
            for month, count in ((9, 100), (10, 120), (11, 1))
            for n in range(count)
        ]
        leads = [
            {
                "pipeline": "lead",
                "subject_id": f"{month}-{n}",
                "stage": "lead",
                "entered_at": f"2026-{month:02d}-06 12:00:00",
                "customer_id": "fits",
            }
            for month, count in ((9, 10), (10, october_leads))
            for n in range(count)
        ]
        customers = [{"customer_id": "fits", "icp_fit": True}]
        numbers.load_facts({"events": visits, "stages": leads, "customers": customers}, name="a", mode="replace")

    page = address("first", bare.business) + "?on=2026-10-01"
    load(10)
    warned = page_of(browser_of(bare.viewer).get(page)).warning
    assert warned.startswith("Visits moved by +20.0%, leads that fit our ideal customer by ±0")
    load(12)
    assert page_of(browser_of(bare.viewer).get(page)).warning == ""


def test_sentence_names_what_worked_with_the_change_and_what_against_it(own_shop: Any, browser_of: Any) -> None:
    """Sessions 400 → 800, rate 5 → 2 %, value 1,000 → 900: by Shapley +13,400, −17,000 and −2,000."""
    business, owner = own_shop.business, own_shop.owner
    visits = [
        {"metric": "n_sessions", "date": f"2026-{month:02}-01", "grain": "month", "value": value}
        for month, value in ((9, "400"), (10, "800"))
    ]
    opened(business).business.load(visits, "observations", name="visits")
    tree = add_tree(owner, business, from_dict(VISITS_TREE), {"what": "new"})
    where = {"business": business.id, "tree": tree.tree_id}
    page = page_of(browser_of(own_shop.viewer).get(reverse("reasons:why", kwargs=where)))
    assert page.sentence.endswith(
        " Purchase rate / contract rate did most of it: −¥17,000. Sessions worked against it: +¥13,400."
    )


def test_sentence_says_when_most_is_told_by_no_formula(own_shop: Any, browser_of: Any) -> None:
    words = {"ja": "例", "en": "Sales", "about_ja": "例。", "about_en": "An example."}
    root = {"kpi": "order_revenue", "formula": "purchases * 100", "children": [{"kpi": "purchases"}]}
    tree = add_tree(
        own_shop.owner, own_shop.business, from_dict({"id": "sales", **words, "root": root}), {"what": "new"}
    )
    where = {"business": own_shop.business.id, "tree": tree.tree_id}
    page = page_of(browser_of(own_shop.viewer).get(reverse("reasons:why", kwargs=where)))
    assert page.sentence.endswith(
        " The largest part, −¥5,200, no formula tells; of the others Completed purchases did most: −¥400."
    )
