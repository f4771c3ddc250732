"""Undo: rows go, overwritten ones come back, later changes stay."""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from tests.engine.arrivals import amounts, costs, counts, load, orders, spent

from keiki.engine.connect import LakeSettings
from keiki.engine.store import DuckLake, open_lake
from keiki.errors import UndoImpossible, UnknownName


def test_added_rows_go_and_overwritten_rows_come_back(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2))
    second = load(lake, orders(b=5, c=6))
    undo = lake.undo(second.id)
    assert amounts(lake) == {"a": 1, "b": 2}
    assert (undo.kind, undo.undoes, counts(undo)) == ("undo", second.id, {"changed": 1, "removed": 2})


def test_undo_is_an_entry_and_marks_the_import(lake: DuckLake) -> None:
    one = load(lake, orders(a=1))
    undo = lake.undo(one.id)
    assert [(entry.id, entry.kind, entry.undone) for entry in lake.imports()] == [
        (undo.id, "undo", False),
        (one.id, "import", True),
    ]


def test_rows_a_later_import_changed_stay(lake: DuckLake) -> None:
    first = load(lake, orders(a=1, b=2))
    load(lake, orders(b=5))
    lake.undo(first.id)
    assert amounts(lake) == {"b": 5}


def test_rows_of_an_undone_import_do_not_come_back(lake: DuckLake) -> None:
    load(lake, orders(a=1))
    second = load(lake, orders(a=2, b=2))
    third = load(lake, orders(a=3, b=3))
    lake.undo(second.id)
    assert amounts(lake) == {"a": 3, "b": 3}
    lake.undo(third.id)
    assert amounts(lake) == {"a": 1}


def test_rows_that_a_replace_took_away_come_back(lake: DuckLake) -> None:
    load(lake, orders(a=1, b=2), costs(7))
    replaced = load(lake, orders(b=3), costs(8), mode="replace")
    assert (amounts(lake), spent(lake)) == ({"b": 3}, [8])
    lake.undo(replaced.id)
    assert (amounts(lake), spent(lake)) == ({"a": 1, "b": 2}, [7])


def test_a_later_replace_keeps_what_it_replaced_away(lake: DuckLake) -> None:
    load(lake, costs(1))
    second = load(lake, costs(2), mode="replace")
    third = load(lake, costs(3), mode="replace")
    lake.undo(second.id)
    assert spent(lake) == [3]
    lake.undo(third.id)
    assert spent(lake) == [1]


def test_the_file_of_an_undone_import_can_come_again(lake: DuckLake) -> None:
    one = load(lake, orders(a=1), fingerprint="file")
    lake.undo(one.id)
    again = load(lake, orders(a=1), fingerprint="file")
    assert (again.already, amounts(lake)) == (False, {"a": 1})


def test_undo_names_why_it_cannot(lake: DuckLake) -> None:
    one = load(lake, orders(a=1))
    undo = lake.undo(one.id)
    with pytest.raises(UndoImpossible, match="undone already"):
        lake.undo(one.id)
    with pytest.raises(UndoImpossible, match="itself an undo"):
        lake.undo(undo.id)
    with pytest.raises(UnknownName, match="no import called"):
        lake.undo("nothing")


def test_undo_needs_the_state_before(lake: DuckLake) -> None:
    load(lake, orders(a=1))
    one = load(lake, orders(a=2))
    lake.forget_snapshots(datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(UndoImpossible, match="has been deleted"):
        lake.undo(one.id)
    assert amounts(lake) == {"a": 2}


changes = st.tuples(
    st.sampled_from(["upsert", "append", "replace"]),
    st.dictionaries(st.sampled_from("abcd"), st.integers(1, 3), min_size=1),
)


@hypothesis_settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, min_size=2, max_size=3), st.randoms())
def test_undoing_all_leaves_nothing_and_backwards_each_state_again(
    empty_lake: Path, steps: list[tuple[str, dict[str, int]]], chance: object
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        where = LakeSettings(shutil.copytree(empty_lake, Path(folder) / "business"), threads=1)
        with open_lake(where) as lake:
            states = [({}, [])]
            ids = []
            for mode, rows in steps:
                ids.append(load(lake, orders(**rows), costs(*rows.values()), mode=mode).id)
                states.append((amounts(lake), spent(lake)))
            for id_, state in zip(reversed(ids), reversed(states[:-1]), strict=True):
                lake.undo(id_)
                assert (amounts(lake), spent(lake)) == state
            ids = [load(lake, orders(**rows), costs(*rows.values()), mode=mode).id for mode, rows in steps]
            chance.shuffle(ids)
            for id_ in ids:
                lake.undo(id_)
            assert (amounts(lake), spent(lake)) == ({}, [])
