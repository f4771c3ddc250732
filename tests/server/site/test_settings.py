from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from keiki.server.site import settings

SHOW = "from keiki.server.site import settings as s; print({})"


def shown(expression: str, home: Path, **environment: str) -> str:
    """What the product's settings are in a fresh process with this environment."""
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-c", SHOW.format(expression)],
        env=kept | {"KEIKI_HOME": str(home)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return result.stdout.strip()


@pytest.mark.django_db
def test_sqlite_writes_ahead_and_waits_for_the_disk() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this run is on PostgreSQL")
    with connection.cursor() as cursor:
        found = [cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert found == ["wal", 2]


def test_sqlite_lies_in_the_home_by_default(tmp_path: Path) -> None:
    found = shown("s.DATABASES['default']['ENGINE'], s.DATABASES['default']['NAME']", tmp_path)
    assert found == f"django.db.backends.sqlite3 {tmp_path / 'keiki.sqlite3'}"


def test_database_url_chooses_postgresql(tmp_path: Path) -> None:
    found = shown("s.DATABASES['default']['ENGINE']", tmp_path, DATABASE_URL="postgres://k:k@db:5432/keiki")
    assert found == "django.db.backends.postgresql"


def test_this_machine_is_the_only_host_by_default(tmp_path: Path) -> None:
    assert shown("s.ALLOWED_HOSTS, s.DEBUG", tmp_path) == "['localhost', '127.0.0.1', '[::1]'] False"


def test_public_https_address_hardens_the_cookies(tmp_path: Path) -> None:
    found = shown(
        "s.ALLOWED_HOSTS[-1], s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_NAME, s.SECURE_HSTS_SECONDS > 0",
        tmp_path,
        KEIKI_URL="https://kpi.example.jp",
    )
    assert found == "kpi.example.jp True __Host-keiki True"


def test_migrations_are_complete(db: None) -> None:
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_a_database_from_before_the_migrations_were_joined_has_nothing_left_to_do(db: None) -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor
    from django.db.migrations.recorder import MigrationRecorder

    known = MigrationExecutor(connection).loader.disk_migrations
    joined = {key: each.replaces for key, each in known.items() if each.replaces}
    assert {app for app, _ in joined} >= {"accounts", "cockpit", "kpis", "success"}
    recorder = MigrationRecorder(connection)
    for key, before in joined.items():
        recorder.record_unapplied(*key)
        for each in before:
            recorder.record_applied(*each)
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_every_setting_is_documented() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    asked = set(re.findall(r"""env\.?\w*\(\s*"([A-Z_]+)\"""", source))
    asked |= {"KEIKI_HOME", "KEIKI_ANSWERS_MB"}  # the library reads these itself
    page = (Path(__file__).parents[3] / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([A-Z_]+)`", page, re.MULTILINE)) == asked
