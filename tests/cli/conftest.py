"""Commands run in this process, on a small shop whose numbers can be worked out by hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.engine.test_comparison import visits

from keiki.cli.main import run

ORDERS = """order_id,customer_id,ordered_at,amount,channel
A1,C1,2026-09-05,1000,email
A2,C2,2026-09-20,3000,paid
A3,C1,2026-10-02,1500,email
A4,C2,2026-10-10,2500,paid
A5,C3,2026-10-31,2000,email
"""

TREE = """id: tiny
ja: 小さな木
en: Tiny tree
about_ja: 注文だけ
about_en: Orders alone
root:
  id: revenue
  kpi: order_revenue
  formula: orders * price
  children:
    - {id: orders, kpi: purchases}
    - {id: price, kpi: aov}
"""


@dataclass(frozen=True)
class Answer:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[list[str]]:
        """The words of every line that has some."""
        return [line.split() for line in self.out.splitlines() if line.split()]


Keiki = Callable[..., Answer]


@pytest.fixture
def keiki(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Keiki:
    """Runs `keiki …` in an empty folder; `language="ja"` for a Japanese reader."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("KEIKI_BUSINESS", raising=False)

    def command(*arguments: object, language: str = "en") -> Answer:
        monkeypatch.setenv("LC_ALL", "ja_JP.UTF-8" if language == "ja" else "C.UTF-8")
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return command


@pytest.fixture(scope="session")
def made_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop with five orders in two months."""
    import keiki

    folder = tmp_path_factory.mktemp("shop")
    file = folder / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    with keiki.open(folder / "data", create=True) as shop:
        shop.load(file)
    return folder / "data"


@pytest.fixture
def shop(keiki: Keiki, made_shop: Path, monkeypatch: pytest.MonkeyPatch) -> Keiki:
    """Runs commands on that shop."""
    monkeypatch.setenv("KEIKI_BUSINESS", str(made_shop))
    return keiki


@pytest.fixture
def half_year(keiki: Keiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keiki:
    """Runs commands on a shop that sold for 2,000 in April 2026 and for 1,000 more every month to September."""
    import keiki as library

    rows = [
        {"order_id": f"O{n}", "customer_id": "C1", "ordered_at": f"2026-0{n}-{last}", "amount": 1000 * (n - 2)}
        for n, last in zip(range(4, 10), (30, 31, 30, 31, 31, 30), strict=True)
    ]
    with library.open(tmp_path / "half", create=True) as shop:
        shop.load(rows, "orders", name="orders")
    monkeypatch.setenv("KEIKI_BUSINESS", str(tmp_path / "half"))
    return keiki


@pytest.fixture
def visited(keiki: Keiki, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keiki:
    """Runs commands on a site of 1,000 visits in June 2026."""
    import keiki as library

    with library.open(tmp_path / "site", create=True) as site:
        site.load(visits(tmp_path), "events")
    monkeypatch.setenv("KEIKI_BUSINESS", str(tmp_path / "site"))
    return keiki


@pytest.fixture
def own_shop(shop: Keiki, made_shop: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keiki:
    """Runs commands on a copy of that shop, which this test may change."""
    folder = tmp_path / "own"
    shutil.copytree(made_shop, folder)
    monkeypatch.setenv("KEIKI_BUSINESS", str(folder))
    return shop


@pytest.fixture
def tiny(shop: Keiki) -> str:
    """A tree of three nodes as a file in the working folder."""
    Path("tiny.yaml").write_text(TREE, encoding="utf-8")
    return "tiny.yaml"
