"""The morning page of the demo company with a tree of 25 KPIs: from memory, first after a restart, and for 50 people at
once. Bars: 100 ms and 300 ms for 95 of 100 requests, 600 ms for the first.

`--orders 10000000` imports as many orders before the first page: what is seen from memory must not depend on them.
By the clock, with the processor time of one request beside it. The peer is the settings page of the same run: the
frame, the rights and the session without numbers. Each of the 50 looks at a page for a second before the next.
"""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.import_orders import make
from benchmarks.tree_page import prepared

LIMIT_MS, FIRST_MS, TOGETHER_MS = 100.0, 600.0, 300.0
LOOKS_SECONDS = 1.0


def main() -> int:
    """Print the times; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--orders", type=int, default=0, help="orders imported beside those of the demo company")
    parser.add_argument("--first", default="", help="inside: the page that a process just started is asked for")
    asked = parser.parse_args()
    os.environ |= {"DJANGO_SETTINGS_MODULE": "keiki.server.site.settings", "KEIKI_ANSWERS_MB": "64"}
    if asked.first:
        print(_first(asked.first))
        return 0
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home:
        os.environ["KEIKI_HOME"] = home
        from keiki.server.site import migrate

        migrate()
        browser, business = prepared()
        if asked.orders:
            _import(asked.orders)
        url = f"/b/{business}/today/?tree=benchmark"
        today, processor = _times(browser, url, asked.requests)
        questions = _questions(browser, url)
        frame, _ = _times(browser, f"/b/{business}/settings/", asked.requests)
        command = [sys.executable, "-m", "benchmarks.today_page", "--first", url]
        first, opened = map(float, subprocess.check_output(command, text=True).split())
        many, failed = _together(browser, url, asked.users, asked.seconds)
    p95, peer, crowd = _p95(today), _p95(frame), _p95(many)
    print(f"from memory p50 {statistics.median(today):.0f} ms, p95 {p95:.0f} ms, processor {processor:.0f} ms", end="")
    print(f", {questions} questions to the database   limit {LIMIT_MS:.0f} ms", end="")
    print(f"   settings page p95 {peer:.0f} ms, ratio {p95 / peer:.2f}")
    print(f"first after a restart {first:.0f} ms, processor {opened:.0f} ms   limit {FIRST_MS:.0f} ms")
    print(f"{asked.users} people, {len(many) / asked.seconds:.0f} pages a second: p50", end="")
    print(f" {statistics.median(many):.0f} ms, p95 {crowd:.0f} ms, errors {failed}   limit {TOGETHER_MS:.0f} ms")
    return 0 if p95 <= LIMIT_MS and first <= FIRST_MS and crowd <= TOGETHER_MS and not failed else 1


def _import(orders: int) -> None:
    """Bring more orders into the business."""
    from keiki.server.accounts.models import Business
    from keiki.server.data.actions import opened

    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as folder:
        file, text = make(Path(folder), orders)
        text.unlink()
        began = time.perf_counter(), time.process_time()
        opened(Business.objects.get()).business.load(file, fact="orders")
        print(f"{orders:,} orders imported in {time.perf_counter() - began[0]:.0f} s", end="")
        print(f", {time.process_time() - began[1]:.0f} of processor", flush=True)


def _times(browser: Any, url: str, requests: int) -> tuple[list[float], float]:
    """Milliseconds of each request after the first by the clock, and of the middle one of the processor."""
    if browser.get(url).status_code != 200:
        raise RuntimeError(url)
    clock, processor = [], []
    for _ in range(requests):
        start, used = time.perf_counter(), time.process_time()
        browser.get(url)
        clock.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - used) * 1000)
    return clock, statistics.median(processor)


def _questions(browser: Any, url: str) -> int:
    """How many questions to the control plane's database a page takes."""
    from django.db import connection

    asked = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        browser.get(url)
    return asked


def ready() -> Any:
    """A browser of this process, signed in, once the server has read what it reads before the first request."""
    from django.test import Client

    from keiki.server.site import setup

    setup()

    from keiki.charts.render import warm
    from keiki.server.accounts.models import User
    from keiki.server.kpis.queries import read_ahead
    from keiki.server.site import wsgi
    from keiki.server.site.start import settle

    _ = wsgi.application  # every page is read
    warm()
    read_ahead()
    settle()
    browser = Client(headers={"host": "localhost"})
    browser.force_login(User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def _first(url: str) -> str:
    """Milliseconds of the first request of this process, by the clock and of the processor, once it is ready."""
    browser = ready()
    start, used = time.perf_counter(), time.process_time()
    browser.get(url)
    return f"{(time.perf_counter() - start) * 1000} {(time.process_time() - used) * 1000}"


@contextmanager
def served() -> Iterator[int]:
    """A server of its own on the loopback, by its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "keiki.cli", "serve", "--port", str(port), "--no-worker"], stdout=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=60)


def _together(browser: Any, url: str, users: int, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of each request while all ask at once, and how many failed."""
    with serving() as (port, _):
        return crowd(port, url, browser, users, seconds)


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """The server as a process of its own that answers: its port and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "keiki.cli", "serve", "--port", str(port), "--no-worker"], stdout=subprocess.DEVNULL
    )
    try:
        _await(port)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(timeout=60)


def crowd(port: int, url: str, browser: Any, users: int, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of each request of people who look at a page for a second before the next, and how many failed."""
    cookie = "; ".join(f"{name}={each.value}" for name, each in browser.cookies.items())
    times: list[float] = []
    failed: list[int] = []
    until = time.monotonic() + seconds
    people = [
        threading.Thread(target=_look, args=(port, url, cookie, until, LOOKS_SECONDS * n / users, times, failed))
        for n in range(users)
    ]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return times, len(failed)


def _look(port: int, url: str, cookie: str, until: float, later: float, times: list[float], failed: list[int]) -> None:
    """One person: a page, a second to look at it, the next."""
    time.sleep(later)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while time.monotonic() < until:
        start = time.perf_counter()
        connection.request("GET", url, headers={"Cookie": cookie, "Host": "localhost"})
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - start) * 1000)
        if answer.status != 200:
            failed.append(answer.status)
        time.sleep(LOOKS_SECONDS)


def _await(port: int) -> None:
    """Wait until the server answers."""
    for _ in range(1200):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    raise SystemExit(main())
