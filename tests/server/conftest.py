"""A small cast with rights, and a database that several connections may use."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests.server.shop import make_shop

from keiki.engine.answers import FILE as ANSWERS_FILE
from keiki.engine.answers import Answers
from keiki.engine.business import open_business
from keiki.engine.connect import LakeSettings, newest_snapshot
from keiki.engine.engine import DuckDBEngine
from keiki.engine.settings import Settings
from keiki.server.accounts import actions
from keiki.server.accounts.models import Business, Membership, Role, User
from keiki.server.data import actions as actions_of_data
from keiki.server.kpis import queries as queries_of_kpis

PASSWORD = "a fine long sentence"
BUSINESS: dict[str, Any] = {"name": "Tea shop", "currency": "JPY", "zone": "Asia/Tokyo", "fiscal_start": 4}


@dataclass(frozen=True)
class Cast:
    """Owner, editor and viewer of one business, and somebody from another one."""

    business: Business
    owner: User
    editor: User
    viewer: User
    outsider: User
    elsewhere: Business

    def membership(self, who: str) -> Membership:
        return Membership.objects.get(user=getattr(self, who), business=self.business)


def person(name: str) -> User:
    return actions._add_user(email=f"{name.lower()}@example.jp", name=name, password=PASSWORD, language="en")


@pytest.fixture
def cast(db: None) -> Cast:
    owner, editor, viewer, outsider = (person(name) for name in ("Olivia", "Emi", "Vera", "Otto"))
    business = actions.add_business(owner, BUSINESS)
    Membership.objects.create(user=editor, business=business, role=Role.EDITOR)
    Membership.objects.create(user=viewer, business=business, role=Role.VIEWER)
    elsewhere = actions.add_business(outsider, BUSINESS | {"name": "Book shop"})
    return Cast(business, owner, editor, viewer, outsider, elsewhere)


@pytest.fixture
def browser_of() -> Any:
    """A browser in which a person is signed in; CSRF is checked as in the product."""

    def browser(user: User | None) -> Client:
        client = Client(headers={"accept-language": "en"})
        if user is not None:
            client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return browser


def _guard(name: str) -> None:
    migration = import_module("keiki.server.audit.migrations.0002_append_only")
    getattr(migration, name)(None, SimpleNamespace(connection=connection))


@pytest.fixture
def _guarded_after(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    yield
    with django_db_blocker.unblock():
        _guard("guard")


@pytest.fixture
def many_connections(_guarded_after: None, transactional_db: None) -> Iterator[None]:
    """A database whose changes other threads see; the audit log is unguarded while the tables are emptied."""
    yield
    _guard("unguard")


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a business with four months of orders, made once."""
    folder = tmp_path_factory.mktemp("shop") / "business"
    make_shop(folder)
    return folder


@pytest.fixture
def shop(cast: Cast, shop_folder: Path) -> Cast:
    """The cast, and their business has numbers. Only for reading: the next test finds it open and warm."""
    if not cast.business.folder.exists():
        put(shop_folder, cast.business)
    return cast


@pytest.fixture
def own_shop(alone: Cast, shop_folder: Path) -> Cast:
    """The cast and a shop that this test may change."""
    put(shop_folder, alone.business)
    return alone


@pytest.fixture
def parts_asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the parts in which rows flow, two at most in memory; −1 where nobody asks for more of them."""
    seen: list[int] = []
    asked = DuckDBEngine.batches

    def watched(engine: Any, sql: str, size: int) -> Any:
        try:
            for part in asked(engine, sql, size):
                seen.append(len(part))
                yield part
        finally:
            seen.append(-1)

    monkeypatch.setattr(DuckDBEngine, "batches", watched)
    monkeypatch.setattr("keiki.engine.each_row.AT_ONCE", 2)
    return seen


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a business without rows, made once."""
    folder = tmp_path_factory.mktemp("empty") / "business"
    open_business(folder, Settings(name=BUSINESS["name"], currency=BUSINESS["currency"])).close()
    return folder


@pytest.fixture
def bare(alone: Cast, empty_folder: Path) -> Cast:
    """The cast, and their business has no rows yet; what a test loads is gone afterwards."""
    put(empty_folder, alone.business)
    return alone


@pytest.fixture(scope="module")
def filled_folder(request: pytest.FixtureRequest, empty_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a business with the rows that `fill` of a file of tests loads, made once."""
    folder = tmp_path_factory.mktemp("filled") / "business"
    shutil.copytree(empty_folder, folder)
    with open_business(folder) as business:
        request.module.fill(business)
    return folder


@pytest.fixture
def filled(alone: Cast, filled_folder: Path) -> Cast:
    """The cast, and their business has those rows; what a test changes is gone afterwards."""
    put(filled_folder, alone.business)
    return alone


@pytest.fixture
def alone(cast: Cast) -> Iterator[Cast]:
    """The cast, and their business has no folder yet."""
    forget(cast.business)
    yield cast
    forget(cast.business)


_copied: dict[Path, Path] = {}
"""The folders that are copies, and of which folder."""


def put(folder: Path, business: Business) -> None:
    """Give a business a copy of a folder, and with it what earlier tests asked of the same rows."""
    shutil.copytree(folder, business.folder)
    _copied[business.folder] = folder


def _hand_back(copy: Path, folder: Path) -> None:
    """Keep what was worked out of the rows as they were copied: the next copy finds it, as another process would."""
    newest = newest_snapshot(LakeSettings(folder))
    if not (copy / ANSWERS_FILE).exists():
        return
    with closing(Answers(folder / ANSWERS_FILE)) as answers:
        answers.state()
    with closing(sqlite3.connect(folder / ANSWERS_FILE, isolation_level=None)) as kept:
        kept.execute("ATTACH ? AS own", [str(copy / ANSWERS_FILE)])
        kept.execute("INSERT OR IGNORE INTO answers SELECT * FROM own.answers WHERE snapshot <= ?", [newest])


def forget(business: Business) -> None:
    """Close a business and remove its folder, since every test's business has the same name."""
    opened = actions_of_data._open.pop(business.id, None)
    if opened is not None:
        opened.business.close()
    if business.folder in _copied:
        _hand_back(business.folder, _copied.pop(business.folder))
    shutil.rmtree(business.folder, ignore_errors=True)
    queries_of_kpis.kept._answers.clear()
