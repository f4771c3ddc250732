"""Kinds of work that exist only here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keiki.errors import UnknownName
from keiki.server.jobs.actions import KINDS, Kind, Live


@pytest.fixture(autouse=True)
def kinds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def declare(name: str, call: Callable[..., Any], attempts: int = 3) -> None:
        monkeypatch.setitem(KINDS, name, Kind(name, call, attempts))

    def add(run: Live, a: int, b: int, business_id: str = "") -> dict[str, Any]:
        run.report(0.5, "Half way", "半分まで")
        return {"sum": a + b, "business": business_id}

    def mistake(run: Live, business_id: str = "") -> None:
        raise UnknownName(kind="fact", name="order", known=["orders"])

    def break_down(run: Live) -> None:
        raise ZeroDivisionError("secret detail")

    declare("test.add", add)
    declare("test.mistake", mistake)
    declare("test.break", break_down)
    return declare
