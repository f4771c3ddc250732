"""A real server in a process of its own, a real Chromium, and a picture of every test that fails."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, expect, sync_playwright
from tests.server.shop import make_shop
from tests.servers import end, free_port

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "test-results"
CHROMIUM = Path(os.environ.get("KEIKI_CHROMIUM", "/usr/bin/chromium"))
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
OWNER = {"own_name": "Hanako Sato", "email": "hanako@example.jp", "password": "a fine long sentence"}
OWN_KPI = {"ja": "Own orders", "en": "Own orders", "formula": "n_orders"}
WRITTEN = """
  INSERT INTO cockpit_annotation (id, business_id, kpi, "where", tree, node, kind, "on", text, campaign, made_at)
  VALUES (1, ?, 'aov', '', '', '', 'action', '2025-06-02', 'A larger box', '', '2025-06-02')
"""
"""Something that was done before the first order, so that it stands on no picture."""
PATIENCE = 300_000
"""Milliseconds: only a machine with much else to do needs them, and only a test that fails waits them out."""
MOST_SHIFT = 0.01
"""How far a page may move by itself, from its first byte on and after every part that is swapped (CLS)."""
SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Site:
    """A running Keiki: its address, its home, and the link of the first set-up."""

    address: str
    home: Path
    setup: str
    business: str = "tea-shop"

    def url(self, path: str) -> str:
        """An address inside the business."""
        return f"{self.address}/b/{self.business}/{path}"


@contextmanager
def running(home: Path) -> Iterator[Site]:
    """Web and worker over a home of their own, until the end of the block."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}  # the tests' own
    env = kept | {"KEIKI_HOME": str(home), "LANG": "en_US.UTF-8", "PYTHONUNBUFFERED": "1", "KEIKI_WORKERS": "1"}
    command = [sys.executable, "-m", "keiki.cli", "serve", "--port", str(port)]
    with (home / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=log, text=True)
        assert server.stdout is not None
        told = ""
        try:
            for line in server.stdout:
                told += line
                if link := re.search(r"http://\S+/setup/\S+/", told):
                    break
            else:
                raise AssertionError(f"the server did not start: {told}{(home / 'server.log').read_text()}")
            yield Site(f"http://localhost:{port}", home, link[0])
        finally:
            end(server)
            server.stdout.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium is not at {CHROMIUM} (KEIKI_CHROMIUM): apt install chromium")
    # Playwright keeps an event loop in this thread until the worker ends; Django would refuse to work beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def fresh_site(chromium: Browser, tmp_path: Path) -> Iterator[Site]:
    """A Keiki that nobody has set up yet."""
    with running(tmp_path) as site:
        yield site


@pytest.fixture(scope="session")
def site(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A Keiki with an owner, a business with four months of orders and a KPI of its own, and one without rows."""
    home = tmp_path_factory.mktemp("home")
    with running(home) as site:
        context = chromium.new_context(locale="en")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        set_up(page, site, start="own", name="Tea shop")
        page.goto(f"{site.address}/businesses/add/")
        page.check("[name=start][value=own]")
        page.fill("[name=name]", "Empty")
        page.click("main form:has([name=start]) button[type=submit]")
        page.goto(site.url("kpis/new/"))
        for field, words in OWN_KPI.items():
            page.fill(f"[name={field}]", words)
        page.click("form:has([name=formula]) button[type=submit]:not([name])")
        page.wait_for_url("**/kpis/own_orders/")
        context.storage_state(path=home / "signed-in.json")
        context.close()
        with sqlite3.connect(home / "keiki.sqlite3", timeout=20) as database:
            database.execute("UPDATE accounts_user SET language = '', theme = 'auto'")  # as browser and device ask
            database.execute(WRITTEN, (site.business,))
        make_shop(home / "businesses" / site.business)
        yield site


def set_up(page: Page, site: Site, start: str, name: str) -> None:
    """What a person types on the first page."""
    page.goto(site.setup)
    for field, words in OWNER.items():
        page.fill(f"[name={field}]", words)
    page.check(f"[name=start][value={start}]")
    if page.locator("[name=name]").is_visible():
        page.fill("[name=name]", name)
    page.click("main form:has([name=own_name]) button[type=submit]")
    page.wait_for_url(re.compile(r"/b/"))


Opens = Callable[..., Page]


def photograph(page: Page, name: str) -> None:
    """Keep a picture of a page whose test failed; it helps whoever looks, without one the test says the same."""
    PICTURES.mkdir(exist_ok=True)
    name = re.sub(r"\W+", "-", name)
    with suppress(Error):
        page.screenshot(path=PICTURES / f"{name}.png", full_page=True, timeout=20_000)


@contextmanager
def windows(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens browser windows: `opens(site, language=…, dark=…, width=…, script=…)`, signed in; closes them afterwards.

    Fails when a page broke its security policy or a script of ours threw an error, and says which page.
    """
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error" and not re.search(r"status of 4\d\d|Error Code 4\d\d", message.text):
            trouble.append(f"{message.page and message.page.url}: {message.text}")

    def window(
        site: Site, language: str = "en", dark: bool = False, width: int = 1440, script: bool = True, **options: Any
    ) -> Page:
        state = site.home / "signed-in.json"
        context = chromium.new_context(
            locale=language,
            color_scheme="dark" if dark else "light",
            viewport={"width": width, "height": 900 if width > 700 else 844},
            java_script_enabled=script,
            storage_state=state if state.exists() else None,
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(SHIFTS)
        page.set_default_timeout(PATIENCE)
        page.on("console", console)
        page.on("pageerror", lambda error: trouble.append(f"{page.url}: {error}"))
        return page

    yield window
    if getattr(request.node, "failed", False) or trouble:
        for number, page in enumerate(page for context in contexts for page in context.pages):
            photograph(page, f"{request.node.name}-{number}")
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def opens(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Opens]:
    """Opens windows for one test."""
    with windows(chromium, request) as window:
        yield window


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember that a test failed, so that its pages are photographed."""
    report = yield
    if report.when == "call" and report.failed:
        item.failed = item.parent.failed = True  # type: ignore[attr-defined]  # read by `windows` above
    return report
