"""Writes about what a business defines itself: its trees, step by step, and what is published of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import builtin
from keiki.errors import (
    EditConflict,
    GoalNotReady,
    KeikiError,
    KpiIdTaken,
    LinksUnanswered,
    NothingToRestore,
    OtherwiseDefined,
    StartsTooEarly,
)
from keiki.formula.evaluate import references
from keiki.formula.parse import parse
from keiki.periods import Grain
from keiki.server.accounts.models import Business, Role, User
from keiki.server.audit.actions import differences, record
from keiki.server.data.actions import observe, opened
from keiki.server.kpis import queries
from keiki.server.kpis.models import (
    KpiVersion,
    Measurement,
    OwnKpi,
    OwnKpis,
    OwnTree,
    Step,
    TreeVersion,
    Verdict,
    Word,
    declaration,
)
from keiki.trees.build import build
from keiki.trees.bundle import Bundle, with_targets
from keiki.trees.document import NodeDocument, TreeDocument, as_dict, from_dict, template
from keiki.trees.edit import storable
from keiki.trees.kpi_document import KpiDocument, declared, kpi_document
from keiki.trees.shared_goal import check_board
from keiki.trees.targets import starting
from keiki.trees.ties import untied

GO, STAY = "go", "stay"
"""What becomes of the links of a KPI that is retired."""

MEASURE_JOB: Final = "kpis.measure_due"
NIGHT: Final = 2
"""The hour, in the zone of the business, from which a night's calculation may begin."""
Done = Mapping[str, Any]
"""What a step did, as data: `what` and the names it concerns; `queries.done_words` says it."""

MEANING = ("formula", "unit", "params")
"""What decides the value of a KPI; when none of it changes, no new time begins."""

# --- own trees ---


@transaction.atomic
def add_tree(actor: User, business: Business, document: TreeDocument, done: Done, made_from: str = "") -> OwnTree:
    """A tree of the business's own from a document; it gets a free id near the one it has.

    Raises `UnsharedBoard` for a team's board without a long-term profit that all departments share, and
    `KpiUnderItself` for a KPI that would be calculated from itself.
    """
    storable(document)
    check_board(document, queries.stored_catalogue(business))
    named = replace(document, id=free_tree_id(business, document.id))
    tree = OwnTree.objects.create(
        business=business, tree_id=named.id, made_from=made_from, published=1 if measurable(business, named) else 0
    )
    TreeVersion.objects.create(tree=tree, number=1, document=as_dict(named), done=dict(done), made_by=actor)
    record(actor, "kpis.add_tree", business_id=business.id, target=_target(tree), new={"name": named.ja, **done})
    transaction.on_commit(tree.publish, robust=True)
    return tree


@transaction.atomic
def take_in(actor: User, business: Business, bundle: Bundle) -> tuple[OwnTree, ...]:
    """All of a kpi-tree file or nothing: its KPIs become own KPIs, its trees own trees with its targets as they hold
    today. Raises what `take_kpis` and `add_tree` raise.
    """
    take_kpis(actor, business, bundle.kpis)
    trees = with_targets(bundle, business.calendar.today())
    return tuple(add_tree(actor, business, document, {"what": "import"}) for document in trees)


@transaction.atomic
def take_back(
    actor: User, tree: OwnTree, began_from: int, document: TreeDocument, kpis: Sequence[KpiDocument]
) -> OwnTree:
    """One more version of a tree as a file has it, with the KPIs that came with it; or nothing. Raises what `take_kpis`
    and `save_tree` raise.
    """
    take_kpis(actor, tree.business, kpis)
    return save_tree(actor, tree, began_from, document, {"what": "import"})


@transaction.atomic
def take_kpis(actor: User, business: Business, kpis: Sequence[KpiDocument]) -> None:
    """KPIs of a file become own KPIs with all their versions, those first that others are calculated from; what is here
    already stays. Raises `OtherwiseDefined`, and what is wrong with one of them: then nothing is stored.
    """
    Business.objects.select_for_update().get(pk=business.pk)
    here = queries.stored_catalogue(business).kpis
    differing = [kpi.id for kpi in kpis if kpi.id in here and _told(kpi_document(here[kpi.id])) != _told(kpi)]
    if differing:
        raise OtherwiseDefined(names=", ".join(differing))
    waiting = {kpi.id: kpi for kpi in kpis if kpi.id not in here}
    while waiting:
        needed = {
            name: {r.id for r in references(parse(kpi.formula))} & waiting.keys() for name, kpi in waiting.items()
        }
        name = next((each for each, others in needed.items() if not others), next(iter(waiting)))
        _take_kpi(actor, business, waiting.pop(name))


