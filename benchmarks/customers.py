"""History, cohort table and movements on 10 million orders: Keiki's expressions against hand-written SQL and pandas.

All run in turns through the same DuckDB on the same tables and give the same numbers; pandas gets the needed columns as
arrays and is not charged for fetching them. Bars: at most 1.2 times the SQL for history and movements, 1.3 for the
cohort table; pandas at least 4 times as long. `KEIKI_BENCH_ORDERS` sets the number of orders; 100 million are run
without pandas, inside 8 GiB.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd
from tests.rows import fact_rows, span_rows

from keiki.customers.cohort_table import TableRule, cohort_cells
from keiki.customers.history import HistoryRule, history
from keiki.customers.mrr_presets import PRESETS
from keiki.customers.recurring import movement_sums
from keiki.facts import FACTS

ORDERS = int(os.environ.get("KEIKI_BENCH_ORDERS", "10_000_000"))
CUSTOMERS = ORDERS // 10
BARS = {"history": 1.2, "cohort table": 1.3, "movements": 1.2}
PANDAS = 4.0
TURNS = 3
MOST_FOR_PANDAS = 10_000_000
MONTHS = [f"{2024 + n // 12}-{n % 12 + 1:02}-01" for n in range(14)]
UNTIL = date(2025, 12, 31)

MADE = f"""
    INSERT INTO orders BY NAME SELECT 'o' || n AS order_id, 'c' || (hash(n) % {CUSTOMERS}) AS customer_id,
        TIMESTAMP '2024-01-01' + INTERVAL 1 SECOND * (hash(n * 7) % 63072000)::BIGINT AS ordered_at,
        (hash(n * 11) % 9000 + 500)::DECIMAL(18, 4) AS amount, (hash(n * 13) % 3000)::DECIMAL(18, 4) AS cost,
        CASE WHEN n % 20 = 0 THEN 'cancelled' ELSE 'completed' END AS status
    FROM range({ORDERS}) made(n);
    INSERT INTO subscriptions BY NAME
    WITH steps AS (
        SELECT c, k, DATE '2023-06-01' + (hash(c) % 700)::INT + (k * (40 + hash(c * 5) % 200))::INT
                AS valid_from,
            40 + hash(c * 5) % 200 AS length, (hash(c * 17 + k) % 90 + 10)::DECIMAL(18, 4) AS mrr
        FROM range({CUSTOMERS}) people(c), range(3) parts(k)
    )
    SELECT 's' || c AS subscription_id, 'c' || c AS customer_id, mrr, valid_from, 'p' || (c % 3) AS product,
        CASE WHEN k < 2 THEN valid_from + length::INT WHEN c % 2 = 0 THEN valid_from + 30 END AS valid_to
    FROM steps;
