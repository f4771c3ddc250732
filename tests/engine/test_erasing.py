"""Erasing a customer: the person is gone from every byte on the disk, and no number changes."""

from __future__ import annotations

import os
import shutil
import signal
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.engine.processes import starter

import keiki
from keiki.engine import erased, imports
from keiki.engine.business import Business, open_business
from keiki.engine.erasing import Erased
from keiki.engine.refresh import WAITING, taken
from keiki.engine.store import DuckLake
from keiki.errors import ErasureKeyMissing, NoSuchCustomer, UndoImpossible
from keiki.facts import FACTS
from keiki.facts.personal import Ids, ids_in, is_personal

WHO = "K-0417"
PERSON = (WHO, "桐島 花蓮", "karen.kirishima@example.jp", "V-77120", "L-5512", "090-5512-7781")
TABLES: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"customer_id": WHO, "acquired_on": "2026-08-01", "name": "桐島 花蓮", "region": "関東"}
        | {"email": "karen.kirishima@example.jp", "phone": "090-5512-7781", "favourite": "linden from the hill"},
        {"customer_id": "K-0418", "acquired_on": "2026-08-02", "name": "森 一", "region": "関東"}
        | {"email": "mori@example.jp", "phone": "090-0000-0001", "favourite": "sencha"},
        {"customer_id": "K-04170", "acquired_on": "2026-09-02", "name": "森 二", "region": "関西"}
        | {"email": "mori2@example.jp", "phone": "090-0000-0002", "favourite": "sencha"},
    ],
    "orders": [
        {"order_id": f"A{n}", "customer_id": who, "ordered_at": f"2026-{8 + n % 3:02d}-05 12:00:00"}
        | {"amount": 1000 * n, "cost": 300 * n, "channel": ("email", "paid")[n % 2]}
        for n, who in enumerate((WHO, "K-0418", WHO, "K-04170", WHO, WHO), 1)
    ],
    "events": [
        {"occurred_at": f"2026-08-0{n} 10:00:00", "name": "page_view", "visitor_id": visitor, "customer_id": who}
        | {"session_id": f"S{visitor}{n // 3}", "url": f"/cart?mail={visitor}"}
        for n, (visitor, who) in enumerate((("V-77120", None), ("V-77120", WHO), ("V-1", "K-0418"), ("V-2", None)), 1)
    ],
    "stages": [
        {"pipeline": "lead", "subject_id": "L-5512", "stage": "lead", "entered_at": "2026-07-01 09:00:00"}
        | {"parent_id": None, "customer_id": None, "amount": None},
        {"pipeline": "deal", "subject_id": "D1", "stage": "won", "entered_at": "2026-08-01 09:00:00"}
        | {"parent_id": "L-5512", "customer_id": WHO, "amount": 5000},
    ],
    "surveys": [
        {"response_id": "R1", "kind": "nps", "answered_at": "2026-09-01 09:00:00", "score": 9, "customer_id": WHO}
        | {"comment": "Call me on my own number"},
        {"response_id": "R2", "kind": "nps", "answered_at": "2026-09-01 09:00:00", "score": 3, "customer_id": "K-0418"}
        | {"comment": "桐島 花蓮さん（K-0417）の紹介で知った"},
    ],
    "tickets": [{"ticket_id": "T1", "opened_at": "2026-09-03 09:00:00", "customer_id": WHO, "category": "howto"}],
}
MEASURED = ("order_revenue", "gross_profit", "purchases", "aov", "nps", "customers", "new_customers")


def filled(folder: Path) -> Business:
    """A shop with three customers, one of them named in five facts, in a rejected row and in a file's name."""
    own = open_business(folder, create=True)
    own.load_facts(TABLES, name=f"shop of {WHO}")
    wrong = {"order_id": "B1", "customer_id": "K-0418", "ordered_at": "2026-08-05", "amount": PERSON[2]}
    own.load([wrong, wrong | {"order_id": "B2", "amount": "70"}], "orders", name="wrong")
    return own


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("erasing") / "tea"
    filled(folder).close()
    return folder


