"""Trees written and read back."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from tests.trees.written import trees

from keiki.catalogue.load import load_catalogue
from keiki.errors import (
    FieldWrong,
    KeikiError,
    MissingField,
    TreeTooLarge,
    UnknownName,
    UnreadableDeclaration,
    WrongField,
)
from keiki.trees.document import (
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
from keiki.trees.fields import entry_of
from keiki.trees.targets import Step, Target

HEAD = "id: t\nja: 例\nen: Example\nabout_ja: 例。\nabout_en: An example.\n"


@given(document=trees())
def test_yaml_reads_back_to_the_same_document(document: TreeDocument) -> None:
    assert from_yaml(to_yaml(document)) == document


@given(document=trees())
def test_plain_mappings_read_back_to_the_same_document(document: TreeDocument) -> None:
    assert from_dict(as_dict(document)) == document


def test_node_takes_the_id_of_its_kpi() -> None:
    assert from_yaml(HEAD + "root: {kpi: aov}\n").root == NodeDocument(id="aov", kpi="aov")


def test_unknown_template_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        template(load_catalogue(), "subscriptions")
    assert caught.value.details["near"] == "subscription"


def test_own_tree_comes_before_a_template() -> None:
    builtin = load_catalogue()
    mine = replace(builtin, trees={"ec": entry_of(as_dict(replace(template(builtin, "ec"), ja="うちの店")))})
    assert template(mine, "ec").ja == "うちの店"
    assert template(builtin, "ec").ja != "うちの店"


def test_all_fields_of_a_tree_are_read() -> None:
    text = """
kind: board
team: marketing
rank: 1
goal_ja: 黒字化
domain: ec
links: [{source: visits, target: revenue, sign: "-", lag: 2, strength: weak, why_en: Noise}]
root:
  id: revenue
  kpi: order_revenue
  kra: 売上
  owner: {department: marketing, person: 佐藤}
  impact: 5
  collapsed: true
  note_ja: 税抜
  target:
    {value: 0.03, compare: at_least, start: 0.02, since: 2026-04-01, by: 2027-03-31, steps: [{within: 3m, value: 0.02}]}
  children: [{id: visits, ja: 訪問, influence: {sign: "+"}}]
