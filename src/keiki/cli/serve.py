"""`keiki serve`: the pages and, beside them, a background worker."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from typing import Annotated

import typer

from keiki.cli.control_plane import control_plane
from keiki.cli.screen import tell
from keiki.cli.words import say
from keiki.errors import AddressTaken

HELP = say("Start Keiki in the browser, with its background worker.", "ブラウザーで使う Keiki を起動する。")


def serve(
    port: Annotated[int, typer.Option("--port", envvar="PORT", help=say("Port.", "ポート。"))] = 8000,
    host: Annotated[
        str,
        typer.Option(
            "--host",
            help=say(
                "Address to listen on; other addresses than this machine's need KEIKI_URL.",
                "待ち受けるアドレス。このマシン以外から使うときは KEIKI_URL も設定する。",
            ),
        ),
    ] = "127.0.0.1",
    worker: Annotated[
        bool, typer.Option(help=say("Start a background worker too.", "裏の仕事をするプロセスも起動する。"))
    ] = True,
    develop: Annotated[
        bool,
        typer.Option("--develop", help=say("Restart when a source file changes.", "ソースが変わったら起動し直す。")),
    ] = False,
) -> None:
    """Bring the database up to date, start web and worker, and print the address once the pages answer."""
    if develop:
        os.environ["KEIKI_DEBUG"] = "true"
    site = control_plane()
    first = "RUN_MAIN" not in os.environ  # Django's reloader runs the command again in a child with this name set
    helper = None
    if first:
        _claim(host, port)
        site.migrate()
        helper = Worker() if worker else None
        token = site.create_setup_token()
        threading.Thread(target=_announce, args=(host, port, token), daemon=True).start()
    try:
        if develop:
            site.serve_for_development(host, port)
        else:
            site.serve(host, port)
    finally:
        if helper:
            helper.stop()


class Worker:
    """A worker process that is started again when it ends by itself and ends with this process."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._process = self._start()
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """End it, giving the running job a moment to finish."""
        self._ending.set()
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "keiki.cli", "work", "--attached"], stdin=subprocess.PIPE)

    def _watch(self) -> None:
        while not self._ending.is_set():
            self._process.wait()
            if not self._ending.wait(timeout=2):
                self._process = self._start()


def _claim(host: str, port: int) -> None:
    """Fail early and in words when another program has the address."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise AddressTaken(host=host, port=port, detail=error.strerror) from error


def _announce(host: str, port: int, token: str | None) -> None:
    address = f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"
    while not _answers(f"{address}/healthz"):
        time.sleep(0.2)
    tell(say(f"Keiki is running: {address}/", f"Keiki を起動しました：{address}/"))
    if token:
        link = f"{address}/setup/{token}/"
        tell(say(f"Set it up here (once, within a day): {link}", f"初期設定（1回だけ、1日以内）：{link}"))
    tell(say("Stop with Ctrl+C.", "Ctrl+C で止まります。"))


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
