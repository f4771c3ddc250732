"""The envelope that carries a run's id to a worker, and the worker itself."""

from __future__ import annotations

import logging
import threading
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils.crypto import get_random_string
from django_tasks import task
from django_tasks_db.management.commands.db_worker import Worker

from keiki.server.jobs import actions

log = logging.getLogger(__name__)
POLL_SECONDS = 0.5


@task()
def perform(run_id: str, attempt: int) -> None:
    """Do the run that `run_id` names, with a heartbeat beside it."""
    live = actions.start(UUID(run_id), attempt)
    if live is None:
        return
    stop = threading.Event()
    pulse = threading.Thread(target=_pulse, args=(live, stop), name=f"heartbeat-{run_id}", daemon=True)
    pulse.start()
    try:
        actions.carry_out(live)
    finally:
        stop.set()
        pulse.join()


def _pulse(live: actions.Live, stop: threading.Event) -> None:
    try:
        while not stop.wait(settings.RUN_HEARTBEAT_SECONDS):
            try:
                live.beat()
            except actions.RunLost:
                return
            except DatabaseError:
                log.warning("A heartbeat of run %s was not written", live.id, exc_info=True)
    finally:
        connection.close()


class _Worker(Worker):
    """A worker that asks `stop` itself before it takes a run: none is begun after `stop` is set."""

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        super().__init__(
            queue_names=["*"],
            interval=POLL_SECONDS,
            batch=False,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )

    @property
    def running(self) -> bool:
        return not self.stop.is_set()

    @running.setter
    def running(self, value: bool) -> None:
        if not value:
            self.stop.set()


def run_worker(stop: threading.Event) -> None:
    """Take runs from the queue until `stop` is set; the run in hand is finished first."""
    sweeper = threading.Thread(target=_sweep_now_and_then, args=(stop,), name="worker-sweep", daemon=True)
    sweeper.start()
    try:
        _Worker(stop).run()
    finally:
        stop.set()
        sweeper.join()


def _sweep_now_and_then(stop: threading.Event) -> None:
    try:
        while True:
            close_old_connections()
            try:
                actions.sweep()
                actions.queue_what_is_due()
            except DatabaseError:
                log.warning("The sweep could not be done this time", exc_info=True)
            if stop.wait(settings.RUN_LOST_AFTER_SECONDS / 4):
                return
    finally:
        connection.close()
