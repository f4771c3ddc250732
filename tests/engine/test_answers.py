"""Kept answers: equal to direct ones, never of another state, definition or rule, bounded, harmless when damaged."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import keiki
from keiki.engine.answers import FILE, Answers, key_of
from keiki.lens import Lens

ORDERS = [
    {
        "order_id": f"o{n}",
        "customer_id": f"c{n % 7}",
        "ordered_at": f"2026-{7 + n % 4:02d}-{1 + n % 27:02d} 10:00",
        "amount": 1_000 + 37 * n,
        "channel": ("paid", "organic", "email")[n % 3],
        "status": "completed" if n % 11 else "returned",
    }
    for n in range(120)
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "shop"
    with keiki.open(folder, create=True) as business:
        business.load_facts({"orders": ORDERS}, name="orders")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    copy = tmp_path / "shop"
    shutil.copytree(made, copy)
    shutil.rmtree(copy / "temporary", ignore_errors=True)
    return copy


def lens_of(business: keiki.Business) -> Lens:
    return business.lens("month", 4, date(2026, 10, 31), by=("channel",))


KPIS = ("revenue", "purchases", "aov", "repeat_purchase_rate", "buyers", "free_shipping_line_avg_order")


def measured(folder: Path, *, kept: bool = True, rules: Any = None) -> tuple[list[dict[str, Any]], Any]:
    """The rows of some KPIs from a business opened anew, and what its answers say of themselves."""
    settings = keiki.Settings(name="shop", rules=rules) if rules is not None else None
    with keiki.open(folder, settings) as business:
        if not kept:
            business.answers = None
        rows = business.measure(KPIS, lens_of(business)).rows()
        return rows, business.answers.state() if business.answers is not None else None


def test_every_kept_value_equals_the_direct_one(folder: Path) -> None:
    direct, nothing = measured(folder, kept=False)
    assert nothing is None
    first, cold = measured(folder)
    again, warm = measured(folder)
    assert first == direct
    assert again == direct
    assert cold.found == 0 < cold.answers
    assert (warm.found - cold.found, warm.missed) == (cold.missed, cold.missed), "the second time all were there"


def test_every_kpi_of_the_catalogue_is_the_same_from_the_kept_answers(folder: Path) -> None:
    with keiki.open(folder) as business:
        kpis = list(business.catalogue.kpis)
        lens = business.lens("month", 2, date(2026, 10, 31))
        kept = business.measure(kpis, lens).rows()
        assert business.answers is not None
        business.answers.close()
    with keiki.open(folder) as business:
        assert business.measure(kpis, lens).rows() == kept
        found = business.check_answers(1_000)
        assert found.answers > 10
        assert found.values > found.answers
        assert found.different == 0
    with keiki.open(folder) as business:
        business.answers = None
        assert business.measure(kpis, lens).rows() == kept


def test_another_process_finds_the_answers_of_this_one(folder: Path) -> None:
    _rows, before = measured(folder)
    script = (
        "import sys, keiki\nfrom datetime import date\n"
        f"with keiki.open({str(folder)!r}) as b:\n"
        f"    b.measure({KPIS!r}, b.lens('month', 4, date(2026, 10, 31), by=('channel',)))\n"
        "    s = b.answers.state()\n    print(s.found, s.missed)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    answer = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    found, missed = map(int, answer.stdout.split())
    assert (found > before.found, missed) == (True, before.missed)


def test_new_rows_an_undo_and_a_changed_rule_are_never_answered_by_old_numbers(folder: Path) -> None:
    before, _ = measured(folder)
    with keiki.open(folder) as business:
        more = [{**ORDERS[1], "order_id": "new", "amount": 99_999}]
        done = business.load_facts({"orders": more}, name="more")
        changed = business.measure(KPIS, lens_of(business)).rows()
        business.undo(done.id)
        undone = business.measure(KPIS, lens_of(business)).rows()
    assert changed != before
    assert undone == before
    stricter, _ = measured(folder, rules={"shop": {"free_shipping_line": 3000}})
    direct, _ = measured(folder, kept=False)
    assert stricter == direct
    assert stricter != before


def test_a_changed_definition_is_measured_anew(folder: Path) -> None:
    before, _ = measured(folder)
    own = folder / "measures"
    own.mkdir()
    (own / "own.yaml").write_text(
        """
measures:
  - {id: n_orders, ja: 注文数, en: Orders, definition_ja: 完了した注文, definition_en: Completed orders, fact: orders,
     aggregation: count, time: ordered_at, timing: flow, unit: count, where: "channel = 'paid'", dimensions: [channel]}
""",
        encoding="utf-8",
    )
    kept, _ = measured(folder)
    direct, _ = measured(folder, kept=False)
    assert kept == direct
    assert kept != before


def test_answers_stay_within_their_bytes_and_old_states_go_first(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.sqlite", limit=20_000)
    noise = [os.urandom(300).hex() for _ in range(60)]
    for n, each in enumerate(noise):
        answers.put(key_of(n), n // 30, each)
    state = answers.state()
    assert 0 < state.size <= 20_000
    assert answers.get(key_of(59)) == noise[59]
    assert answers.get(key_of(0)) is None
    answers.put(key_of("large"), 1, [os.urandom(2_000_000).hex()])
    assert answers.get(key_of("large")) is None, "one answer larger than all may be is not kept"


@pytest.mark.parametrize("asked", ["business", "lake"])
def test_forgetting_states_leaves_nothing_of_what_was_kept_from_them(folder: Path, asked: str) -> None:
    with keiki.open(folder) as business:
        assert business.remembered("who", lambda _numbers: ("佐藤 花子", "hanako@example.jp")) is not None
        with closing(sqlite3.connect(folder / FILE)) as file:
            bodies = [body for (body,) in file.execute("SELECT body FROM answers")]
        assert bodies
        business.load_facts({"orders": [ORDERS[0] | {"amount": 1}]}, name="without her")
        newest = business.snapshot
        forgetting = business if asked == "business" else business.lake
        assert forgetting.forget_snapshots(datetime.now(UTC) + timedelta(days=1)) > 0
        assert (business.snapshot, business.answers and business.answers.state().answers) == (newest, 0)
        left = b"".join(path.read_bytes() for path in folder.glob(f"{FILE}*"))
        assert [body for body in bodies if body in left] == []
        assert business.measure(["purchases"], lens_of(business)).value("purchases", 0) is not None


@pytest.mark.parametrize("wrong", [b"no database at all, but long enough to be taken for one" * 40, b""])
def test_a_damaged_file_only_costs_time(folder: Path, wrong: bytes) -> None:
    direct, _ = measured(folder, kept=False)
    file = folder / FILE
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(wrong)
    assert measured(folder)[0] == direct


def test_a_kept_value_that_was_tampered_with_is_found_by_the_check(folder: Path) -> None:
    with keiki.open(folder) as business:
        business.measure(["purchases"], business.lens("month", 2, date(2026, 10, 31)))
        assert business.check_answers(100).different == 0
        assert business.answers is not None
        found = business.answers.some(100, business.snapshot)[0]
        found["values"][0][3] = 123_456
        business.answers.close()
        with closing(sqlite3.connect(folder / FILE)) as file:
            file.execute("DELETE FROM answers")
            file.commit()
        business.answers.put(key_of("tampered"), business.snapshot, found)
        assert business.check_answers(100).different >= 1


def test_no_answers_are_kept_when_the_setting_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEIKI_ANSWERS_MB", "0")
    assert measured(folder)[1] is None
    assert not (folder / FILE).exists()