"""
    tree = from_yaml(HEAD + text)
    assert (tree.kind, tree.team, tree.rank, tree.goal_ja, tree.domain) == ("board", "marketing", 1, "黒字化", ("ec",))
    assert tree.links == (Link("visits", "revenue", -1, 2, "weak", why_en="Noise"),)
    root = tree.root
    assert (root.kra, root.owner, root.impact, root.collapsed) == ("売上", Owner("marketing", "佐藤"), 5, True)
    days = {"since": date(2026, 4, 1), "by": date(2027, 3, 31)}
    assert root.target == Target(0.03, "at_least", start=0.02, steps=(Step(0.02, within="3m"),), **days)


@pytest.mark.feature("F-026")
def test_chain_of_a_webinar_is_stored_beside_the_tree() -> None:
    chain = ["webinar_participants", "mql", "deals", "wins"]
    nodes = ", ".join(f"{{id: {name}, ja: {name}, influence: {{sign: '+'}}}}" for name in chain)
    links = ", ".join(
        f"{{source: {a}, target: {b}, sign: '+', strength: strong}}" for a, b in itertools.pairwise(chain)
    )
    tree = from_yaml(HEAD + f"root: {{id: goal, children: [{nodes}]}}\nlinks: [{links}]\n")
    stored = from_yaml(to_yaml(tree))
    assert [(link.source, link.target, link.sign, link.strength) for link in stored.links] == [
        ("webinar_participants", "mql", 1, "strong"),
        ("mql", "deals", 1, "strong"),
        ("deals", "wins", 1, "strong"),
    ]


MISTAKES = [
    (
        "root: {kpi: aov, formulla: x}",
        "tree.yaml:6: “aov” has a field “formulla” that means nothing here. Did you mean “formula”?",
    ),
    (
        "root:\n  kpi: aov\n  level: top",
        "tree.yaml:8: “aov”: “top” cannot be its “level”. It may be: kgi, ksf, kpi, detail.",
    ),
    (
        "root:\n  kpi: aov\n  target:\n    value: 3%",
        "tree.yaml:9: “target”: “3%” cannot be its “value”. It may be: 1200, 0.03.",
    ),
    ("root: {kpi: aov, target: {value: .nan}}", "tree.yaml:6: “target”: “nan” cannot be its “value”."),
    ("root: {kpi: aov, target: {compare: between, low: 1}}", "tree.yaml:6: “target” has no “high”."),
    ("root: {kpi: aov, target: {compare: between, low: 3, high: 1}}", "“3.0” cannot be its “low”. It may be: ≤ 1."),
    ("root: {kpi: aov, target: {}}", "has no “value”."),
    ("root: {kpi: aov, target: {value: 1, by: soon}}", "“soon” cannot be its “by”. It may be: 2026-04-01."),
    ("root: {kpi: aov, target: {value: 1, by: 2026-01-01, within: 6m}}", "It may be: by | within."),
    ("root: {kpi: aov, target: {value: 1, since: 2026-02-01, by: 2026-01-01}}", "It may be: ≥ 2026-02-01."),
    ("root: {kpi: aov, target: {value: 1, within: 6 months}}", "It may be: 6m, 90d, 2w, 1y."),
    ("root: {kpi: aov, target: {value: 1, steps: [{value: 2}]}}", "has no “by”."),
    ("root: {kpi: aov, target: {value: 1, shape: manual}}", "has no “months”."),
    ("root: {kpi: aov, target: {value: 1, months: {2026-04: 1, 2026-04-01: 2}}}", "It may be: 2026-04-01 ×1."),
    ("root: {kpi: aov, impact: 6}", "“6” cannot be its “impact”. It may be: 1 – 5."),
    ("root: {kpi: aov, ja: yes}", "“True” cannot be its “ja”. It may be: text."),
    ("root: {kpi: aov, owner: me}", "“me” cannot be its “owner”. It may be: {…: …}."),
    ("root: {kpi: aov}\nkind: bush", "tree.yaml:7: “t”: “bush” cannot be its “kind”. It may be: tree, board."),
    ("root: {kpi: aov}\nlinks: [{source: aov, target: aov}]", "“aov” cannot be its “links”. It may be: ≠ aov."),
    ("root: {kpi: aov}\nlinks: [{source: aov, target: x}]", "There is no node called “x”."),
    ("root: {kpi: aov, children: {kpi: x}}", "“{…}” cannot be its “children”."),
]


@pytest.mark.parametrize(("text", "words"), MISTAKES)
def test_mistake_names_line_and_field(text: str, words: str) -> None:
    with pytest.raises(KeikiError) as caught:
        from_yaml(HEAD + text + "\n")
    assert words in str(caught.value)
    assert caught.value.words("ja") != str(caught.value)


def test_text_that_is_too_long_is_refused_in_the_words_of_each_language() -> None:
    with pytest.raises(FieldWrong) as caught:
        from_yaml(f"{HEAD}root: {{kpi: aov, note_ja: {'あ' * 4_001}}}\n")
    assert "It may be: up to 4,000 characters." in str(caught.value)
    assert "使えるもの：4,000文字まで。" in caught.value.words("ja")


def test_mistake_in_plain_data_names_the_way_to_it() -> None:
    content = {"id": "t", "ja": "a", "en": "a", "about_ja": "a", "about_en": "a"}
    with pytest.raises(FieldWrong) as caught:
        from_dict({**content, "root": {"kpi": "aov", "children": [{"kpi": "x", "target": {"value": True}}]}})
    assert str(caught.value.details["place"]) == "root/children/0/target/value"


@pytest.mark.parametrize(
    ("root", "error"),
    [
        ("", MissingField),
        ("root: {ja: x}\n", MissingField),
        ("root: {kpi: aov, level: top}\n", WrongField),
        ("root: {kpi: aov, driver: maybe}\n", WrongField),
        ("root: {kpi: aov, influence: up}\n", WrongField),
        ("root: {kpi: aov, influence: {sign: up}}\n", WrongField),
        ('root: {kpi: aov, influence: {sign: "+", lag: 99}}\n', WrongField),
        ('root: {kpi: aov, influence: {sign: "+", lag: soon}}\n', WrongField),
        ("root: {kpi: aov, children: [{kpi: aov}]}\n", WrongField),
        ("root: {kpi: aov, children: [aov]}\n", WrongField),
        ("root: [\n", UnreadableDeclaration),
    ],
)
def test_mistake_is_told(root: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        from_yaml(HEAD + root)


def test_tree_that_is_too_deep_is_refused() -> None:
    text = "{id: n60, kpi: aov}"
    for depth in range(60):
        text = f"{{id: n{depth}, kpi: aov, children: [{text}]}}"
    with pytest.raises(TreeTooLarge):
        from_yaml(HEAD + f"root: {text}\n")
