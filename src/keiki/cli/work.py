"""`keiki work`: the background worker alone, for example on a second host."""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import Annotated

import typer

from keiki.cli.control_plane import control_plane
from keiki.cli.words import say

HELP = say("Do the background work of the server: imports, refreshes.", "サーバーの裏の仕事（取り込み・更新）を行う。")


def work(
    attached: Annotated[
        bool, typer.Option("--attached", hidden=True, help=say("Stop when the input closes.", "入力が閉じたら止まる。"))
    ] = False,
) -> None:
    """Work until told to stop; the running job is finished first."""
    site = control_plane()
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    if attached:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    site.work(stop)


def _stop_at_end_of_input(stop: threading.Event) -> None:
    """The web process holds the other end: when it is gone, however it went, the input ends."""
    while os.read(sys.stdin.fileno(), 4096):  # not sys.stdin.read: its lock would be held when Python ends
        pass
    stop.set()
