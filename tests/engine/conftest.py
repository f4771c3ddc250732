"""A lake in a temporary folder, and rows made ready for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keiki.engine.connect import LakeSettings
from keiki.engine.store import DuckLake, open_lake


@pytest.fixture
def settings(tmp_path: Path) -> LakeSettings:
    return LakeSettings(tmp_path / "business", threads=1)


@pytest.fixture
def lake(settings: LakeSettings) -> Iterator[DuckLake]:
    with open_lake(settings) as lake:
        yield lake
