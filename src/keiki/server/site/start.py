"""Starting the control plane: configure, migrate, gather static files, serve, work."""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django

from keiki.errors import MayNotEdit, NoProfile, NoSuchPerson, NothingLearned, UnknownName

if TYPE_CHECKING:
    from keiki.charts.files_out import Sheet
    from keiki.customers.ideal import IdealProfile


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
    from keiki.server.cockpit.actions.demo import keep_demo as keep_happenings
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
    keep_happenings(demo)
    return True


def erase_customer(
    home: Path, business_id: str, customer: str, also: Sequence[str], progress: Callable[[float, str, str], None]
) -> Any:
    """Erase a customer from everything the server in `home` keeps of a business, in this process.

    `progress` is told how far it is (0 to 1) and the words, in both languages.
    """
    os.environ["KEIKI_HOME"] = str(home)
    setup()
    from keiki.server.accounts.models import Business
    from keiki.server.data.actions.erasing import erase_customer as erase

    business = Business.objects.filter(pk=business_id).first()
    if business is None:
        raise UnknownName(kind="business", name=business_id)
    return erase(None, business, customer, also, progress)


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


def comments(email: str, business_id: str, kpi: str) -> list[dict[str, Any]]:
    """What members say about a KPI, the oldest first, as far as the member with this address may read it."""
    user, business = _member(email, business_id, kpi)
    from keiki.server.kpis import queries

    found = queries.threads(user, business, kpi)
    return [queries.plain_comment(each) for thread in reversed(found) for each in (thread.first, *thread.answers)]


def write_comment(
    email: str, business_id: str, kpi: str, text: str, when: str | None = None, answers: int | None = None
) -> dict[str, Any]:
    """Say something about a KPI as a member, or answer a comment; the answer says whom it reached."""
    user, business = _member(email, business_id, kpi)
    from keiki.server.kpis import queries
    from keiki.server.kpis.actions.comments import write_comment as write

    answered = None if answers is None else queries.comment_named(user, business, answers)
    if answers is not None and (answered is None or answered.kpi_id != kpi):
        raise UnknownName(kind="comment", name=str(answers))
    about = queries.about_when(business, kpi, when) if answered is None else queries.about_of(answered)
    said = write(user, business, about, text, answered)
    told = {"told": said.told, "closed_to": said.closed_to, "shared": said.shared}
    return {"comment": queries.plain_comment(said.comment), **told}


def register_rows(email: str, business_id: str, register: str, customer: str = "") -> list[dict[str, Any]]:
    """The newest rows of a register of customer success, for the member with this address."""
    user, business = _member_of(email, business_id)
    from keiki.server.kpis import queries
    from keiki.server.success.forms.named import register_named
    from keiki.server.success.queries.registers import written_row

    if queries.known(user, business).today is None:
        return []
    return [written_row(each) for each in register_named(register).rows(business, customer)]


def write_in_register(email: str, business_id: str, register: str, fields: dict[str, str]) -> list[dict[str, Any]]:
    """Keep a row in a register as a member who may edit; the newest rows of the register, or of its customer."""
    user, business = _editor_of(email, business_id)
    from keiki.server.success.forms.named import keep_in
    from keiki.server.success.queries.registers import written_row

    return [written_row(each) for each in keep_in(user, business, register, fields)]


def keep_ideal(email: str, business_id: str, profile: IdealProfile | None) -> tuple[int, IdealProfile]:
    """Put a profile of the ideal customer in force as a member who may edit, None: the one that profit suggests; gives
    the number of the version, and the profile.
    """
    user, business = _editor_of(email, business_id)
    from keiki.server.customers.actions.ideal import keep_profile
    from keiki.server.customers.queries.ideal import learned

    profile = profile or learned(user, business).profile
    if profile is None:
        raise NothingLearned
    return keep_profile(user, business, profile).number, profile


def withdraw_ideal(email: str, business_id: str) -> int:
    """Withdraw the profile of the ideal customer as a member who may edit; gives the number of the version."""
    user, business = _editor_of(email, business_id)
    from keiki.server.customers.actions.ideal import withdraw_profile

    return withdraw_profile(user, business).number


def fit_exceptions(
    email: str, business_id: str, customer: str = "", reason: str | None = None, *, withdraw: bool = False
) -> list[dict[str, Any]]:
    """Who is marketed to although they do not fit, for a member; with a reason a customer becomes one, with `withdraw`
    it is treated by the profile again, as a member who may edit.
    """
    user, business = (_editor_of if customer else _member_of)(email, business_id)
    from keiki.server.customers.actions.ideal import except_customer, withdraw_exception
    from keiki.server.customers.queries.ideal import exceptions

    if customer and withdraw:
        withdraw_exception(user, business, customer)
    elif customer:
        except_customer(user, business, customer, reason or "")
    return [
        {
            "customer_id": each.customer_id,
            "reason": each.reason,
            "made_by": None if each.made_by is None else each.made_by.name,
            "made_at": each.made_at,
        }
        for each in exceptions(business).values()
    ]


def contacts(email: str, business_id: str, which: str) -> Sheet:
    """A file of contacts as the member with this address may take it; it is written down that they did."""
    user, business = _member_of(email, business_id)
    from keiki.server.customers.actions.ideal import take_contacts

    sheet = take_contacts(user, business, which)
    if sheet is None:
        raise NoProfile
    return sheet


def _editor_of(email: str, business_id: str) -> tuple[Any, Any]:
    """A member who may edit, and their business; raises `MayNotEdit`, too."""
    user, business = _member_of(email, business_id)
    from keiki.server.accounts.rules import EDIT, allows, membership_of

    membership = membership_of(user, business_id)
    if membership is None or not allows(membership.role, EDIT):
        raise MayNotEdit(email=email)
    return user, business


def _member(email: str, business_id: str, kpi: str) -> tuple[Any, Any]:
    """A member and their business, when they see the KPI; raises `NoSuchPerson` or `UnknownName`."""
    user, business = _member_of(email, business_id)
    from keiki.server.kpis import queries

    known = queries.catalogue_of(user, business).kpis
    if kpi not in known:
        raise UnknownName(kind="KPI", name=kpi, known=known)
    return user, business


def _member_of(email: str, business_id: str) -> tuple[Any, Any]:
    """A member and their business; raises `NoSuchPerson` or `UnknownName`."""
    setup()
    from keiki.server.accounts.models import User
    from keiki.server.accounts.queries import businesses_of

    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise NoSuchPerson(email=email)
    by_id = {business.id: business for business in businesses_of(user)}
    if business_id not in by_id:
        raise UnknownName(kind="business", name=business_id, known=by_id)
    return user, by_id[business_id]


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


def settle() -> None:
    """What is loaded by now lives as long as the process: the garbage collector no longer walks over it while somebody
    waits.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)


def work(stop: threading.Event) -> None:
    """Do background work until `stop` is set."""
    setup()
    from keiki.server.jobs.tasks import run_worker

    settle()
    run_worker(stop)


def serve_for_development(host: str = "127.0.0.1", port: int = 8000) -> None:
    """Serve with Django's own server, which starts anew when a source file changes. Never for others to use."""
    setup()
    from django.core.management import call_command

    call_command("runserver", f"{host}:{port}")
