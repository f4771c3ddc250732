"""What one source brings to one fact: its rows and how they are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ibis.expr import types as ir

from keiki.facts.mapping import Mapping


@dataclass(frozen=True)
class Part:
    """Rows for one fact, before they are conformed. A vendor's export often has parts for several facts."""

    fact: str
    table: ir.Table
    mapping: Mapping


class Sampled(Protocol):
    """What guessing and exports need to know of a source."""

    @property
    def name(self) -> str: ...

    @property
    def columns(self) -> tuple[str, ...]: ...

    def table(self) -> ir.Table: ...

    def sample(self, rows: int = 20) -> tuple[dict[str, object], ...]: ...