@dataclass(frozen=True)
class After:
    """The shop when the person has been erased, and what it was before."""

    folder: Path
    done: Erased
    before: dict[str, list[Any]]
    rows_before: dict[str, list[dict[str, Any]]]
    waited: bool


@pytest.fixture(scope="module")
def after(made: Path, tmp_path_factory: pytest.TempPathFactory) -> After:
    """Erased while an import was still at work."""
    folder = shutil.copytree(made, tmp_path_factory.mktemp("erased") / "tea")
    told = []
    with keiki.open(folder) as business, open(business.lake.settings.lock_file, "w") as handle:
        before, rows = numbers(business), rows_of(business)

        def watch(_fraction: float, words: object) -> None:
            told.append(words)
            handle.close()

        assert taken(handle)
        done = business.erase(WHO, progress=watch)
    return After(folder, done, before, rows, told[0] is WAITING)


@pytest.fixture
def own(after: After, tmp_path: Path) -> Iterable[Business]:
    """That shop, to be changed."""
    with keiki.open(shutil.copytree(after.folder, tmp_path / "tea")) as business:
        yield business


def traces(folder: Path, words: Iterable[str] = PERSON) -> list[tuple[str, str]]:
    """Which words lie in which file: its bytes, and of Parquet also the values."""
    found = []
    for path in (each for each in folder.rglob("*") if each.is_file()):
        held = path.read_bytes()
        if path.suffix == ".parquet":
            held += "\n".join(str(row) for row in duckdb.sql(f"FROM '{path}'").fetchall()).encode()
        told = [(word, word.encode()) for word in words]
        # K-04170 is somebody else.
        clean = held.replace(b"K-04170", b"")
        found += [(word, path.name) for word, sought in told if sought in clean]
    return found


def numbers(business: Business) -> dict[str, list[Any]]:
    lens = business.lens("month", 4, date(2026, 10, 31))
    measured = business.measure(MEASURED, lens)
    return {kpi: [measured.value(kpi, place) for place in range(4)] for kpi in MEASURED}


def rows_of(business: Business) -> dict[str, list[dict[str, Any]]]:
    return {fact: business.lake.table(fact).to_pyarrow().to_pylist() for fact in TABLES}


def test_erasing_leaves_no_trace_in_any_file(made: Path, after: After) -> None:
    assert {word for word, _ in traces(made)} == set(PERSON)
    assert traces(after.folder) == []
    assert after.done.rows == {"customers": 1, "orders": 4, "events": 2, "stages": 2, "surveys": 2, "tickets": 1}
    assert (after.done.refused, after.done.finished) == (1, False)


def test_erasing_waits_for_the_import_before_it(after: After) -> None:
    assert after.waited


def test_erasing_changes_no_number(after: After) -> None:
    assert all(any(value is not None for value in values) for values in after.before.values())
    with keiki.open(after.folder) as business:
        assert numbers(business) == after.before
        for fact, rows in rows_of(business).items():
            gone = {*ids_in(FACTS[fact]), "_import", *(c for c in rows[0] if is_personal(FACTS[fact], c)), "favourite"}
            sides = (rows, after.rows_before[fact])
            now, then = (sorted(str({c: row[c] for c in row if c not in gone}) for row in side) for side in sides)
            assert now == then
            for column in ids_in(FACTS[fact]).keys() & rows[0].keys():
                now, then = (sorted(Counter(row[column] for row in side).values()) for side in sides)
                assert now == then


def test_the_totals_stay_under_one_random_id_and_others_keep_their_own_words(after: After) -> None:
    new = after.done.pseudonym
    with keiki.open(after.folder) as business:
        rows = rows_of(business)
    (person,) = (row for row in rows["customers"] if row["customer_id"] == new)
    assert [person[column] for column in ("name", "email", "phone", "favourite", "region")] == [None] * 4 + ["関東"]
    assert sorted(row["amount"] for row in rows["orders"] if row["customer_id"] == new) == [1000, 3000, 5000, 6000]
    assert [row["favourite"] for row in rows["customers"] if row["customer_id"] != new] == ["sencha", "sencha"]
    assert {"V-1", "V-2"} < {row["visitor_id"] for row in rows["events"]}
    deal, lead = sorted(rows["stages"], key=lambda row: row["pipeline"])
    assert (deal["parent_id"], deal["customer_id"]) == (lead["subject_id"], new)
    assert sorted(row["comment"] or "" for row in rows["surveys"]) == ["", f"***さん（{new}）の紹介で知った"]


