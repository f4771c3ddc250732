"""Files arrive, become rows and are taken back."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from keiki.errors import EmptyFile, FileGone, FileTooLarge, UndoImpossible, UnknownFileKind
from keiki.facts.mapping import Mapping
from keiki.server.audit.models import Entry
from keiki.server.data import actions
from keiki.server.data.models import Upload
from keiki.server.jobs.actions import carry_out, start
from keiki.server.jobs.models import Run

CSV = "order_id,customer_id,ordered_at,amount\nA1,C1,2026-10-01,100\nA2,C1,2026-10-02,many\n"
ORDERS = Mapping.of("orders", order_id="order_id", customer_id="customer_id", ordered_at="ordered_at", amount="amount")


def receive(cast: Any, name: str = "orders.csv", text: str = CSV) -> Upload:
    return actions.receive_file(cast.editor, cast.business, SimpleUploadedFile(name, text.encode()))


def work_off(run: Run) -> Run:
    """Do a run as a worker would."""
    live = start(run.pk, run.attempt)
    assert live is not None
    carry_out(live)
    run.refresh_from_db()
    return run


def quiet(fraction: float, en: str, ja: str) -> None:
    """Nobody watches."""


def test_file_is_kept_under_a_name_of_our_own(bare: Any) -> None:
    upload = receive(bare, "../../etc/注文.CSV")
    assert (upload.name, upload.path.name) == ("注文.CSV", f"{upload.id.hex}.csv")
    assert upload.path.parent == bare.business.folder / "uploads"
    assert upload.path.read_text() == CSV
    assert Entry.objects.filter(action="data.receive_file", target=f"upload:{upload.pk}").count() == 1


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [("virus.exe", CSV, UnknownFileKind), ("none", CSV, UnknownFileKind), ("empty.csv", "", EmptyFile)],
)
def test_file_of_no_use_is_refused_and_not_kept(bare: Any, name: str, text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        receive(bare, name, text)
    assert (Upload.objects.count(), (bare.business.folder / "uploads").exists()) == (0, False)


def test_file_beyond_the_limit_is_refused(bare: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 10
    with pytest.raises(FileTooLarge):
        receive(bare)


def test_look_guesses_the_fact_and_counts_refused_rows(bare: Any) -> None:
    look = actions.look(receive(bare))
    part = look.parts[0]
    assert (part.fact, part.rows, look.rows) == ("orders", 2, 2)
    assert [(refusal.column, refusal.reason, refusal.rows) for refusal in part.refused] == [
        ("amount", "not_a_number", 1)
    ]
    assert [(column.name, column.doubtful) for column in part.columns] == [
        ("order_id", False),
        ("customer_id", False),
        ("ordered_at", False),
        ("amount", True),
    ]


def test_look_is_found_out_once_until_something_about_it_changes(bare: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = receive(bare)
    seen, files = actions.look(upload), []
    monkeypatch.setattr("keiki.engine.preview.open_source", lambda path, **_: files.append(path))
    assert actions.look(upload) == seen
    assert files == []
    upload.path.write_text(CSV + "4,c3,2026-01-05,900\n", encoding="utf-8")
    with suppress(AttributeError):
        actions.look(upload)
    assert files == [upload.path], "another text is looked at anew"
    kept = upload.look_path
    assert kept.exists()
    actions.drop_upload(bare.editor, upload)
    assert not kept.exists(), "nothing seen in a file outlives it"


def test_look_at_a_lost_file_says_so(bare: Any) -> None:
    upload = receive(bare)
    upload.path.unlink()
    with pytest.raises(FileGone):
        actions.look(upload)


def test_import_takes_good_rows_lists_bad_ones_and_removes_the_file(bare: Any) -> None:
    upload = receive(bare)
    run = work_off(actions.start_import(bare.editor, upload, ORDERS, "upsert"))
    assert (run.status, run.error_en) == ("done", "")
    upload.refresh_from_db()
    done = actions.import_in(bare.business, upload.import_id)
    assert done is not None
    assert (done.source, done.facts, done.added, done.rejected) == ("orders.csv", ("orders",), 1, 1)
    cells = actions.rejected_in(bare.business, done.id, 0, 10)
    assert [(cell.row, cell.column, cell.value, cell.reason) for cell in cells] == [
        (2, "amount", "many", "not_a_number")
    ]
    state = actions.state_of(bare.business)
    assert (upload.path.exists(), list(state.days), state.rows["orders"]) == (False, ["orders"], 1)
    assert sum(state.rows.values()) == 1


def test_import_done_twice_is_one_import(bare: Any) -> None:
    upload = receive(bare)
    run = work_off(actions.start_import(bare.editor, upload, ORDERS, "upsert"))
    again = actions.import_upload(str(upload.pk), bare.business.id, quiet)
    assert again["import_id"] == run.result["import_id"]
    assert len(actions.state_of(bare.business).imports) == 1


def test_import_of_a_lost_file_fails_in_words(bare: Any) -> None:
    upload = receive(bare)
    upload.path.unlink()
    run = work_off(actions.start_import(bare.editor, upload, ORDERS, "upsert"))
    assert (run.status, "no longer here" in run.error_en) == ("failed", True)


def test_replace_replaces_what_came_under_the_same_name(bare: Any) -> None:
    work_off(actions.start_import(bare.editor, receive(bare), ORDERS, "upsert"))
    other = CSV.replace("A1,C1", "B1,C1")
    run = work_off(actions.start_import(bare.editor, receive(bare, text=other), ORDERS, "replace"))
    done = actions.import_in(bare.business, run.result["import_id"])
    assert done is not None
    assert (done.added, done.removed) == (1, 1)


def test_undo_takes_the_rows_back_once(bare: Any) -> None:
    run = work_off(actions.start_import(bare.editor, receive(bare), ORDERS, "upsert"))
    first = run.result["import_id"]
    undone = work_off(actions.start_undo(bare.owner, bare.business, first))
    done = actions.import_in(bare.business, first)
    assert done is not None
    assert (undone.status, done.undone) == ("done", True)
    with pytest.raises(UndoImpossible):
        actions.undo_import(first, bare.business.id, quiet)


def test_drop_upload_forgets_the_file(bare: Any) -> None:
    upload = receive(bare)
    path: Path = upload.path
    actions.drop_upload(bare.editor, upload)
    assert (Upload.objects.count(), path.exists()) == (0, False)


def test_opened_opens_anew_when_settings_change(bare: Any) -> None:
    first = actions.opened(bare.business)
    assert actions.opened(bare.business) is first
    bare.business.currency = "USD"
    again = actions.opened(bare.business)
    assert (again is first, again.business.settings.currency) == (False, "USD")
    first.business.close()


def test_opened_opens_anew_when_a_definition_is_added(bare: Any) -> None:
    first = actions.opened(bare.business)
    (bare.business.folder / "kpis").mkdir()
    (bare.business.folder / "kpis" / "own.yaml").write_text("kpis: []\n")
    assert actions.opened(bare.business) is not first
    first.business.close()
