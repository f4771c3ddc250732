"""Erasing a customer on the server: who may, what they are told, and that no byte of the person is left anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse
from tests.server.conftest import Cast

from keiki.server.audit.models import Entry
from keiki.server.customers.models import FitException
from keiki.server.data import actions as data
from keiki.server.data.actions import erasing
from keiki.server.jobs.actions import carry_out, start
from keiki.server.jobs.models import Run
from keiki.server.kpis.models import Comment
from keiki.server.success import actions
from keiki.server.success.models import Alert, Referral, Review, StageChange, WeeklyScore

WHO, NAME, MAIL = "K-0417", "桐島 花蓮", "karen.kirishima@example.jp"
WORDS = (WHO, NAME, "桐島花蓮", MAIL)
ORDER = {"order_id": "Z1", "customer_id": WHO, "ordered_at": "2026-10-05 12:00:00", "amount": 700}


@pytest.fixture
def named(many_connections: None, own_shop: Cast) -> Cast:
    """A shop in which one customer has a name, and people wrote about her in every corner."""
    business, owner = own_shop.business, own_shop.owner
    numbers = data.opened(business).business
    numbers.load([{"customer_id": WHO, "name": NAME, "email": MAIL, "acquired_on": "2026-10-05"}], "customers")
    numbers.load([ORDER], "orders")
    actions.change_stage(owner, business, WHO, "expansion", date(2026, 10, 6), f"{NAME} asked for more")
    actions.add_review(
        owner,
        business,
        WHO,
        {"held_on": date(2026, 10, 7), "attendees": NAME, "results": "ok", "agreed": MAIL, "next_on": date(2027, 1, 7)},
    )
    about: dict[str, Any] = {"business": business, "customer_id": WHO}
    WeeklyScore.objects.create(**about, week_end=date(2026, 10, 11), score=80, band="green")
    Alert.objects.create(
        **about,
        kind="renewal",
        on=date(2026, 10, 11),
        details={"due_on": "2026-11-01", "before": None, "after": None, "note": NAME},
    )
    FitException.objects.create(**about, reason="A friend")
    Referral.objects.create(business=business, programme="Friends", referrer="C1", referred=WHO, on=date(2026, 10, 1))
    Comment.objects.create(
        business=business,
        kpi_id="purchases",
        grain="month",
        day=date(2026, 10, 1),
        text="桐島花蓮さんの注文",
        author=owner,
    )
    data.receive_file(owner, business, SimpleUploadedFile(f"{NAME}.csv", f"customer_id,name\n{WHO},{NAME}\n".encode()))
    return own_shop


def traces() -> list[tuple[str, str]]:
    """Which words lie in which file of the server: as bytes, as JSON writes them, in the values of Parquet."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for path in (each for each in Path(settings.HOME).rglob("*") if each.is_file()):
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += "\n".join(str(row) for row in duckdb.sql(f"FROM '{path}'").fetchall()).encode()
        found += [
            (word, path.name) for word in WORDS if word.encode() in held or json.dumps(word).strip('"').encode() in held
        ]
    return found


def address(cast: Cast, name: str = "erase") -> str:
    return reverse(f"success:{name}", kwargs={"business": cast.business.id, "customer": WHO})


def worked(run: Run) -> Run:
    live = start(run.pk, run.attempt)
    assert live is not None
    carry_out(live)
    run.refresh_from_db()
    return run


def test_owner_erases_a_customer_and_no_byte_of_her_is_left(named: Cast, browser_of: Callable[..., Any]) -> None:
    owner, url = browser_of(named.owner), address(named)
    assert f'href="{url}"' in owner.get(address(named, "account")).content.decode()
    assert f'href="{url}"' not in browser_of(named.editor).get(address(named, "account")).content.decode()
    assert {word for word, _ in traces()} == set(WORDS)
    before = data.opened(named.business).business.measure(["order_revenue", "customers"]).series("order_revenue")

    asked = owner.get(url)
    assert (asked.status_code, "The person goes, the totals stay." in asked.content.decode()) == (200, True)
    refused = owner.post(url, {"customer": "K-0418"})
    assert (refused.status_code, "is not that of the customer" in refused.content.decode()) == (422, True)
    assert not Run.objects.filter(kind=erasing.ERASE_JOB).exists()
    assert owner.post(url, {"customer": WHO}).status_code == 302
    run = worked(Run.objects.get(kind=erasing.ERASE_JOB))
    assert (run.status, run.error_en, run.arguments) == ("done", "", {"customer": "", "also": []})
    owner.logout()
    assert traces() == []

    numbers = data.opened(named.business).business
    assert numbers.measure(["order_revenue", "customers"]).series("order_revenue") == before
    entry = Entry.objects.get(action=erasing.ERASE_JOB)
    assert (entry.actor_id, entry.new) == (named.owner.pk, {"rows": 2})
    new = entry.target
    assert WeeklyScore.objects.get().customer_id == Referral.objects.get().referred == new
    assert (StageChange.objects.get().reason, Review.objects.get().attendees) == ("***", "***")
    assert Comment.objects.get().text == "***さんの注文"
    changed = Entry.objects.get(action="success.change_stage")
    assert (changed.target, changed.new, changed.actor_id) == (f"account:{new}", {}, named.owner.pk)
    told = browser_of(named.owner).get(reverse("data:import", args=(named.business.id, run.result["import_id"])))
    assert "The customer was erased" in told.content.decode()
    assert erasing.erase_queued(run.pk, named.business.id, "", [], lambda *_: None) == {}  # killed before the last step
    again = numbers.load([ORDER | {"amount": 800}], "orders")
    assert (again.rejected, numbers.rejected(again.id).to_pylist()[0]["reason"]) == (1, "erased")


def test_only_owners_may_and_strangers_find_nothing(shop: Cast, browser_of: Callable[..., Any]) -> None:
    url = reverse("success:erase", kwargs={"business": shop.business.id, "customer": "C1"})
    tried = [browser_of(getattr(shop, who)) for who in ("viewer", "editor", "outsider")]
    assert [browser.get(url).status_code for browser in tried] == [403, 403, 404]
    assert [browser.post(url, {"customer": "C1"}).status_code for browser in tried] == [403, 403, 404]
    assert browser_of(shop.owner).get(url.replace("C1", "C99")).status_code == 404
    assert not Run.objects.exists()


def test_every_table_that_names_a_customer_says_what_was_written_about_them() -> None:
    """Another table with a customer's id has to declare it, or erasing would not find it."""
    tables = {each.model._meta.label: each.ids for each in erasing._tables()}
    named = {
        model._meta.label
        for model in apps.get_models()
        if model.__module__.startswith("keiki.server.")
        for field in model._meta.concrete_fields
        if field.name in ("customer_id", "referrer", "referred")
    }
    assert {label for label, ids in tables.items() if ids} == named
