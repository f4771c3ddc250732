from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from keiki.server.jobs import actions
from keiki.server.jobs.actions import Live, enqueue, start
from keiki.server.jobs.models import Run
from keiki.server.jobs.tasks import run_worker

PATIENCE = 120
"""Seconds: only a machine with much else to do needs them, and only a test that fails waits them out."""


@contextmanager
def worker() -> Iterator[None]:
    """A worker in a thread of its own, for as long as the block lasts."""
    stop = threading.Event()

    def work() -> None:
        try:
            run_worker(stop)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def wait_until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def nothing_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what a test queues is done; work that comes by itself has tests of its own."""
    monkeypatch.setattr(actions, "queue_what_is_due", lambda: 0)


def statuses() -> list[str]:
    return list(Run.objects.order_by("queued_at").values_list("status", flat=True))


def test_worker_does_what_is_queued_and_stops(many_connections: None) -> None:
    enqueue("test.add", a=1, b=2)
    enqueue("test.mistake")
    with worker():
        wait_until(lambda: statuses() == ["done", "failed"])
    assert Run.objects.get(kind="test.add").result == {"sum": 3, "business": ""}


def test_worker_finishes_the_run_in_hand(many_connections: None, kinds: Any) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(run: Live) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    kinds("test.slow", slow)
    enqueue("test.slow")
    stop = threading.Event()
    thread = threading.Thread(target=lambda: (run_worker(stop), connection.close()))
    thread.start()
    assert begun.wait(PATIENCE)
    enqueue("test.add", a=1, b=2)
    stop.set()
    go_on.set()
    thread.join(PATIENCE)
    assert statuses() == ["done", "queued"]


def test_heart_beats_while_the_work_is_silent(many_connections: None, kinds: Any, settings: Any) -> None:
    settings.RUN_HEARTBEAT_SECONDS = 0.05
    beats: list[Any] = []

    def silent(run: Live) -> None:
        def beaten() -> bool:
            beats.append(Run.objects.values_list("heartbeat_at", flat=True).get())
            return len(set(beats)) >= 3

        wait_until(beaten)

    kinds("test.silent", silent)
    enqueue("test.silent")
    with worker():
        wait_until(lambda: statuses() == ["done"])
    assert sorted(set(beats)) == list(dict.fromkeys(beats))


def test_worker_sweeps_up_what_another_left(many_connections: None, settings: Any) -> None:
    left = enqueue("test.add", a=1, b=2)
    assert start(left.pk, 0) is not None  # a worker takes it and is killed
    DBTaskResult.objects.update(status="RUNNING")
    Run.objects.update(heartbeat_at=timezone.now() - timedelta(seconds=settings.RUN_LOST_AFTER_SECONDS + 1))
    with worker():
        wait_until(lambda: statuses() == ["done"])
    assert Run.objects.get().attempt == 2
