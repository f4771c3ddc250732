"""The design page: every step by forms alone, as a browser without scripts sends them."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.errors import UnsharedBoard
from keiki.periods import Grain
from keiki.server.cockpit.actions import design as steps
from keiki.server.cockpit.actions.design import Layers
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import OwnTree
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.build import build
from keiki.trees.bundle import Bundle, over, read_text
from keiki.trees.document import Influence, NodeDocument, Owner, TreeDocument, as_dict, from_yaml, to_yaml
from keiki.trees.ossie import ossie
from keiki.trees.targets import AT_LEAST, Target

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
SALES = TreeDocument(
    id="sales",
    ja="売上",
    en="Sales",
    about_ja="試し",
    about_en="A trial",
    root=NodeDocument(
        "revenue",
        kpi="order_revenue",
        formula="buyers * per_buyer * aov",
        children=(
            NodeDocument("buyers", kpi="buyers"),
            NodeDocument("per_buyer", kpi="orders_per_buyer"),
            NodeDocument(
                "aov", kpi="aov", children=(NodeDocument("items", kpi="items_per_order", influence=Influence(1)),)
            ),
            NodeDocument("repeat", kpi="repeat_purchase_rate", influence=Influence(1, 2)),
        ),
    ),
)


@pytest.fixture
def sales(bare: Any) -> Any:
    """The cast with one own tree."""
    actions.add_tree(bare.owner, bare.business, SALES, {"what": "start_empty", "ja": "売上", "en": "Sales"})
    return bare


def url(cast: Any, name: str = "design", tree: str | None = "sales", **query: str) -> str:
    where = {"business": cast.business.id} | ({"tree": tree} if tree else {})
    return reverse(f"cockpit:{name}", kwargs=where) + (
        "?" + "&".join(f"{k}={v}" for k, v in query.items()) if query else ""
    )


def stored(cast: Any, tree: str = "sales") -> queries.StoredTree:
    found = queries.stored_tree(cast.owner, cast.business, tree)
    assert found is not None
    return found


def document(cast: Any, tree: str = "sales") -> TreeDocument:
    return stored(cast, tree).document


def below(cast: Any, node: str) -> list[str]:
    return [child.id for child in document(cast).node(node).children]


def step(browser: Any, cast: Any, do: str, tree: str = "sales", **values: Any) -> Any:
    """One step on the newest version, unless `base` says otherwise."""
    sent = {"base": stored(cast, tree).version, "do": do} | values
    return browser.post(url(cast, tree=tree), sent)


def form_of(page: Any) -> dict[str, Any]:
    """What the form of the chosen node would send unchanged."""
    form = page.context["page"].inspector.form
    return {name: form[name].value() or "" for name in form.fields if form[name].value() not in (None, False)}


def test_design_lists_every_number_with_its_link(sales: Any, browser_of: Any) -> None:
    rows = browser_of(sales.editor).get(url(sales)).context["page"].rows
    assert [(row.id, row.level_number, row.link, row.influence) for row in rows] == [
        ("revenue", 1, "", False),
        ("buyers", 2, "×", False),
        ("per_buyer", 2, "×", False),
        ("aov", 2, "×", False),
        ("items", 3, "↑", True),
        ("repeat", 2, "↑", True),
    ]
    assert rows[-1].link_words == "moves it the same way, 2 periods later"


def test_design_is_only_read_by_viewers(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.viewer)
    page = browser.get(url(sales, node="buyers"))
    assert (page.status_code, page.context["page"].may_edit) == (200, False)
    assert 'name="do"' not in page.content.decode()
    assert step(browser, sales, "remove", node="repeat").status_code == 403
    assert stored(sales).version == 1


def test_design_of_a_template_can_be_taken_over(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    assert b"not a tree of your own yet" in browser.get(url(bare, tree="simple_orders")).content
    assert browser.post(url(bare, tree="simple_orders")).url == url(bare, tree="simple_orders")
    assert stored(bare, "simple_orders").row.made_from == "simple_orders"
    assert browser.get(url(bare, tree="nothing")).status_code == 404


def test_design_of_a_tree_written_by_hand_keeps_its_id(bare: Any, browser_of: Any) -> None:
    (bare.business.folder / "trees").mkdir(parents=True)
    (bare.business.folder / "trees" / "sales.yaml").write_text(to_yaml(SALES), encoding="utf-8")
    assert browser_of(bare.editor).post(url(bare)).url == url(bare)
    assert document(bare) == SALES


# --- steps ---


@pytest.mark.feature("F-020")
def test_node_moved_to_another_parent_is_saved(sales: Any, browser_of: Any) -> None:
    answer = step(browser_of(sales.editor), sales, "move", node="repeat", parent="buyers")
    assert answer.url == url(sales, node="repeat")
    assert (below(sales, "revenue"), below(sales, "buyers")) == (["buyers", "per_buyer", "aov"], ["repeat"])
    assert document(sales).node("repeat").influence == Influence(1, 2)


def test_number_added_from_the_catalogue_hangs_as_wished(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    page = browser.get(url(sales, node="buyers", q="returning"))
    found = [kpi.id for kpi in page.context["page"].inspector.found]
    assert "returning_buyers" in found
    step(browser, sales, "add", parent="buyers", kpi="first_time_buyers", edge="+")
    step(browser, sales, "add", parent="buyers", kpi="returning_buyers", edge="+")
    step(browser, sales, "add", parent="buyers", kpi="bounce_rate", edge="against", lag="1")
    node = document(sales).node("buyers")
    assert node.formula == "first_time_buyers + returning_buyers"
    assert node.children[2].influence == Influence(-1, 1)


def test_group_added_by_name_is_a_success_factor(sales: Any, browser_of: Any) -> None:
    step(browser_of(sales.editor), sales, "add", parent="revenue", name="顧客を増やす")
    node = document(sales).root.children[-1]
    assert (node.ja, node.level, node.kpi) == ("顧客を増やす", "ksf", None)
    assert not stored(sales).measurable


@pytest.mark.feature("F-006")
def test_success_factor_without_a_reason_is_marked_incomplete(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "change", node="buyers", level="ksf")
    rows = {row.id: row for row in browser.get(url(sales)).context["page"].rows}
    assert (rows["buyers"].tone, rows["buyers"].troubles) == ("watch", 1)
    step(
        browser,
        sales,
        "change",
        node="buyers",
        level="ksf",
        why_ja="人が増えれば注文も増える",
        why_en="More people order more",
    )
    rows = {row.id: row for row in browser.get(url(sales)).context["page"].rows}
    assert rows["buyers"].tone == ""


@pytest.mark.parametrize(
    ("way", "node", "above", "order"),
    [
        ("up", "per_buyer", "revenue", ["per_buyer", "buyers", "aov", "repeat"]),
        ("down", "per_buyer", "revenue", ["buyers", "aov", "per_buyer", "repeat"]),
        ("in", "repeat", "aov", ["items", "repeat"]),
        ("out", "items", "revenue", ["buyers", "per_buyer", "aov", "items", "repeat"]),
    ],
)
def test_steps_move_by_one_place(
    sales: Any, browser_of: Any, way: str, node: str, above: str, order: list[str]
) -> None:
    step(browser_of(sales.editor), sales, f"step:{way}", node=node)
    assert below(sales, above) == order


def test_copy_and_remove_take_everything_below_along(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "copy", node="aov")
    assert below(sales, "aov_2") == ["items_2"]
    step(browser, sales, "remove", node="aov_2")
    assert [node.id for node in document(sales).root.walk()] == [node.id for node in SALES.root.walk()]


def test_fold_is_kept_with_the_tree(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    for closed in (True, False):
        step(browser, sales, "collapse", node="aov")
        rows = {row.id: row.closed for row in browser.get(url(sales)).context["page"].rows}
        assert rows["aov"] == document(sales).node("aov").collapsed == closed


def test_factor_leaves_its_formula_only_after_a_question(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    asked = step(browser, sales, "remove", node="per_buyer")
    ask = asked.context["page"].ask
    assert (asked.status_code, stored(sales).version, dict(ask.fields)["loose"]) == (422, 1, "1")
    assert browser.post(url(sales), dict(ask.fields)).status_code == 302
    assert document(sales).root.formula == "buyers * aov"


def test_change_keeps_everything_else_of_a_node(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    sent = form_of(browser.get(url(sales, node="aov"))) | {"en": "Basket", "impact": "4", "kra": "Assortment"}
    step(browser, sales, "change", node="aov", **sent)
    wanted = replace(SALES.node("aov"), en="Basket", impact=4, kra="Assortment")
    assert document(sales).node("aov") == wanted
    assert document(sales).root.formula == SALES.root.formula


def test_change_without_a_difference_makes_no_version(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "change", node="aov", **form_of(browser.get(url(sales, node="aov"))))
    assert stored(sales).version == 1


def test_edge_and_formula_are_changed_in_the_same_form(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    sent = form_of(browser.get(url(sales, node="repeat"))) | {"edge": "against", "lag": "3"}
    step(browser, sales, "change", node="repeat", **sent)
    assert document(sales).node("repeat").influence == Influence(-1, 3)
    sent = form_of(browser.get(url(sales, node="revenue"))) | {"formula": "buyers * per_buyer * aov * repeat"}
    step(browser, sales, "change", node="revenue", **sent)
    assert document(sales).node("repeat").influence is None
    wrong = step(browser, sales, "change", node="revenue", **(sent | {"formula": "buyers * nothing"}))
    assert (wrong.status_code, "nothing" in wrong.context["page"].error) == (422, True)
    assert wrong.context["page"].inspector.form["formula"].value() == "buyers * nothing"


@pytest.mark.feature("F-021")
def test_nodes_without_owner_are_listed_and_owners_can_be_set(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    page = browser.get(url(sales)).context["page"]
    assert page.unowned == 6
    assert any(
        ("Buyers" in line.words and line.words.startswith("Nobody")) or "owner" in line.words.lower()
        for line in page.checks
    )
    for node, department in (("buyers", "web marketing"), ("aov", "UI/UX"), ("items", "product planning")):
        step(browser, sales, "change", node=node, department=department, person="Emi", **{"edge": ""})
    page = browser.get(url(sales)).context["page"]
    assert page.unowned == 3
    owners = {node.id: node.owner for node in document(sales).root.walk() if node.owner}
    assert [owner.person for owner in owners.values()] == ["Emi"] * 3
    assert "Emi" in page.people


@pytest.mark.feature("F-026")
def test_links_beside_the_tree_are_stored_as_a_chain(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    chain = ["webinar_participants", "mqls", "opportunities", "won_deals"]
    names = ["Webinar participants", "MQL", "Deals", "Wins"]
    for name in names:
        step(browser, sales, "add", parent="revenue", name=name)
    ids = below(sales, "revenue")[-4:]
    assert len(ids) == len(chain)
    for source, target in itertools.pairwise(ids):
        step(browser, sales, "link", node=source, target=target, edge="same", lag="1", strength="strong")
    links = document(sales).links
    assert [(link.source, link.target, link.sign, link.lag, link.strength) for link in links] == [
        (ids[0], ids[1], 1, 1, "strong"),
        (ids[1], ids[2], 1, 1, "strong"),
        (ids[2], ids[3], 1, 1, "strong"),
    ]
    step(browser, sales, "unlink", node=ids[0], target=ids[1])
    assert len(document(sales).links) == 2


def test_number_taken_apart_by_a_proposal(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    steps.start_empty(bare.editor, bare.business, "Revenue", "order_revenue")
    page = browser.get(url(bare, tree="order_revenue")).context["page"]
    ways = [way.id for way in page.inspector.ways]
    assert "visits_rate_value" in ways
    step(browser, bare, "decompose:visits_rate_value", tree="order_revenue", node="order_revenue")
    root = document(bare, "order_revenue").root
    assert (root.formula, [child.kpi for child in root.children]) == (
        "sessions * purchase_rate * aov",
        ["sessions", "purchase_rate", "aov"],
    )


def test_undo_redo_and_going_back_to_a_version(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "remove", node="repeat")
    page = browser.get(url(sales)).context["page"]
    assert (page.can_undo, page.can_redo, page.last.startswith("Version 2: Removed")) == (True, False, True)
    step(browser, sales, "undo")
    assert document(sales) == SALES
    step(browser, sales, "redo")
    assert "repeat" not in below(sales, "revenue")
    step(browser, sales, "restore:1")
    assert document(sales) == SALES
    assert [line.words for line in browser.get(url(sales)).context["page"].history][:2] == [
        "Went back to version 1",
        "Did again: Removed “Repeat purchase rate (within a window)” from below “Order revenue”",
    ]


@pytest.mark.parametrize(
    ("do", "values"),
    [
        ("nonsense", {}),
        ("remove", {"node": "nowhere"}),
        ("remove", {"node": "revenue"}),
        ("move", {"node": "aov", "parent": "items", "loose": "1"}),
        ("add", {"parent": "revenue", "kpi": "no_such_kpi"}),
        ("decompose:no_such_way", {"node": "revenue"}),
        ("restore:77", {}),
        ("undo", {}),
        ("link", {"node": "aov", "target": "aov"}),
        ("link", {"node": "aov", "target": "buyers", "lag": "soon"}),
        ("add", {"parent": "aov", "kpi": "cvr", "edge": "same", "lag": "25"}),
        ("add", {"parent": "buyers", "kpi": "buyers", "edge": "*"}),
    ],
)
def test_what_cannot_be_done_says_why_and_changes_nothing(
    sales: Any, browser_of: Any, do: str, values: dict[str, str]
) -> None:
    answer = step(browser_of(sales.editor), sales, do, **values)
    assert (answer.status_code, bool(answer.context["page"].error), stored(sales).version) == (422, True, 1)


# --- two people ---


def test_second_saver_sees_both_versions_and_can_save_a_copy(sales: Any, browser_of: Any) -> None:
    hers, his = browser_of(sales.owner), browser_of(sales.editor)
    step(hers, sales, "remove", node="repeat", base=1)
    answer = step(his, sales, "change", node="buyers", en="People who buy", edge="*", base=1)
    clash = answer.context["page"].clash
    assert (answer.status_code, stored(sales).version) == (409, 2)
    assert ("Olivia" in clash.words, clash.theirs.startswith("Removed"), clash.mine.startswith("Changed")) == (
        True,
        True,
        True,
    )
    assert ("People who buy" in clash.mine_text, "People who buy" in clash.theirs_text) == (True, False)
    fields = dict(clash.fields)
    copy = his.post(url(sales), fields | {"first": fields["do"], "do": "copy_mine", "base": fields["before"]})
    assert copy.url == url(sales, tree="sales_2")
    mine = document(sales, "sales_2")
    assert (mine.node("buyers").en, "repeat" in [c.id for c in mine.root.children]) == ("People who buy", True)


def test_second_saver_can_do_it_on_top(sales: Any, browser_of: Any) -> None:
    hers, his = browser_of(sales.owner), browser_of(sales.editor)
    step(hers, sales, "remove", node="repeat", base=1)
    clash = step(his, sales, "change", node="buyers", en="People who buy", edge="*", base=1).context["page"]
    assert his.post(url(sales), dict(clash.clash.fields) | {"base": clash.version}).status_code == 302
    assert (document(sales).node("buyers").en, below(sales, "revenue")) == (
        "People who buy",
        ["buyers", "per_buyer", "aov"],
    )


def test_two_who_change_the_same_field_see_both_values(sales: Any, browser_of: Any) -> None:
    hers, his = browser_of(sales.owner), browser_of(sales.editor)
    step(hers, sales, "change", node="buyers", en="Customers", edge="*", base=1)
    clash = step(his, sales, "change", node="buyers", en="People who buy", edge="*", base=1).context["page"].clash
    assert clash.theirs == clash.mine.replace("People who buy", "Customers")
    assert clash.theirs_changes == ("~ English name of node “Customers”: none → Customers",)
    assert clash.mine_changes == ("~ English name of node “People who buy”: none → People who buy",)


# --- goals and boards ---


@pytest.mark.feature("F-036")
def test_sixth_kpi_on_a_board_needs_a_confirmation(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    tree = steps.start_in_layers(bare.editor, bare.business, "Team", FIVE)
    answer = step(browser, bare, "add", tree=tree.tree_id, parent="purchase_rate", kpi="buyers")
    ask = answer.context["page"].ask
    assert (answer.status_code, "3–5" in ask.words, tree.versions.count()) == (422, True, 1)
    browser.post(url(bare, tree=tree.tree_id), dict(ask.fields))
    assert [node.kpi for node in document(bare, tree.tree_id).root.walk()] == [
        *("cumulative_customer_profit", "purchase_rate", "hesitation_signals", "two_week_cycles", "aov"),
        *("bounce_rate", "buyers"),
    ]


@pytest.mark.feature("F-276")
def test_board_of_a_department_is_saved_only_with_a_long_term_profit_that_all_share(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    own = replace(SALES, kind="board", team="EC")
    with pytest.raises(UnsharedBoard, match="Cumulative customer profit"):
        actions.add_tree(bare.editor, bare.business, own, {"what": "import"})
    assert not OwnTree.objects.filter(business=bare.business).exists()

    some = replace(
        SALES.root, children=(*SALES.root.children, NodeDocument("p", kpi="profit", where="channel = 'email'"))
    )
    with pytest.raises(UnsharedBoard):
        actions.add_tree(bare.editor, bare.business, replace(own, root=some), {"what": "import"})
    tree = actions.add_tree(bare.editor, bare.business, SALES, {"what": "import"}).tree_id
    form = browser.get(url(bare, tree=tree)).context["page"].tree_form.initial
    sent = {name: value or "" for name, value in form.items()} | {"kind": "board"}
    refused = step(browser, bare, "change_tree", tree=tree, **sent)
    assert (refused.status_code, stored(bare, tree).version, document(bare, tree).kind) == (422, 1, "tree")
    assert "long-term profit that all departments share" in refused.context["page"].error

    step(browser, bare, "add", tree=tree, parent="revenue", kpi="good_revenue_ratio")
    assert step(browser, bare, "change_tree", tree=tree, base=2, **sent).status_code == 302
    assert document(bare, tree).kind == "board"
    refused = step(browser, bare, "remove", tree=tree, node="good_revenue_ratio", base=3)
    assert (refused.status_code, stored(bare, tree).version) == (422, 3)


FIVE = Layers(
    goal="cumulative_customer_profit",
    result="purchase_rate",
    between=("hesitation_signals", "bounce_rate"),
    doing=("two_week_cycles", "aov"),
)


@pytest.mark.feature("F-001")
def test_fourth_active_goal_warns_and_a_goal_without_value_or_deadline_stays_a_draft(
    bare: Any, browser_of: Any
) -> None:
    from datetime import date

    browser = browser_of(bare.editor)
    whole = Target(1000.0, by=date(2027, 3, 31))
    for rank in (1, 2, 3, 4):
        root = replace(SALES.root, target=whole)
        actions.add_tree(bare.owner, bare.business, replace(SALES, team="EC", rank=rank, root=root), {"what": "import"})
    said = []
    for tree in ("sales", "sales_2", "sales_3", "sales_4"):
        step(browser, bare, "activate", tree=tree)
        page = browser.get(url(bare, tree=tree))
        said.append([str(message) for message in page.context["messages"]])
        assert page.context["page"].active
    assert said[:3] == [["The goal is active."]] * 3
    assert "4" in said[3][0]
    assert said[3][0] != "The goal is active."
    for target in (None, Target(1000.0)):
        root = replace(SALES.root, target=target)
        tree = actions.add_tree(bare.owner, bare.business, replace(SALES, team="Store", rank=1, root=root), {})
        answer = step(browser, bare, "activate", tree=tree.tree_id)
        assert (answer.status_code, stored(bare, tree.tree_id).active) == (422, False)
        actions.archive_tree(bare.owner, tree)


@pytest.mark.feature("F-038")
def test_both_orders_create_the_same_three_layers(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    new = url(bare, "new_tree", None)
    orders = [
        [field.name for field in browser.get(f"{new}?order={order}").context["page"].layers]
        for order in ("goal", "action")
    ]
    assert orders == [["name", "goal", "result", "between", "doing"], ["name", "goal", "doing", "between", "result"]]
    made = []
    for order in ("goal", "action"):
        sent = {"order": order, "domain": "co_creation", "name": "Team", "result": "revenue"}
        page = browser.get(f"{new}?domain=co_creation").context["page"]
        chosen = {name: [page.layers.fields[name].choices[0][0]] for name in ("between", "doing")}
        chosen["goal"] = "profit"
        chosen["result"] = page.layers.fields["result"].choices[0][0]
        assert browser.post(new, sent | chosen).status_code == 302
        made.append(document(bare, OwnTree.objects.latest("pk").tree_id))
    assert replace(made[0], id="x") == replace(made[1], id="x")
    assert made[0].root.kpi == "profit"
    result = made[0].root.children[0]
    layers = [result, result.children[0], result.children[0].children[0]]
    catalogue = queries.catalogue_of(bare.owner, bare.business)
    assert [catalogue.kpi(str(node.kpi)).layer for node in layers] == ["result", "intermediate", "action"]


def test_empty_start_needs_only_a_name(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    assert browser.post(url(bare, "new_tree", None), {"name": "売上"}).url == url(bare, tree="tree")
    assert (document(bare, "tree").ja, stored(bare, "tree").measurable) == ("売上", False)
    assert browser_of(bare.viewer).get(url(bare, "new_tree", None)).status_code == 403


def test_tree_form_changes_names_team_and_goal(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    form = browser.get(url(sales)).context["page"].tree_form.initial
    sent = {name: value or "" for name, value in form.items()} | {"team": "EC", "rank": "2", "goal_en": "Grow by half"}
    step(browser, sales, "change_tree", **sent)
    assert document(sales) == replace(SALES, team="EC", rank=2, goal_en="Grow by half")
    wrong = step(browser, sales, "change_tree", **(sent | {"ja": "", "rank": "0"}))
    assert (wrong.status_code, set(wrong.context["page"].tree_form.errors)) == (422, {"ja", "rank"})


@pytest.mark.feature("F-002")
def test_goals_without_a_company_goal_are_listed(sales: Any, browser_of: Any) -> None:
    actions.add_tree(
        sales.owner, sales.business, replace(SALES, en="Served", goal_en="Mid-term plan", goal_ja="中計"), {}
    )
    browser = browser_of(sales.viewer)
    page = browser.get(url(sales, "designs", None)).context["page"]
    assert page.without_goal == ("Sales",)
    assert {line.name: line.goal for line in page.lines} == {"Sales": "", "Served": "Mid-term plan"}
    form = browser.get(url(sales, tree="sales_2")).context["page"].tree_form
    assert form["goal_en"].value() == "Mid-term plan"


def test_archived_tree_is_listed_apart_and_comes_back(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    assert step(browser, sales, "archive").url == url(sales, "designs", None)
    page = browser.get(url(sales, "designs", None)).context["page"]
    assert (page.lines, [line.name for line in page.archived]) == ((), ["Sales"])
    shown = browser.get(url(sales)).context["page"]
    assert (shown.archived, shown.may_edit) == (True, False)
    step(browser, sales, "bring_back")
    assert not stored(sales).row.archived_at


def test_list_of_trees_asks_as_often_for_three_as_for_one(sales: Any, browser_of: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = browser_of(sales.viewer)
    browser.get(url(sales, "designs", None))  # what is asked once in a session is asked now
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            browser.get(url(sales, "designs", None))
        counts.append(len(asked))
        for _more in range(2):
            actions.add_tree(sales.owner, sales.business, SALES, {})
    assert counts[0] == counts[1]


# --- files ---


def test_file_goes_out_and_comes_back_without_loss(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.viewer)
    for kind in ("yaml", "json"):
        answer = browser.get(url(sales, "tree_file") + f"?as={kind}")
        assert answer["Content-Disposition"] == f'attachment; filename="sales.{kind}"'
        assert read_text(answer.content.decode(), f"x.{kind}").trees == (SALES,)


def test_file_that_comes_back_with_the_targets_in_force_changes_nothing(sales: Any, browser_of: Any) -> None:
    tree = build(SALES, builtin())
    goal = Proposal(Target(90_000, AT_LEAST, period=Grain.MONTH), sales.business.calendar.today().replace(day=1))
    propose_target(sales.owner, sales.business, key_of(tree, tree.root), 0, goal, State.APPROVED)
    browser = browser_of(sales.editor)
    text = browser.get(url(sales, "tree_file") + "?as=yaml").content.decode()
    assert "90000" in text
    assert browser.post(url(sales, "tree_file"), {"do": "look", "base": 1, "text": text}).context["page"].changes == ()
    renamed = text.replace(f"en: {SALES.en}", "en: Turnover", 1)
    browser.post(url(sales, "tree_file"), {"do": "apply", "base": 1, "text": renamed})
    assert document(sales) == replace(SALES, en="Turnover"), "a plan stays a plan"
    later = replace(goal, target=replace(goal.target, value=95_000), since=date(2126, 1, 1))
    propose_target(sales.owner, sales.business, key_of(tree, tree.root), 1, later, State.APPROVED)
    told = read_text(browser.get(url(sales, "tree_file") + "?as=yaml").content.decode()).targets
    assert [(each.target.value, each.target.since) for each in told] == [(90_000, goal.since), (95_000, later.since)]


def test_file_for_other_tools_tells_what_it_cannot_hold(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.viewer)
    answer = browser.get(url(sales, "tree_file") + "?as=ossie")
    assert answer["Content-Disposition"] == 'attachment; filename="sales.ossie.json"'
    bundle = Bundle((SALES,))
    told = ossie(bundle, over(builtin(), bundle))
    assert answer.json() == json.loads(json.dumps(told.document))
    losses = browser.get(url(sales, "tree_file")).context["page"].losses
    assert [f"{line.mark} {line.words}" for line in losses] == [loss.words("en") for loss in told.losses]


def test_changes_of_a_file_are_shown_before_they_are_applied(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    text = to_yaml(replace(SALES, en="Turnover"))
    shown = browser.post(url(sales, "tree_file"), {"do": "look", "base": 1, "text": text})
    assert [line.kind for line in shown.context["page"].changes] == ["changed"]
    assert stored(sales).version == 1
    assert browser.post(url(sales, "tree_file"), {"do": "apply", "base": 1, "text": text}).url == url(sales)
    assert (document(sales).en, stored(sales).version) == ("Turnover", 2)


def test_file_on_an_old_version_shows_what_it_would_undo(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "remove", node="repeat")
    text = to_yaml(replace(SALES, en="Turnover"))
    answer = browser.post(url(sales, "tree_file"), {"do": "apply", "base": 1, "text": text})
    page = answer.context["page"]
    assert (answer.status_code, page.version, stored(sales).version) == (409, 2, 2)
    assert {line.kind for line in page.changes} >= {"added", "changed"}
    assert page.text == text.strip()


@pytest.mark.parametrize(
    "sent",
    [
        {"text": ""},
        {"text": "id: [unclosed"},
        {"text": "kpi_tree: 1\n"},
        {"file": SimpleUploadedFile("x.yaml", b"\xff\xfe\x00")},
        {"file": SimpleUploadedFile("x.yaml", b"#" * (1024 * 1024 + 1))},
    ],
)
def test_file_that_cannot_be_read_says_why(sales: Any, browser_of: Any, sent: dict[str, Any]) -> None:
    if "file" in sent:
        sent["file"].seek(0)
    browser = browser_of(sales.editor)
    for address in (url(sales, "tree_file"), url(sales, "designs", None)):
        answer = browser.post(address, {"do": "look", "base": 1} | sent)
        page = answer.context["page"]
        assert (answer.status_code, bool(page.error or page.form.errors)) == (422, True)
    assert OwnTree.objects.count() == 1


def test_tree_comes_in_from_a_file(bare: Any, browser_of: Any) -> None:
    file = SimpleUploadedFile("t.yaml", to_yaml(SALES).encode())
    assert browser_of(bare.editor).post(url(bare, "designs", None), {"file": file}).url == url(bare)
    assert document(bare) == SALES


# --- what every page keeps ---


def test_english_design_pages_hold_no_japanese_and_no_inline_code(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    english = replace(SALES, ja="Sales", about_ja="A trial")
    actions.save_tree(sales.owner, stored(sales).row, 1, english, {"what": "import"})
    for address in (
        url(sales, node="buyers", q="rate"),
        url(sales, "designs", None),
        url(sales, "new_tree", None),
        url(sales, "tree_file"),
        reverse("kpis:templates", kwargs={"business": sales.business.id}),
        reverse("kpis:template", kwargs={"business": sales.business.id, "template": "ec"}),
    ):
        text = browser.get(address).content.decode()
        shown = re.sub(
            r'lang="ja">[^<]*|<option[^>]*>日本語|Keiki 計器|placeholder="[^"]*"|<textarea.*?</textarea>',
            "",
            text,
            flags=re.S,
        )
        assert (address, JAPANESE.findall(shown)[:9]) == (address, [])
        assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_owner_department_is_kept_by_its_id(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "change", node="aov", department="Marketing", edge="*")
    owner = document(sales).node("aov").owner
    assert owner is not None
    assert owner == Owner(owner.department)
    assert browser.get(url(sales, node="aov")).context["page"].inspector.form["department"].value() == "Marketing"


@pytest.mark.feature("F-005")
def test_choosing_market_share_suggests_new_customers_as_the_goal(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    page = browser.get(url(bare, "new_tree", None, aim="market_share")).context["page"]
    goal = page.form["goal"]
    assert goal.initial == "new_customers"
    assert [value for value, _words in goal.field.choices][:3] == ["", "new_customers", "market_share"]
    assert page.examples == "New customers acquired (such as 1,000), Market share (such as 30.0%)"
    assert len(page.aim.options) == 7
    assert browser.get(url(bare, "new_tree", None, aim="nothing")).context["page"].examples == ""
    sent = {"name": "Share", "goal": "new_customers", "aim": "market_share", "domain": "ec"}
    assert browser.post(url(bare, "new_tree", None), sent).status_code == 302
    assert document(bare, OwnTree.objects.get().tree_id).root.kpi == "new_customers"


def test_formulas_of_a_design_are_held_against_the_data(own_shop: Any, browser_of: Any) -> None:
    root = NodeDocument(
        "revenue",
        kpi="order_revenue",
        formula="orders * price - 600 * orders",
        children=(NodeDocument("orders", kpi="purchases"), NodeDocument("price", kpi="aov")),
    )
    made = replace(SALES, root=root)
    actions.add_tree(own_shop.owner, own_shop.business, made, {"what": "start_empty", "ja": "売上", "en": "Sales"})
    browser = browser_of(own_shop.viewer)
    first = browser.get(url(own_shop)).context["page"]
    assert (first.data.formulas, first.data_checks) == ((), ())
    page = browser.get(first.data.ask_url).context["page"]
    assert page.data.words == "1 formula does not give the measured value in every month. Formulas held against it: 1."
    assert [each.words for each in page.data_checks] == [
        "The formula of “Order revenue” leaves up to 66.7% of its measured value unexplained."
    ]
    (formula,) = page.data.formulas
    assert next((row.month, row.value, row.told, row.rest, row.holds) for row in formula.rows) == (
        "Oct 2026",
        "¥14,400",
        "¥4,800",
        "+¥9,600",
        False,
    )
    assert len(formula.rows) == 4
    proved = browser.get(first.inspector.prove_url).context["page"].inspector
    assert {way.id: (way.on_data.tone, way.on_data.words) for way in proved.ways} == {
        "visits_rate_value": ("none", "no data to prove it with"),
        "buyers_frequency_value": ("good", "gives it back in each of 4 months"),
        "new_and_returning": ("good", "gives it back in each of 4 months"),
        "purchases_times_aov": ("good", "gives it back in each of 4 months"),
    }
    own_shop.business.restricted = {"nps": "owner"}
    own_shop.business.save(update_fields=["restricted"])
    again = browser.get(first.data.ask_url).context["page"].data
    assert again == page.data, "a KPI that is closed elsewhere closes nothing here"
    assert browser.get(first.inspector.prove_url).context["page"].inspector.ways == proved.ways


def test_department_that_answers_elsewhere_and_not_here_is_told(sales: Any, browser_of: Any) -> None:
    other = replace(SALES, id="other", team="Web", root=NodeDocument("visits", kpi="sessions", owner=Owner("support")))
    actions.add_tree(sales.owner, sales.business, other, {"what": "start_empty", "ja": "訪問", "en": "Visits"})
    browser = browser_of(sales.editor)
    step(browser, sales, "change", node="buyers", department="Executive", edge="*")
    words = [line.words for line in browser.get(url(sales)).context["page"].checks]
    assert "These departments answer for nothing here: Support." in words


@pytest.mark.feature("F-149")
def test_success_factor_note_can_be_copied_to_another_team(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    step(browser, sales, "add", parent="revenue", name="Quick answers")
    fields = {
        "why_en": "Who is answered within an hour buys.",
        "note_ja": "夜の当番",
        "person": "Emi",
        "edge": "same",
        "en": "Quick answers",
    }
    step(browser, sales, "change", node="quick_answers", **fields)
    step(browser, sales, "add", parent="quick_answers", kpi="cvr", edge="same")
    goal = NodeDocument("visits", kpi="sessions")
    actions.add_tree(sales.owner, sales.business, replace(SALES, id="web", team="Web", root=goal), {"what": "import"})
    there = browser.get(url(sales, node="quick_answers")).context["page"].inspector.other_trees
    assert there == (("web", "Web：Sales"),)
    sent = {"base": stored(sales).version, "do": "copy_to", "node": "quick_answers"}
    answer = browser.post(url(sales), sent | {"tree": "web"})
    assert answer.url == url(sales, tree="web", node="quick_answers")
    copied = document(sales, "web").node("quick_answers")
    assert (copied.why_en, copied.note_ja, copied.owner) == (
        "Who is answered within an hour buys.",
        "「売上」から。夜の当番",
        None,
    )
    assert below(sales, "quick_answers") == [child.id for child in copied.children] == ["cvr"]
    last = browser.get(url(sales, tree="web")).context["page"].last
    assert last == "Version 2: Took “Quick answers” over from “Sales” (Emi)"
    for elsewhere in ("sales", "nowhere"):
        assert browser.post(url(sales), sent | {"tree": elsewhere}).status_code == 422


# --- a whole file ---

WHOLE = """
kpi_tree: 1
kpis:
  - {id: mail_half, formula: mail_share / 2, ja: 半分, en: Half of the mail, COMMON}
  - id: mail_share
    formula: "n_orders[channel = 'email'] / n_orders"
    version: 2
    since: 2026-08-01
    earlier: [{version: 1, formula: "n_orders[channel = 'paid'] / n_orders", unit: ratio}]
    SHARE
