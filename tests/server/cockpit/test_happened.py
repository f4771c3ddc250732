"""What happened beside the numbers: written down by people, and told by versions of definitions and targets."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from keiki.periods import Grain
from keiki.server.audit.models import Entry
from keiki.server.cockpit.actions.dashboards import make_dashboard
from keiki.server.cockpit.models import Annotation
from keiki.server.cockpit.queries.dashboards import Spec
from keiki.server.cockpit.queries.happened import marks_of
from keiki.server.kpis.queries import Question, known
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of, measured
from keiki.trees.targets import Target


def happened_url(business: Any) -> str:
    return reverse("cockpit:annotations", kwargs={"business": business.id})


def node_url(business: Any, node: str) -> str:
    return reverse("cockpit:node", kwargs={"business": business.id, "tree": "simple_orders", "node": node})


def write(cast: Any, browser: Any, number: str, text: str, on: str = "2026-09-15", kind: str = "action") -> Any:
    values = {"kind": kind, "on": on, "text": text, "number": number}
    return browser.post(happened_url(cast.business), values)


def marks(cast: Any, node: str) -> list[tuple[str, str]]:
    numbers = measured(cast.viewer, cast.business, "simple_orders", Question())
    found = marks_of(cast.viewer, cast.business, numbers, numbers.tree.node(node))
    return [(mark.on.isoformat(), mark.text or mark.kind) for mark in found]


def test_what_happened_to_a_number_stands_beside_it_and_every_number_calculated_from_it(
    shop: Any, browser_of: Any
) -> None:
    browser = browser_of(shop.editor)
    write(shop, browser, "simple_orders/aov", "Prices raised", kind="price")
    write(shop, browser, "", "Typhoon", on="2026-10-02", kind="incident")
    write(shop, browser, "simple_orders/aov", "Long ago", on="2020-01-01")
    assert marks(shop, "aov") == [("2026-09-15", "Prices raised"), ("2026-10-02", "Typhoon")]
    assert marks(shop, "revenue") == [("2026-09-15", "Prices raised"), ("2026-10-02", "Typhoon")]
    assert marks(shop, "buyers") == [("2026-10-02", "Typhoon")]


@pytest.mark.feature("F-100")
def test_annotation_at_the_day_of_an_action_is_a_mark_on_the_chart_and_a_line_in_its_table(
    shop: Any, browser_of: Any
) -> None:
    write(shop, browser_of(shop.editor), "simple_orders/aov", "Newsletter doubled")
    line = make_dashboard(shop.editor, shop.business, "A line", [Spec("line", "simple_orders")], shared=True)
    pages = {
        "line": reverse("cockpit:dashboard", kwargs={"business": shop.business.id, "name": str(line.pk)}),
        "node": node_url(shop.business, "revenue"),
        "today": reverse("cockpit:today", kwargs={"business": shop.business.id}) + "?tree=simple_orders",
        "dashboard": reverse("cockpit:dashboard", kwargs={"business": shop.business.id, "name": "executive"})
        + "?tree=simple_orders",
    }
    for address in pages.values():
        body = browser_of(shop.viewer).get(address).content.decode()
        assert "①" in body
        assert "15 Sep 2026 · Action · " in body
        assert "Newsletter doubled" in body
    page = browser_of(shop.viewer).get(pages["node"]).context["page"]
    row = next(row for row in page.history.table.rows if row[0] == "Sep 2026")
    assert row[-1].endswith(": Newsletter doubled")
    assert all(each[-1] == "" for each in page.history.table.rows if each[0] != "Sep 2026")


def test_change_of_a_target_is_told_by_itself(shop: Any) -> None:
    tree = known(shop.owner, shop.business).tree("simple_orders")
    key = key_of(tree, tree.node("revenue"))
    for version, (value, since) in enumerate([(15_000, date(2026, 7, 1)), (16_000, date(2026, 9, 1))]):
        target = Target(value=value, compare="at_least", period=Grain.MONTH)
        state = Proposal(target, since, reason="" if version == 0 else "Autumn sale")
        propose_target(shop.owner, shop.business, key, version, state, State.APPROVED)
    assert marks(shop, "revenue") == [("2026-09-01", "Autumn sale")]


def test_note_on_a_number_is_kept_with_day_and_author(shop: Any, browser_of: Any) -> None:
    write(shop, browser_of(shop.editor), "simple_orders/revenue", "Rain kept people at home", kind="note")
    page = browser_of(shop.viewer).get(node_url(shop.business, "revenue")).context["page"]
    line = page.marks[0]
    assert (line.day, line.kind_words, line.text, line.who) == (
        "15 Sep 2026",
        "Note",
        "Rain kept people at home",
        "Emi",
    )
    assert line.remove_url == ""  # a viewer takes nothing back


def test_what_was_written_down_is_taken_back_and_the_log_keeps_it(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    write(shop, browser, "", "A mistake", kind="note")
    made = Annotation.objects.get()
    path = reverse("cockpit:remove_annotation", kwargs={"business": shop.business.id, "annotation": made.pk})
    assert browser_of(shop.viewer).post(path).status_code == 403
    assert browser.post(path, {"next": "https://elsewhere.example/"})["Location"] == happened_url(shop.business)
    assert not Annotation.objects.exists()
    assert Entry.objects.get(action="cockpit.remove_annotation").old["text"] == "A mistake"


def test_viewer_writes_nothing_down_and_a_wrong_day_is_said(shop: Any, browser_of: Any) -> None:
    assert write(shop, browser_of(shop.viewer), "", "x").status_code == 403
    values = {"kind": "note", "on": "2026-09-15", "until": "2026-09-01", "text": "x", "number": ""}
    answer = browser_of(shop.editor).post(happened_url(shop.business), values)
    assert answer.context["page"].form.errors["until"] == ["The last day is before the first."]
