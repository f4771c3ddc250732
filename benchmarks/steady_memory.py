"""Memory of the server while 50 people look at the morning page for two minutes. Bar: flat, no errors, 300 ms.

Flat: after the first quarter of the time it grows by at most a tenth. What the processes of the server share is counted
once (proportional set size). Each person looks at a page for a second before the next.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import threading
from pathlib import Path

from benchmarks.today_page import TOGETHER_MS, crowd, serving
from benchmarks.tree_page import prepared

GROWTH = 1.1
MEASURED_EVERY = 5.0


def main() -> int:
    """Print memory over time and the times of the pages; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "keiki.server.site.settings", "KEIKI_ANSWERS_MB": "64"}
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home:
        os.environ["KEIKI_HOME"] = home
        from keiki.server.site import migrate

        migrate()
        browser, business = prepared()
        with serving() as (port, server):
            memory = [_memory(server)]
            over = threading.Event()
            watch = threading.Thread(target=_watch, args=(server, memory, over))
            watch.start()
            url = f"/b/{business}/today/?tree=benchmark"
            times, failed = crowd(port, url, browser, asked.users, asked.seconds)
            over.set()
            watch.join()
            memory.append(_memory(server))
    settled = memory[len(memory) // 4]
    p95 = statistics.quantiles(times, n=20)[-1]
    print("MiB every 5 s:", *(f"{each / 2**20:.0f}" for each in memory))
    print(f"memory at the start {memory[0] / 2**20:.0f} MiB, after a quarter {settled / 2**20:.0f}", end="")
    print(f", at the end {memory[-1] / 2**20:.0f}   growth {memory[-1] / settled:.2f}, limit {GROWTH}")
    print(f"{asked.users} people, {len(times) / asked.seconds:.0f} pages a second, p95 {p95:.0f} ms", end="")
    print(f"   limit {TOGETHER_MS:.0f} ms, errors {failed}")
    return 0 if memory[-1] <= settled * GROWTH and p95 <= TOGETHER_MS and not failed else 1


def _watch(server: int, memory: list[int], over: threading.Event) -> None:
    while not over.wait(MEASURED_EVERY):
        memory.append(_memory(server))


def _memory(server: int) -> int:
    """Bytes that a process and those it started take."""
    parents: dict[int, int] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(each.parent.name)] = int(each.read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has just ended
            continue
    ours = {server}
    while more := {child for child, parent in parents.items() if parent in ours} - ours:
        ours |= more
    return sum(map(_proportional, ours))


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


if __name__ == "__main__":
    raise SystemExit(main())