trees:
  - id: mail
    ja: メール
    en: Mail
    about_ja: 試し
    about_en: A trial
    root: {id: half, kpi: mail_half, children: [{id: share, kpi: mail_share, influence: {sign: "+"}}]}
targets:
  - {kpi: mail_half, target: {value: 0.2, since: 2026-01-01}}
"""
COMMON = {"definition_ja": "試し。", "definition_en": "A trial.", "unit": "ratio", "direction": "higher"}
COMMON |= {"kind": "quality", "layer": "result", "horizon": "mid", "lead_lag": "lag"}
SHARE = {"ja": "割合", "en": "Share of mail", **COMMON}
WHOLE = WHOLE.replace("COMMON", ", ".join(f"{name}: {words}" for name, words in COMMON.items())).replace(
    "SHARE", "\n    ".join(f"{name}: {words}" for name, words in SHARE.items())
)
CIRCLE = """
id: circle
ja: 輪
en: Circle
about_ja: 試し
about_en: A trial
root:
  kpi: order_revenue
  formula: x
  children: [{id: x, kpi: purchases, formula: y, children: [{id: y, kpi: order_revenue}]}]
"""


def bring_in(browser: Any, business: Any, text: str) -> Any:
    return browser.post(f"/b/{business.id}/design/", {"text": text})


def test_file_is_brought_in_with_its_kpis_and_targets_or_not_at_all(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    assert bring_in(browser, bare.business, WHOLE).url == url(bare, tree="mail")
    assert document(bare, "mail").root.target == Target(0.2, since=date(2026, 1, 1))
    assert stored(bare, "mail").row.published == 1
    sent, back = read_text(WHOLE), read_text(browser.get(url(bare, "tree_file", "mail") + "?as=yaml").content.decode())
    assert {kpi.id: kpi for kpi in back.kpis} == {kpi.id: kpi for kpi in sent.kpis}
    assert bring_in(browser, bare.business, WHOLE).url == url(bare, tree="mail_2"), "KPIs that are here already stay"
    other = bring_in(browser, bare.business, WHOLE.replace("mail_share / 2", "mail_share / 3"))
    assert (other.status_code, "mail_half" in other.context["page"].error) == (422, True)
    assert bare.business.own_trees.count() == 2


OVER_TIME = """
  - {kpi: mail_half, target: {value: 0.3, since: 2026-07-01}}
  - {tree: mail, node: total, target: {value: 10, since: 2026-01-01}}
  - {tree: mail, node: total, target: {value: 20, since: 2026-02-01}}
