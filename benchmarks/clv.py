"""BG/NBD on CDNOW and on a million customers: Keiki against lifetimes, in one run and on the same arrays.

lifetimes is never installed beside Keiki: `KEIKI_LIFETIMES` names the Python of an environment that has it (without it
only our time is printed). Bars: at least 20 times faster on CDNOW, 10 times on a million customers.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from keiki.customers.clv import bg_nbd
from keiki.customers.clv.grouped import History

BARS = {"cdnow": 20.0, "million": 10.0}
ROOT = Path(__file__).resolve().parents[2]
PEER = """
import sys, time, warnings
import numpy as np
warnings.simplefilter("ignore")
from lifetimes import BetaGeoFitter
data = np.load(sys.argv[1])
times = []
for turn in range(int(sys.argv[2])):
    began = time.perf_counter(), time.process_time()
    model = BetaGeoFitter()
    model.fit(data["x"], data["last"], data["age"])
    times.append((time.perf_counter() - began[0], time.process_time() - began[1]))
print(*(sorted(column)[len(times) // 2] for column in zip(*times)), model.params_["r"])
"""


def main() -> int:
    """Print the times; 1 when a bar is missed."""
    missed = 0
    for name, (x, last, age) in workloads().items():
        turns = 1 if name == "million" else 5
        ours = timed(lambda x=x, last=last, age=age: fitted(x, last, age), turns=max(turns, 3))
        peer = lifetimes(x, last, age, turns)
        print(f"{name}: {len(x):,} customers in {ours[0]:.4f} s ({ours[1]:.4f} s of processor), r = {ours[2]:.4f}")
        if peer is None:
            print("  lifetimes not measured: KEIKI_LIFETIMES names no Python")
            continue
        missed += peer[0] / ours[0] < BARS[name]
        print(
            f"  lifetimes {peer[0]:.3f} s ({peer[1]:.3f}), r = {peer[2]:.4f}: {peer[0] / ours[0]:.1f} times as long, "
            f"{peer[1] / ours[1]:.1f} by processor   bar {BARS[name]:.0f}"
        )
    return 1 if missed else 0


def workloads() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Frequency, recency and age: the published sample where it is at hand, and customers from the model's story."""
    found = {}
    folder = ROOT / "shared" / "data"
    if folder.is_dir():
        from tests.customers.clv.cdnow import sample

        history = sample(folder).history
        found["cdnow"] = (history.frequency, history.recency, history.age)
    return found | {"million": made_up(1_000_000)}


def made_up(customers: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers of two years in whole days."""
    chance = np.random.default_rng(1)
    rate, leaves = chance.gamma(0.25, 1 / 31, customers), chance.beta(0.8, 2.5, customers)
    age = chance.integers(100, 730, customers).astype(float)
    x, last, moment = (np.zeros(customers) for _ in range(3))
    there = np.arange(customers)
    while len(there):
        moment[there] += np.maximum(1, np.ceil(chance.exponential(1 / np.maximum(rate[there], 1e-12))))
        there = there[moment[there] <= age[there]]
        x[there] += 1
        last[there] = moment[there]
        there = there[chance.random(len(there)) >= leaves[there]]
    return x, last, age


def fitted(x: np.ndarray, last: np.ndarray, age: np.ndarray) -> float:
    """Everything from raw columns to the fitted model, grouping and standard errors included."""
    estimate = bg_nbd.fit(History.of(x, last, age)).estimate
    assert estimate is not None
    return estimate.values[0]


def timed(run: Callable[[], float], turns: int) -> tuple[float, float, float]:
    """Median seconds of one run, by the clock and of the processor, and what it answered."""
    run()
    times = []
    for _ in range(turns):
        began = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    clock, processor = (statistics.median(column) for column in zip(*times, strict=True))
    return clock, processor, answer


def lifetimes(x: np.ndarray, last: np.ndarray, age: np.ndarray, turns: int) -> tuple[float, float, float] | None:
    """The same of the peer; None where its environment is not named."""
    python = os.environ.get("KEIKI_LIFETIMES")
    if not python:
        return None
    with tempfile.NamedTemporaryFile(suffix=".npz") as file:
        np.savez(file, x=x, last=last, age=age)
        file.flush()
        out = subprocess.run([python, "-c", PEER, file.name, str(turns)], check=True, capture_output=True, text=True)
    clock, processor, r = map(float, out.stdout.split())
    return clock, processor, r


if __name__ == "__main__":
    sys.exit(main())
