"""A tree of 25 KPIs over 24 months when its answers are kept on disk: against the same tree measured directly.

Each reading is a process of its own, as after a restart: the lake is opened, the tree read once. Bar: a reading from
kept answers takes at most a tenth of the direct one, and filling them costs at most 1.2 times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import keiki
from benchmarks.import_orders import make

FROM_KEPT, FILLING = 0.1, 1.2
READ = """
import sys, time
import keiki
from benchmarks.tree_orders import document
from keiki.trees.document import from_yaml
with keiki.open(sys.argv[1]) as business:
    tree = from_yaml(document())
    began = time.perf_counter()
    reading = business.tree(tree, business.lens("month", 24, business.today))
    values = [reading.now.series(node.id) for node in reading.tree.nodes]
    print(time.perf_counter() - began, hash(repr(values)))
"""


def read(folder: Path, megabytes: str) -> tuple[float, str]:
    """Seconds of one reading in a fresh process, and a mark of its values."""
    environment = os.environ | {"KEIKI_ANSWERS_MB": megabytes, "PYTHONHASHSEED": "0"}
    answer = subprocess.run(
        [sys.executable, "-c", READ, str(folder)], env=environment, check=True, capture_output=True, text=True
    )
    seconds, mark = answer.stdout.split()
    return float(seconds), mark


def main(arguments: list[str]) -> int:
    """Print the ratios; 1 when one misses its limit or a value differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as room:
        folder = Path(room) / "business"
        file, _csv = make(Path(room), asked.orders)
        with keiki.open(folder, create=True) as business:
            business.load(file)
        direct = [read(folder, "0") for _ in range(asked.rounds)]
        filling = read(folder, "64")
        kept = [read(folder, "64") for _ in range(asked.rounds)]
        size = (folder / "temporary" / "answers.sqlite").stat().st_size
    peer = statistics.median(seconds for seconds, _mark in direct)
    ratios = filling[0] / peer, statistics.median(seconds for seconds, _mark in kept) / peer
    same = {mark for _seconds, mark in (*direct, filling, *kept)}
    print(f"direct {peer:.2f} s; filling {ratios[0]:.2f}; from kept answers {ratios[1]:.3f}; {size:,} bytes kept")
    return int(len(same) > 1 or ratios[0] > FILLING or ratios[1] > FROM_KEPT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
