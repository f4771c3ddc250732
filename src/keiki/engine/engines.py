"""The engine of an address."""

from __future__ import annotations

import os

from keiki.engine.engine import DuckDBEngine, Engine, Facts
from keiki.engine.spark import SparkEngine
from keiki.errors import EngineUnknown


def open_engine(facts: Facts, address: str | None = None) -> Engine:
    """The engine of an address: `duckdb` (also None), `spark://local[2]` or `spark://host:port`.

    Without an address `KEIKI_ENGINE` is asked.
    """
    address = address or os.environ.get("KEIKI_ENGINE") or "duckdb"
    if address == "duckdb":
        return DuckDBEngine(facts)
    if address.startswith("spark://"):
        return SparkEngine.connect(facts, address)
    raise EngineUnknown(address=address)
