from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from keiki.server.audit.actions import record
from keiki.server.audit.queries import DEFINITIONS, VALUES, Change, log
from keiki.server.data.actions import observe


def test_log_reads_newest_first_in_pages(db: None) -> None:
    for number in range(5):
        record(None, f"test.{number}", business_id="tea")
    record(None, "test.other", business_id="books")
    first = log("tea", limit=3)
    assert [line.action for line in first.lines] == ["test.4", "test.3", "test.2"]
    second = log("tea", before=first.before, limit=3)
    assert [line.action for line in second.lines] == ["test.1", "test.0"]
    assert second.before is None


@pytest.mark.parametrize(("language", "role", "words"), [("ja", "役割", "閲覧者"), ("en", "Role", "Viewer")])
def test_log_speaks_in_words(db: None, language: str, role: str, words: str) -> None:
    record(None, "accounts.change_role", business_id="tea", old={"role": "viewer"}, new={"role": "owner"})
    with translation.override(language):
        (line,) = log("tea").lines
        (change,) = line.changes
        assert (str(change.words), str(change.before)) == (role, words)


def test_log_shows_yes_and_no(db: None) -> None:
    record(None, "test.done", business_id="tea", old={"x": True}, new={"x": None, "y": False})
    with translation.override("en"):
        (line,) = log("tea").lines
        assert [(each.words, each.before and str(each.before), each.after) for each in line.changes] == [
            ("x", "Yes", None),
            ("y", None, "No"),
        ]
    assert line.changes[0] == Change("x", line.changes[0].before, None)


def test_log_of_an_erased_person_has_no_name(cast: Any) -> None:
    record(cast.viewer, "test.done", business_id="tea")
    cast.viewer.delete()
    assert [line.actor for line in log("tea").lines] == [None]


@pytest.mark.parametrize("rows", [1, 3])
def test_log_costs_one_query(cast: Any, rows: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(rows):
        record(cast.owner, "test.done", business_id="tea")
    with django_assert_num_queries(1):
        assert [line.actor for line in log("tea").lines] == ["Olivia"] * rows


@pytest.mark.feature("F-067")
def test_audit_report_lists_changes_of_values_and_of_definitions(
    own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    business = own_shop.business
    observe(own_shop.editor, business, "revenue", date(2026, 10, 1), "month", 15_000.0)
    form = {"ja": "自社の客単価", "en": "Own basket", "kpi_id": "own_basket", "formula": "sum_order_revenue / n_orders"}
    kinds = {"unit": "currency", "direction": "higher", "kind": "quality", "layer": "result", "horizon": "mid"}
    more = {"lead_lag": "lag", "value_chain": "operation", "cadence": ["monthly"]}
    first = form | kinds | more | {"version": "0"}
    changed = first | {"version": "1", "formula": "sum_order_revenue / 2", "effective": "day"}
    edit = reverse("kpis:edit_kpi", kwargs={"business": business.id, "kpi": "own_basket"})
    for url, posted in ((reverse("kpis:new_kpi", kwargs={"business": business.id}), first), (edit, changed)):
        with django_capture_on_commit_callbacks(execute=True):
            assert (
                browser_of(own_shop.editor)
                .post(url, posted | {"reason": "per half", "since": "2026-10-01"})
                .status_code
                == 302
            )
    address = reverse("accounts:audit", kwargs={"business": business.id})
    owner = browser_of(own_shop.owner)
    listed = {kind: owner.get(f"{address}?kind={kind}").context["page"].log.lines for kind in (VALUES, DEFINITIONS)}
    assert [line.action for line in listed[VALUES]] == ["data.observe"]
    assert [line.action for line in listed[DEFINITIONS]] == ["kpis.save_kpi", "kpis.save_kpi"]
    assert [line.actor for line in (*listed[VALUES], *listed[DEFINITIONS])] == ["Emi"] * 3
    report = owner.get(f"{address}?kind={DEFINITIONS}&file=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(report.splitlines()))
    before_after = [(row["Who"], row["Value before"], row["Value after"]) for row in rows if row["Name"] == "formula"]
    assert before_after[0] == ("Emi", "sum_order_revenue / n_orders", "sum_order_revenue / 2")
    assert "15000.0" in owner.get(f"{address}?kind={VALUES}&file=csv").content.decode()
    assert browser_of(own_shop.editor).get(f"{address}?file=csv").status_code == 403
