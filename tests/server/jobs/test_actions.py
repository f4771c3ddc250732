from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone, translation
from django_tasks_db.models import DBTaskResult

from keiki.errors import UnknownJob
from keiki.server.jobs import actions
from keiki.server.jobs.actions import RunLost, carry_out, enqueue, start, sweep
from keiki.server.jobs.models import Run
from keiki.server.jobs.queries import open_runs, recent_runs, run_for

pytestmark = pytest.mark.django_db


def perform(run: Run) -> Run:
    """What a worker does with the newest message of a run."""
    live = start(run.pk, Run.objects.get(pk=run.pk).attempt)
    assert live is not None
    carry_out(live)
    return Run.objects.get(pk=run.pk)


def messages(run: Run) -> list[tuple[str, int]]:
    """(state, attempt) of every message that was sent for the run."""
    sent = DBTaskResult.objects.order_by("enqueued_at")
    return [(each.status, each.args_kwargs["args"][1]) for each in sent if each.args_kwargs["args"][0] == str(run.pk)]


def test_work_is_done_and_its_result_kept(cast: Any) -> None:
    run = enqueue("test.add", actor=cast.owner, business_id=cast.business.id, a=1, b=2)
    assert (run.status, run.actor, messages(run)) == ("queued", cast.owner, [("READY", 0)])
    done = perform(run)
    assert (done.status, done.progress, done.attempt) == ("done", 1.0, 1)
    assert done.result == {"sum": 3, "business": "tea-shop"}
    with translation.override("ja"):
        assert done.message == "半分まで"
    with translation.override("en"):
        assert done.message == "Half way"


def test_what_a_person_asked_for_comes_before_what_keiki_queued_by_itself(cast: Any) -> None:
    by_itself = [enqueue("test.add", a=1, b=2) for _ in range(2)]
    asked = enqueue("test.add", actor=cast.owner, business_id=cast.business.id, a=1, b=2)
    order = [message.args_kwargs["args"][0] for message in DBTaskResult.objects.ready()]
    assert order == [str(run.pk) for run in (asked, *by_itself)]


def test_unknown_kind_is_refused_at_once() -> None:
    with pytest.raises(UnknownJob):
        enqueue("test.unknown")
    assert not Run.objects.exists()


def test_work_of_an_action_that_fails_is_never_started() -> None:
    def action() -> None:
        enqueue("test.add", a=1, b=2)
        raise KeyError

    with pytest.raises(KeyError), transaction.atomic():
        action()
    assert (Run.objects.count(), DBTaskResult.objects.count()) == (0, 0)


def test_mistake_of_the_person_is_told_and_not_tried_again() -> None:
    failed = perform(enqueue("test.mistake"))
    assert (failed.status, failed.attempt, failed.error_id) == ("failed", 1, "")
    assert failed.error_en == "There is no fact called “order”. Did you mean “orders”?"
    assert failed.error_ja == "「order」というファクトはありません。「orders」ではありませんか。"


def test_broken_work_is_tried_three_times_then_stopped() -> None:
    run = enqueue("test.break")
    for attempt in (1, 2):
        again = perform(run)
        assert (again.status, again.attempt, again.error_en) == ("queued", attempt, "")
    stopped = perform(run)
    assert (stopped.status, stopped.attempt) == ("failed", 3)
    assert "secret detail" not in stopped.error_en + stopped.error_ja
    assert len(stopped.error_id) == 8
    assert messages(run) == [("READY", 0), ("READY", 1), ("READY", 2)]


def test_second_try_waits_a_while() -> None:
    run = enqueue("test.break")
    perform(run)
    later = DBTaskResult.objects.get(pk=Run.objects.get(pk=run.pk).task_id)
    assert later.run_after > timezone.now() + timedelta(seconds=5)


def test_message_delivered_twice_starts_once() -> None:
    run = enqueue("test.add", a=1, b=2)
    assert start(run.pk, 0) is not None
    assert start(run.pk, 0) is None


def test_kind_that_is_gone_stops_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    run = enqueue("test.add", a=1, b=2)
    monkeypatch.delitem(actions.KINDS, "test.add")
    failed = perform(run)
    assert (failed.status, failed.error_en) == ("failed", "There is no background work called “test.add”.")


def silence(run: Run, seconds: int = 3600) -> None:
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def test_sweep_queues_silent_work_again() -> None:
    run = enqueue("test.add", a=1, b=2)
    live = start(run.pk, 0)
    assert live is not None
    assert sweep() == 0
    silence(run)
    assert sweep() == 1
    assert (Run.objects.get().status, messages(run)) == ("queued", [("READY", 0), ("READY", 1)])
    assert sweep() == 0
    assert perform(run).status == "done"


def test_worker_thought_dead_writes_nothing_any_more() -> None:
    run = enqueue("test.add", a=1, b=2)
    dead = start(run.pk, 0)
    assert dead is not None
    silence(run)
    sweep()
    with pytest.raises(RunLost):
        dead.report(0.9, "Still here", "まだいます")
    with pytest.raises(RunLost):
        dead.beat()
    carry_out(dead)
    assert (Run.objects.get().status, Run.objects.get().message_en) == ("queued", "")


def test_sweep_gives_up_after_the_last_attempt() -> None:
    run = enqueue("test.add", a=1, b=2)
    for attempt in range(3):
        assert start(run.pk, attempt) is not None
        silence(run)
        sweep()
    stopped = Run.objects.get()
    assert (stopped.status, stopped.attempt) == ("failed", 3)
    assert stopped.error_ja == "処理が何度も途中で止まりました。途中までの結果は残っていません。"


def test_sweep_sends_a_lost_message_again() -> None:
    run = enqueue("test.add", a=1, b=2)
    Run.objects.update(queued_at=timezone.now() - timedelta(hours=1))
    assert sweep() == 0
    DBTaskResult.objects.update(status="RUNNING")
    assert sweep() == 1
    assert messages(run) == [("RUNNING", 0), ("READY", 0)]


def test_report_stays_between_nothing_and_all() -> None:
    live = start(enqueue("test.add", a=1, b=2).pk, 0)
    assert live is not None
    for asked, kept in ((-1.0, 0.0), (0.25, 0.25), (7.0, 1.0)):
        live.report(asked)
        assert Run.objects.get().progress == kept


def test_run_is_seen_by_members_or_by_whoever_started_it(cast: Any) -> None:
    of_business = enqueue("test.add", business_id=cast.business.id, a=1, b=2)
    own = enqueue("test.add", actor=cast.outsider, a=1, b=2)
    seen = {
        who: [run_for(getattr(cast, who), run.pk) is not None for run in (of_business, own)]
        for who in ("owner", "viewer", "outsider")
    }
    assert seen == {"owner": [True, False], "viewer": [True, False], "outsider": [False, True]}


def test_open_and_recent_runs_of_a_business(cast: Any) -> None:
    first = enqueue("test.add", business_id=cast.business.id, a=1, b=2)
    second = enqueue("test.mistake", business_id=cast.business.id)
    enqueue("test.add", business_id=cast.elsewhere.id, a=1, b=2)
    perform(first)
    assert open_runs(cast.business.id) == (second,)
    assert open_runs(cast.business.id, "test.add") == ()
    assert recent_runs(cast.business.id) == (second, first)
