"""The design of a tree: its outline, its checks, and what can be done to the chosen node."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.catalogue.kpi import Layer
from keiki.catalogue.load import Catalogue
from keiki.charts.format import Style, number
from keiki.errors import EditConflict, KeikiError, PartOfFormula, UnknownName
from keiki.facts import vocabulary
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.queries import people_of
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import design as actions
from keiki.server.cockpit.actions.design import Wish
from keiki.server.cockpit.forms.design import (
    EDGES,
    NodeForm,
    TreeForm,
    department_words,
)
from keiki.server.cockpit.pages.on_data import ON_DATA, PROVE, DataPanel, Proved, asked, data_panel, proved_words
from keiki.server.cockpit.queries import design as queries
from keiki.server.cockpit.queries.design import Written
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.actions import (
    activate_goal,
    adopt_tree,
    archive_tree,
    bring_back_tree,
    pause_goal,
    step_again,
    step_back,
    use_template,
)
from keiki.server.kpis.queries import StoredTree
from keiki.server.planning.queries import goal_target
from keiki.server.ui.language import current_language
from keiki.trees.build import InfluenceEdge
from keiki.trees.decompose import Decomposition, Piece
from keiki.trees.diff import diff
from keiki.trees.document import LEVELS as DEPTHS
from keiki.trees.document import Influence, NodeDocument, TreeDocument, template, to_yaml
from keiki.trees.edit import WORDS as EDIT_WORDS
from keiki.trees.edit import Edit
from keiki.trees.findings import Finding, Severity

QUOTED = re.compile(r"([“「])([a-z][a-z0-9_]*)([”」])")
TONES = {Severity.RED: "act", Severity.YELLOW: "watch", Severity.INFO: "none"}
LEVEL_WORDS = {"kgi": "KGI", "ksf": "KSF", "kpi": "KPI"}
LAYERS = tuple(layer.value for layer in Layer)
FOUND = 8
"""KPIs that a search on the design page lists."""


@dataclass(frozen=True)
class DesignRow:
    """A node in the editable outline."""

    id: str
    label: str
    level: str
    level_number: int
    indent: str
    parent: str
    place: int
    children: int
    closed: bool
    link: str
    link_words: str
    influence: bool
    owner: str
    target: str
    kra: str
    tone: str
    troubles: int
    chosen: bool
    url: str


@dataclass(frozen=True)
class CheckLine:
    """One thing that is red or yellow; `head` names the node it is about, and `tail` is what of its words follows."""

    tone: str
    words: str
    remedy: str
    head: str
    tail: str
    url: str


@dataclass(frozen=True)
class FoundKpi:
    id: str
    label: str
    definition: str
    here: bool


@dataclass(frozen=True)
class WayLine:
    """A way to take the chosen number apart."""

    id: str
    label: str
    about: str
    formula: str
    proved: bool
    on_data: Proved | None = None


@dataclass(frozen=True)
class LinkLine:
    target: str
    label: str
    words: str


@dataclass(frozen=True)
class Inspector:
    """Everything that can be done to the chosen node."""

    row: DesignRow
    kpi: str
    kpi_url: str
    target: str
    target_url: str  # "" while nothing can be set: a group without a number, or a tree that cannot be measured yet
    form: NodeForm
    steps: tuple[tuple[str, str, str, bool], ...]  # what to do, words, icon, whether it can be done
    parents: tuple[tuple[str, str], ...]
    query: str
    found: tuple[FoundKpi, ...]
    add_edges: tuple[tuple[str, str], ...]
    add_edge: str
    ways: tuple[WayLine, ...]
    prove_url: str  # "" once the ways are proved on the data
    links: tuple[LinkLine, ...]
    others: tuple[tuple[str, str], ...]
    other_trees: tuple[tuple[str, str], ...]  # where it can be copied to
    names: tuple[tuple[str, str], ...]  # ids below it, as its formula names them


@dataclass(frozen=True)
class Ask:
    """A question before something is done: the same form once more, with one value added."""

    words: str
    button: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Clash:
    """Two people saved: what the other did, what I wanted, and both texts."""

    words: str
    theirs: str
    theirs_changes: tuple[str, ...]
    mine: str
    mine_changes: tuple[str, ...]
    mine_text: str
    theirs_text: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class RevisionLine:
    number: int
    words: str
    when: datetime
    who: str
    current: bool


@dataclass(frozen=True)
class DesignPage:
    title: str
    subtitle: str
    tree: str
    url: str
    version: int
    may_edit: bool
    archived: bool
    active: bool
    board: bool
    rank_words: str
    measurable: bool
    can_undo: bool
    can_redo: bool
    last: str
    rows: tuple[DesignRow, ...]
    checks: tuple[CheckLine, ...]
    check_words: str
    check_tone: str
    data: DataPanel
    data_checks: tuple[CheckLine, ...]
    unowned: int
    history: tuple[RevisionLine, ...]
    tree_form: TreeForm
    people: tuple[str, ...]
    departments: tuple[str, ...]
    file_url: str
    inspector: Inspector | None = None
    error: str = ""
    ask: Ask | None = None
    clash: Clash | None = None


@dataclass(frozen=True)
class Typed:
    """What came back from a form that could not be done: its values, and why."""

    node: str = ""
    node_form: NodeForm | None = None
    tree_form: TreeForm | None = None
    error: str = ""
    ask: Ask | None = None
    clash: Clash | None = None


@business_page()
@get_and_post
def design_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """A tree as it is designed; a POST is one step, which becomes one version."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        return _not_own_yet(request, business, tree)
    if request.method == "POST":
        if not allows(request.membership.role, EDIT):
            raise PermissionDenied
        return _step(request, business, stored)
    return _design(request, business, stored, Typed())


