"""Where a value stands against the usual ranges of its KPI."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from keiki.catalogue.kpi import Benchmark, Kpi


class Standing(StrEnum):
    """A value against a range; the ends belong to the range."""

    BELOW = "below"
    INSIDE = "inside"
    ABOVE = "above"

    def words(self, language: str) -> str:
        """What a page says.

        >>> Standing.BELOW.words("en"), Standing.BELOW.words("ja")
        ('below range', '目安より低い')
        """
        return WORDS[self][0 if language == "ja" else 1]


WORDS = {
    Standing.BELOW: ("目安より低い", "below range"),
    Standing.INSIDE: ("目安の範囲内", "inside range"),
    Standing.ABOVE: ("目安より高い", "above range"),
}


@dataclass(frozen=True)
class BenchmarkReading:
    """A value read against one benchmark. Low is not bad in itself: see the KPI's direction."""

    benchmark: Benchmark
    standing: Standing


def benchmark_reading(kpi: Kpi, value: float | None) -> tuple[BenchmarkReading, ...]:
    """How a value of the KPI, in the KPI's own unit, stands against each of its benchmarks; none for no value."""
    if value is None:
        return ()
    return tuple(BenchmarkReading(benchmark, standing(benchmark, value)) for benchmark in kpi.benchmarks)


def standing(benchmark: Benchmark, value: float) -> Standing:
    """Below, inside or above one range; an open end is never passed."""
    if benchmark.low is not None and value < benchmark.low:
        return Standing.BELOW
    if benchmark.high is not None and value > benchmark.high:
        return Standing.ABOVE
    return Standing.INSIDE
