"""Trees written and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.catalogue.load import load_catalogue
from keiki.errors import MissingField, TreeTooLarge, UnknownName, UnreadableDeclaration, WrongField
from keiki.trees.document import (
    Influence,
    NodeDocument,
    TreeDocument,
    as_dict,
    from_dict,
    from_yaml,
    template,
    to_yaml,
)

HEAD = "id: t\nja: 例\nen: Example\nabout_ja: 例。\nabout_en: An example.\n"
words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(
    lambda text: text.strip() == text
)
maybe = st.none() | words


@st.composite
def trees(draw: st.DrawFn) -> TreeDocument:
    ids = iter(range(100))

    def node(depth: int) -> NodeDocument:
        name = f"n{next(ids)}"
        children = tuple(node(depth + 1) for _ in range(draw(st.integers(0, 2 if depth < 3 else 0))))
        return NodeDocument(
            id=name,
            kpi=draw(maybe),
            ja=draw(maybe),
            en=draw(maybe),
            level=draw(st.sampled_from([None, "kgi", "ksf", "kpi", "detail"])),
            formula=draw(maybe),
            where=draw(maybe),
            driver=draw(st.booleans()),
            influence=draw(st.none() | st.builds(Influence, st.sampled_from([1, -1]), st.integers(0, 24))),
            why_ja=draw(maybe),
            why_en=draw(maybe),
            children=children,
        )

    return TreeDocument(draw(words), draw(words), draw(words), draw(words), draw(words), node(0))


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
