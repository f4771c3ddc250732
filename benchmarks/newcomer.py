"""A newcomer's file of 100,000 orders: what the machine does from the upload to the first dashboard. Bar: 10 s.

A Japanese shop's export (Shift_JIS, tax included, one date nobody can read) goes through the steps of the set-up as a
browser sends them; the import is carried out as the worker would. The peer is DuckDB reading the file and writing it as
Parquet.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

LIMIT_SECONDS = 10.0


def main() -> int:
    """Print the seconds of each step, by the clock and of the processor; 1 when all together miss the bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    with tempfile.TemporaryDirectory(prefix="keiki-benchmark-") as home:
        os.environ |= {"KEIKI_HOME": home, "DJANGO_SETTINGS_MODULE": "keiki.server.site.settings"}
        os.environ["KEIKI_ANSWERS_MB"] = "64"
        file = orders_file(Path(home), rows)
        from keiki.server.site import migrate

        migrate()
        steps = {name: _timed(step) for name, step in _steps(file)}
        peer = _timed(lambda: _by_duckdb(file))
    for name, (clock, processor) in steps.items():
        print(f"{name:28} {clock:6.2f} s   processor {processor:6.2f} s")
    clock, processor = (sum(each[place] for each in steps.values()) for place in (0, 1))
    print(f"{rows:,} rows: {clock:.1f} s, processor {processor:.1f} s   limit {LIMIT_SECONDS:.0f} s", end="")
    print(f"   DuckDB alone {peer[0]:.2f} s, processor {peer[1]:.2f} s")
    return 0 if clock <= LIMIT_SECONDS else 1


def orders_file(folder: Path, rows: int) -> Path:
    """Orders as a Japanese shop exports them."""
    chance = random.Random(3)
    lines = ["注文番号,会員ID,受注日時,合計(税込)"]
    for number in range(rows):
        at = datetime(2025, 4, 1) + timedelta(minutes=chance.randrange(60 * 24 * 500))
        lines.append(f"A{number},C{chance.randrange(9_000)},{at:%Y/%m/%d %H:%M},{chance.choice([1980, 3300, 8800])}")
    lines.append("A-,C1,不明,1980")
    path = folder / "orders.csv"
    path.write_bytes("\n".join(lines).encode("cp932"))
    return path


def _timed(step: Callable[[], object]) -> tuple[float, float]:
    start, used = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - start, time.process_time() - used


def _steps(file: Path) -> list[tuple[str, Callable[[], object]]]:
    """What a person does from the file on; the type of business has been chosen, and a server is ready."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from keiki.charts.render import warm
    from keiki.server.accounts import actions
    from keiki.server.accounts.models import User
    from keiki.server.cockpit.actions.beginning import choose_type
    from keiki.server.data.actions import import_upload
    from keiki.server.data.models import Upload
    from keiki.server.kpis.queries import read_ahead
    from keiki.server.site import wsgi

    _ = wsgi.application  # every page is read
    warm()
    read_ahead()
    owner = User.objects.create_user("owner@example.jp", "a fine long sentence", name="Owner")
    business = actions.add_business(owner, {"name": "Benchmark", "currency": "JPY", "zone": "Asia/Tokyo"})
    choose_type(owner, business, "simple_orders")
    browser = Client(headers={"host": "localhost"})
    browser.force_login(owner, backend="allauth.account.auth_backends.AuthenticationBackend")
    data, first = (f"/b/{business.id}/begin/{step}/" for step in ("data", "first"))
    sent = SimpleUploadedFile("注文.csv", file.read_bytes())

    def ask(answer: Any, *expected: int) -> None:
        if answer.status_code not in expected:
            raise RuntimeError(answer.status_code)

    def columns() -> None:
        if Upload.objects.get().run is None:
            ask(browser.post(data, {"do": "columns"}), 302)

    def carry_out() -> None:
        import_upload(str(Upload.objects.get().pk), business.id, lambda *told: None)

    return [
        ("upload and first look", lambda: ask(browser.post(data, {"file": sent}), 302)),
        ("the doubtful columns", lambda: ask(browser.get(data), 200)),
        ("columns confirmed", columns),
        ("import", carry_out),
        ("what was taken", lambda: ask(browser.get(data), 200)),
        ("first dashboard", lambda: ask(browser.get(first), 200)),
    ]


def _by_duckdb(file: Path) -> None:
    text = file.with_suffix(".utf8.csv")
    text.write_text(file.read_text("cp932"), encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (FROM read_csv('{text}', all_varchar=true)) TO '{file.with_suffix('.parquet')}' (FORMAT parquet)"
        )


if __name__ == "__main__":
    raise SystemExit(main())
