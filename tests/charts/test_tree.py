"""The tree layout: places, connectors, badges, closed branches."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from keiki.charts.tree import (
    CARD_HEIGHT,
    CARD_WIDTH,
    COLUMN_GAP,
    MARGIN,
    TRUNK,
    UNIT,
    Badge,
    Twig,
    layout,
    levels,
    troubled,
)

SALES = (
    Twig("sales", None, status="watch"),
    Twig("new", "sales", "+", status="act"),
    Twig("customers", "new", "×", status="act"),
    Twig("basket", "new", "×", status="good"),
    Twig("old", "sales", "+", status="good"),
    Twig("mail", "old", influence=True, status="good"),
    Twig("stock", "old", influence=True, status="none"),
)


def test_layout_centres_a_parent_on_its_children() -> None:
    at = {card.id: card for card in layout(SALES).cards}
    assert at["new"].y == (at["customers"].y + at["basket"].y) // 2 // UNIT * UNIT
    assert [at[id].x for id in ("sales", "new", "customers")] == [
        MARGIN + depth * (CARD_WIDTH + COLUMN_GAP) for depth in range(3)
    ]


def test_layout_closes_a_branch_and_counts_what_it_hides() -> None:
    laid = layout(SALES, frozenset({"sales"}))
    assert [(card.id, card.open, card.hidden, card.worst) for card in laid.cards] == [
        ("sales", True, 0, "act"),
        ("new", False, 2, "act"),
        ("old", False, 2, "good"),
    ]


def test_layout_draws_a_straight_and_a_bent_connector() -> None:
    twigs = (Twig("a", None), Twig("b", "a"), Twig("c", "b", "×"), Twig("d", "b", "×"))
    edges = {edge.child: edge.path for edge in layout(twigs).edges}
    top, foot = MARGIN + CARD_HEIGHT // 2, MARGIN + CARD_HEIGHT // 2 + 48
    start = MARGIN + CARD_WIDTH
    assert edges["b"] == f"M{start} {foot}H{start + COLUMN_GAP}"
    start += CARD_WIDTH + COLUMN_GAP
    trunk = start + TRUNK
    assert edges["c"] == (
        f"M{start} {foot}H{trunk - 8}Q{trunk} {foot} {trunk} {foot - 8}"
        f"V{top + 8}Q{trunk} {top} {trunk + 8} {top}H{start + COLUMN_GAP}"
    )


def test_layout_gives_one_badge_for_like_operators_and_none_for_influence() -> None:
    at = {card.id: card for card in layout(SALES).cards}
    assert layout(SALES).badges == (
        Badge(at["sales"].x + CARD_WIDTH + TRUNK, at["sales"].y + CARD_HEIGHT // 2, "+"),
        Badge(at["new"].x + CARD_WIDTH + TRUNK, at["new"].y + CARD_HEIGHT // 2, "×"),
    )
    assert [edge.child for edge in layout(SALES).edges if edge.influence] == ["mail", "stock"]


def test_layout_gives_a_badge_to_each_child_when_operators_differ() -> None:
    twigs = (Twig("a", None), Twig("b", "a", "+"), Twig("c", "a", "+"), Twig("d", "a", "−"))
    assert [badge.sign for badge in layout(twigs).badges] == ["+", "+", "−"]


def test_layout_shows_a_division_once() -> None:
    twigs = (Twig("a", None), Twig("b", "a"), Twig("c", "a", "÷"))
    assert [badge.sign for badge in layout(twigs).badges] == ["÷"]


def test_troubled_opens_only_branches_that_lead_to_trouble() -> None:
    assert troubled(SALES) == {"sales", "new"}
    assert troubled(tuple(Twig(t.id, t.parent) for t in SALES)) == {"sales"}


def test_levels_opens_so_many_levels() -> None:
    assert levels(SALES, 1) == {"sales"}


def test_card_place_writes_both_coordinates_as_hexadecimal_classes() -> None:
    twigs = (Twig("a", None), *(Twig(f"b{i}", "a", "+") for i in range(40)))
    card = layout(twigs).cards[-1]
    digits = {name.split("-")[0]: int(name.split("-")[1], 16) for name in card.place.split()}
    assert sum(digits[f"x{power}"] * 16**power for power in range(3)) * UNIT == card.x
    assert sum(digits[f"y{power}"] * 16**power for power in range(4)) * UNIT == card.y


@st.composite
def forests(draw: st.DrawFn) -> tuple[tuple[Twig, ...], frozenset[str]]:
    """A tree of up to 60 nodes and some open branches."""
    parents = draw(st.lists(st.integers(0, 10**6), max_size=60))
    twigs = [Twig("n0", None)]
    for index, pick in enumerate(parents, 1):
        twigs.append(Twig(f"n{index}", f"n{pick % index}", draw(st.sampled_from(["+", "×", "−"]))))
    return tuple(twigs), frozenset(draw(st.sets(st.sampled_from([t.id for t in twigs]))))


@given(forests())
def test_layout_never_lets_two_cards_touch(forest: tuple[tuple[Twig, ...], frozenset[str]]) -> None:
    laid = layout(*forest)
    for depth in {card.depth for card in laid.cards}:
        ys = sorted(card.y for card in laid.cards if card.depth == depth)
        assert all(below - above >= CARD_HEIGHT for above, below in pairwise(ys))


@given(forests())
def test_layout_hides_and_shows_every_node_once(forest: tuple[tuple[Twig, ...], frozenset[str]]) -> None:
    laid = layout(*forest)
    assert len(laid.cards) + sum(card.hidden for card in laid.cards) == len(forest[0])
    assert layout(*forest) == laid


def test_layout_takes_a_very_deep_tree() -> None:
    twigs = (Twig("n0", None), *(Twig(f"n{i}", f"n{i - 1}") for i in range(1, 1500)))
    assert layout(twigs).height == CARD_HEIGHT + 2 * MARGIN


def test_layout_marks_the_way_to_what_fails() -> None:
    laid = layout(SALES, frozenset({"sales"}))
    assert [(edge.child, edge.failing) for edge in laid.edges] == [("new", True), ("old", False)]
    assert [(card.id, card.leads) for card in layout(SALES).cards if card.leads] == [("sales", True), ("new", True)]
