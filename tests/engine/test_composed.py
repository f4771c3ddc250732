"""SQL composed once: read again for another state of the data, by another process, and never for another question."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import keiki
from keiki.engine import snapshot_facts
from keiki.engine.composed import Compositions, at, key_of_composition, of_any
from keiki.engine.engine import DuckDBEngine

ORDERS = [
    {"order_id": f"o{n}", "customer_id": f"c{n % 3}", "ordered_at": f"2026-0{7 + n % 3}-05 10:00", "amount": 100 + n}
    for n in range(12)
]
KPIS = ("order_revenue", "buyers", "good_customer_ratio", "sum_customer_profit")


@pytest.fixture
def business(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[keiki.Business]:
    monkeypatch.setattr(snapshot_facts, "COMPOSED", Compositions())
    with keiki.open(tmp_path / "shop", create=True) as business:
        business.load_facts({"orders": ORDERS}, name="orders")
        yield business


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL that was compiled, as it comes."""
    made: list[str] = []
    compile_ = DuckDBEngine.compile

    def noted(engine: DuckDBEngine, expression: keiki.engine.connect.ir.Expr) -> str:
        made.append(compile_(engine, expression))
        return made[-1]

    monkeypatch.setattr(DuckDBEngine, "compile", noted)
    return made


def asked(business: keiki.Business) -> list[dict[str, object]]:
    return business.measure(KPIS, business.lens("month", 2, date(2026, 9, 30))).rows()


def test_another_state_of_the_data_is_asked_with_the_sql_composed_before(
    business: keiki.Business, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = asked(business)
    assert compiled
    compiled.clear()
    business.load_facts({"orders": [ORDERS[2] | {"order_id": "new", "amount": 5_000}]}, name="more")
    after = asked(business)
    assert compiled == []
    assert after != before
    monkeypatch.setattr(snapshot_facts, "COMPOSED", Compositions())
    monkeypatch.setenv("KEIKI_ANSWERS_MB", "0")
    with keiki.open(business.folder) as anew:
        assert asked(anew) == after
    assert compiled


def test_a_process_that_has_just_started_reads_what_another_one_composed(
    business: keiki.Business, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked(business)
    business.load_facts({"orders": [ORDERS[0] | {"order_id": "new"}]}, name="more")
    compiled.clear()
    monkeypatch.setattr(snapshot_facts, "COMPOSED", Compositions())
    with keiki.open(business.folder) as started:
        asked(started)
    assert compiled == []


def test_tables_that_questions_share_are_composed_once_too(
    business: keiki.Business, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keiki.customer_worths(business, ("cohort",), fewest=1)
    assert compiled
    business.load_facts({"orders": [ORDERS[2] | {"order_id": "new", "amount": 5_000}]}, name="more")
    compiled.clear()
    monkeypatch.setattr(snapshot_facts, "COMPOSED", Compositions())
    with keiki.open(business.folder) as started:
        after = keiki.customer_worths(started, ("cohort",), fewest=1)
    assert compiled == []
    assert sum(row.revenue or 0 for row in after["cohort"].rows) == 5_000 + sum(
        row.revenue or 0 for row in before["cohort"].rows
    )


def test_another_rule_is_another_question(business: keiki.Business, compiled: list[str]) -> None:
    asked(business)
    compiled.clear()
    settings = business.settings
    calendar = settings.calendar
    other = keiki.Settings(name="Other", calendar=type(calendar)(zone="Europe/Berlin"))
    with keiki.open(business.folder.parent / "other", other) as berlin:
        berlin.load_facts({"orders": ORDERS}, name="orders")
        asked(berlin)
    assert compiled


def test_only_names_of_tables_change_with_the_state() -> None:
    sql = """SELECT 'orders__7', "t0"."x__7" FROM "orders__7" AS "t0", "held"."main"."profit_entries__7_ab12" """
    anywhere = of_any(sql, 7)
    assert anywhere == sql.replace('"orders__7"', '"orders__@"').replace("entries__7_", "entries__@_")
    assert at(anywhere, 12) == sql.replace('"orders__7"', '"orders__12"').replace("entries__7_", "entries__12_")
    assert of_any("SELECT * FROM `events__7`, `events__70`", 7) == "SELECT * FROM `events__@`, `events__70`"


def test_words_that_could_be_taken_for_a_table_are_composed_each_time() -> None:
    assert key_of_composition("name = 'a'") is not None
    assert key_of_composition("""name = 'is "orders__7"'""") is None


def test_what_nobody_asks_for_makes_room() -> None:
    known = Compositions(most=2)
    for key in "ab":
        known.put(key, 1, key, None)
    assert known.get("a", None) == "a"
    known.put("c", 1, "c", None)
    assert [known.get(key, None) for key in "abc"] == ["a", None, "c"]
