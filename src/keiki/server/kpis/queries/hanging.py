"""What hangs on a KPI, before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from keiki.catalogue.kpi import Kpi
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import catalogue_of, may_see
from keiki.server.kpis.queries.catalogue import built_on, used_in
from keiki.server.kpis.queries.own_trees import StoredTree, stored_of
from keiki.trees.build import Node, Tree
from keiki.trees.ties import Tie, ties


@dataclass(frozen=True)
class RunningTarget:
    """A target that judges a KPI now: its newest approved revision."""

    since: date
    reason: str


@dataclass(frozen=True)
class Hanging:
    """Everything that would be left behind if a KPI went: its links by own tree, its places in trees, the KPIs
    calculated from it and its targets."""

    tied: tuple[tuple[StoredTree, tuple[Tie, ...]], ...]
    places: tuple[tuple[Tree, Node], ...]
    built_on: tuple[Kpi, ...]
    targets: tuple[RunningTarget, ...]


def tied(business: Business, kpi_id: str) -> tuple[tuple[StoredTree, tuple[Tie, ...]], ...]:
    """The own trees in which influences begin or end at a KPI, as they were last saved."""
    found = ((tree, ties(tree.document, kpi_id)) for tree in stored_of(business))
    return tuple((tree, joined) for tree, joined in found if joined)


def hanging(user: Any, business: Business, kpi_id: str) -> Hanging:
    """What hangs on a KPI, before it goes."""
    may_see(user, business)
    own = {tree.id for tree in stored_of(business)}
    plans = business.plans.filter(kpi=kpi_id, retired_at=None).prefetch_related("revisions")
    newest = (max((r for r in p.revisions.all() if r.state == "approved"), key=_when, default=None) for p in plans)
    return Hanging(
        tied=tied(business, kpi_id),
        places=tuple((tree, node) for tree, node in used_in(user, business, kpi_id) if tree.id in own),
        built_on=built_on(catalogue_of(user, business), kpi_id),
        targets=tuple(RunningTarget(each.since, each.reason) for each in newest if each is not None),
    )


def judged_by_target(user: Any, business: Business, kpi_id: str, before: date) -> bool:
    """Whether a KPI has a target that began before a day, wherever it stands in a tree."""
    may_see(user, business)
    plans = business.plans.filter(kpi=kpi_id, where="", retired_at=None)
    return bool(plans.filter(revisions__state="approved", revisions__since__lt=before).exists())


def _when(revision: Any) -> tuple[date, int]:
    return (revision.since, revision.number)
