"""Every KPI of the catalogue on the demo company: it has a value, is entered by hand, or says what it lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import DEMO_UNTIL

import keiki
from keiki.formula import references

LANGUAGES = ("en", "ja")


@pytest.fixture(scope="module")
def business(demo_folder: Path) -> Iterator[keiki.Business]:
    with keiki.open(demo_folder) as made:
        yield made


@pytest.fixture(scope="module")
def measured(business: keiki.Business) -> keiki.engine.measured.Measured:
    """Every KPI over thirteen months."""
    return business.measure(business.catalogue.kpis, business.lens("month", 13, DEMO_UNTIL))


def test_every_kpi_has_a_value_is_entered_by_hand_or_says_what_it_lacks(
    business: keiki.Business, measured: keiki.engine.measured.Measured
) -> None:
    silent = []
    for kpi in business.catalogue.kpis:
        has = any(value is not None for value in measured.series(kpi))
        by_hand = {r.id for r in references(business.catalogue.expand(kpi))} == {"observed_value"}
        if not has and not by_hand and not all(measured.missing(kpi, language) for language in LANGUAGES):
            silent.append(kpi)
    assert silent == []


def test_kpi_with_a_value_lacks_nothing(business: keiki.Business, measured: keiki.engine.measured.Measured) -> None:
    told = [k for k in business.catalogue.kpis if measured.value(k, -2) is not None and measured.missing(k)]
    assert told == []


def test_kpis_of_stages_have_values_where_the_company_has_such_stages(
    measured: keiki.engine.measured.Measured,
) -> None:
    for kpi in ("avg_sales_cycle_days", "opportunity_progress_rate", "aov", "repeat_purchase_rate", "roi"):
        assert any(value is not None for value in measured.series(kpi)), kpi


def test_use_of_key_features_is_measured_and_is_not_that_of_core_features(
    business: keiki.Business, measured: keiki.engine.measured.Measured
) -> None:
    """The stock alert is the one key feature of the company."""
    alert = "u_feature_users[feature = 'stock_alert'] / n_eligible_users[feature = 'stock_alert']"
    by_hand = business.measure([alert], business.lens("month", 13, DEMO_UNTIL)).series(alert)
    found = measured.series("key_feature_usage_rate")
    assert found == by_hand
    assert all(0 < rate < 1 for rate in found if rate is not None)
    assert found != measured.series("feature_adoption_rate")
