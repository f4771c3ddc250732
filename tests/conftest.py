"""What every test may ask for: the shared data beside the clone, and one worker each for Spark and the browser."""

from __future__ import annotations

import gc
import glob
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from tests.servers import free_port

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")  # a busy machine is no failure

ROOT = Path(__file__).resolve().parents[1]
DEMO_UNTIL = date(2026, 10, 20)
WORKERS = {"engines": "spark", "browser": "browser"}
LONGEST = ("browser", "engines", "rules", "engine", "server", "cli", "demo", "customers")
"""The folders whose tests take longest, in the order in which they begin."""


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the clone; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the folder ../shared/data is not on this machine")
    return folder


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the demo company up to `DEMO_UNTIL`, made once and only for reading."""
    import keiki
    from keiki.demo import load_demo

    folder = tmp_path_factory.mktemp("demo") / "business"
    with keiki.open(folder, keiki.Settings(name="Minato")) as business:
        load_demo(business, until=DEMO_UNTIL)
    return folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL that lives for this run only, as a superuser without password."""
    found = shutil.which("initdb") or next(iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[::-1]), None)
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt install postgresql")
    binaries = Path(found).parent
    with tempfile.TemporaryDirectory(prefix="keiki-postgres-") as folder:
        # PostgreSQL refuses to run as root.
        user = "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        port = free_port()
        data = f"{folder}/data"
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"

        def run(program: str, *arguments: str) -> None:
            command = [str(binaries / program), *arguments]
            subprocess.run(command, check=True, user=user, cwd=folder, stdout=subprocess.DEVNULL)

        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        run("pg_ctl", "-D", data, "-o", options, "-l", f"{folder}/log", "-w", "-t", "300", "start")
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one heavy kind run in one worker, so that two Sparks or two browsers never share the machine; what takes
    long comes first, so that no worker waits long for the other at the end.
    """
    for item in items:
        kinds = {WORKERS[part] for part in item.path.relative_to(ROOT).parts if part in WORKERS}
        if "spark" in getattr(item, "fixturenames", ()):
            kinds.add("spark")
        for kind in sorted(kinds)[:1]:
            item.add_marker(pytest.mark.xdist_group(kind))
    items.sort(key=lambda item: _place(item.path))


def pytest_collection_finish() -> None:
    """Half a million objects of modules and tests live until the end: the garbage collector need not walk over them
    again and again, which took a tenth of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def _place(path: Path) -> int:
    part = path.relative_to(ROOT).parts[1]
    return LONGEST.index(part) if part in LONGEST else len(LONGEST)


@pytest.hookimpl(optionalhook=True)  # there are runs without xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers take whole files, whose shared fixtures are then made once, or all tests of a heavy kind."""
    from xdist.scheduler import LoadGroupScheduling

    class ByFile(LoadGroupScheduling):  # type: ignore[misc]  # xdist has no types
        def _split_scope(self, nodeid: str) -> str:
            scope = super()._split_scope(nodeid)
            return nodeid.partition("::")[0] if scope == nodeid else scope

    return ByFile(config, log)
