"""The cohort table and the purchase history of 100 million orders in a lake, each in a process of its own. Bar: 8 GiB.

As a business would ask: the orders are imported from a file, then read with `KEIKI_MEMORY=6GB`, so that what does not
fit is written to the disk. Needs about 15 GB of disk. The history is told as forecasts read it, customers with equal
numbers counted together, and once with a row for each customer that is written to a file piece by piece.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb

MEMORY = 8 * 2**30
LIMIT = "6GB"
UNTIL = date(2025, 12, 31)
ROWS = """SELECT 'o' || n AS order_id, 'c' || (hash(n) % {customers}) AS customer_id,
    TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * (n * 63072000.0 / {rows})::BIGINT AS ordered_at,
    (hash(n * 11) % 9000 + 500)::DECIMAL(18, 4) AS amount,
    (hash(n * 13) % 3000)::DECIMAL(18, 4) AS gross_profit,
    CASE WHEN n % 20 = 0 THEN 'cancelled' ELSE 'completed' END AS status
FROM range({rows}) made(n)"""


def main() -> int:
    """Print time and peak memory of every step; 1 when a question needs more than the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000_000)
    parser.add_argument("--step", choices=sorted(STEPS), help="inside: what this process does")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.step:
        _run(asked.step, asked.folder)
        return 0
    missed = 0
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as place:
        folder = Path(place)
        with duckdb.connect() as connection:
            rows = ROWS.format(rows=asked.rows, customers=asked.rows // 10)
            connection.execute(f"COPY ({rows}) TO '{folder / 'orders.parquet'}' (FORMAT parquet)")
        print(f"{asked.rows:,} orders, limit of a connection {LIMIT}, bar {MEMORY / 2**30:.0f} GiB", flush=True)
        for step in STEPS:
            command = [sys.executable, "-m", "benchmarks.hundred_million", "--step", step, "--folder", place]
            environment = os.environ | {"KEIKI_MEMORY": LIMIT, "KEIKI_ANSWERS_MB": "0"}
            clock, processor, peak, said = subprocess.check_output(command, text=True, env=environment).split(
                maxsplit=3
            )
            missed += float(peak) > MEMORY
            times = f"{float(clock):7.1f} s, {float(processor):7.1f} of processor"
            print(f"{step:20} {times}, peak {float(peak) / 2**30:.2f} GiB   {said.strip()}", flush=True)
            (folder / "orders.parquet").unlink(missing_ok=True)  # imported
    return 1 if missed else 0


def _run(step: str, folder: Path) -> None:
    """One step in this process: seconds, seconds of processor, peak bytes, and what it found."""
    import keiki.engine.business  # noqa: F401 - loaded before the clock starts

    clock, processor = time.perf_counter(), time.process_time()
    said = STEPS[step](folder)
    times = time.perf_counter() - clock, time.process_time() - processor
    print(*times, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, said)


def _import(folder: Path) -> str:
    import keiki

    with keiki.open(folder / "business", create=True) as business:
        done = business.load(folder / "orders.parquet", fact="orders")
    (orders,) = done.parts
    return f"{orders.added:,} orders"


def _cohorts(folder: Path) -> str:
    import keiki
    from keiki.engine.cohort_table import cohort_table

    with keiki.open(folder / "business") as business:
        (table,) = cohort_table(business, count=24)
    return f"{len(table.cohorts)} cohorts of {sum(each.size for each in table.cohorts):,} customers"


def _grouped(folder: Path) -> str:
    import keiki
    from keiki.customers.history import HistoryRule, grouped_history, history

    with keiki.open(folder / "business") as business:
        found = business.engine.run(grouped_history(history(business.facts, HistoryRule(until=UNTIL))))
    return f"{sum(found['customers'].to_pylist()):,} customers in {found.num_rows:,} groups"


def _history(folder: Path) -> str:
    import keiki
    from keiki.customers.history import HistoryRule, history

    with keiki.open(folder / "business") as business:
        sql = business.engine.compile(history(business.facts, HistoryRule(until=UNTIL)))
        with business.lake.backend.con.cursor() as cursor:
            reader = cursor.execute(sql).to_arrow_reader(100_000)
            return f"{sum(batch.num_rows for batch in reader):,} customers"


STEPS: dict[str, Callable[[Path], str]] = {
    "import": _import,
    "cohort table": _cohorts,
    "history, grouped": _grouped,
    "history, each": _history,
}


if __name__ == "__main__":
    sys.exit(main())
