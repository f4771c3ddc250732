"""Servers that tests start: a port for each, and their end."""

from __future__ import annotations

import os
import random
import socket
import subprocess
from typing import Any

FIRST, LAST = 20_000, 32_000
"""Below the ports a system gives to outgoing connections: none of them takes one before its server listens."""
MOST_WORKERS = 8
_CHANCE = random.SystemRandom()


def free_port() -> int:
    """A port nobody listens on; no two workers of a run are given the same."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % MOST_WORKERS
    while True:
        port = _CHANCE.randrange(FIRST, LAST, MOST_WORKERS) + worker
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def end(server: subprocess.Popen[Any]) -> None:
    """Ask a server to end; one that a busy machine keeps from it is killed."""
    server.terminate()
    try:
        server.wait(timeout=60)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
