"""The first five minutes: every step is kept, and can be skipped."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.formula import evaluate
from keiki.insight.baseline import Baseline, BaselineRule
from keiki.server.cockpit.models import Annotation, Beginning
from keiki.server.cockpit.queries.beginning import TYPES, proposed_value, sample_values
from keiki.server.data.actions import import_upload
from keiki.server.data.models import Upload
from keiki.server.kpis.models import OwnTree
from keiki.server.planning.models import Plan
from keiki.trees.build import build
from keiki.trees.document import template


def url(cast: Any, step: str = "") -> str:
    here = {"business": cast.business.id} | ({"step": step} if step else {})
    return reverse("cockpit:begin", kwargs=here)


def orders_csv() -> SimpleUploadedFile:
    """A year of orders with a day nobody can read."""
    lines = ["order_id,customer_id,ordered_at,amount"]
    for month in range(1, 13):
        for place in range(6 + month):
            day = date(2025, month, 1) + timedelta(days=place)
            lines.append(f"{month:02d}-{place},C{place},{day} 10:00:00,{1000 + place}")
    lines.append("bad,C1,never,1000")
    return SimpleUploadedFile("orders.csv", "\n".join(lines).encode())


def taken(cast: Any) -> None:
    """What the worker does: the file that was sent becomes rows."""
    upload = Upload.objects.get(business=cast.business)
    assert upload.run is not None
    import_upload(str(upload.pk), cast.business.id, lambda *_told: None)
    upload.refresh_from_db()
    assert upload.run is not None
    upload.run.status, upload.run.result = "done", {"import_id": upload.import_id}
    upload.run.save()


def test_newcomer_comes_from_nothing_to_a_dashboard_of_own_numbers_and_targets(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.owner)
    empty = browser.get(reverse("cockpit:today", kwargs={"business": bare.business.id})).context["page"].empty
    assert empty.begin_url == url(bare)
    browser.post(url(bare, "type"), {"template": "simple_orders"})
    assert OwnTree.objects.get().made_from == "simple_orders"
    samples = browser.get(url(bare, "tree")).context["page"].samples
    assert all(row.value != "—" for row in samples)
    browser.post(url(bare, "tree"))
    browser.post(url(bare, "data"), {"file": orders_csv()})
    state = browser.get(url(bare, "data")).context["page"].file
    if state.state == "ask":
        assert len(state.doubtful) < 4
        browser.post(url(bare, "data"), {"do": "columns"})
    taken(bare)
    first = browser.get(url(bare, "first")).context["page"]
    assert first.file.rejected == 1
    assert first.sections[0].panels[0].number.value == "¥17,136"  # November: 17 × 1,000 and 0 + 1 + … + 16
    proposed = browser.get(url(bare, "targets")).context["page"].targets
    assert proposed[0].label == "Order revenue"
    assert [letter for letter, *_rest in proposed[0].letters] == ["S", "M", "A", "R", "T"]
    browser.post(url(bare, "targets"), {"target": [proposed[0].node]})
    assert Plan.objects.filter(business=bare.business).count() == 1
    invited = browser.post(url(bare, "team"), {"do": "invite", "email": "new@example.jp", "role": "viewer"})
    assert "/invitation" in invited.context["page"].link or "/join" in invited.context["page"].link
    end = browser.post(url(bare, "team"), {"meeting_on": "2026-12-14"})
    assert end["Location"].endswith("/dashboards/executive/")
    assert Annotation.objects.get().on == date(2026, 12, 14)


def test_every_step_can_be_skipped_and_the_last_one_is_where_a_person_goes_on(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.owner)
    for step in ("type", "tree", "data", "first", "targets"):
        page = browser.get(url(bare, step)).context["page"]
        assert page.step == step
        assert browser.get(page.skip_url).status_code == 200
    assert browser.get(url(bare)).context["page"].step == "team"
    assert Beginning.objects.get().step == "team"


def test_set_up_is_for_those_who_may_edit(bare: Any, browser_of: Any) -> None:
    assert browser_of(bare.viewer).get(url(bare)).status_code == 403
    assert browser_of(bare.outsider).get(url(bare)).status_code == 404
    assert browser_of(bare.owner).get(url(bare, "nothing")).status_code == 404


def test_file_nobody_can_read_is_refused_with_words_and_the_step_stays(bare: Any, browser_of: Any) -> None:
    answer = browser_of(bare.owner).post(url(bare, "data"), {"file": SimpleUploadedFile("x.exe", b"MZ")})
    assert answer.status_code == 422
    assert "x.exe" in answer.context["page"].error


@pytest.mark.parametrize("name", TYPES)
def test_sample_numbers_fit_the_formulas_of_their_tree(name: str) -> None:
    catalogue = builtin()
    tree = build(template(catalogue, name), catalogue)
    values = sample_values(tree, catalogue)
    told = [node for node in tree.nodes if node.formula is not None]
    assert told
    for node in told:
        assert node.formula is not None
        assert values[node.id] == evaluate(node.formula, lambda reference, _back: values.get(reference.id))


def test_proposed_target_is_a_twentieth_better_or_where_growth_leads() -> None:
    base = Baseline(BaselineRule(), months=12, level=1_000.0)
    assert proposed_value(base, "higher") == 1_050
    assert proposed_value(base, "lower") == 950
    assert proposed_value(Baseline(BaselineRule(), months=1), "higher") is None
