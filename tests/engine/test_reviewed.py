"""A design held against data: formulas that hold and that do not, targets beside history, ways to take apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from tests.server.shop import make_shop

import keiki
from keiki.periods import Grain
from keiki.trees.document import NodeDocument, TreeDocument
from keiki.trees.targets import Target

MONTHS = 4


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    folder = tmp_path_factory.mktemp("reviewed") / "shop"
    make_shop(folder)
    with keiki.open(folder) as business:
        yield business


def design(formula: str, target: Target | None = None) -> TreeDocument:
    children = (NodeDocument("orders", kpi="purchases"), NodeDocument("price", kpi="aov"))
    root = NodeDocument("revenue", kpi="order_revenue", formula=formula, children=children, target=target)
    return TreeDocument("tiny", "小さな木", "Tiny", "試し", "A trial", root)


def test_formula_that_gives_the_measured_value_every_month_has_no_finding(shop: keiki.Business) -> None:
    told = keiki.review_on_data(shop, shop.tree_named(design("orders * price")), months=MONTHS)
    assert told.findings == ()
    (proof,) = told.proofs
    assert [period.start for period in proof.periods] == [date(2026, month, 1) for month in (7, 8, 9, 10)]
    assert (proof.values, proof.residual) == ((10_000, 12_000, 20_000, 14_400), (0, 0, 0, 0))


def test_formula_that_leaves_a_rest_is_found_with_its_worst_month(shop: keiki.Business) -> None:
    told = keiki.review_on_data(shop, shop.tree_named(design("orders * price - 600 * orders")), months=MONTHS)
    (found,) = told.findings
    assert (found.code, found.node) == ("formula_does_not_hold", "revenue")
    (proof,) = told.proofs
    assert proof.residual == (6_000, 7_200, 12_000, 9_600)
    assert proof.shares == pytest.approx((0.6, 0.6, 0.6, 9_600 / 14_400))
    assert proof.periods[proof.furthest].start == date(2026, 10, 1)


def test_target_far_above_the_best_month_is_told_from_the_data(shop: keiki.Business) -> None:
    target = Target(80_000, within="12m")
    told = keiki.review_on_data(shop, shop.tree_named(design("orders * price", target)), months=MONTHS)
    assert [each.message("en") for each in told.findings] == [
        "The target of “Order revenue” (80,000) is 4 times its best value so far (20,000)."
    ]
    yearly = design("orders * price", replace(target, period=Grain.YEAR))
    assert keiki.review_on_data(shop, shop.tree_named(yearly), months=MONTHS).findings == (), "a year is no month"


def test_ways_to_take_revenue_apart_say_which_give_it_back(shop: keiki.Business) -> None:
    proved = {each.way.id: each.proof for each in keiki.ways_on_data(shop, "order_revenue", months=MONTHS)}
    assert {name: proof.holds for name, proof in proved.items()} == {
        "visits_rate_value": None,
        "buyers_frequency_value": True,
        "new_and_returning": True,
        "purchases_times_aov": True,
    }
    assert proved["buyers_frequency_value"].told == pytest.approx((10_000, 12_000, 20_000, 14_400))


def test_ways_of_a_narrowed_number_are_proved_on_the_same_part(shop: keiki.Business) -> None:
    proved = {each.way.id: each.proof for each in keiki.ways_on_data(shop, "order_revenue", "channel = 'email'", 1)}
    assert proved["purchases_times_aov"].values == (8 * 900,)
    assert proved["purchases_times_aov"].holds
