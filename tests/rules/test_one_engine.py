"""Calls that run a query are found outside the engine."""

from __future__ import annotations

from tools.rules.one_engine import problems


def test_one_engine_finds_queries_outside_the_engine(repository, write):
    write("src/keiki/engine/measure.py", "table.to_pyarrow()\n")
    write("src/keiki/sources/source.py", "table.to_pyarrow()\n")
    write("src/keiki/trees/build.py", "x = 1\ntable.execute()\n")
    write("src/keiki/server/site/check.py", "cursor.execute('select 1')\ntable.to_pyarrow()\n")
    assert list(problems(repository)) == [
        "src/keiki/server/site/check.py:2 .to_pyarrow() runs a query; only keiki.engine does that",
        "src/keiki/trees/build.py:2 .execute() runs a query; only keiki.engine does that",
    ]