def _not_own_yet(request: Any, business: Business, tree: str) -> HttpResponse:
    """A built-in tree, or one written by hand: it can be taken over."""
    catalogue = door.catalogue_of(request.user, business)
    if tree not in catalogue.trees and tree not in catalogue.templates:
        raise Http404
    if request.method != "POST":
        document = template(catalogue, tree)
        name = document.ja if current_language() == "ja" else document.en
        may = allows(request.membership.role, EDIT)
        page = {"title": _("Design"), "subtitle": business.name, "name": name, "tree": tree, "may_edit": may}
        return render(request, "cockpit/adopt.html", {"page": page})
    if not allows(request.membership.role, EDIT):
        raise PermissionDenied
    if tree in catalogue.trees:
        own = adopt_tree(request.user, business, template(catalogue, tree))
    else:
        own, _fresh = use_template(request.user, business, tree)
    return redirect("cockpit:design", business=business.id, tree=own.tree_id)


def _step(request: Any, business: Business, stored: StoredTree) -> HttpResponse:
    """Do what the form asks; what cannot be done comes back with its reason and everything that was typed."""
    posted = request.POST
    what, _colon, way = posted.get("do", "").partition(":")
    base = posted.get("base", "")
    began_from = int(base) if base.isdecimal() and len(base) < 10 else stored.version
    catalogue = door.catalogue_of(request.user, business)
    form, wish = _wish(posted, what, way, stored, business, request)
    typed = Typed(
        node=posted.get("node", ""),
        node_form=form if isinstance(form, NodeForm) else None,
        tree_form=form if isinstance(form, TreeForm) else None,
    )
    if form is not None and not form.is_valid():
        return _design(request, business, stored, typed, status=422)
    if actions.crowded(stored.document, wish, catalogue) and not posted.get("sure"):
        words = _("This board has {count} KPIs already. A team keeps an eye on 3–5; more dilute its attention.")
        count = actions.numbers_of_team(stored.document, catalogue)
        ask = Ask(words.format(count=count), _("Add it all the same"), (*_kept(posted), ("sure", "1")))
        return _design(request, business, stored, replace(typed, ask=ask), status=422)
    try:
        shown = _done(request, business, stored, began_from, what, way, wish, catalogue)
    except EditConflict:
        now = door.stored_tree(request.user, business, stored.id) or stored
        clash = _clash(now, stored_from=began_from, wish=wish, posted=posted, catalogue=catalogue)
        return _design(request, business, now, replace(typed, clash=clash), status=409)
    except PartOfFormula as error:
        ask = Ask(
            error.words(current_language()), _("Take it out of the formula and go on"), (*_kept(posted), ("loose", "1"))
        )
        return _design(request, business, stored, replace(typed, ask=ask), status=422)
    except KeikiError as error:
        return _design(request, business, stored, replace(typed, error=error.words(current_language())), status=422)
    return redirect(shown)


