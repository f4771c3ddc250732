"""The one door to the numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries import Kept, Question, choosable, dimensions, known, measured

ORDERS_ONLY = "simple_orders"


def test_known_tells_the_days_of_the_data(shop: Any) -> None:
    told = known(shop.owner, shop.business)
    assert (told.first, told.today) == (date(2026, 7, 1), date(2026, 11, 8))
    assert told.tree(None).id == ORDERS_ONLY
    assert told.tree("no such tree").id == ORDERS_ONLY


def test_known_of_a_business_without_rows_has_no_today(bare: Any) -> None:
    assert known(bare.owner, bare.business).today is None


def test_measured_reads_the_last_period_that_is_over(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, None, Question())
    root = numbers.tree.root
    assert numbers.period.start == date(2026, 10, 1)
    assert (numbers.value(root), numbers.value_before(root)) == (14_400, 20_000)
    assert numbers.series(root)[-4:] == (10_000, 12_000, 20_000, 14_400)
    assert (numbers.status(root), numbers.elapsed) == ("act", None)


def test_measured_compares_a_running_period_like_for_like(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, None, Question(on=date(2026, 11, 5)))
    root = numbers.tree.root
    assert (numbers.elapsed, numbers.completes[-1]) == (8, False)
    # 8 November days beside the first 8 October days: two orders on each of the first six, one on the next two
    assert (numbers.value(root), numbers.value_before(root)) == (8_000, 12_600)


def test_measured_narrows_to_a_segment(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, None, Question(segment=("channel", "email")))
    assert numbers.value(numbers.tree.root) == 7_200


def test_measured_splits_by_a_dimension(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, None, Question(), by="channel")
    values = {segment: numbers.value(numbers.tree.root, segment) for segment in numbers.segments}
    assert values == {("email",): 7_200, ("organic",): 7_200}


def test_explanation_sums_to_the_change(shop: Any) -> None:
    told = measured(shop.owner, shop.business, None, Question()).explanation
    assert told is not None
    assert told.change == -5_600
    assert sum(part.contribution or 0.0 for part in told.leaves) == pytest.approx(-5_600)


def test_measured_is_closed_to_outsiders(shop: Any) -> None:
    with pytest.raises(Business.DoesNotExist):
        measured(shop.outsider, shop.business, None, Question())
    with pytest.raises(Business.DoesNotExist):
        known(shop.outsider, shop.business)


def test_measured_keeps_its_answer(shop: Any) -> None:
    first = measured(shop.owner, shop.business, None, Question())
    assert measured(shop.viewer, shop.business, None, Question()) is first
    assert measured(shop.owner, shop.business, None, Question(comparison="last_year")) is not first


def test_measured_forgets_with_the_snapshot(own_shop: Any) -> None:
    from keiki.server.data.actions import opened

    first = measured(own_shop.owner, own_shop.business, None, Question())
    lake = opened(own_shop.business).business.lake
    lake.undo(lake.imports()[0].id)
    assert known(own_shop.owner, own_shop.business).today is None
    again = measured(own_shop.owner, own_shop.business, None, Question())
    assert (again is first, again.value(again.tree.root)) == (False, None)


def test_choosable_offers_the_months_of_the_data(shop: Any) -> None:
    periods = choosable(shop.business, known(shop.owner, shop.business), Grain.MONTH)
    assert [period.start.month for period in periods] == [11, 10, 9, 8, 7]


def test_dimensions_are_those_every_measure_has(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, None, Question())
    assert "channel" in dimensions(shop.owner, shop.business, numbers.tree.root)


def test_missing_facts_names_what_was_never_loaded(shop: Any) -> None:
    numbers = measured(shop.owner, shop.business, "ec", Question())
    sessions = next(node for node in numbers.tree.nodes if node.en == "Sessions")
    assert numbers.missing_facts(sessions) == ("events",)
    assert numbers.status(sessions) == "none"


def test_kept_drops_what_was_asked_longest_ago() -> None:
    kept, made = Kept(2), []

    def answer(name: str) -> str:
        return kept.get(name, lambda: made.append(name) or name)

    for name in ("a", "b", "a", "c", "a", "b"):
        answer(name)
    assert made == ["a", "b", "c", "b"]
