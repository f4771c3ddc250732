"""A changed target in the audit log, as its owner reads it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from keiki.periods import Grain
from keiki.server.audit.queries import log
from keiki.server.kpis import queries as door
from keiki.server.planning import actions
from keiki.server.planning.actions import Proposal
from keiki.server.planning.models import State
from keiki.trees.targets import Target


@pytest.mark.feature("F-223")
def test_target_changed_from_100_to_120_is_in_the_audit_log_with_person_time_old_and_new_value(
    shop: Any, browser_of: Any
) -> None:
    tree = door.known(shop.owner, shop.business).tree("simple_orders")
    key, at = ("buyers", "customer_id is not null", "", ""), datetime(2026, 11, 12, 6, 30, tzinfo=UTC)

    def set_target(value: float, version: int, since: date) -> None:
        wished = Proposal(Target(value=value, compare="at_least", period=Grain.MONTH), since)
        actions.propose_target(shop.owner, shop.business, key, version, wished, State.APPROVED, [tree])

    with time_machine.travel(datetime(2026, 10, 1, tzinfo=UTC), tick=False):
        set_target(100, 0, date(2026, 10, 1))
    with time_machine.travel(at, tick=False):
        set_target(120, 1, date(2026, 11, 1))
    line = log(shop.business.id).lines[0]
    changed = {str(change.words): (change.before, change.after) for change in line.changes}
    assert (line.actor, line.at) == ("Olivia", at)
    assert changed["value"] == (100, 120)
    page = browser_of(shop.owner).get(reverse("accounts:audit", kwargs={"business": shop.business.id}))
    words = " ".join(page.content.decode().split())
    assert "100.0 → 120.0" in words or "100 → 120" in words
    assert "12 Nov 2026, 15:30" in words
    assert "Olivia" in words
