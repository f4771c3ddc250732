"""The steps of the set-up: each is kept at once, so that a person who leaves goes on where they were."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from keiki.facts.mapping import Mapping
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.actions.happened import annotate
from keiki.server.cockpit.models import Beginning, Happening
from keiki.server.cockpit.queries.beginning import STEPS, ProposedTarget
from keiki.server.cockpit.queries.happened import EVERYTHING
from keiki.server.data import actions as data
from keiki.server.data.models import Mode, Upload
from keiki.server.kpis.actions import use_template
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.build import Tree


def choose_type(actor: User, business: Business, template: str) -> None:
    """The type of the business: its template becomes the first tree of its own."""
    own, _fresh = use_template(actor, business, template)
    _kept(business, step="tree", template=template, tree=own.tree_id)


def go_to(business: Business, step: str) -> None:
    """On to a step, whether the one before was done or skipped."""
    _kept(business, step=step if step in STEPS else STEPS[0])


def send_file(actor: User, business: Business, file: Any) -> Upload:
    """Keep a file that is to become the first numbers."""
    upload = data.receive_file(actor, business, file)
    _kept(business, step="data", upload=upload.pk)
    return upload


def import_file(actor: User, upload: Upload, mapping: Mapping | None) -> None:
    """Bring the file in as its columns were recognised, doubtful ones as the person said."""
    data.start_import(actor, upload, mapping, Mode.UPSERT)


@transaction.atomic
def accept_targets(
    actor: User, business: Business, tree: Tree, proposed: Iterable[ProposedTarget], *, in_force: bool
) -> int:
    """Take over proposed targets, in force at once when the person may approve them; gives how many."""
    count = 0
    since = business.calendar.today().replace(day=1)
    state = State.APPROVED if in_force else State.PROPOSED
    for each in proposed:
        propose_target(actor, business, key_of(tree, each.node), 0, Proposal(each.target, since), state)
        count += 1
    return count


@transaction.atomic
def finish(actor: User, business: Business, meeting_on: date | None, words: str) -> None:
    """The set-up is over; the first meeting stands among what happens."""
    if meeting_on is not None:
        annotate(actor, business, EVERYTHING, Happening.NOTE, meeting_on, words)
    _kept(business, step="team", meeting_on=meeting_on, finished_at=timezone.now())
    record(actor, "cockpit.finish_beginning", business_id=business.id, target=f"business:{business.id}")


def _kept(business: Business, **values: Any) -> None:
    Beginning.objects.update_or_create(business=business, defaults=values)


def upload_of(beginning: Beginning, business: Business) -> Upload | None:
    """The last file that was sent in the set-up."""
    key: UUID | None = beginning.upload
    return None if key is None else Upload.objects.select_related("run").filter(business=business, pk=key).first()
