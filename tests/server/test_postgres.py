"""The same tests once more on PostgreSQL, in a process of their own: Django knows one database for its whole life."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SAME = ("accounts/test_actions.py", "accounts/test_models.py", "audit", "jobs", "site/test_pages.py")


def test_control_plane_behaves_alike_on_postgresql(postgres_url: str) -> None:
    paths = [str(HERE / each) for each in SAME]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *paths],
        cwd=HERE.parents[1],
        env=kept | {"DATABASE_URL": postgres_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr[-2000:]
    assert " passed" in result.stdout
    assert "skipped" not in result.stdout
