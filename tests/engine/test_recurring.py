"""The recurring revenue of a business: the same numbers as its KPIs, and no preset that is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.made_up import made_up_rows

import keiki
from keiki.engine.recurring import last_periods
from keiki.errors import UnknownName

SAME = {
    "starting_mrr": lambda month: float(month.mrr_start),
    "mrr": lambda month: float(month.mrr_end),
    "new_mrr": lambda month: float(month.move("new")),
    "churned_mrr": lambda month: float(month.move("churned")),
    "grr": lambda month: month.gross_retention,
    "nrr": lambda month: month.net_retention,
    "churn_rate_monthly": lambda month: month.logo_churn,
    "revenue_churn_rate": lambda month: month.revenue_churn,
    "renewal_rate": lambda month: month.renewal_rate,
    "upsell_rate": lambda month: month.rate_of_revenue("upsell"),
    "upsell_customer_rate": lambda month: month.rate_of_customers("upsell"),
    "cross_sell_rate": lambda month: month.rate_of_revenue("cross_sell"),
    "cross_sell_customer_rate": lambda month: month.rate_of_customers("cross_sell"),
    "arpa": lambda month: month.per_account,
}


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path_factory.mktemp("club"), keiki.Settings(name="Club")) as made:
        made.load(made_up_rows("subscriptions", 300), fact="subscriptions")
        made.load(made_up_rows("orders", 20), fact="orders")
        yield made


def test_recurring_revenue_is_what_the_kpis_say(business: keiki.Business) -> None:
    answer = keiki.recurring(business, last_periods(business, count=6))
    measured = business.measure(SAME, business.lens("month", 6))
    for name, read in SAME.items():
        assert [read(month) for month in answer.periods] == [
            None if value is None else pytest.approx(value) for value in measured.series(name)
        ]
    assert [month.unexplained for month in answer.periods] == [0] * 6


def test_period_that_is_not_over_says_so(business: keiki.Business) -> None:
    answer = keiki.recurring(business, preset="chartmogul")
    assert [month.complete for month in answer.periods[:-1]] == [True] * 12
    assert answer.periods[-1].complete is (answer.periods[-1].period.last == business.today)
    assert answer.committed.day == business.today


def test_preset_that_is_none_is_named(business: keiki.Business) -> None:
    with pytest.raises(UnknownName):
        keiki.recurring(business, preset="mine")
    assert keiki.recurring_differences(business, "keiki", "keiki") == ()