def _told(kpi: KpiDocument) -> KpiDocument:
    """A KPI whose earlier versions name their unit also where it is the one of today."""
    return replace(kpi, earlier=tuple(replace(each, unit=each.unit or kpi.unit) for each in kpi.earlier))


def _take_kpi(actor: User, business: Business, kpi: KpiDocument) -> None:
    """One after the other, every version that held for some time."""
    document = queries.document_of(declared(kpi))
    for number, earlier in enumerate(_told(kpi).earlier):
        meant = {"formula": earlier.formula, "unit": earlier.unit, "params": dict(earlier.params)}
        save_kpi(actor, business, kpi.id, number, document | meant, earlier.since, earlier.reason or "")
    save_kpi(actor, business, kpi.id, len(kpi.earlier), document, kpi.since, kpi.reason or "")


@transaction.atomic
def adopt_tree(actor: User, business: Business, document: TreeDocument) -> OwnTree:
    """A tree that somebody wrote into the folder by hand becomes one that can be edited here, under its id."""
    Business.objects.select_for_update().get(pk=business.pk)
    has = business.own_trees.filter(tree_id=document.id).first()
    if has is not None:
        return has
    if not (business.folder / "trees" / f"{document.id}.yaml").exists():
        return add_tree(actor, business, document, {"what": "adopt"})
    tree = OwnTree.objects.create(business=business, tree_id=document.id, published=1)
    TreeVersion.objects.create(tree=tree, number=1, document=as_dict(document), done={"what": "adopt"}, made_by=actor)
    record(actor, "kpis.add_tree", business_id=business.id, target=_target(tree), new={"name": document.ja})
    transaction.on_commit(tree.publish, robust=True)
    return tree


def use_template(actor: User, business: Business, template_id: str, copy: bool = False) -> tuple[OwnTree, bool]:
    """The business's own tree of a template and whether it is made just now: the one it has already, unless a further
    copy is wished."""
    document = template(opened(business).business.catalogue, template_id)
    with transaction.atomic():
        Business.objects.select_for_update().get(pk=business.pk)  # two at once install one tree
        has = business.own_trees.filter(made_from=template_id, archived_at=None).order_by("pk").first()
        if has is not None and not copy:
            return has, False
        done = {"what": "use_template", "ja": document.ja, "en": document.en}
        dated = replace(document, root=_dated(document.root, business.calendar.today().replace(day=1)))
        return add_tree(actor, business, dated, done, made_from=template_id), True


def _dated(node: NodeDocument, on: date) -> NodeDocument:
    """A template's node with its targets put on the calendar."""
    target = starting(node.target, on) if node.target is not None else None
    return replace(node, target=target, children=tuple(_dated(child, on) for child in node.children))


@transaction.atomic
def save_tree(
    actor: User, tree: OwnTree, began_from: int, document: TreeDocument, done: Done, step: str = Step.EDIT
) -> OwnTree:
    """One more version of a tree, when nobody has saved one since `began_from` was read.

    Raises `EditConflict` with both documents otherwise: then nothing is stored, and nothing of either is lost; and
    `UnsharedBoard` for a team's board without a long-term profit that all departments share.
    """
    now = _locked(tree)
    content = as_dict(replace(document, id=now.tree_id))
    if now.version != began_from:
        raise _conflict(now, content)
    storable(document, queries.read_document(now.versions.get(number=now.version).document))
    _keep(actor, now, content, done, step)
    record(actor, "kpis.edit_tree", business_id=now.business_id, target=_target(now), new=dict(done))
    return now


@transaction.atomic
def step_back(actor: User, tree: OwnTree, began_from: int) -> OwnTree:
    """The state before the last step that is not undone, as a version of its own; `NothingToRestore` without one."""
    return _restore(actor, tree, began_from, Step.UNDO)


@transaction.atomic
def step_again(actor: User, tree: OwnTree, began_from: int) -> OwnTree:
    """The step undone last, once more; `NothingToRestore` when something else was done since."""
    return _restore(actor, tree, began_from, Step.REDO)


def _restore(actor: User, tree: OwnTree, began_from: int, step: Step) -> OwnTree:
    now = _locked(tree)
    newest = now.versions.get(number=now.version)
    if now.version != began_from:
        raise _conflict(now, newest.document)
    back, again = queries.steps(now)
    wanted = back if step is Step.UNDO else again
    if wanted is None:
        raise NothingToRestore()
    restored = now.versions.get(number=wanted.restores)
    done = {"what": step.value, "of": now.versions.get(number=wanted.of).done}
    _keep(actor, now, restored.document, done, step)
    record(actor, "kpis.edit_tree", business_id=now.business_id, target=_target(now), new=done)
    return now


