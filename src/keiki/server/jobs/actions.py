"""Writes about background work: queue by name, start, report, finish, try again, sweep up what was lost."""

from __future__ import annotations

import logging
import secrets
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from keiki.errors import KeikiError, UnknownJob
from keiki.server.jobs.models import Run, Status

log = logging.getLogger(__name__)
RETRY_AFTER = timedelta(seconds=10)
Job = Callable[..., dict[str, Any] | None]


class RunLost(Exception):
    """Another worker has taken this run over, so this one must stop without writing anything."""


@dataclass(frozen=True)
class Kind:
    """One kind of background work: its name, what to call, how often to try, and every how long it comes by itself."""

    name: str
    call: Job
    attempts: int
    every: timedelta | None = None


KINDS: dict[str, Kind] = {}
WAITED_FOR: Final = 10
"""The priority of what a person asked for: before everything that Keiki queued by itself, which has 0."""


def job(name: str, attempts: int = 3, every: timedelta | None = None) -> Callable[[Job], Job]:
    """Declare a kind of background work, in an app's `tasks.py`.

    The function is called with the `Live` run first and then the arguments of `enqueue` by name. It must be safe
    to start again from the beginning. With `every` the worker queues it by itself, without business and arguments,
    whenever the last one is that old. What it returns (a dict of plain values, or None) is kept as `run.result`.
    """

    def declare(call: Job) -> Job:
        KINDS[name] = Kind(name, call, attempts, every)
        return call

    return declare


def enqueue(kind: str, *, actor: Any = None, business_id: str = "", **arguments: Any) -> Run:
    """Queue work by the name of its kind, in the current transaction: it starts when that is committed.

    `arguments` are ids and plain values; `business_id` is also given to the function when it is not empty.
    """
    if kind not in KINDS:
        raise UnknownJob(kind=kind)
    run = Run(kind=kind, arguments=arguments, business_id=business_id, attempts=KINDS[kind].attempts)
    run.actor_id = getattr(actor, "pk", None)
    with transaction.atomic():
        run.save(force_insert=True)
        _deliver(run)
    return run


def _deliver(run: Run, after: timedelta | None = None) -> None:
    """Hand the run's id to the task queue; the queue lives in the same database, so both are committed together."""
    perform_task = import_string("keiki.server.jobs.tasks.perform")
    task = perform_task.using(
        priority=WAITED_FOR if run.actor_id else None, run_after=timezone.now() + after if after else None
    )
    run.task_id = str(task.enqueue(str(run.pk), run.attempt).id)
    run.save(update_fields=["task_id"])


@dataclass(frozen=True)
class Live:
    """A run while it is being worked on, as its function sees it."""

    id: UUID
    kind: str
    business_id: str
    actor_id: int | None
    attempt: int

    def report(self, fraction: float, en: str = "", ja: str = "") -> None:
        """Say how far the work is (0 to 1) and what is being done, in both languages.

        Raises `RunLost` when another worker has taken over; let it pass.
        """
        values: dict[str, Any] = {"progress": min(max(fraction, 0.0), 1.0), "heartbeat_at": timezone.now()}
        if en or ja:
            values |= {"message_en": en[:200], "message_ja": ja[:200]}
        self._write(**values)

    def beat(self) -> None:
        """Show that this worker is alive."""
        self._write(heartbeat_at=timezone.now())

    def _write(self, **values: Any) -> None:
        mine = Run.objects.filter(pk=self.id, attempt=self.attempt, status=Status.RUNNING)
        if not mine.update(**values):
            raise RunLost(str(self.id))


def start(run_id: UUID, attempt: int) -> Live | None:
    """Take the run for this worker; None when it was taken, finished or queued anew since the message was sent."""
    now = timezone.now()
    taken = Run.objects.filter(pk=run_id, attempt=attempt, status=Status.QUEUED).update(
        status=Status.RUNNING, attempt=attempt + 1, started_at=now, heartbeat_at=now, progress=0.0
    )
    if not taken:
        return None
    run = Run.objects.get(pk=run_id)
    return Live(run.pk, run.kind, run.business_id, run.actor_id, run.attempt)