"""
TOTAL = (
    "{id: total, formula: part * 2, ja: 計, en: Total, influence: {sign: '+'}, children: [{id: part, kpi: purchases}]}"
)
CHANGING = (WHOLE.rstrip() + OVER_TIME).replace('influence: {sign: "+"}}]', f'influence: {{sign: "+"}}}}, {TOTAL}]')


def test_targets_over_time_come_in_and_go_out_as_they_were(bare: Any, browser_of: Any) -> None:
    refused = bring_in(browser_of(bare.editor), bare.business, CHANGING)
    assert "mail_half, mail/total" in refused.context["page"].error
    assert bare.business.own_trees.count() == 0, "nothing is kept of what an editor may not put in force"
    browser = browser_of(bare.owner)
    assert bring_in(browser, bare.business, CHANGING).url == url(bare, tree="mail")
    text = browser.get(url(bare, "tree_file", "mail") + "?as=yaml").content.decode()
    sent, back = read_text(CHANGING), read_text(text)
    assert sorted(back.targets, key=repr) == sorted(sent.targets, key=repr)
    back_in, before = {"do": "apply", "base": 1, "text": text}, document(bare, "mail")
    assert browser.post(url(bare, "tree_file", "mail"), back_in).url == url(bare, tree="mail")
    assert document(bare, "mail") == before
    back_in["base"] = 2
    other = browser.post(url(bare, "tree_file", "mail"), back_in | {"text": text.replace("0.3", "0.4")})
    assert (other.status_code, "mail_half" in other.context["page"].error) == (422, True)
    assert read_text(browser.get(url(bare, "tree_file", "mail") + "?as=yaml").content.decode()) == back


def test_new_kpis_of_a_file_are_shown_before_they_come_with_the_tree(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    text = WHOLE.replace("id: mail\n", "id: sales\n")
    shown = browser.post(url(sales, "tree_file"), {"do": "look", "base": 1, "text": text}).context["page"]
    assert [line.words for line in shown.changes if "KPI" in line.words] == [
        "KPI “Half of the mail” added",
        "KPI “Share of mail” added",
    ]
    assert (shown.wrong, sales.business.own_kpis.count()) == ("", 0)
    browser.post(url(sales, "tree_file"), {"do": "apply", "base": 1, "text": text})
    assert (document(sales).root.kpi, sales.business.own_kpis.count(), stored(sales).row.published) == (
        "mail_half",
        2,
        2,
    )


def test_circle_is_stored_by_no_door(sales: Any, browser_of: Any) -> None:
    browser = browser_of(sales.editor)
    brought = bring_in(browser, sales.business, CIRCLE)
    assert (brought.status_code, "order_revenue > x > y" in brought.context["page"].error) == (422, True)
    pair = f"kpi_tree: 1\ntrees: [{json.dumps(as_dict(SALES))}, {json.dumps(as_dict(from_yaml(CIRCLE)))}]"
    assert bring_in(browser, sales.business, pair).status_code == 422
    sent = browser.post(url(sales, "tree_file"), {"do": "apply", "base": 1, "text": CIRCLE})
    assert (sent.status_code, stored(sales).version, sales.business.own_trees.count()) == (422, 1, 1)
    nothing = bring_in(browser, sales.business, "kpi_tree: 1\n")
    assert "There is no tree in" in nothing.context["page"].error
