from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

from keiki.server.jobs.actions import carry_out, enqueue, start
from keiki.server.jobs.models import Run


def address(run: Run) -> str:
    return reverse("jobs:run", kwargs={"run_id": run.pk})


def test_page_of_a_waiting_run_asks_again_by_itself(cast: Any, browser_of: Any) -> None:
    run = enqueue("test.add", business_id=cast.business.id, a=1, b=2)
    page = browser_of(cast.viewer).get(address(run)).content.decode()
    assert f'hx-get="{address(run)}" hx-trigger="every 1s"' in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "Waiting for its turn" in page


def test_fragment_shows_how_far_the_run_is(cast: Any, browser_of: Any) -> None:
    run = enqueue("test.add", business_id=cast.business.id, a=1, b=2)
    live = start(run.pk, 0)
    assert live is not None
    live.report(0.426, "Reading rows", "行を読んでいます")
    part = browser_of(cast.viewer).get(address(run), headers={"HX-Request": "true"})
    words = part.content.decode()
    assert "<html" not in words
    assert '<progress max="1" value="0.426"' in words
    assert re.findall(r"(\d+)%</span>", words) == ["43"]
    assert "Reading rows" in words
    assert "HX-Trigger" not in part


def test_fragment_of_a_finished_run_stops_asking(cast: Any, browser_of: Any) -> None:
    run = enqueue("test.mistake", business_id=cast.business.id)
    live = start(run.pk, 0)
    assert live is not None
    carry_out(live)
    part = browser_of(cast.viewer).get(address(run), headers={"HX-Request": "true"})
    assert part["HX-Trigger"] == "run-finished"
    assert "hx-get" not in part.content.decode()
    assert "Did you mean “orders”?" in part.content.decode()


def test_run_as_json(cast: Any, browser_of: Any) -> None:
    run = enqueue("test.add", business_id=cast.business.id, a=1, b=2)
    answer = browser_of(cast.viewer).get(address(run), headers={"accept": "application/json"})
    assert answer.json() == {
        "id": str(run.pk),
        "kind": "test.add",
        "status": "queued",
        "progress": 0.0,
        "message": "",
        "error": "",
        "error_id": "",
        "result": {},
    }
