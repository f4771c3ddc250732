"""Importing 10 million orders, from Parquet and from CSV: Keiki against DuckDB reading and rewriting the same file.

Bars: at most 2.5 times DuckDB alone, each; at most 2 GiB of memory. Every run is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

BAR = 2.5
MEMORY = 2 * 2**30
COLUMNS = """order_id customer_id ordered_at amount gross_profit discount shipping quantity
channel campaign store status device"""
ROWS = """SELECT
    'O' || lpad(i::VARCHAR, 9, '0') AS order_id,
    'C' || (hash(i) % 1500000)::VARCHAR AS customer_id,
    TIMESTAMP '2024-01-01' + to_seconds((i * 63072000.0 / {rows})::BIGINT) AS ordered_at,
    (500 + hash(i * 7) % 30000)::DECIMAL(18, 4) AS amount,
    ((500 + hash(i * 7) % 30000) * 0.4)::DECIMAL(18, 4) AS gross_profit,
    (hash(i * 11) % 10 * 100)::DECIMAL(18, 4) AS discount,
    500::DECIMAL(18, 4) AS shipping,
    (1 + hash(i * 3) % 4)::DOUBLE AS quantity,
    ['organic', 'paid', 'social', 'email', 'direct'][1 + (hash(i * 5) % 5)::INT] AS channel,
    'c' || (hash(i * 13) % 50)::VARCHAR AS campaign,
    ['own_ec', 'rakuten', 'amazon'][1 + (hash(i * 17) % 3)::INT] AS store,
    ['completed', 'completed', 'completed', 'cancelled'][1 + (hash(i * 19) % 4)::INT] AS status,
    ['pc', 'phone', 'app'][1 + (hash(i * 23) % 3)::INT] AS device
FROM range({rows}) t(i)"""


def make(folder: Path, rows: int) -> tuple[Path, Path]:
    """The same orders as Parquet and as CSV."""
    files = (folder / "orders.parquet", folder / "orders.csv")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({ROWS.format(rows=rows)}) TO '{files[0]}' (FORMAT parquet)")
        connection.execute(f"COPY (FROM '{files[0]}') TO '{files[1]}' (HEADER)")
    return files


def by_duckdb(file: Path, folder: Path) -> None:
    """Read the file and write it again as Parquet."""
    reader = "read_csv" if file.suffix == ".csv" else "read_parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (FROM {reader}('{file}')) TO '{folder / 'copy.parquet'}' (FORMAT parquet)")


def by_keiki(file: Path, folder: Path) -> None:
    """As a person imports: sniff, conform every cell, find doubles, write the lake, publish a snapshot."""
    import keiki

    mapping = keiki.Mapping.of("orders", **{column: column for column in COLUMNS.split()})
    with keiki.open(folder / "business", create=True) as business:
        business.load(file, mapping=mapping)


WAYS: dict[str, Callable[[Path, Path], None]] = {"duckdb": by_duckdb, "keiki": by_keiki}


def measured(way: str, file: Path) -> tuple[float, int]:
    """Seconds and peak bytes of one way in a process of its own; loading the packages is not counted."""
    command = [sys.executable, "-m", "benchmarks.import_orders", "--way", way, "--file", str(file)]
    seconds, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, peak


def run_one(way: str, file: Path) -> None:
    """The child: one way, timed."""
    import keiki.engine.business  # noqa: F401 - loaded before the clock starts

    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        start = time.perf_counter()
        WAYS[way](file, Path(folder))
        seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))


def main(rows: int = 10_000_000, rounds: int = 3) -> bool:
    """Print the table; whether all bars are met. The best of several rounds counts, taken in turns."""
    met = True
    with tempfile.TemporaryDirectory() as folder:
        files = make(Path(folder), rows)
        print(f"{rows:,} orders   DuckDB     Keiki    ratio (bar {BAR})   peak memory (bar {MEMORY / 2**30:.0f} GiB)")
        for file in files:
            runs = [{way: measured(way, file) for way in WAYS} for _ in range(rounds)]
            alone, ours = (min(run[way][0] for run in runs) for way in WAYS)
            peak = max(run["keiki"][1] for run in runs)
            met = met and ours / alone <= BAR and peak <= MEMORY
            print(
                f"{file.suffix:16} {alone:8.2f} s {ours:8.2f} s {ours / alone:6.2f} {peak / 2**30:26.2f} GiB",
                flush=True,
            )
    return met


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--way", choices=sorted(WAYS))
    parser.add_argument("--file", type=Path)
    asked = parser.parse_args()
    if asked.way:
        run_one(asked.way, asked.file)
    else:
        sys.exit(0 if main(asked.rows, asked.rounds) else 1)
