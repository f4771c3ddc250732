"""Every KPI of the catalogue for one month of the demo company, by one `Business.measure`. Bar: 3 s.

Told for the first month (queries are composed) and for another month after it (they are only filled in). The peer is
the same library asked for one KPI at a time, after it has done so once: what sharing a query per fact saves.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import date
from pathlib import Path

import keiki
from keiki.demo import load_demo

LIMIT_SECONDS = 3.0
UNTIL = date(2026, 10, 20)


def main() -> int:
    """Print the times; 1 when another month takes longer than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", type=int, default=25, help="how many KPIs are asked for one at a time")
    alone = parser.parse_args().alone
    with (
        tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home,
        keiki.open(Path(home) / "demo", keiki.Settings(name="Benchmark")) as business,
    ):
        load_demo(business, until=UNTIL)
        kpis = tuple(business.catalogue.kpis)
        first, _ = _measured(business, kpis, date(2026, 8, 1))
        again, known = _measured(business, kpis, date(2026, 9, 1))
        some = known[:: max(1, len(known) // alone)]
        each = []
        for kpi in some:
            _measured(business, (kpi,), date(2026, 8, 1))
            each.append(_measured(business, (kpi,), date(2026, 9, 1))[0])
    peer = sum(each) / len(each) * len(known)
    print(f"KPIs {len(kpis)}, with a value {len(known)}   first month {first:.2f} s, another {again:.2f} s")
    print(f"one at a time {peer:.1f} s (from {len(some)} of them)   ratio {again / peer:.2f}   limit {LIMIT_SECONDS} s")
    return 0 if again <= LIMIT_SECONDS else 1


def _measured(business: keiki.Business, kpis: tuple[str, ...], month: date) -> tuple[float, tuple[str, ...]]:
    """Seconds for the KPIs of a month, and those that have a value."""
    period = business.settings.calendar.period(keiki.Grain.MONTH, month)
    start = time.perf_counter()
    found = business.measure(kpis, business.question((period,)))
    values = {kpi: found.value(kpi) for kpi in kpis}
    return time.perf_counter() - start, tuple(kpi for kpi, value in values.items() if value is not None)


if __name__ == "__main__":
    raise SystemExit(main())