def carry_out(live: Live) -> None:
    """Call the function of the run and write down how it ended; errors are written, not raised."""
    run = Run.objects.get(pk=live.id)
    arguments = dict(run.arguments) | ({"business_id": run.business_id} if run.business_id else {})
    try:
        kind = KINDS.get(run.kind)
        if kind is None:
            raise UnknownJob(kind=run.kind)
        result = kind.call(live, **arguments)
        _finish(live, status=Status.DONE, progress=1.0, result=result or {}, error_en="", error_ja="", error_id="")
    except RunLost:
        log.warning("Run %s goes on in another worker", live.id)
    except KeikiError as error:  # the person can mend it: trying again would not help
        _finish(live, status=Status.FAILED, error_en=error.words("en"), error_ja=error.words("ja"), error_id="")
    except Exception:  # a bug or a broken machine: keep it, number it, try again
        error_id = secrets.token_hex(4)
        log.error("Run %s (%s), error %s\n%s", live.id, live.kind, error_id, traceback.format_exc())
        _again_or_stop(live, error_id)


def _finish(live: Live, **values: Any) -> None:
    try:
        live._write(finished_at=timezone.now(), **values)
    except RunLost:
        log.warning("Run %s went on in another worker; this ending is dropped", live.id)


@transaction.atomic
def _again_or_stop(live: Live, error_id: str) -> None:
    run = Run.objects.select_for_update().filter(pk=live.id, attempt=live.attempt, status=Status.RUNNING).first()
    if run is not None:
        _queue_again(
            run,
            "Something unexpected happened. Nothing was half saved. Try again, and report the number if it stays.",
            "予期しないことが起きました。途中までの結果は残っていません。もう一度試し、続くときは番号を知らせてください。",
            error_id,
            RETRY_AFTER * run.attempt,
        )


def _queue_again(run: Run, error_en: str, error_ja: str, error_id: str = "", after: timedelta | None = None) -> None:
    run.error_id = error_id
    if run.attempt < run.attempts:
        run.status = Status.QUEUED
        run.save(update_fields=["status", "error_id"])
        _deliver(run, after)
        return
    run.status, run.finished_at, run.error_en, run.error_ja = Status.FAILED, timezone.now(), error_en, error_ja
    run.save(update_fields=["status", "finished_at", "error_id", "error_en", "error_ja"])


@transaction.atomic
def sweep() -> int:
    """Queue again every run whose worker has gone silent or whose message was lost; gives how many."""
    silent = timezone.now() - timedelta(seconds=settings.RUN_LOST_AFTER_SECONDS)
    lost = Q(status=Status.RUNNING, heartbeat_at__lt=silent) | Q(status=Status.QUEUED, queued_at__lt=silent)
    swept = 0
    for run in Run.objects.select_for_update().filter(lost).order_by("queued_at", "id"):
        if run.status == Status.RUNNING:
            log.warning("Run %s (%s) has gone silent", run.pk, run.kind)
            _queue_again(
                run,
                "The worker stopped in the middle, several times. Nothing was half saved.",
                "処理が何度も途中で止まりました。途中までの結果は残っていません。",
            )
            swept += 1
        elif not DBTaskResult.objects.filter(pk=run.task_id, status="READY").exists():
            _deliver(run)
            swept += 1
    return swept


@transaction.atomic
def queue_what_is_due() -> int:
    """Queue the kinds of work that come by themselves and have not been queued for so long; gives how many."""
    queued = 0
    for kind in KINDS.values():
        if kind.every is None:
            continue
        newest = Run.objects.select_for_update().filter(kind=kind.name).order_by("-queued_at").first()
        if newest is None or newest.queued_at <= timezone.now() - kind.every:
            enqueue(kind.name)
            queued += 1
    return queued
