"""Edits of a tree document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keiki.catalogue.load import load_catalogue
from keiki.errors import (
    FieldWrong,
    FormulaError,
    GoalStays,
    KeikiError,
    KpiUnderItself,
    NodeTwice,
    NodeUnderItself,
    PartOfFormula,
    TreeTooLarge,
    UnknownName,
    WrongField,
)
from keiki.trees.build import FormulaEdge, InfluenceEdge, build
from keiki.trees.document import (
    Influence,
    Link,
    NodeDocument,
    Owner,
    TreeDocument,
    as_dict,
    from_dict,
    from_yaml,
    template,
    to_yaml,
)
from keiki.trees.edit import (
    Edit,
    Edited,
    add,
    change,
    change_tree,
    collapse,
    copy,
    move,
    remove,
    remove_link,
    reorder,
    set_edge,
    set_formula,
    set_link,
    sound,
    take,
)
from keiki.trees.targets import Target


def document(formula: str = "visits * cvr * aov") -> TreeDocument:
    """Revenue of visits, conversion and basket; visits of two channels; satisfaction beside them."""
    return from_yaml(
        f"""
id: shop
ja: 店
en: Shop
about_ja: 売上の内訳。
about_en: What revenue is made of.
links: [{{source: nps, target: ads, sign: "+", lag: 2}}]
root:
  id: revenue
  ja: 売上
  kpi: order_revenue
  formula: {formula}
  children:
    - id: visits
      kpi: sessions
      formula: seo + ads
      children: [{{id: seo, kpi: organic_sessions}}, {{id: ads, kpi: paid_sessions}}]
    - {{id: cvr, kpi: purchase_rate, driver: true}}
    - {{id: aov, kpi: aov, driver: true}}
    - {{id: nps, en: NPS, kpi: nps, influence: {{sign: "+", lag: 1}}}}
