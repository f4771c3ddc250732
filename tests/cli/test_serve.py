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
import pytest
from tests.servers import free_port


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


def lives(process: psutil.Process) -> bool:
    """Whether it runs: one that has ended lasts until somebody asks for its exit code, which not every machine does."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_serve_starts_web_and_worker_and_ends_both(tmp_path):
    process, printed = started(tmp_path)
    worker = worker_of(process)
    link = re.search(r"http://localhost:\d+/setup/\S+", printed)
    assert link is not None
    with urllib.request.urlopen(link[0], timeout=120) as page:
        assert page.status == 200
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=300)
    assert (process.returncode, "Error" in rest, lives(worker)) == (0, False, False)


def test_serve_replaces_a_worker_that_died_and_takes_it_along_when_killed(tmp_path):
    process, _ = started(tmp_path)
    first = worker_of(process)
    first.kill()
    deadline = time.monotonic() + 300
    while not [c for c in psutil.Process(process.pid).children() if c.pid != first.pid and "--attached" in c.cmdline()]:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    second, others = worker_of(process), psutil.Process(process.pid).children()
    process.kill()
    deadline = time.monotonic() + 300
    while lives(second):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    for each in others:  # the web process of a killed parent
        if each.is_running():
            each.kill()
    process.communicate(timeout=300)
    assert second.pid != first.pid


def test_serve_names_a_port_that_is_taken(keiki):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        answer = keiki("serve", "--port", port)
    assert answer.code == 2
    assert answer.err.splitlines()[0].startswith(f"Cannot listen on 127.0.0.1:{port} (")


ROOT = Path(__file__).parents[2]
CLOSED_OFF = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up; exec "$@"', "sh")
"""Runs a command in a network of its own, from which nothing but itself can be reached."""
VISIT = """
import re, socket, sqlite3, subprocess, sys, time, urllib.error, urllib.request

def status(path):
    try:
        with urllib.request.urlopen("http://127.0.0.1:8000/" + path, timeout=120) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code

def runs_done():
    with sqlite3.connect(sys.argv[1], timeout=120) as database:
        return database.execute("SELECT count(*) FROM jobs_run WHERE status = 'done'").fetchone()[0]

try:
    socket.create_connection(("1.1.1.1", 53), timeout=3)
except OSError:
    print("no internet")
server = subprocess.Popen([sys.executable, "-m", "keiki.cli", "serve"], stdout=subprocess.PIPE, text=True)
for line in server.stdout:
    link = re.search(r"setup/[^/]+/", line)
    if link:
        break
print("pages", status(link[0]), "api", status("api/v1/businesses"))
deadline = time.monotonic() + 300
while not runs_done() and time.monotonic() < deadline:
    time.sleep(0.2)
print("worker", runs_done() > 0)
server.terminate()
server.wait(timeout=300)
"""


@pytest.mark.feature("F-361")
def test_one_documented_command_starts_pages_api_and_worker_without_internet(tmp_path):
    for page in ("README.md", "README.ja.md"):
        assert "cd keiki\nmake run\n" in (ROOT / "docs" / "start" / page).read_text(encoding="utf-8")
    recipe = re.search(r"^run: .*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    assert recipe[1].splitlines()[-1] == "\t@$(BIN)/keiki serve --port $(PORT)"
    if subprocess.run([*CLOSED_OFF, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no network of its own (unshare --net)")
    kept = {name: value for name, value in os.environ.items() if name not in {"DJANGO_SETTINGS_MODULE", "PORT"}}
    environment = kept | {"KEIKI_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
    command = [*CLOSED_OFF, sys.executable, "-c", VISIT, str(tmp_path / "keiki.sqlite3")]
    seen = subprocess.run(
        command, env=environment | {"KEIKI_WORKERS": "1"}, check=True, capture_output=True, text=True, timeout=1_000
    )
    assert seen.stdout.splitlines() == ["no internet", "pages 200 api 401", "worker True"]
