"""One KPI of several businesses, and of all of them as one: against sums worked by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import keiki
from keiki.engine.together import Together
from keiki.errors import (
    CannotBeAdded,
    CurrenciesDiffer,
    DefinitionsDiffer,
    EnteredNotMeasured,
    NoValueThere,
    UnknownName,
)

TEA = {9: (2, 1_000), 10: (4, 1_000)}
BOOKS = {9: (1, 3_000), 10: (1, 6_000), 11: (1, 10)}
"""Month of 2026 → orders, amount of each."""


def orders(months: dict[int, tuple[int, int]]) -> list[dict[str, Any]]:
    return [
        {"order_id": f"{month}-{place}", "customer_id": f"C{place}", "ordered_at": f"2026-{month}-28", "amount": amount}
        for month, (count, amount) in months.items()
        for place in range(count)
    ]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, keiki.Business]]:
    folder = tmp_path_factory.mktemp("together")
    with (
        keiki.open(folder / "tea", keiki.Settings(name="Tea")) as tea,
        keiki.open(folder / "books", keiki.Settings(name="Books")) as books,
    ):
        tea.load([*orders(TEA), *orders({11: (1, 5)})], fact="orders")
        books.load(orders(BOOKS), fact="orders")
        yield {"Tea": tea, "Books": books}


def october(businesses: dict[str, keiki.Business], kpi: str) -> Together:
    return keiki.together(businesses, kpi, count=2)


def test_money_and_counts_are_added_up_and_shares_are_of_the_total(both: dict[str, keiki.Business]) -> None:
    found = october(both, "order_revenue")
    assert [each.start.month for each in found.periods] == [9, 10]
    assert [part.values for part in found.parts] == [(2_000, 4_000), (3_000, 6_000)]
    assert (found.totals, found.before, found.adds) == ((5_000, 10_000), 5_000, True)
    assert [part.share for part in found.parts] == [0.4, 0.6]
    assert october(both, "purchases").totals == (3, 5)


def test_rate_is_calculated_from_sums_never_as_a_mean(both: dict[str, keiki.Business]) -> None:
    found = october(both, "aov")
    assert [part.values[-1] for part in found.parts] == [1_000, 6_000]
    assert found.totals == (pytest.approx(5_000 / 3), 2_000)
    assert found.before == found.totals[0]
    assert [part.share for part in found.parts] == [0.8, 0.2]
    assert found.worked is not None
    assert [each.value for each in found.worked.figures] == [10_000, 5]


def test_growth_of_all_is_that_of_the_sums(both: dict[str, keiki.Business]) -> None:
    assert october(both, "revenue_growth_rate").totals[-1] == pytest.approx(10_000 / 5_000 - 1)


def test_somebody_in_two_businesses_counts_twice_and_it_is_said(both: dict[str, keiki.Business]) -> None:
    found = october(both, "buyers")
    assert (found.totals[-1], found.twice) == (5, True)
    assert october(both, "order_revenue").twice is False


def test_quarter_of_all_is_the_same_days(both: dict[str, keiki.Business]) -> None:
    found = keiki.together(both, "order_revenue", "quarter", 1)
    assert [str(each.start) for each in found.periods] == ["2026-07-01"]
    assert found.totals == (5_000,)


def test_mean_of_means_is_refused(both: dict[str, keiki.Business]) -> None:
    found = october(both, "days_since_last_purchase")
    assert isinstance(found.why, CannotBeAdded)
    assert found.totals == (None, None)


def test_business_without_a_value_leaves_no_total(both: dict[str, keiki.Business], tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="New")) as empty:
        empty.load([{"occurred_at": "2026-11-20 10:00:00", "name": "page_view", "visitor_id": "v"}], fact="events")
        found = october(both | {"New": empty}, "order_revenue")
    assert isinstance(found.why, NoValueThere)
    assert "New" in found.why.words("ja")
    assert (found.totals[-1], found.parts[-1].share) == (None, None)


def test_money_of_two_currencies_is_refused_and_counts_are_not(both: dict[str, keiki.Business], tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="Abroad", currency="USD")) as abroad:
        abroad.load([*orders(TEA), *orders({11: (1, 5)})], fact="orders")
        three = both | {"Abroad": abroad}
        found = october(three, "aov")
        assert isinstance(found.why, CurrenciesDiffer)
        assert "Abroad: USD" in found.why.words("en")
        assert [part.values[-1] for part in found.parts] == [1_000, 6_000, 1_000]
        assert october(three, "purchases").totals == (5, 9)


def test_other_meaning_of_the_same_name_is_refused(both: dict[str, keiki.Business]) -> None:
    books = both["Books"]
    kpis = dict(books.catalogue.kpis)
    kpis["aov"] = replace(kpis["aov"], formula=kpis["purchases"].formula)
    usual = books.catalogue
    try:
        books.catalogue = replace(usual, kpis=kpis)
        assert isinstance(october(both, "aov").why, DefinitionsDiffer)
        books.catalogue = replace(usual, kpis={name: each for name, each in usual.kpis.items() if name != "aov"})
        assert isinstance(october(both, "aov").why, DefinitionsDiffer)
    finally:
        books.catalogue = usual
    with pytest.raises(UnknownName):
        october(both, "aow")


def test_rate_that_was_entered_has_no_total_and_a_sum_has(both: dict[str, keiki.Business], tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(name="By hand")) as hand:
        hand.load([*orders(TEA), *orders({11: (1, 5)})], fact="orders")
        told = [("aov", 1_500), ("order_revenue", 500)]
        rows = [{"metric": name, "date": "2026-10-01", "grain": "month", "value": value} for name, value in told]
        hand.load(rows, fact="observations")
        three = both | {"By hand": hand}
        assert isinstance(october(three, "aov").why, EnteredNotMeasured)
        assert october(three, "order_revenue").totals[-1] == 10_500
