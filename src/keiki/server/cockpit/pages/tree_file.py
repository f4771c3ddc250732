"""A tree as a file, and a file that becomes the tree."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keiki.catalogue.load import Catalogue
from keiki.errors import EditConflict, FileWithoutTree, KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions.design import take_back
from keiki.server.cockpit.forms.design import (
    FileForm,
)
from keiki.server.cockpit.pages.design import design_url, tree_name
from keiki.server.cockpit.queries import design as queries
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import StoredTree
from keiki.server.planning.rules import may_approve
from keiki.server.ui.language import current_language
from keiki.trees.build import build
from keiki.trees.bundle import Bundle, bundle_of, over, read_text, to_json, with_targets
from keiki.trees.bundle import to_yaml as bundle_yaml
from keiki.trees.diff import Change, diff
from keiki.trees.document import TreeDocument
from keiki.trees.ossie import Loss, ossie


@dataclass(frozen=True)
class ChangeLine:
    kind: str
    mark: str
    words: str


@dataclass(frozen=True)
class TreeFilePage:
    """A tree as a file, and a file that may become the tree; `changes` is None until one was sent."""

    title: str
    subtitle: str
    tree: str
    url: str
    design_url: str
    version: int
    may_edit: bool
    yaml: str
    losses: tuple[ChangeLine, ...]
    form: FileForm
    changes: tuple[ChangeLine, ...] | None = None
    text: str = ""
    wrong: str = ""
    error: str = ""


@business_page()
@get_and_post
def tree_file_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """Download a tree, or send one back: what would change is shown first, then applied as one version."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        raise Http404
    catalogue = door.catalogue_of(request.user, business)
    document = queries.planned(request.user, business, stored.document, catalogue)
    bundle = replace(
        bundle_of(over(catalogue, Bundle((document,))), [document.id]),
        targets=queries.changing(request.user, business, document, catalogue),
    )
    if request.GET.get("as") in {"yaml", "json"}:
        return _download(bundle, stored.id, request.GET["as"])
    semantic = ossie(bundle, over(catalogue, bundle))
    if request.GET.get("as") == "ossie":
        text = json.dumps(semantic.document, ensure_ascii=False, indent=2) + "\n"
        return _file(text, "application/json", f"{stored.id}.ossie.json")
    may = allows(request.membership.role, EDIT)
    page = TreeFilePage(
        title=_("File"),
        subtitle=tree_name(document),
        tree=stored.id,
        url=request.path,
        design_url=design_url(business, stored.id),
        version=stored.version,
        may_edit=may and stored.row.archived_at is None,
        yaml=bundle_yaml(bundle),
        losses=tuple(_loss_line(loss) for loss in semantic.losses),
        form=FileForm(),
    )
    if request.method != "POST":
        return render(request, "cockpit/tree_file.html", {"page": page})
    if not may:
        raise PermissionDenied
    return _sent_back(request, business, stored, page, catalogue)


def _download(bundle: Bundle, name: str, kind: str) -> HttpResponse:
    text, mime = (to_json(bundle), "application/json") if kind == "json" else (bundle_yaml(bundle), "application/yaml")
    return _file(text, mime, f"{name}.{kind}")


def _file(text: str, mime: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=f"{mime}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _sent_back(
    request: Any, business: Business, stored: StoredTree, page: TreeFilePage, catalogue: Catalogue
) -> HttpResponse:
    """Show what a text would change; apply it when the person has seen that."""
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(request, "cockpit/tree_file.html", {"page": replace(page, form=form)}, status=422)
    text = form.cleaned_data["text"]
    kept = FileForm(initial={"text": text})
    base = request.POST.get("base", "")
    began_from = int(base) if base.isdecimal() and len(base) < 10 else stored.version
    try:
        bundle = read_text(text, form.file_name)
        sent = _one_tree(bundle, form.file_name, stored, business)
        shown_before = queries.planned(request.user, business, stored.document, catalogue)
        document = queries.as_stored(sent, shown_before, stored.document)
        if request.POST.get("do") == "apply":
            approves = may_approve(request.membership.role)
            take_back(request.user, stored.row, began_from, document, bundle, approves=approves)
            return redirect(page.design_url)
        shown = replace(
            page,
            form=kept,
            text=text,
            changes=tuple(_change_line(change) for change in _changes(stored.document, document, bundle, catalogue)),
            wrong=_why_draft(document, over(catalogue, Bundle(kpis=bundle.kpis))),
        )
        return render(request, "cockpit/tree_file.html", {"page": shown})
    except EditConflict as error:
        now = door.stored_tree(request.user, business, stored.id) or stored
        changes = tuple(_change_line(change) for change in diff(now.document, document))
        again = replace(
            page, form=kept, text=text, version=now.version, changes=changes, error=error.words(current_language())
        )
        return render(request, "cockpit/tree_file.html", {"page": again}, status=409)
    except KeikiError as error:
        wrong = replace(page, form=kept, error=error.words(current_language()))
        return render(request, "cockpit/tree_file.html", {"page": wrong}, status=422)


def _changes(before: TreeDocument, after: TreeDocument, bundle: Bundle, catalogue: Catalogue) -> tuple[Change, ...]:
    """What the tree of a file changes, and which of its KPIs would be new here."""
    new = tuple(kpi for kpi in bundle.kpis if kpi.id not in catalogue.kpis)
    return diff(Bundle((before,)), Bundle((after,), new)) if new else diff(before, after)


def _one_tree(bundle: Bundle, file: str, stored: StoredTree, business: Business) -> TreeDocument:
    """The tree of a file under the id of this one; of several the one with that id, else the first."""
    if not bundle.trees:
        raise FileWithoutTree(file=file)
    trees = with_targets(bundle, business.calendar.today())
    return replace(next((each for each in trees if each.id == stored.id), trees[0]), id=stored.id)


def _change_line(change: Change) -> ChangeLine:
    words = change.words(current_language())
    return ChangeLine(change.what, words[:1], words[1:].strip())


def _loss_line(loss: Loss) -> ChangeLine:
    words = loss.words(current_language())
    return ChangeLine("removed" if loss.gone else "changed", words[:1], words[1:].strip())


def _why_draft(document: TreeDocument, catalogue: Catalogue) -> str:
    """Why a document would only be a draft; nothing when it can be measured."""
    try:
        build(document, catalogue)
    except KeikiError as error:
        return error.words(current_language())
    return ""
