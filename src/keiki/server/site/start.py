"""Starting the control plane: configure, migrate, gather static files, serve, work."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Any

import django


def setup() -> None:
    """Make Django ready in this process; settings come from the environment (KEIKI_HOME, DATABASE_URL, KEIKI_URL …)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keiki.server.site.settings")
    django.setup()


def migrate() -> None:
    """Bring the database to the state this version needs, and put the static files in place; safe to repeat."""
    setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def make_demo(name: str, progress: Callable[[float, str], None]) -> bool:
    """Make the demo company that the first owner finds ready; False when it is there or somebody has an account.

    `progress` is told how far it is (0 to 1) and the fact being loaded. Stopped half-way it begins anew next time.
    """
    setup()
    from keiki.demo import load_demo
    from keiki.server.accounts.actions import demo_to_offer, offer_demo
    from keiki.server.data.actions import opened
    from keiki.server.planning.actions import keep_demo as keep_targets
    from keiki.server.success.actions.demo import keep_demo

    demo = demo_to_offer(name)
    if demo is None:
        return False
    load_demo(opened(demo).business, progress=progress)
    offer_demo(demo)
    keep_targets(demo)
    keep_demo(demo)
    return True


def create_setup_token() -> str | None:
    """A one-time token for the first set-up page at `/setup/<token>/`, valid for a day.

    None once somebody has an account. Each call makes the token before it useless.
    """
    setup()
    from keiki.server.accounts.actions import issue_setup_token

    return issue_setup_token()


def create_password_link(email: str) -> str | None:
    """The path where this person can choose a fresh password, once; None for an unknown address.

    For whoever runs the machine: Keiki also works where no e-mail can be sent.
    """
    setup()
    from django.urls import reverse

    from keiki.server.accounts.actions import issue_password_key

    issued = issue_password_key(email)
    return reverse("account_reset_password_from_key", args=issued) if issued else None


def serve(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve the pages until the process is told to stop; run `migrate` first."""
    setup()
    from django.conf import settings
    from granian.constants import Interfaces
    from granian.server import Server

    server: Any = Server(
        "keiki.server.site.wsgi:served",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=4,
        respawn_failed_workers=True,
        websockets=False,
        log_access=False,
    )
    server.serve()


def work(stop: threading.Event) -> None:
    """Do background work until `stop` is set."""
    setup()
    from keiki.server.jobs.tasks import run_worker

    run_worker(stop)


def serve_for_development(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve with Django's own server, which starts anew when a source file changes. Never for others to use."""
    setup()
    from django.core.management import call_command

    call_command("runserver", f"{host}:{port}")