"""
    )


def formula_of(edited: Edited, node: str) -> str | None:
    return edited.document.node(node).formula


def children_of(edited: Edited, node: str) -> list[str]:
    return [child.id for child in edited.document.node(node).children]


# --- adding and removing ---


@pytest.mark.parametrize(
    ("edge", "formula"),
    [("+", "seo + ads + mail"), ("−", "seo + ads - mail"), ("×", "(seo + ads) * mail"), ("/", "(seo + ads) / mail")],
)
def test_added_node_joins_the_formula(edge: str, formula: str) -> None:
    edited = add(document(), "visits", NodeDocument("mail", kpi="email_sessions"), edge)
    assert formula_of(edited, "visits") == formula
    assert children_of(edited, "visits") == ["seo", "ads", "mail"]


def test_added_node_begins_the_formula_of_a_leaf() -> None:
    edited = add(document(), "aov", NodeDocument("items", kpi="page_views"), "÷")
    assert formula_of(edited, "aov") == "1 / items"


def test_added_influence_stands_where_it_is_put_and_leaves_the_formula() -> None:
    edited = add(document(), "visits", NodeDocument("buzz", ja="話題"), Influence(-1, 2), at=0)
    assert children_of(edited, "visits") == ["buzz", "seo", "ads"]
    assert formula_of(edited, "visits") == "seo + ads"
    assert edited.document.node("buzz").influence == Influence(-1, 2)
    assert edited.edit.words("ja") == "「話題」を「sessions」の下に加えた"
    assert edited.edit.words("en") == "Added “話題” below “sessions”"


def test_id_that_is_taken_is_refused() -> None:
    with pytest.raises(NodeTwice):
        add(document(), "visits", NodeDocument("aov", kpi="aov"))


def test_removed_term_leaves_the_sum_with_its_links() -> None:
    edited = remove(document(), "ads")
    assert (formula_of(edited, "visits"), edited.document.links) == ("seo", ())


def test_removed_last_term_leaves_no_formula() -> None:
    edited = remove(remove(document(), "ads").document, "seo")
    assert (formula_of(edited, "visits"), children_of(edited, "visits")) == (None, [])


def test_factor_cannot_leave_a_product() -> None:
    with pytest.raises(PartOfFormula) as caught:
        remove(document(), "aov")
    assert caught.value.details["formula"] == "visits * cvr * aov"


def test_factor_leaves_when_the_formula_afterwards_is_given() -> None:
    edited = remove(document(), "aov", formula="visits * cvr")
    assert (formula_of(edited, "revenue"), children_of(edited, "revenue")) == (
        "visits * cvr",
        ["visits", "cvr", "nps"],
    )


def test_goal_stays() -> None:
    for edit in (remove, lambda d, n: move(d, n, "visits"), lambda d, n: reorder(d, n, 0)):
        with pytest.raises((GoalStays, NodeUnderItself)):
            edit(document(), "revenue")


# --- moving ---


def test_moved_term_leaves_one_sum_and_becomes_an_influence_where_there_is_a_product() -> None:
    edited = move(document(), "ads", "revenue", at=0)
    assert formula_of(edited, "visits") == "seo"
    assert formula_of(edited, "revenue") == "visits * cvr * aov"
    assert children_of(edited, "revenue") == ["ads", "visits", "cvr", "aov", "nps"]
    assert edited.document.node("ads").influence == Influence(1)


def test_moved_term_keeps_its_sign_in_another_sum() -> None:
    start = set_formula(document(), "visits", "seo - ads").document
    edited = move(start, "ads", "nps")
    assert (formula_of(edited, "nps"), formula_of(edited, "visits")) == ("-ads", "seo")


def test_node_cannot_hang_below_itself() -> None:
    with pytest.raises(NodeUnderItself) as caught:
        move(document(), "visits", "seo", formula="cvr * aov")
    assert caught.value.details["path"] == "visits > seo"
    with pytest.raises(NodeUnderItself):
        move(document(), "visits", "visits")


def test_reordered_child_keeps_the_formula() -> None:
    edited = reorder(document(), "nps", 0)
    assert children_of(edited, "revenue") == ["nps", "visits", "cvr", "aov"]
    assert formula_of(edited, "revenue") == "visits * cvr * aov"
    assert move(document(), "nps", "revenue", at=0).document == edited.document


def test_copy_has_ids_of_its_own_in_its_formulas() -> None:
    edited = copy(document(), "visits")
    assert children_of(edited, "revenue")[-1] == "visits_2"
    assert (formula_of(edited, "visits_2"), children_of(edited, "visits_2")) == ("seo_2 + ads_2", ["seo_2", "ads_2"])
    assert copy(edited.document, "visits").document.node("visits_3").formula == "seo_3 + ads_3"


def test_node_taken_from_another_tree_leaves_owner_and_target_and_says_where_it_is_from() -> None:
    source = change(document(), "visits", owner=Owner("marketing"), note_en="More of it.", control=4).document
    edited = take(document(), "visits", source)
    taken = edited.document.node("visits_2")
    assert (taken.owner, taken.target, taken.control, taken.influence) == (None, None, None, Influence(1))
    assert taken.note_en == f"From “{source.en}”. More of it."
    assert (formula_of(edited, "visits_2"), children_of(edited, "visits_2")) == ("seo_2 + ads_2", ["seo_2", "ads_2"])
    assert edited.document.root.formula == document().root.formula
    assert edited.edit.words("en") == f"Took “{edited.edit.as_dict()['node_en']}” over from “{source.en}”"


# --- formulas and edges ---


def test_formula_makes_parts_of_what_it_names_and_influences_of_the_rest() -> None:
    edited = set_formula(document(), "revenue", "cvr * aov")
    assert [c.influence for c in edited.document.root.children] == [Influence(1), None, None, Influence(1, 1)]
    assert formula_of(set_formula(document(), "revenue", None), "revenue") is None


def test_formula_names_only_children_and_can_be_read() -> None:
    with pytest.raises(UnknownName) as caught:
        set_formula(document(), "revenue", "visits * cvrr")
    assert caught.value.details["near"] == "cvr"
    with pytest.raises(FormulaError):
        set_formula(document(), "revenue", "visits *")


@pytest.mark.parametrize(
    ("formula", "node", "edge", "after"),
    [
        ("visits * cvr * aov", "cvr", "÷", "visits / cvr * aov"),
        ("visits * cvr * aov", "visits", "/", "1 / visits * cvr * aov"),
        ("visits * (cvr + aov)", "aov", "-", "visits * (cvr - aov)"),
        ("visits - (cvr + aov)", "aov", "-", "visits - cvr - aov"),
        ("visits * cvr * aov", "aov", "+", "visits * cvr + aov"),
        ("visits + cvr / aov", "aov", "×", "visits + cvr * aov"),
        ("visits * cvr * aov", "nps", "-", "visits * cvr * aov - nps"),
    ],
)
def test_operator_is_turned_where_it_stands(formula: str, node: str, edge: str, after: str) -> None:
    edited = set_edge(document(formula), node, edge)
    assert formula_of(edited, "revenue") == after
    assert edited.document.node(node).influence is None


def test_part_becomes_an_influence_with_sign_and_lag() -> None:
    edited = set_edge(document(), "cvr", Influence(-1, 2))
    assert formula_of(edited, "revenue") == "visits * aov"
    made = build(edited.document, load_catalogue())
    assert [made.node(n).edge for n in ("cvr", "aov")] == [InfluenceEdge(-1, 2), FormulaEdge("×")]
    assert edited.edit.words("ja") == "「purchase_rate」と「売上」のつながりを 影響 にした"


def test_unknown_operator_is_refused() -> None:
    with pytest.raises(WrongField):
        set_edge(document(), "cvr", "^")


# --- fields ---


def test_changed_fields_are_read_like_written_ones() -> None:
    edited = change(document(), "cvr", owner={"department": "web_marketing"}, target=Target(0.03), impact=4)
    node = edited.document.node("cvr")
    assert (node.owner, node.target, node.impact) == (Owner("web_marketing"), Target(0.03), 4)
    assert edited.edit.words("ja") == "「purchase_rate」の担当・目標・効き目を変えた"
    assert edited.edit.words("en") == "Changed owner, target, impact of “purchase_rate”"
    assert change(edited.document, "cvr", owner=None, target=None, impact=None).document == document()


def test_wrong_value_of_a_field_is_told() -> None:
    for fields in ({"impact": 6}, {"level": "top"}, {"target": {"compare": "between", "low": 3, "high": 2}}):
        with pytest.raises(FieldWrong):
            change(document(), "cvr", **fields)
    with pytest.raises(UnknownName):
        change(document(), "cvr", formula="x")
    with pytest.raises(FormulaError):
        change(document(), "cvr", where="channel =")


def test_changed_id_is_carried_into_formulas_and_links() -> None:
    edited = change(document(), "ads", id="paid")
    assert (formula_of(edited, "visits"), edited.document.links[0].target) == ("seo + paid", "paid")
    with pytest.raises(NodeTwice):
        change(document(), "ads", id="seo")


def test_tree_fields_change() -> None:
    edited = change_tree(document(), team="marketing", rank=1, domain=["ec"])
    assert (edited.document.team, edited.document.rank, edited.document.domain) == ("marketing", 1, ("ec",))
    assert edited.document.root == document().root


def test_folding_is_remembered() -> None:
    folded = collapse(document(), "visits").document
    assert folded.node("visits").collapsed
    assert collapse(folded, "visits", collapsed=False).document == document()


def test_links_are_written_replaced_and_removed() -> None:
    link = Link("ads", "cvr", -1, 2, "strong")
    linked = set_link(document(), link).document
    assert linked.links[-1] == link
    assert set_link(linked, Link("ads", "cvr")).document.links[-1] == Link("ads", "cvr")
    assert remove_link(linked, "ads", "cvr").document == document()
    with pytest.raises(UnknownName):
        remove_link(document(), "ads", "cvr")
    with pytest.raises(NodeUnderItself):
        set_link(document(), Link("ads", "ads"))


# --- what can never be ---


def test_kpi_is_never_calculated_from_itself() -> None:
    again = NodeDocument("again", kpi="order_revenue")
    with pytest.raises(KpiUnderItself) as caught:
        add(document(), "visits", again, "+")
    assert caught.value.details["path"] == "revenue > visits > again"
    with pytest.raises(KpiUnderItself):
        change(document(), "seo", kpi="order_revenue")
    assert formula_of(add(document(), "aov", again, "×"), "aov") == "again"  # a driver holds still
    assert add(document(), "visits", again).document.node("again").influence == Influence(1)


def test_tree_stays_within_its_limits() -> None:
    wide = NodeDocument("wide", children=tuple(NodeDocument(f"x{n}", influence=Influence(1)) for n in range(2000)))
    with pytest.raises(TreeTooLarge):
        add(document(), "revenue", wide)
    deep = NodeDocument("d50")
    for level in range(50):
        deep = NodeDocument(
            f"d{level}", children=(NodeDocument(deep.id, influence=Influence(1), children=deep.children),)
        )
    with pytest.raises(TreeTooLarge):
        add(document(), "revenue", deep)


def test_log_entry_is_data() -> None:
    edit = remove(document(), "ads").edit
    assert Edit.from_dict(edit.as_dict()) == edit


@pytest.mark.parametrize("tree_id", sorted(load_catalogue().templates))
def test_built_in_tree_is_sound(tree_id: str) -> None:
    sound(template(load_catalogue(), tree_id))


EDGES = st.sampled_from(["+", "-", "*", "/"]) | st.builds(Influence, st.sampled_from([1, -1]), st.integers(0, 3))
KPIS = st.sampled_from([None, "order_revenue", "sessions", "aov", "cost"])
PLACES = st.none() | st.integers(-1, 6)


@st.composite
def edits(draw: st.DrawFn, made: TreeDocument) -> Callable[[], Edited]:
    ids = st.sampled_from([node.id for node in made.root.walk()])
    node, other = draw(ids), draw(ids)
    what = draw(st.integers(0, 11))
    edge = draw(EDGES)
    new = NodeDocument(
        draw(st.sampled_from(["a", "b", "c", "d", "e", "f"])), kpi=draw(KPIS), ja=draw(st.none() | st.just("名"))
    )
    choices: list[Callable[[], Edited]] = [
        lambda: add(made, node, new, edge, draw(PLACES)),
        lambda: add(made, node, new, edge, draw(PLACES)),
        lambda: remove(made, node),
        lambda: move(made, node, other, draw(PLACES), draw(st.none() | EDGES)),
        lambda: copy(made, node, draw(st.none() | ids), edge),
        lambda: reorder(made, node, draw(st.integers(-1, 5))),
        lambda: change(made, node, kpi=draw(KPIS), driver=draw(st.booleans())),
        lambda: change(made, node, id=new.id),
        lambda: set_formula(made, node, draw(st.none() | st.sampled_from([f"{other}", f"{node} + {other}", "a * b"]))),
        lambda: set_edge(made, node, edge),
        lambda: collapse(made, node, draw(st.booleans())),
        lambda: set_link(made, Link(node, other)),
    ]
    return choices[what]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_sequence_of_edits_keeps_the_document_valid(data: st.DataObject) -> None:
    made = document()
    for _ in range(data.draw(st.integers(1, 12))):
        try:
            after, edit = data.draw(edits(made))()
        except KeikiError:
            continue
        sound(after)
        assert from_dict(as_dict(after)) == after
        assert from_yaml(to_yaml(after)) == after
        assert edit.words("ja") != edit.words("en")
        _builds(after)
        made = after


def _builds(made: TreeDocument) -> None:
    """A node that nothing gives a number yet is all that can keep an edited tree from being built."""
    drafts: list[Any] = [n for n in made.root.walk() if n.kpi is None and n.formula is None and not n.children]
    if not drafts:
        assert len(build(made, load_catalogue()).nodes) == len(list(made.root.walk()))