def _wish(
    posted: QueryDict, what: str, way: str, stored: StoredTree, business: Business, request: Any
) -> tuple[NodeForm | TreeForm | None, Wish]:
    """What the form asks for, and the form when it has to be checked first."""
    values: dict[str, Any] = {name: posted.get(name, "") for name in posted}
    values["way"] = way or values.get("way", "")
    if what == "change":
        form = NodeForm(posted, **_lists(request, business, stored.document))
        if form.is_valid():
            values = form.cleaned_data | {"node": posted.get("node", ""), "fields": form.node_fields}
            if "formula" not in posted:  # nothing hangs below it, so its formula was not shown
                del values["formula"]
        return form, Wish(what, values)
    if what == "change_tree":
        tree_form = TreeForm(posted)
        return tree_form, Wish(what, {"fields": tree_form.tree_fields} if tree_form.is_valid() else {"fields": {}})
    return None, Wish(what, values)


def _done(
    request: Any,
    business: Business,
    stored: StoredTree,
    began_from: int,
    what: str,
    way: str,
    wish: Wish,
    catalogue: Catalogue,
) -> str:
    """Do it, and the address to go to."""
    user = request.user
    here = design_url(business, stored.id)
    node = wish.node
    match what:
        case "undo":
            step_back(user, stored.row, began_from)
        case "redo":
            step_again(user, stored.row, began_from)
        case "restore":
            actions.restore_version(user, stored, began_from, int(way) if way.isdecimal() else 0)
        case "copy_tree":
            return design_url(business, actions.copy_tree(user, stored).tree_id)
        case "copy_to":
            return _copied_to(request, business, stored, node, request.POST.get("tree", ""))
        case "copy_mine":
            mine = Wish(*_first_wish(request.POST, stored, business, request))
            return design_url(business, actions.copy_with_wish(user, stored, began_from, mine, catalogue).tree_id)
        case "archive":
            archive_tree(user, stored.row)
            return reverse("cockpit:designs", kwargs={"business": business.id})
        case "bring_back":
            bring_back_tree(user, stored.row)
        case "activate":
            _activate(request, business, stored)
        case "pause":
            pause_goal(user, stored.row)
        case _:
            node = actions.edit_tree(user, stored, began_from, wish, catalogue)
    return f"{here}?node={node}" if node else here


def _copied_to(request: Any, business: Business, stored: StoredTree, node: str, tree: str) -> str:
    """Copy a node into another tree, and go there."""
    other = door.stored_tree(request.user, business, tree)
    if other is None or other.row.archived_at is not None or other.id == stored.id:
        raise UnknownName(kind="tree", name=tree)
    fresh = actions.copy_to_tree(request.user, stored, node, other)
    messages.success(request, _("It stands in this tree too, with its reason and its note."))
    return f"{design_url(business, other.id)}?node={fresh}"


def _first_wish(
    posted: QueryDict, stored: StoredTree, business: Business, request: Any
) -> tuple[str, Mapping[str, Any]]:
    """The wish that met another person's, kept in the form as `first`."""
    what, _colon, way = posted.get("first", "").partition(":")
    _form, wish = _wish(posted, what, way, stored, business, request)
    return wish.what, wish.values


def _activate(request: Any, business: Business, stored: StoredTree) -> None:
    """Activate the goal by its plan, or by the target it was written with."""
    target = goal_target(request.user, business, stored) or stored.document.root.target
    value = (target.value if target.value is not None else target.low) if target else None
    count = activate_goal(request.user, stored.row, value, target.by if target else None)
    if count > actions.MOST_GOALS:
        words = _("The team now has {count} active goals. One to three stay in sight; consider pausing one.")
        messages.warning(request, words.format(count=count))
    else:
        messages.success(request, _("The goal is active."))


