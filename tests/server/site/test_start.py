from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.servers import end, free_port

START = """
import sys
from keiki.server import site
site.migrate()
print(site.create_setup_token(), flush=True)
site.serve("127.0.0.1", int(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str, Path]]:
    """A real server with a fresh home: its address, its set-up token and its home."""
    home, port = tmp_path_factory.mktemp("home"), free_port()
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    with subprocess.Popen(
        [sys.executable, "-c", START, str(port)],
        env=kept | {"KEIKI_HOME": str(home), "KEIKI_WORKERS": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_for(address)
            yield address, token, home
        finally:
            end(process)


def _wait_for(address: str) -> None:
    for _ in range(3_000):
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=20):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def read(address: str) -> tuple[int, str, str]:
    try:
        with urllib.request.urlopen(address, timeout=120) as answer:
            return answer.status, answer.headers.get("Cache-Control", ""), answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", error.read().decode()


def test_fresh_home_serves_the_set_up_page(running: tuple[str, str, Path]) -> None:
    address, token, _home = running
    assert read(f"{address}/setup/{token}/")[0] == 200
    assert read(f"{address}/setup/{token}x/")[0] == 404


def test_styles_have_hashed_names_and_are_kept_for_ever(running: tuple[str, str, Path]) -> None:
    address, token, _home = running
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', read(f"{address}/setup/{token}/")[2])
    assert len(links) == 7
    for link in links:
        assert re.search(r"\.[0-9a-f]{12}\.\w+$", link)
        status, cache, _text = read(address + link)
        assert (status, "immutable" in cache) == (200, True)


def test_style_sheets_and_scripts_are_small(running: tuple[str, str, Path]) -> None:
    packed = {path.name: path.stat().st_size for path in (running[2] / "static" / "ui").glob("*.*.gz")}
    assert sum(size for name, size in packed.items() if len(name.split(".")) == 4 and ".css" in name) <= 20_000
    assert sum(size for name, size in packed.items() if re.search(r"\.[0-9a-f]{12}\.js\.gz$", name)) <= 40_000


def test_home_keeps_database_and_secret(running: tuple[str, str, Path]) -> None:
    names = {path.name for path in running[2].iterdir()}
    assert {"keiki.sqlite3", "secret.key", "static", "uploads"} <= names