def test_later_imports_refuse_the_erased_and_keep_nothing_of_their_rows(own: Business) -> None:
    again = own.load([row | {"amount": row["amount"] + 1} for row in TABLES["orders"]], "orders", mode="replace")
    assert (again.changed, again.removed, again.rejected) == (2, 0, 4)
    refused = own.rejected(again.id).to_pylist()
    assert {(cell["column"], cell["value"], cell["reason"]) for cell in refused} == {("customer_id", None, "erased")}
    seen = own.load([TABLES["events"][0] | {"occurred_at": "2026-08-09 10:00:00"}, TABLES["events"][3]], "events")
    assert (seen.added, seen.rejected) == (1, 1)
    assert traces(own.folder) == []


def test_a_replaced_file_does_not_take_the_totals_of_the_erased_away(own: Business, after: After) -> None:
    source = next(one.source for one in own.imports() if one.source.startswith("shop of"))
    done = own.load(TABLES["orders"][1:2], "orders", name=source, mode="replace")
    assert done.parts[0].removed == 1
    kept = own.lake.table("orders").to_pyarrow().to_pylist()
    assert sum(row["customer_id"] == after.done.pseudonym for row in kept) == 4


def test_neither_an_erasure_nor_an_import_before_it_can_be_undone(after: After) -> None:
    with keiki.open(after.folder) as business:
        entry, earlier, *_ = business.imports()
        assert (entry.id, entry.kind, entry.changed) == (after.done.import_id, "erase", sum(after.done.rows.values()))
        for one, words in ((entry, "erased a customer"), (earlier, "has been deleted")):
            with pytest.raises(UndoImpossible, match=words):
                business.undo(one.id)


def test_nobody_of_that_id_is_an_error_that_changes_nothing(after: After) -> None:
    with keiki.open(after.folder) as business:
        before = business.snapshot
        with pytest.raises(NoSuchCustomer, match="K-9"):
            business.erase("K-9")
        assert business.snapshot == before


def test_without_its_key_an_import_stops_instead_of_bringing_the_erased_back(own: Business) -> None:
    erased.key_file(own.lake.settings).unlink()
    with pytest.raises(ErasureKeyMissing, match="backup"):
        own.load(TABLES["orders"], "orders")


def test_the_digest_in_sql_is_that_of_the_standard_library() -> None:
    sql = erased.mark_sql(b"k" * 64, Ids.PERSON, "'桐島'")
    assert duckdb.sql(f"SELECT {sql}").fetchone() == (erased.mark(b"k" * 64, Ids.PERSON, "桐島"),)


def killed_in(folder: Path, where: str) -> None:
    """Erase, and be killed where the function of the history or of the lake is reached."""
    with keiki.open(folder) as business:
        setattr(imports if where == "write" else DuckLake, where, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        business.erase(WHO)


def test_killed_before_or_after_the_commit_running_again_finishes(made: Path, after: After, tmp_path: Path) -> None:
    folder = shutil.copytree(made, tmp_path / "tea")
    for where, held in (("write", True), ("_forget_for_good", False)):
        process = starter().Process(target=killed_in, args=(folder, where))
        process.start()
        process.join()
        assert process.exitcode == -signal.SIGKILL
        with keiki.open(folder) as business:
            assert numbers(business) == after.before
            customers = business.lake.table("customers").customer_id.to_pyarrow().to_pylist()
            assert (WHO in customers) == held
    assert traces(folder, [WHO]) != []
    with keiki.open(folder) as business:
        assert business.erase(WHO).finished
        assert numbers(business) == after.before
    assert traces(folder) == []