def _kept(posted: QueryDict) -> tuple[tuple[str, str], ...]:
    """What was sent, to be sent once more."""
    return tuple(
        (name, posted.get(name, "")) for name in posted if name not in {"csrfmiddlewaretoken", "sure", "loose"}
    )


def _changes(before: TreeDocument | None, after: TreeDocument | None) -> tuple[str, ...]:
    """Every value that differs between two texts of the tree on this page, before and after."""
    if before is None or after is None:
        return ()
    return tuple(replace(change, tree=None).words(current_language()) for change in diff(before, after))


def _clash(now: StoredTree, stored_from: int, wish: Wish, posted: QueryDict, catalogue: Catalogue) -> Clash:
    before = door.version_of(now, stored_from)
    try:
        mine = actions.wished(before, wish, catalogue) if before is not None else None
    except KeikiError:
        mine = None
    words = _("While you were editing, {who} saved the tree. Nothing of yours was saved yet, and nothing is lost.")
    again = tuple((name, value) for name, value in _kept(posted) if name != "base")
    names = _names(catalogue, now.document)
    return Clash(
        words=words.format(who=now.changed_by or _("somebody")),
        theirs=done_words(now.done, names),
        theirs_changes=_changes(before, now.document),
        mine=named(mine.edit.words(current_language()), names) if mine else _("undo or redo"),
        mine_changes=_changes(before, mine.document if mine else None),
        mine_text=to_yaml(mine.document) if mine else "",
        theirs_text=to_yaml(now.document),
        fields=(*again, ("before", str(stored_from))),
    )


def _design(request: Any, business: Business, stored: StoredTree, typed: Typed, status: int = 200) -> HttpResponse:
    page = _design_page(request, business, stored, typed)
    return render(request, "cockpit/design.html", {"page": page}, status=status)


def _design_page(request: Any, business: Business, stored: StoredTree, typed: Typed) -> DesignPage:
    catalogue = door.catalogue_of(request.user, business)
    document = queries.planned(request.user, business, stored.document, catalogue)
    listed = queries.written(document, catalogue)
    departments = queries.departments(request.user, business, document)
    found = queries.findings(document, catalogue, business.calendar.today(), departments)
    on_data = queries.on_data(request.user, business, document, departments) if asked(request, ON_DATA) else None
    style = Style(current_language(), business.currency)
    chosen = typed.node or request.GET.get("node", "") or document.root.id
    rows = _rows(business, stored, listed, found, chosen, style)
    lists = _lists(request, business, document)
    may = allows(request.membership.role, EDIT)
    back, again = stored.steps
    checks = _checks(business, stored, listed, found, style)
    names = _names(catalogue, document)
    return DesignPage(
        title=_("Design"),
        subtitle=document.ja if style.japanese else document.en,
        tree=stored.id,
        url=design_url(business, stored.id),
        version=stored.version,
        may_edit=may and stored.row.archived_at is None,
        archived=stored.row.archived_at is not None,
        active=stored.active,
        board=document.kind == "board",
        rank_words=rank_words(document),
        measurable=stored.measurable,
        can_undo=back is not None,
        can_redo=again is not None,
        last=_last(stored, names),
        rows=rows,
        checks=checks,
        check_words=_check_words(checks),
        check_tone=min((line.tone for line in checks if line.tone != "none"), default="good"),
        data=data_panel(business, on_data, listed, style)
        if asked(request, ON_DATA)
        else DataPanel(ask_url=f"{design_url(business, stored.id)}?{urlencode({'node': chosen, ON_DATA: 1})}"),
        data_checks=_checks(business, stored, listed, on_data.findings, style) if on_data else (),
        unowned=len(queries.unowned(document)),
        history=_history(stored, names),
        tree_form=typed.tree_form or TreeForm(initial=TreeForm.initial_of(document)),
        **lists,
        file_url=reverse("cockpit:tree_file", kwargs={"business": business.id, "tree": stored.id}),
        inspector=_inspector(request, business, stored, document, listed, rows, chosen, typed, style),
        error=named(typed.error, names),
        ask=replace(typed.ask, words=named(typed.ask.words, names)) if typed.ask else None,
        clash=typed.clash,
    )