@transaction.atomic
def archive_tree(actor: User, tree: OwnTree) -> None:
    """Put a tree away; its versions stay and it can be brought back."""
    now = _locked(tree)
    if now.archived_at is None:
        now.archived_at, now.active_since = timezone.now(), None
        now.save(update_fields=["archived_at", "active_since"])
        record(actor, "kpis.archive_tree", business_id=now.business_id, target=_target(now))
        transaction.on_commit(now.publish, robust=True)


@transaction.atomic
def bring_back_tree(actor: User, tree: OwnTree) -> None:
    """Bring an archived tree back as it was, as a draft."""
    now = _locked(tree)
    if now.archived_at is not None:
        now.archived_at = None
        now.save(update_fields=["archived_at"])
        record(actor, "kpis.bring_back_tree", business_id=now.business_id, target=_target(now))
        transaction.on_commit(now.publish, robust=True)


@transaction.atomic
def activate_goal(actor: User, tree: OwnTree, value: float | None, deadline: object | None) -> int:
    """From now on the goal counts as one of its team's; gives how many goals that team now has active.

    `value` and `deadline` are those of its target. Raises `GoalNotReady` when one is missing, or when the team has
    several goals and they have no ranks of their own.
    """
    now = _locked(tree)
    Business.objects.select_for_update().get(pk=now.business_id)
    document = queries.newest_document(now)
    for given, lacking in ((value, "value"), (deadline, "deadline")):
        if given is None:
            raise GoalNotReady(goal=document.ja, lacking=lacking)
    others = [each for each in queries.goals_of_team(now.business, document.team) if each.id != now.tree_id]
    if others and document.rank is None:
        raise GoalNotReady(goal=document.ja, lacking="rank")
    if any(other.document.rank == document.rank for other in others if document.rank is not None):
        raise GoalNotReady(goal=document.ja, lacking="rank_taken")
    if now.active_since is None:
        now.active_since = timezone.now()
        now.save(update_fields=["active_since"])
        record(actor, "kpis.activate_goal", business_id=now.business_id, target=_target(now))
    return 1 + sum(other.active for other in others)


@transaction.atomic
def pause_goal(actor: User, tree: OwnTree) -> None:
    """The goal is a draft again."""
    now = _locked(tree)
    if now.active_since is not None:
        now.active_since = None
        now.save(update_fields=["active_since"])
        record(actor, "kpis.pause_goal", business_id=now.business_id, target=_target(now))


def measurable(business: Business, document: TreeDocument) -> bool:
    """Whether a document can be measured as it stands; a half-finished one is kept as a draft."""
    try:
        build(document, queries.stored_catalogue(business))
    except KeikiError:
        return False
    return True


def free_tree_id(business: Business, wished: str) -> str:
    """An id for a tree that no other tree of the business has, archived ones and files written by hand included.

    >>> re.sub("[^a-z0-9]+", "_", "EC: sales (2027)".lower()).strip("_")
    'ec_sales_2027'
    """
    stem = re.sub(r"[^a-z0-9]+", "_", wished.lower()).strip("_")[:48].strip("_")
    stem = stem if stem and stem[0].isalpha() else f"tree_{stem}".strip("_")
    taken = set(business.own_trees.filter(tree_id__startswith=stem).values_list("tree_id", flat=True))
    taken |= {path.stem for path in (business.folder / "trees").glob("*.yaml")}
    return next(each for each in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if each not in taken)


def _locked(tree: OwnTree) -> OwnTree:
    return OwnTree.objects.select_for_update().select_related("business").get(pk=tree.pk)


def _keep(actor: User, tree: OwnTree, content: dict[str, Any], done: Done, step: str) -> None:
    check_board(from_dict(content), queries.stored_catalogue(tree.business))
    number = tree.version + 1
    try:
        with transaction.atomic():
            TreeVersion.objects.create(
                tree=tree, number=number, step=step, document=content, done=dict(done), made_by=actor
            )
    except IntegrityError:  # a database without row locks let two past the check; the number is given once
        raise _conflict(tree, content) from None
    tree.version = number
    if measurable(tree.business, queries.read_document(content)):
        tree.published = number
    tree.save(update_fields=["version", "published"])
    transaction.on_commit(tree.publish, robust=True)


def _conflict(tree: OwnTree, mine: Mapping[str, Any]) -> EditConflict:
    newest = tree.versions.order_by("-number").first()
    return EditConflict(mine=dict(mine), theirs=newest.document if newest else {})


