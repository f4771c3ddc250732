"""KPIs of a business's own: versions with their days, conflicts, circles, retirement, and the published file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

import keiki
from keiki.catalogue.load import builtin
from keiki.errors import (
    CycleOfKpis,
    EditConflict,
    FormulaError,
    FormulaTooWide,
    KeikiError,
    KpiIdTaken,
    StartsTooEarly,
    UnitMismatch,
)
from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import KpiVersion, OwnKpis

OCTOBER = date(2026, 10, 1)


def document(formula: str, **changed: Any) -> dict[str, Any]:
    """What the form hands over."""
    said = {
        "ja": "自社の客単価",
        "en": "",
        "definition_ja": "注文あたりの売上。",
        "definition_en": "",
        "formula": formula,
    }
    said |= {"unit": "currency", "direction": "higher", "kind": "quality", "layer": "result", "horizon": "mid"}
    said |= {"lead_lag": "lag", "cadence": ["monthly"], "domain": ["ec"], "department": [], "pairs_with": []}
    said |= {"journey_stage": "purchase", "value_chain": "operation", "data_source": "", "aliases": [], "params": {}}
    return said | changed


def save(cast: Any, kpi_id: str, formula: str, began_from: int = 0, since: date | None = None, **changed: Any) -> Any:
    return actions.save_kpi(
        cast.editor, cast.business, kpi_id, began_from, document(formula, **changed), since, "because"
    )


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What follows a commit happens at the end of each `with`."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.mark.feature("F-012")
def test_changed_formula_is_a_second_version_and_the_months_of_the_first_stay(own_shop: Any, committed: Any) -> None:
    with committed():
        save(own_shop, "own_basket", "sum_order_revenue")
    before = queries.kpi_history(own_shop.viewer, own_shop.business, "own_basket")
    assert before is not None
    assert before.values[-4:] == (10_000, 12_000, 20_000, 14_400)
    with committed():
        save(own_shop, "own_basket", "sum_order_revenue / n_orders", 1, OCTOBER)
    after = queries.kpi_history(own_shop.viewer, own_shop.business, "own_basket")
    orders = queries.kpi_history(own_shop.viewer, own_shop.business, "purchases")
    assert after is not None
    assert orders is not None
    assert after.values[:-1] == before.values[:-1]
    assert after.value == 14_400 / (orders.value or 0)
    assert (after.versions[-2:], after.changes) == ((1, 2), (len(after.versions) - 1,))
    with keiki.open(own_shop.business.folder) as read:
        lens = read.lens("month", 2, date(2026, 10, 31))
        measured = read.measure(["own_basket"], lens)
        assert (measured.series("own_basket"), measured.version("own_basket", 0)) == (after.values[-2:], 1)


def test_correction_changes_the_whole_time_of_a_version(own_shop: Any, committed: Any) -> None:
    with committed():
        save(own_shop, "own_basket", "sum_order_revenue")
        save(own_shop, "own_basket", "n_orders", 1, unit="count")
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "own_basket")
    assert told is not None
    assert set(told.versions) == {2}
    row = queries.own_kpi(own_shop.viewer, own_shop.business, "own_basket")
    assert row is not None
    assert [(one.number, one.correction) for one in queries.kpi_revisions(row)] == [(2, True), (1, False)]


def test_other_words_begin_no_time_of_their_own(cast: Any) -> None:
    save(cast, "own_basket", "n_orders", unit="count")
    row = save(cast, "own_basket", "n_orders", 1, OCTOBER, unit="count", ja="別の名前")
    assert list(row.versions.values_list("number", "since")) == [(1, None), (2, None)]


def test_next_definition_begins_after_the_present_one(cast: Any) -> None:
    save(cast, "own_basket", "n_orders", unit="count")
    save(cast, "own_basket", "n_orders * 2", 1, OCTOBER, unit="count")
    with pytest.raises(StartsTooEarly):
        save(cast, "own_basket", "n_orders * 3", 2, OCTOBER, unit="count")
    assert KpiVersion.objects.count() == 2


def test_second_of_two_editors_gets_both_documents(cast: Any) -> None:
    save(cast, "own_basket", "n_orders", unit="count")
    save(cast, "own_basket", "n_orders * 2", 1, OCTOBER, unit="count")
    with pytest.raises(EditConflict) as refused:
        save(cast, "own_basket", "n_orders * 3", 1, OCTOBER, unit="count")
    mine, theirs = refused.value.details["mine"], refused.value.details["theirs"]
    assert (mine["formula"], theirs["formula"]) == ("n_orders * 3", "n_orders * 2")
    with pytest.raises(EditConflict):
        save(cast, "own_basket", "n_orders", 0, unit="count")
    assert KpiVersion.objects.count() == 2


@pytest.mark.parametrize(
    ("formula", "error"),
    [
        ("n_order", FormulaError),
        ("n_orders +", FormulaError),
        ("n_orders", UnitMismatch),
        ("own_basket", CycleOfKpis),
    ],
)
def test_wrong_formula_is_refused_and_nothing_is_stored(cast: Any, formula: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        save(cast, "own_basket", formula)
    assert KpiVersion.objects.count() == 0


def test_circle_over_two_kpis_is_refused_with_its_path(cast: Any) -> None:
    save(cast, "b", "n_orders / 2", unit="count")
    save(cast, "a", "b + 1", unit="count")
    with pytest.raises(CycleOfKpis) as refused:
        save(cast, "b", "a / 2", 1, OCTOBER, unit="count")
    assert refused.value.details["path"] in {"a > b > a", "b > a > b"}
    with pytest.raises(FormulaError) as unknown:
        save(cast, "c", "n_orders + foo", unit="count")
    assert unknown.value.place == "n_orders + foo".index("foo")
    assert KpiVersion.objects.count() == 2


def test_formula_that_doubles_again_and_again_is_refused(cast: Any) -> None:
    save(cast, "own_0", "n_orders", unit="count")
    for step in range(1, 5):
        before = "+".join([f"own_{step - 1}"] * 11)
        works = partial(save, cast, f"own_{step}", before, unit="count")
        if step < 4:
            works()
    with pytest.raises(FormulaTooWide):
        works()
    assert KpiVersion.objects.count() == 4


def test_built_in_kpi_keeps_its_meaning_before_the_day_of_the_change(own_shop: Any, committed: Any) -> None:
    given = builtin().kpis["revenue"]
    with committed():
        save(own_shop, "revenue", "sum_order_revenue * 2", 0, OCTOBER, ja=given.ja, en=given.en)
    kpi = queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("revenue")
    assert (kpi.version, kpi.since, kpi.earlier[0].source, kpi.en) == (2, OCTOBER, given.source, given.en)
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "revenue")
    assert told is not None
    assert told.values[-2:] == (20_000, 28_800)
    row = queries.own_kpi(own_shop.viewer, own_shop.business, "revenue")
    assert row is not None
    with committed():
        actions.retire_kpi(own_shop.editor, row, 2, date(2026, 11, 1))
    again = queries.kpi_history(own_shop.viewer, own_shop.business, "revenue")
    assert again is not None
    assert again.values[-2:] == (20_000, 28_800), "the history stays"
    assert queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("revenue").source == given.source


def test_ids_of_measures_and_of_files_are_taken(own_shop: Any, committed: Any) -> None:
    with pytest.raises(KpiIdTaken):
        save(own_shop, "n_orders", "n_sessions", unit="count")
    with committed():
        save(own_shop, "own_basket", "n_orders", unit="count")
    written = own_shop.business.folder / "kpis" / "own.yaml"
    (written.parent / "by_hand.yaml").write_text(written.read_text().replace("own_basket", "typed"), encoding="utf-8")
    with pytest.raises(KpiIdTaken):
        save(own_shop, "typed", "n_orders", unit="count")


def test_retired_kpi_keeps_its_history_and_can_come_back(own_shop: Any, committed: Any) -> None:
    with committed():
        row = save(own_shop, "own_basket", "sum_order_revenue")
    with committed():
        row = actions.retire_kpi(own_shop.editor, row, 1, OCTOBER, "replaced")
    kpi = queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("own_basket")
    assert (kpi.retired, kpi.version) == (OCTOBER, 2)
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "own_basket")
    assert told is not None
    assert told.value == 14_400
    with pytest.raises(EditConflict):
        actions.retire_kpi(own_shop.editor, row, 1, OCTOBER)
    with committed():
        actions.bring_back_kpi(own_shop.editor, row, 2)
    assert queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("own_basket").retired is None


def test_file_is_written_again_when_it_is_missing_or_old(own_shop: Any, committed: Any) -> None:
    with committed():
        save(own_shop, "own_basket", "n_orders", unit="count")
    file = OwnKpis(own_shop.business)
    said = file.path.read_text(encoding="utf-8")
    for spoilt in (None, "kpis: []\n", "\udcff".encode("utf-8", "surrogateescape")):
        file.path.unlink()
        if spoilt is not None:
            file.path.write_bytes(spoilt if isinstance(spoilt, bytes) else spoilt.encode())
        assert not file.is_published
        assert "own_basket" in queries.catalogue_of(own_shop.viewer, own_shop.business).kpis
        assert file.path.read_text(encoding="utf-8") == said
    assert list(file.path.parent.iterdir()) == [file.path]


def test_missing_language_is_taken_from_the_other(own_shop: Any, committed: Any) -> None:
    with committed():
        save(own_shop, "own_basket", "n_orders", unit="count")
    kpi = queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("own_basket")
    assert (kpi.ja, kpi.en, kpi.definition_en) == ("自社の客単価", "自社の客単価", "注文あたりの売上。")


def test_every_save_is_audited(cast: Any) -> None:
    row = save(cast, "own_basket", "n_orders", unit="count")
    actions.retire_kpi(cast.editor, row, 1, OCTOBER)
    entries = Entry.objects.filter(business_id=cast.business.id, target="kpi:own_basket").order_by("id")
    assert [(entry.action, entry.actor_id, entry.new["version"]) for entry in entries] == [
        ("kpis.save_kpi", cast.editor.pk, 1),
        ("kpis.retire_kpi", cast.editor.pk, 2),
    ]


def test_value_entered_by_hand_is_one_import_that_can_be_taken_back(own_shop: Any, committed: Any) -> None:
    with committed():
        save(own_shop, "own_mood", "observed_value", unit="number")
    kpi = queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("own_mood")
    actions.enter_value(own_shop.editor, own_shop.business, kpi, OCTOBER, "month", 4.5, source="Round table")
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "own_mood")
    assert told is not None
    assert told.values[-2:] == (None, 4.5)
    actions.enter_value(own_shop.editor, own_shop.business, kpi, OCTOBER, "month", 4.0)
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "own_mood")
    assert told is not None
    assert told.value == 4.0
    lake = opened(own_shop.business).business
    lake.undo(lake.imports()[0].id)
    told = queries.kpi_history(own_shop.viewer, own_shop.business, "own_mood")
    assert told is not None
    assert told.value == 4.5


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What works give, or the error they raise, each on a thread and connection of its own."""
    gate = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return work()
        except KeikiError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_two_editors_at_once_cannot_close_a_circle(many_connections: None, cast: Any) -> None:
    for name in ("a", "b"):
        save(cast, name, "n_orders", unit="count")
    results = at_once(
        lambda: save(cast, "a", "b + 1", 1, OCTOBER, unit="count"),
        lambda: save(cast, "b", "a / 2", 1, OCTOBER, unit="count"),
    )
    assert sorted(isinstance(result, CycleOfKpis) for result in results) == [False, True]
    assert sorted(cast.business.own_kpis.values_list("version", flat=True)) == [1, 2]


def test_exactly_one_of_many_saves_at_once_wins(many_connections: None, cast: Any) -> None:
    save(cast, "own_basket", "n_orders", unit="count")
    works = [partial(save, cast, "own_basket", f"n_orders * {n}", 1, OCTOBER, unit="count") for n in range(2, 6)]
    results = at_once(*works)
    assert sorted(isinstance(result, EditConflict) for result in results) == [False, True, True, True]
    assert cast.business.own_kpis.get().versions.count() == 2
