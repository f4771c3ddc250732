from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from keiki.server.site.home import home_folder, secret_key


def test_secret_key_is_kept_for_the_owner_alone(tmp_path: Path) -> None:
    key = secret_key(tmp_path)
    assert len(key) >= 50
    assert stat.S_IMODE((tmp_path / "secret.key").stat().st_mode) == 0o600
    assert secret_key(tmp_path) == key


def test_secret_key_of_two_homes_differs(tmp_path: Path) -> None:
    homes = [home_folder(str(tmp_path / name)) for name in ("a", "b")]
    assert secret_key(homes[0]) != secret_key(homes[1])


def test_secret_key_agrees_when_processes_start_together(tmp_path: Path) -> None:
    keys: list[str] = []
    starts = [threading.Thread(target=lambda: keys.append(secret_key(tmp_path))) for _ in range(8)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert len(keys) == 8
    assert set(keys) == {secret_key(tmp_path)}
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_secret_key_refuses_a_short_one(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("secret")
    with pytest.raises(ValueError, match="fewer than 50 characters"):
        secret_key(tmp_path)


def test_home_folder_is_closed_to_others(tmp_path: Path) -> None:
    assert stat.S_IMODE(home_folder(str(tmp_path / "home")).stat().st_mode) == 0o700