def _target(tree: OwnTree) -> str:
    return f"tree:{tree.tree_id}"


# --- KPIs of a business's own ---


@transaction.atomic
def save_kpi(
    actor: User,
    business: Business,
    kpi_id: str,
    began_from: int,
    document: Mapping[str, Any],
    since: date | None = None,
    reason: str = "",
) -> OwnKpi:
    """One more version of an own KPI, or the first one of a KPI that the business did not define before.

    `began_from` is the version the person has seen, 0 for none. With `since` a changed formula holds from that day on
    and every earlier period keeps the one before; without, the present definition is corrected from where it began.
    Raises `EditConflict` with both documents when somebody saved in between, `StartsTooEarly`, `KpiIdTaken`, and what
    is wrong with the formula, its unit, or a circle it would close: then nothing is stored.
    """
    Business.objects.select_for_update().get(pk=business.pk)  # two saves at once could close a circle between them
    row = business.own_kpis.select_for_update().filter(kpi_id=kpi_id).first()
    seen = row.version if row else 0
    if seen != began_from:
        raise EditConflict(mine=dict(document), theirs=queries.kpi_document(row) if row else {})
    if row is None:
        row = _first_kpi(business, kpi_id, since)
    before = row.versions.filter(number=row.version).first()
    changed = before is None or any(before.document.get(name) != document.get(name) for name in MEANING)
    if before is not None and changed and since is not None and before.since is not None and since <= before.since:
        raise StartsTooEarly(since=before.since.isoformat())
    held = since if before is None or (changed and since is not None) else before.since
    wished = KpiVersion(kpi=row, number=row.version + 1, since=held, document=dict(document))
    for mistake in queries.mistakes(business, declaration(row, [*row.versions.order_by("number"), wished])):
        raise mistake
    _add_version(actor, row, document, held, reason)
    return row


@transaction.atomic
def retire_kpi(
    actor: User, row: OwnKpi, began_from: int, day: date, reason: str = "", links: str | None = None
) -> OwnKpi:
    """Nobody should start to use the KPI from that day on; its history stays. A built-in KPI that the business had
    changed has the meaning it comes with again from that day on.

    `links`: whether what joins it to other numbers of own trees goes too (`GO`) or stays (`STAY`); while there is
    something of the kind, `LinksUnanswered` asks.
    """
    now = _locked_kpi(row, began_from)
    tied = queries.tied(now.business, now.kpi_id)
    if tied and links not in (GO, STAY):
        raise LinksUnanswered(count=sum(len(found) for _tree, found in tied))
    if links == GO:
        for tree, _found in tied:
            _untie(actor, tree, now.kpi_id)
    document = queries.kpi_document(now)
    given = builtin().kpis.get(now.kpi_id)
    if given is None:
        now.retired_on = day
        _add_version(actor, now, document, now.versions.get(number=now.version).since, reason, "kpis.retire_kpi")
        return now
    newest = now.versions.get(number=now.version)
    held = day if newest.since is None or day > newest.since else newest.since
    _add_version(actor, now, queries.document_of(given), held, reason, "kpis.retire_kpi")
    return now


def _untie(actor: User, tree: queries.StoredTree, kpi_id: str) -> None:
    """Let the loose links of a KPI in a tree go, each as a step that can be undone."""
    row = tree.row
    for edited in untied(tree.document, kpi_id):
        row = save_tree(actor, row, row.version, edited.document, edited.edit.as_dict())


@transaction.atomic
def bring_back_kpi(actor: User, row: OwnKpi, began_from: int) -> OwnKpi:
    """A retired KPI is in use again."""
    now = _locked_kpi(row, began_from)
    newest = now.versions.get(number=now.version)
    now.retired_on = None
    _add_version(actor, now, newest.document, newest.since, "", "kpis.bring_back_kpi")
    return now


@transaction.atomic
def restrict_kpi(actor: User, business: Business, kpi_id: str, least: str) -> None:
    """Show a KPI only from a role on; from viewers on means to everybody again."""
    row = Business.objects.select_for_update().get(pk=business.pk)
    before = row.restricted.get(kpi_id, str(Role.VIEWER))
    if before == least:
        return
    row.restricted = {name: role for name, role in row.restricted.items() if name != kpi_id}
    if least != Role.VIEWER:
        row.restricted[kpi_id] = str(Role(least))
    row.save(update_fields=["restricted"])
    business.restricted = row.restricted
    target = f"kpi:{kpi_id}"
    record(
        actor, "kpis.restrict_kpi", business_id=row.id, target=target, old={"role": before}, new={"role": str(least)}
    )


