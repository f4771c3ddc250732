"""A business's own trees with their versions, and the templates to begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import F

from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.data.actions import Opened
from keiki.server.kpis.models import OwnTree, Step, TreeVersion
from keiki.server.kpis.queries.access import closed_kpis, opened_for
from keiki.server.kpis.queries.kept import kept
from keiki.trees.build import Tree, build
from keiki.trees.document import TreeDocument, from_dict, tree_document
from keiki.trees.needs import Needs, needs


@dataclass(frozen=True)
class Restorable:
    """A version that undo or redo would restore, and `of`: the version whose step is undone or done again."""

    restores: int
    of: int


@dataclass(frozen=True)
class StoredTree:
    """An own tree as it was last saved; `done` is its last step as data."""

    row: OwnTree
    document: TreeDocument
    changed_at: datetime
    changed_by: str
    done: Mapping[str, Any]

    @property
    def id(self) -> str:
        return self.row.tree_id

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def active(self) -> bool:
        """Whether its goal counts as one of its team's."""
        return self.row.active_since is not None

    @property
    def measurable(self) -> bool:
        """Whether the newest version can be measured, and so is the published one."""
        return self.row.published == self.row.version

    @cached_property
    def steps(self) -> tuple[Restorable | None, Restorable | None]:
        """What undo and redo would restore."""
        return steps(self.row)


@dataclass(frozen=True)
class Revision:
    """One line of a tree's history."""

    number: int
    step: str
    done: Mapping[str, Any]
    made_at: datetime
    made_by: str


def stored_trees(user: Any, business: Business, archived: bool = False) -> tuple[StoredTree, ...]:
    """The business's own trees: active goals first, by team and rank, then drafts; or the archived ones.

    A tree with a KPI that is closed to this person is not among them: it could only be changed as a whole.
    """
    closed = closed_kpis(user, business)
    return tuple(each for each in stored_of(business, archived) if not _names_any(each, closed))


def stored_tree(user: Any, business: Business, tree_id: str) -> StoredTree | None:
    """One own tree, archived or not; None when there is none, or not for this person."""
    closed = closed_kpis(user, business)
    row = business.own_trees.select_related("business").filter(tree_id=tree_id).first()
    found = _as_stored(row, row.versions.select_related("made_by").get(number=row.version)) if row else None
    return None if found is None or _names_any(found, closed) else found


def _names_any(tree: StoredTree, closed: frozenset[str]) -> bool:
    return bool(closed) and any(node.kpi in closed for node in tree.document.root.walk())


def version_of(tree: StoredTree, number: int) -> TreeDocument | None:
    """The tree as it was after one of its steps."""
    found = tree.row.versions.filter(number=number).first()
    return read_document(found.document) if found else None


def tree_history(tree: StoredTree, count: int = 30) -> tuple[Revision, ...]:
    """What was done to a tree, newest first."""
    return tuple(
        Revision(each.number, each.step, each.done, each.made_at, str(each.made_by or ""))
        for each in tree.row.versions.select_related("made_by").order_by("-number")[:count]
    )


def goals_of_team(business: Business, team: str | None) -> tuple[StoredTree, ...]:
    """The trees (no boards) of one team whose goals stand beside each other."""
    return tuple(each for each in stored_of(business) if each.document.kind == "tree" and each.document.team == team)


def steps(tree: OwnTree) -> tuple[Restorable | None, Restorable | None]:
    """What undo and redo would restore now; None where there is nothing."""
    past: list[int] = []
    future: list[int] = []
    for number, step in tree.versions.order_by("number").values_list("number", "step"):
        if step == Step.UNDO:
            future.append(past.pop())
        elif step == Step.REDO:
            past.append(future.pop())
        else:
            past.append(number)
            future.clear()
    back = Restorable(past[-2], past[-1]) if len(past) > 1 else None
    return back, Restorable(future[-1], future[-1]) if future else None


def newest_document(tree: OwnTree) -> TreeDocument:
    """A tree as it was last saved."""
    return read_document(tree.versions.get(number=tree.version).document)


def read_document(content: Mapping[str, Any]) -> TreeDocument:
    """A stored document."""
    return from_dict(content)


@dataclass(frozen=True)
class Template:
    """A built-in tree to begin with: the data it needs, the facts that have rows, and the own tree made of it."""

    tree: Tree
    document: TreeDocument
    needs: Needs
    filled: frozenset[str]
    used_as: str = ""

    @property
    def measurable(self) -> int:
        """How many of its KPIs the business can measure now."""
        return len(self.needs.measurable(self.filled))

    @property
    def ready(self) -> bool:
        """Whether the business can measure every KPI of it."""
        return self.measurable == len(self.needs.kpis)


def templates(user: Any, business: Business) -> tuple[Template, ...]:
    """Every built-in tree with what it needs, in the order of their names' ids."""
    numbers = opened_for(user, business)
    snapshot = numbers.business.snapshot
    key = (business.id, numbers.mark, snapshot, "templates")
    found = kept.get(key, lambda: _templates(numbers))
    rows = business.own_trees.filter(archived_at=None).exclude(made_from="").order_by("-pk")
    used = dict(rows.values_list("made_from", "tree_id"))
    return tuple(replace(each, used_as=used.get(each.document.id, "")) for each in found)


def template_named(user: Any, business: Business, template_id: str) -> Template | None:
    """One built-in tree; None when there is none of that id."""
    return next((each for each in templates(user, business) if each.document.id == template_id), None)


def _templates(numbers: Opened) -> tuple[Template, ...]:
    catalogue = numbers.business.catalogue
    filled = numbers.business.filled
    found = []
    for name in sorted(catalogue.templates):
        document = tree_document(catalogue.templates[name])
        try:
            tree = build(document, catalogue)
        except KeikiError:  # the catalogue's own check names it; a page shows those that work
            continue
        found.append(Template(tree, document, needs(tree, catalogue), filled))
    return tuple(found)


def stored_of(business: Business, archived: bool = False) -> tuple[StoredTree, ...]:
    rows = business.own_trees.select_related("business").filter(archived_at__isnull=not archived)
    newest = TreeVersion.objects.filter(tree__in=rows, number=F("tree__version")).select_related("made_by")
    by_tree = {version.tree_id: version for version in newest}
    found = [_as_stored(row, by_tree[row.pk]) for row in rows]
    found.sort(key=lambda t: (not t.active, t.document.team or "", t.document.rank or 999, t.document.ja, t.id))
    return tuple(found)


def _as_stored(row: OwnTree, newest: TreeVersion) -> StoredTree:
    return StoredTree(
        row=row,
        document=read_document(newest.document),
        changed_at=newest.made_at,
        changed_by=str(newest.made_by or ""),
        done=newest.done,
    )
