"""A worker that is killed in the middle: another one takes the work over and finishes it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

# The first worker hangs for ever in its work, the second one does it at once.
WORKER = """
import os, sys, threading
from keiki.server import site
site.migrate()
from keiki.server.jobs import actions

@actions.job("test.wait")
def wait(run):
    if run.attempt == 1:
        run.report(0.5, "Hanging", "待機中")
        threading.Event().wait()
    return {"pid": os.getpid()}

if sys.argv[1] == "first":
    actions.enqueue("test.wait")
site.work(threading.Event())
"""


def start_worker(home: Path, which: str) -> subprocess.Popen[bytes]:
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return subprocess.Popen([sys.executable, "-c", WORKER, which], env=kept | {"KEIKI_HOME": str(home)})


def wait_for(home: Path, wanted: Callable[[tuple[str, int, float]], bool]) -> tuple[str, int, float]:
    """The run (status, attempt, progress) as soon as it is as wanted."""
    found: tuple[str, int, float] | None = None
    for _ in range(3_000):
        try:
            with sqlite3.connect(f"file:{home / 'keiki.sqlite3'}?mode=ro", uri=True) as connection:
                found = connection.execute("SELECT status, attempt, progress FROM jobs_run").fetchone()
            connection.close()
        except sqlite3.OperationalError:
            pass  # the tables are not there yet
        if found is not None and wanted(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain, last seen: {found}")


def an_hour_goes_by(home: Path) -> None:
    """The last sign of the killed worker grows old: nobody waits, and one that is only slow is not thought dead."""
    with closing(sqlite3.connect(home / "keiki.sqlite3", timeout=120)) as connection, connection:
        connection.execute("UPDATE jobs_run SET heartbeat_at = datetime(heartbeat_at, '-1 hour')")


def test_work_of_a_killed_worker_is_finished_by_another(tmp_path: Path) -> None:
    with start_worker(tmp_path, "first") as first:
        wait_for(tmp_path, lambda run: run == ("running", 1, 0.5))
        first.send_signal(signal.SIGKILL)
    an_hour_goes_by(tmp_path)
    with start_worker(tmp_path, "second") as second:
        try:
            assert wait_for(tmp_path, lambda run: run[0] == "done") == ("done", 2, 1.0)
        finally:
            second.kill()
