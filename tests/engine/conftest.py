"""A lake in a temporary folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from keiki.engine.connect import LakeSettings
from keiki.engine.store import DuckLake, open_lake


@pytest.fixture(scope="session")
def empty_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a lake that nothing was loaded into, made once: copies of it open at once."""
    folder = tmp_path_factory.mktemp("lake") / "business"
    open_lake(LakeSettings(folder, threads=1)).close()
    return folder


@pytest.fixture
def settings(empty_lake: Path, tmp_path: Path) -> LakeSettings:
    return LakeSettings(shutil.copytree(empty_lake, tmp_path / "business"), threads=1)


@pytest.fixture
def lake(settings: LakeSettings) -> Iterator[DuckLake]:
    with open_lake(settings) as lake:
        yield lake
