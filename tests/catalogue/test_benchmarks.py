"""Values read against usual ranges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keiki.catalogue.benchmarks import Standing, benchmark_reading
from keiki.catalogue.load import load_catalogue

KPIS = load_catalogue().kpis


def standings(kpi_id: str, value: float | None) -> dict[str, Standing]:
    return {reading.benchmark.en: reading.standing for reading in benchmark_reading(KPIS[kpi_id], value)}


@pytest.mark.feature("F-045")
def test_half_a_percent_is_below_the_range_of_online_shops() -> None:
    shop, lead_site = benchmark_reading(KPIS["cvr"], 0.005)
    assert (shop.benchmark.ja, shop.standing.words("en")) == ("ECサイト", "below range")
    assert (lead_site.benchmark.en, lead_site.standing) == ("B2B lead site", Standing.INSIDE)


@pytest.mark.parametrize(
    ("value", "standing"),
    [(0.39, Standing.BELOW), (0.4, Standing.INSIDE), (0.6, Standing.INSIDE), (0.61, Standing.ABOVE)],
)
def test_ends_belong_to_the_range(value: float, standing: Standing) -> None:
    assert standings("bounce_rate", value)["company site"] is standing


def test_open_end_is_never_passed() -> None:
    assert standings("avg_session_duration", 500) == {"information site": Standing.INSIDE}
    assert standings("avg_session_duration", 2.9) == {"information site": Standing.BELOW}


def test_no_value_and_no_benchmark_give_no_reading() -> None:
    assert benchmark_reading(KPIS["cvr"], None) == ()
    assert benchmark_reading(replace(KPIS["cvr"], benchmarks=()), 0.02) == ()
