"""What every test may ask for: the shared data beside the clone, and one worker each for Spark and the browser."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WORKERS = {"engines": "spark", "browser": "browser"}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the clone; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is not on this machine")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one heavy kind run in one worker, so that two Sparks or two browsers never share the machine."""
    for item in items:
        kinds = {WORKERS[part] for part in item.path.relative_to(ROOT).parts if part in WORKERS}
        if "spark" in getattr(item, "fixturenames", ()):
            kinds.add("spark")
        for kind in sorted(kinds)[:1]:
            item.add_marker(pytest.mark.xdist_group(kind))
