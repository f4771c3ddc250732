"""Web and worker from one command, and their end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def started(home: Path) -> tuple[subprocess.Popen[str], str]:
    """A running `keiki serve` and everything it printed until it told how to stop it."""
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}  # the tests' own
    environment = kept | {"KEIKI_HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1", "KEIKI_WORKERS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "keiki.cli", "serve", "--port", str(free_port())],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if line.startswith("Stop with"):
            break
    return process, printed


def worker_of(process: subprocess.Popen[str]) -> psutil.Process:
    return next(each for each in psutil.Process(process.pid).children() if "--attached" in each.cmdline())


def test_serve_starts_web_and_worker_and_ends_both(tmp_path):
    process, printed = started(tmp_path)
    worker = worker_of(process)
    link = re.search(r"http://localhost:\d+/setup/\S+", printed)
    assert link is not None
    with urllib.request.urlopen(link[0], timeout=20) as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=60)
    assert (process.returncode, "Error" in rest, worker.is_running()) == (0, False, False)


def test_serve_replaces_a_worker_that_died_and_takes_it_along_when_killed(tmp_path):
    process, _ = started(tmp_path)
    first = worker_of(process)
    first.kill()
    deadline = time.monotonic() + 60
    while not [c for c in psutil.Process(process.pid).children() if c.pid != first.pid and "--attached" in c.cmdline()]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    second, others = worker_of(process), psutil.Process(process.pid).children()
    process.kill()
    gone, _ = psutil.wait_procs([second], timeout=60)
    for each in others:  # the web process of a killed parent
        if each.is_running():
            each.kill()
    process.communicate(timeout=60)
    assert (second.pid != first.pid, gone) == (True, [second])


def test_serve_names_a_port_that_is_taken(keiki):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = keiki("serve", "--port", port)
    assert answer.code == 2
    assert answer.err.splitlines()[0].startswith(f"Cannot listen on 127.0.0.1:{port} (")