"""
SQL = {
    "history": f"""
        WITH days AS (
            SELECT customer_id, (ordered_at + INTERVAL 9 HOUR)::DATE AS day, sum(amount) AS amount
            FROM orders WHERE status = 'completed' GROUP BY ALL
        )
        SELECT customer_id, count(*) - 1 AS frequency, max(day) - min(day) AS recency,
            DATE '{UNTIL}' - min(day) AS age,
            (sum(amount) - arg_min(amount, day))::DOUBLE / nullif(count(*) - 1, 0) AS value
        FROM days WHERE day <= DATE '{UNTIL}' GROUP BY customer_id
    """,
    "cohort table": """
        WITH acts AS (
            SELECT customer_id, date_diff('month', DATE '1970-01-01', (ordered_at + INTERVAL 9 HOUR)::DATE) AS month,
                count(*) AS times, sum(amount) AS revenue, sum(amount - cost) AS profit
            FROM orders WHERE status = 'completed' GROUP BY ALL
        ), lives AS (SELECT customer_id, min(month) AS began, max(month) AS last FROM acts GROUP BY ALL)
        SELECT began, month - began AS age, count(*) AS customers, count(*) FILTER (month = last) AS last,
            sum(times) AS times, sum(revenue) AS revenue, sum(profit) AS profit
        FROM acts JOIN lives USING (customer_id) GROUP BY ALL
    """,
    "movements": f"""
        WITH bounds AS (SELECT unnest([{", ".join(f"DATE '{day}'" for day in MONTHS)}]) AS day, generate_subscripts([
            {", ".join("1" for _ in MONTHS)}], 1) AS n),
        held AS (
            SELECT n, customer_id, product, sum(mrr) AS mrr FROM subscriptions JOIN bounds
            ON valid_from < day AND (valid_to IS NULL OR valid_to >= day) GROUP BY ALL
        ), firsts AS (SELECT customer_id, min(valid_from) AS first_on FROM subscriptions GROUP BY ALL),
        pairs AS (
            SELECT coalesce(b.n - 1, a.n) AS n, coalesce(a.customer_id, b.customer_id) AS customer_id,
                coalesce(a.mrr, 0) AS was, coalesce(b.mrr, 0) AS is_now,
                CASE WHEN a.mrr IS NULL THEN b.mrr ELSE 0 END AS other
            FROM held a FULL JOIN held b ON a.n = b.n - 1 AND a.customer_id = b.customer_id AND a.product = b.product
            WHERE coalesce(b.n - 1, a.n) BETWEEN 1 AND {len(MONTHS) - 1}
        ), each AS (
            SELECT n, customer_id, sum(was) AS was, sum(is_now) AS is_now, sum(other) AS other FROM pairs GROUP BY ALL
        )
        SELECT n - 1 AS period, sum(is_now) FILTER (was = 0 AND first_on >= day) AS new,
            sum(is_now) FILTER (was = 0 AND first_on < day) AS reactivation,
            sum(greatest(is_now - was, 0) - least(greatest(is_now - was, 0), other))
                FILTER (was > 0 AND is_now > 0) AS upsell,
            sum(least(greatest(is_now - was, 0), other)) FILTER (was > 0 AND is_now > 0) AS cross_sell,
            sum(greatest(was - is_now, 0)) FILTER (was > 0 AND is_now > 0) AS contraction,
            sum(was) FILTER (is_now = 0) AS churned
        FROM each JOIN firsts USING (customer_id) JOIN bounds USING (n) GROUP BY n
    """,
}


def main() -> int:
    """Print the times; 1 when a bar is missed."""
    duck = ibis.duckdb.connect()
    duck.raw_sql("SET memory_limit = '6GB'; SET enable_progress_bar = false")
    facts = {name: duck.create_table(name, fact_rows(name)) for name in FACTS}
    for statement in filter(str.strip, MADE.split(";")):
        duck.raw_sql(statement)
    spans = duck.create_table("spans", span_rows(*MONTHS))
    missed = 0
    for name, build in models(facts, spans).items():
        expression = duck.compile(build())
        runs = {"ours": lambda sql=expression: summary(duck, sql), "sql": lambda name=name: summary(duck, SQL[name])}
        ours, sql = in_turns(runs)
        ratio = ours[0] / sql[0]
        missed += ratio > BARS[name]
        print(
            f"{name}: {ours[0]:.2f} s ({ours[1]:.2f} of processor), SQL {sql[0]:.2f} s: {ratio:.2f} times, "
            f"{ours[1] / sql[1]:.2f} by processor   bar {BARS[name]}",
            flush=True,
        )
        if ORDERS <= MOST_FOR_PANDAS and name in IN_PANDAS:
            frame = duck.raw_sql(COLUMNS[name]).df()
            ((pandas, _),) = in_turns({"pandas": lambda frame=frame, name=name: IN_PANDAS[name](frame)}, turns=1)
            missed += pandas / ours[0] < PANDAS
            print(f"  pandas {pandas:.2f} s: {pandas / ours[0]:.1f} times as long   bar {PANDAS:.0f}", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(f"{ORDERS:,} orders; peak memory {peak:.1f} GiB")
    return 1 if missed else 0


def models(facts: Mapping[str, ir.Table], spans: ir.Table) -> dict[str, Callable[[], ir.Table]]:
    """The same questions as the SQL, as the product asks them."""
    return {
        "history": lambda: history(facts, HistoryRule(until=UNTIL)),
        "cohort table": lambda: cohort_cells(facts, TableRule(as_of=UNTIL)),
        "movements": lambda: movement_sums(facts, spans, PRESETS["keiki"]),
    }


def summary(duck: Any, sql: str) -> None:
    """Run a query to its last row without carrying the rows out."""
    duck.raw_sql(f"SELECT count(*), sum(hash(COLUMNS(*))) FROM ({sql})").fetchall()


def in_turns(runs: Mapping[str, Callable[[], Any]], turns: int = TURNS) -> list[tuple[float, float]]:
    """Median seconds of every run by the clock and of the processor; the runs take turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in runs}
    for _ in range(turns):
        for name, run in runs.items():
            began = time.perf_counter(), time.process_time()
            run()
            times[name].append((time.perf_counter() - began[0], time.process_time() - began[1]))
    medians = [tuple(statistics.median(column) for column in zip(*each, strict=True)) for each in times.values()]
    return [(clock, processor) for clock, processor in medians]


COLUMNS = {
    "history": "SELECT customer_id, ordered_at, amount::DOUBLE AS amount FROM orders WHERE status = 'completed'",
    "cohort table": "SELECT customer_id, ordered_at, amount::DOUBLE AS amount, cost::DOUBLE AS cost FROM orders "
    "WHERE status = 'completed'",
}


def history_in_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Frequency, recency, age and mean repeat value."""
    day = (frame.ordered_at + pd.Timedelta(hours=9)).dt.normalize()
    days = frame.assign(day=day).groupby(["customer_id", "day"], as_index=False, sort=True).amount.sum()
    each = days.groupby("customer_id").agg(
        first=("day", "min"),
        last=("day", "max"),
        n=("day", "size"),
        spent=("amount", "sum"),
        at_first=("amount", "first"),
    )
    return each.assign(
        recency=(each["last"] - each["first"]).dt.days,
        age=(pd.Timestamp(UNTIL) - each["first"]).dt.days,
        value=(each.spent - each.at_first) / (each.n - 1).where(each.n > 1),
    )


def cohorts_in_pandas(frame: pd.DataFrame) -> pd.DataFrame:
    """Customers, orders, revenue and profit by cohort and age."""
    local = frame.ordered_at + pd.Timedelta(hours=9)
    month = (local.dt.year * 12 + local.dt.month).astype("int32")
    rows = frame.assign(month=month, profit=frame.amount - frame.cost)
    acts = rows.groupby(["customer_id", "month"], as_index=False).agg(
        times=("amount", "size"), revenue=("amount", "sum"), profit=("profit", "sum")
    )
    lives = acts.groupby("customer_id").month.agg(began="min", last="max")
    acts = acts.join(lives, on="customer_id")
    acts = acts.assign(age=acts.month - acts.began, final=acts.month == acts["last"])
    return acts.groupby(["began", "age"]).agg(
        customers=("times", "size"), final=("final", "sum"), times=("times", "sum"), revenue=("revenue", "sum")
    )


IN_PANDAS = {"history": history_in_pandas, "cohort table": cohorts_in_pandas}


if __name__ == "__main__":
    sys.exit(main())