def enter_value(
    actor: User,
    business: Business,
    kpi: Kpi,
    day: date,
    grain: str,
    value: float,
    note: str = "",
    source: str = "",
    evidence: str = "",
) -> None:
    """A value that people know and no file holds: one row of observations, which the data page can take back."""
    observe(actor, business, kpi.id, day, grain, value, note, source, evidence)


@transaction.atomic
def say_of_value(
    actor: User, business: Business, kpi: Kpi, day: date, grain: Grain, value: float, word: str, note: str = ""
) -> None:
    """Say that an unusual value is right or is to be left out; with no word, take back what was said."""
    here: dict[str, Any] = {"business": business, "kpi_id": kpi.id, "grain": str(grain), "day": day}
    before = Verdict.objects.filter(**here).first()
    if word:
        Verdict.objects.update_or_create(
            **here, defaults={"word": Word(word), "value": value, "note": note, "said_by": actor}
        )
    elif before is not None:
        before.delete()
    old = {"word": before.word, "note": before.note} if before else {}
    new = {"day": day.isoformat(), "grain": str(grain), "value": value, "word": word, "note": note}
    record(actor, "kpis.say_of_value", business_id=business.id, target=f"kpi:{kpi.id}", old=old, new=new)


def _first_kpi(business: Business, kpi_id: str, since: date | None) -> OwnKpi:
    """The row of a KPI that the business defines for the first time; over a built-in one, that one is its first
    version, as it is today."""
    catalogue = opened(business).business.catalogue
    given = builtin().kpis.get(kpi_id)
    if kpi_id in catalogue.measures:
        raise KpiIdTaken(name=kpi_id, kind="measure", kind_ja="メジャー")
    if kpi_id in catalogue.kpis and catalogue.kpis[kpi_id] != given:
        raise KpiIdTaken(name=kpi_id, kind="KPI", kind_ja="KPI")
    if given is None:
        return OwnKpi.objects.create(business=business, kpi_id=kpi_id, version=0)
    row = OwnKpi.objects.create(business=business, kpi_id=kpi_id, version=1)
    KpiVersion.objects.create(kpi=row, number=1, document=queries.document_of(given))
    return row


def _add_version(
    actor: User,
    row: OwnKpi,
    document: Mapping[str, Any],
    since: date | None,
    reason: str,
    action: str = "kpis.save_kpi",
) -> None:
    before = row.versions.filter(number=row.version).first()
    row.version += 1
    try:
        with transaction.atomic():
            KpiVersion.objects.create(
                kpi=row, number=row.version, since=since, document=dict(document), reason=reason, made_by=actor
            )
    except IntegrityError:  # a database without row locks let two past the check; the number is given once
        raise EditConflict(mine=dict(document), theirs=before.document if before else {}) from None
    row.save(update_fields=["version", "retired_on"])
    old, changed = differences(before.document if before else {}, document)
    told = {"since": since.isoformat()} if since else {}
    record(
        actor,
        action,
        business_id=row.business_id,
        target=f"kpi:{row.kpi_id}",
        old=old,
        new=changed | told | {"version": row.version},
    )
    transaction.on_commit(OwnKpis(row.business).publish)


def _locked_kpi(row: OwnKpi, began_from: int) -> OwnKpi:
    Business.objects.select_for_update().get(pk=row.business_id)
    now = OwnKpi.objects.select_for_update().select_related("business").get(pk=row.pk)
    if now.version != began_from:
        document = queries.kpi_document(now)
        raise EditConflict(mine=document, theirs=document)
    return now


# --- the calculation of the night ---


def measure_due(now: datetime) -> dict[str, int]:
    """Store what every KPI of every business's trees is worth, once a night from `NIGHT` o'clock there."""
    stored = {}
    for business in Business.objects.all():
        there = now.astimezone(ZoneInfo(business.zone))
        if there.hour >= NIGHT and not queries.is_measured(business, there.date()):
            stored[business.id] = store_measurements(business, now)
    return {business_id: count for business_id, count in stored.items() if count}


def store_measurements(business: Business, now: datetime) -> int:
    """Measure what a business steers by and keep it with the time; gives how many values. The same night keeps one."""
    night = now.astimezone(ZoneInfo(business.zone)).date()
    rows = [
        Measurement(
            business=business,
            kpi_id=found.kpi_id,
            grain=str(found.grain),
            day=found.day,
            value=found.value,
            version=found.version,
            snapshot=found.snapshot,
            night=night,
            measured_at=now,
        )
        for found in queries.found_tonight(business)
    ]
    return len(Measurement.objects.bulk_create(rows, ignore_conflicts=True))
