"""A tree of 25 KPIs over 24 months on 10 million orders: Keiki against one hand-written query. Bar: at most 1.3 times.

The hand-written query reads the same lake through the same DuckDB and answers the same 25 numbers per month.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import keiki
from benchmarks.import_orders import make
from keiki.trees.document import from_yaml

LIMIT = 1.3
CHANNELS = ("organic", "paid", "social", "email", "direct")


def document() -> str:
    """25 nodes: revenue by channel, each as orders × average order, and who bought."""
    nodes = []
    for channel in CHANNELS:
        where = f"channel = '{channel}'"
        nodes.append(
            f"""
    - id: {channel}
      kpi: order_revenue
      where: {where}
      ja: {channel}の売上
      en: Revenue from {channel}
      formula: {channel}_orders * {channel}_aov
      children:
        - {{id: {channel}_orders, kpi: purchases, where: "{where}", ja: 注文数, en: Orders, driver: true}}
        - {{id: {channel}_aov, kpi: aov, where: "{where}", ja: 単価, en: Average order, driver: true}}"""
        )
    more = ("purchases", "aov", "buyers", "orders_per_buyer", "return_cancel_rate", "first_time_buyers")
    more = (*more, "repeat_buyer_share", "earlier_buyers", "repeat_revenue_ratio")
    nodes += [f"\n    - {{id: n_{kpi}, kpi: {kpi}, influence: {{sign: '+'}}}}" for kpi in more]
    return f"""
id: benchmark
ja: 測定用
en: Benchmark
about_ja: 測定用
about_en: Benchmark
root:
  id: revenue
  kpi: order_revenue
  formula: {" + ".join(CHANNELS)}
  children:{"".join(nodes)}
"""


def by_hand(table: str) -> str:
    """One query for the same numbers, as an analyst would write it."""
    per_channel = ", ".join(
        f"count(*) FILTER (status = 'completed' AND channel = '{c}') AS {c}_orders, "
        f"sum(amount) FILTER (status = 'completed' AND channel = '{c}') AS {c}_revenue, "
        f"{c}_revenue / {c}_orders AS {c}_aov"
        for c in CHANNELS
    )
    return f"""
WITH numbered AS (
  SELECT *, row_number() OVER (PARTITION BY customer_id ORDER BY ordered_at, order_id) AS order_no
  FROM {table} WHERE status = 'completed'
), sold AS (
  SELECT date_trunc('month', ordered_at + INTERVAL 9 HOUR) AS month,
    sum(amount) AS revenue, count(*) AS orders, revenue / orders AS aov, {per_channel},
    count(DISTINCT customer_id) AS buyers, orders / buyers AS orders_per_buyer,
    count(DISTINCT customer_id) FILTER (order_no = 1) AS first_buyers,
    count(DISTINCT customer_id) FILTER (order_no >= 2) AS repeat_buyers,
    sum(amount) FILTER (order_no >= 2) AS repeat_revenue
  FROM numbered GROUP BY month
), returned AS (
  SELECT date_trunc('month', coalesce(returned_on, CAST(ordered_at + INTERVAL 9 HOUR AS DATE))) AS month, count(*) AS n
  FROM {table} WHERE status IN ('returned', 'cancelled') GROUP BY month
), every AS (
  SELECT date_trunc('month', ordered_at + INTERVAL 9 HOUR) AS month, count(*) AS n FROM {table} GROUP BY month
)
SELECT sold.*, returned.n / every.n AS return_rate
FROM sold LEFT JOIN returned USING (month) LEFT JOIN every USING (month)
ORDER BY month"""


def spent(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and on the processors."""
    clock, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processors


def medians(first: Callable[[], object], second: Callable[[], object], repeats: int) -> list[tuple[float, float]]:
    """The median clock and processor seconds of both, taken in turns after a run of each to warm up."""
    first()
    second()
    rounds = [(spent(first), spent(second)) for _ in range(repeats)]
    return [tuple(map(statistics.median, zip(*each, strict=True))) for each in zip(*rounds, strict=True)]


def main(rows: int, repeats: int) -> None:
    with tempfile.TemporaryDirectory() as place, keiki.open(Path(place) / "shop", keiki.Settings(name="Bench")) as shop:
        shop.load(make(Path(place), rows)[0], fact="orders")
        tree = shop.tree_named(from_yaml(document()))
        lens = shop.lens("month", 24, date(2025, 12, 31))
        backend = shop.lake.backend
        table = f"lake.facts.orders AT (VERSION => {shop.snapshot})"
        hand, ours = medians(
            lambda: backend.con.cursor().execute(by_hand(table)).fetchall(),
            lambda: shop.tree(tree, lens).now.at(),
            repeats,
        )
        ratio, processors = ours[0] / hand[0], ours[1] / hand[1]
        print(f"tree of {len(tree.nodes)} KPIs × 24 months on {rows:,} orders")
        print(f"by hand {hand[0]:.2f} s, Keiki {ours[0]:.2f} s: {ratio:.2f} times (limit {LIMIT})")
        print(f"processor time {processors:.2f} times")
        sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    chosen = parser.parse_args()
    main(chosen.rows, chosen.repeats)