def _rows(
    business: Business,
    stored: StoredTree,
    listed: Sequence[Written],
    found: Sequence[Finding],
    chosen: str,
    style: Style,
) -> tuple[DesignRow, ...]:
    here = design_url(business, stored.id)
    troubles: dict[str, list[str]] = {}
    for one in found:
        if one.node and one.severity is not Severity.INFO:
            troubles.setdefault(one.node, []).append(TONES[one.severity])
    return tuple(
        DesignRow(
            id=each.node.id,
            label=each.label(style.language),
            level=LEVEL_WORDS.get(level_of(each), ""),
            level_number=each.depth + 1,
            indent=f"{min(each.depth, 15):x}",
            parent=each.parent.id if each.parent else "",
            place=each.place,
            children=len(each.node.children),
            closed=each.node.collapsed,
            link=_link_sign(each),
            link_words=_link_words(each),
            influence=each.node.influence is not None,
            owner=kpis.owner_words(each.node, style),
            target=_aim_words(each, style),
            kra=each.node.kra or "",
            tone=min(troubles.get(each.node.id, ()), default=""),
            troubles=len(troubles.get(each.node.id, ())),
            chosen=each.node.id == chosen,
            url=f"{here}?node={each.node.id}",
        )
        for each in listed
    )


def _aim_words(each: Written, style: Style) -> str:
    """What a number is to reach, as short as a row has room for; the inspector says from where and by when."""
    if each.node.target is None:
        return ""
    return kpis.target_words(replace(each.node.target, start=None, by=None, within=None), each.unit, style)


def level_of(each: Written) -> str:
    """KGI, KSF, KPI or detail: as written, else by its place."""
    beside = each.node.influence is not None and each.depth == 1
    return each.node.level or ("kpi" if beside else DEPTHS[min(each.depth, len(DEPTHS) - 1)])


def _link_sign(each: Written) -> str:
    if each.node.influence is not None:
        return "↑" if each.node.influence.sign > 0 else "↓"
    return each.operator


def _link_words(each: Written) -> str:
    if each.parent is None:
        return _("the goal")
    if each.node.influence is not None:
        return kpis.edge_words(InfluenceEdge(each.node.influence.sign, each.node.influence.lag))
    return (
        _("part of the formula above")
        if each.operator == ""
        else _("{sign} in the formula above").format(sign=each.operator)
    )


def _checks(
    business: Business, stored: StoredTree, listed: Sequence[Written], found: Sequence[Finding], style: Style
) -> tuple[CheckLine, ...]:
    here = design_url(business, stored.id)
    names = {each.node.id: each.label(style.language) for each in listed}

    def write(value: float | None, unit: str) -> str:
        return number(value, unit, style)

    def line(one: Finding) -> CheckLine:
        label, words = names.get(one.node or "", ""), named(one.message(style.language, write), names)
        quoted = f"「{label}」" if style.language.startswith("ja") else f"“{label}”"
        begins = bool(label) and words.startswith(quoted)
        head, tail = (quoted, words.removeprefix(quoted)) if begins else (label, f" {words}" if label else words)
        url = f"{here}?node={one.node}" if one.node in names else here
        return CheckLine(TONES[one.severity], words, one.remedy(style.language, write), head, tail, url)

    return tuple(line(one) for one in found)


def _check_words(checks: Sequence[CheckLine]) -> str:
    red, yellow = (sum(line.tone == tone for line in checks) for tone in ("act", "watch"))
    if red + yellow == 0:
        return _("Nothing to mend.")
    return _("{red} to mend, {yellow} to look at").format(red=red, yellow=yellow)


def rank_words(document: TreeDocument) -> str:
    """Whose goal a tree is, and which of theirs."""
    if document.team and document.rank:
        return _("{team}, goal {rank}").format(team=document.team, rank=document.rank)
    return document.team or ""


def _last(stored: StoredTree, names: Mapping[str, str]) -> str:
    return _("Version {number}: {what} ({who})").format(
        number=stored.version, what=done_words(stored.done, names), who=stored.changed_by or "—"
    )


def _history(stored: StoredTree, names: Mapping[str, str]) -> tuple[RevisionLine, ...]:
    return tuple(
        RevisionLine(
            each.number, done_words(each.done, names), each.made_at, each.made_by, each.number == stored.version
        )
        for each in door.tree_history(stored)
    )


def done_words(done: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """A step of a tree in words; `names` say what KPIs and nodes are called that it has by their ids."""
    what = str(done.get("what", ""))
    if what in EDIT_WORDS:
        return named(Edit.from_dict(done).words(current_language()), names)
    name = str(done.get(current_language(), ""))
    said = {
        "use_template": _("Made from the template “{name}”"),
        "adopt": _("Taken over from a file"),
        "start_empty": _("Started “{name}” empty"),
        "start_in_layers": _("Started “{name}” in three layers"),
        "copy_tree": _("Copied from “{name}”"),
        "import": _("Brought in from a file"),
        "restore": _("Went back to version {number}"),
        "decompose": _("Took “{node}” apart: {way}"),
        "undo": _("Undid: {step}"),
        "redo": _("Did again: {step}"),
    }.get(what, _("Changed"))
    step = done_words(done["of"], names) if isinstance(done.get("of"), Mapping) else ""
    way = done.get(f"way_{current_language()}", "")
    node = names.get(str(done.get("node", "")), done.get("node", ""))
    return said.format(name=name, number=done.get("number", ""), node=node, way=way, step=step)


def named(words: str, names: Mapping[str, str]) -> str:
    """A sentence with the names of numbers in the place of their quoted ids."""
    return QUOTED.sub(lambda found: found[1] + names.get(found[2], found[2]) + found[3], words)


def _names(catalogue: Catalogue, document: TreeDocument) -> dict[str, str]:
    """What KPIs and the nodes of a tree are called, by id."""
    kpis_by_id = {kpi.id: kpi.ja if current_language() == "ja" else kpi.en for kpi in catalogue.kpis.values()}
    nodes = {each.node.id: each.label(current_language()) for each in queries.written(document, catalogue)}
    return kpis_by_id | nodes


def _lists(request: Any, business: Business, document: TreeDocument) -> dict[str, tuple[str, ...]]:
    """Who and which departments can be named as owners."""
    owners = [node.owner for node in document.root.walk() if node.owner]
    people = [person.name for person in people_of(business, request.user)]
    departments = [words.words(current_language()) for words in vocabulary("department").values()]
    return {
        "people": tuple(dict.fromkeys([*people, *(o.person for o in owners if o.person)])),
        "departments": tuple(
            dict.fromkeys([*(department_words(o.department) for o in owners if o.department), *departments])
        ),
    }


def _inspector(
    request: Any,
    business: Business,
    stored: StoredTree,
    document: TreeDocument,
    listed: Sequence[Written],
    rows: Sequence[DesignRow],
    chosen: str,
    typed: Typed,
    style: Style,
) -> Inspector | None:
    by_id = {each.node.id: each for each in listed}
    if chosen not in by_id:
        return None
    each, row = by_id[chosen], next(row for row in rows if row.id == chosen)
    node, names = each.node, {one.node.id: one.label(style.language) for one in listed}
    edge = actions.current_edge(document, chosen)
    form = typed.node_form or NodeForm(initial=NodeForm.initial_of(node, edge), **_lists(request, business, document))
    form.fields["ja"].widget.attrs["placeholder"], form.fields["en"].widget.attrs["placeholder"] = each.ja, each.en
    if each.parent is None:
        del form.fields["edge"], form.fields["lag"]
    if not node.children:
        del form.fields["formula"]
    below = {one.id for one in node.walk()}
    catalogue = door.catalogue_of(request.user, business)
    query = (request.GET.get("q") or "").strip()[:80]
    ways = queries.ways_of(node, catalogue)
    proofs = queries.ways_proved(request.user, business, node) if ways and asked(request, PROVE) else {}
    prove_url = f"{design_url(business, stored.id)}?{urlencode({'node': chosen, PROVE: 1})}"
    return Inspector(
        row=row,
        kpi=_kpi_words(catalogue, node, style),
        kpi_url=kpis.url_of("kpis:kpi", business=business.id, kpi=node.kpi) if node.kpi else "",
        target=kpis.target_words(node.target, each.unit, style) if node.target else "",
        target_url=reverse("planning:target", kwargs={"business": business.id, "tree": stored.id, "node": node.id})
        if stored.measurable and (node.kpi or node.formula)
        else "",
        form=form,
        steps=_steps(each),
        parents=tuple((one.id, "　" * one.level_number + one.label) for one in rows if one.id not in below),
        query=query,
        found=_found_kpis(catalogue, query, document, style),
        add_edges=tuple((value, str(words)) for value, words in EDGES),
        add_edge=_usual_edge(document, node),
        ways=tuple(
            WayLine(
                way.id,
                way.ja if style.japanese else way.en,
                way.about_ja if style.japanese else way.about_en,
                door.renamed(way.formula, _piece_names(way, catalogue, style)),
                way.proved,
                proved_words(business, proofs[way.id], each.unit, style) if way.id in proofs else None,
            )
            for way in ways
        ),
        prove_url="" if proofs or not ways else prove_url,
        links=tuple(
            LinkLine(link.target, names[link.target], kpis.edge_words(InfluenceEdge(link.sign, link.lag)))
            for link in document.links
            if link.source == chosen
        ),
        others=tuple((one.id, one.label) for one in rows if one.id != chosen),
        other_trees=tuple(
            (one.id, _team_and_name(one.document))
            for one in door.stored_trees(request.user, business)
            if one.id != stored.id
        ),
        names=tuple((child.id, names[child.id]) for child in node.children),
    )


def _team_and_name(document: TreeDocument) -> str:
    return f"{document.team}：{tree_name(document)}" if document.team else tree_name(document)


def _kpi_words(catalogue: Catalogue, node: NodeDocument, style: Style) -> str:
    kpi = catalogue.kpis.get(node.kpi or "")
    return (kpi.definition_ja if style.japanese else kpi.definition_en) if kpi else ""


def _piece_names(way: Decomposition, catalogue: Catalogue, style: Style) -> dict[str, str]:
    def name(piece: Piece) -> str:
        kpi = catalogue.kpi(piece.kpi)
        return (piece.ja or kpi.ja) if style.japanese else (piece.en or kpi.en)

    return {piece.id: name(piece) for piece in way.parts}


def _usual_edge(document: TreeDocument, node: NodeDocument) -> str:
    """How one more number below a node would most likely hang: as its last child does."""
    if not node.children:
        return "same"
    edge = actions.current_edge(document, node.children[-1].id)
    return ("same" if edge.sign > 0 else "against") if isinstance(edge, Influence) else str(edge)


def _found_kpis(catalogue: Catalogue, query: str, document: TreeDocument, style: Style) -> tuple[FoundKpi, ...]:
    if not query:
        return ()
    here = {node.kpi for node in document.root.walk()}
    return tuple(
        FoundKpi(
            kpi.id,
            kpi.ja if style.japanese else kpi.en,
            kpi.definition_ja if style.japanese else kpi.definition_en,
            kpi.id in here,
        )
        for kpi in catalogue.search(query, style.language)[:FOUND]
    )


def _steps(each: Written) -> tuple[tuple[str, str, str, bool], ...]:
    parent = each.parent
    last = parent is None or each.place == len(parent.children) - 1
    return (
        ("step:up", _("Up"), "up", parent is not None and each.place > 0),
        ("step:down", _("Down"), "down", not last),
        ("step:out", _("Out"), "out", each.depth > 1),
        ("step:in", _("In"), "in", parent is not None and each.place > 0),
        ("copy", _("Copy"), "copy", parent is not None),
        ("collapse", _("Unfold") if each.node.collapsed else _("Fold"), "chevron", bool(each.node.children)),
        ("remove", _("Remove"), "close", parent is not None),
    )


def design_url(business: Business, tree: str) -> str:
    """The address where a tree is designed."""
    return reverse("cockpit:design", kwargs={"business": business.id, "tree": tree})


def tree_name(document: TreeDocument) -> str:
    """The name of a tree in the language of the page."""
    return document.ja if current_language() == "ja" else document.en
