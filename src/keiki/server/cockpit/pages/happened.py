"""What happened: the list of everything that people wrote down, and how marks stand beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.charts.format import Style
from keiki.charts.trend import Happened
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post, way_back
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import happened as actions
from keiki.server.cockpit.forms.happened import AnnotationForm
from keiki.server.cockpit.models import Annotation, Happening
from keiki.server.cockpit.queries import happened as queries
from keiki.server.cockpit.queries.happened import EVERYTHING, Mark
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import Key, counted, key_of
from keiki.trees.build import Node

PREFILLED = ("number", "kind", "text")
"""What a link to the form may fill in."""


@dataclass(frozen=True)
class MarkLine:
    """Something that happened, as written; `remove_url` where it may be taken back."""

    day: str
    kind: str
    kind_words: str
    text: str
    number: str
    who: str
    remove_url: str = ""


@dataclass(frozen=True)
class AnnotationsPage:
    title: str
    subtitle: str
    lines: tuple[MarkLine, ...]
    may_write: bool
    form: AnnotationForm


@business_page()
@get_and_post
def annotations_page(request: Any, business: Business) -> HttpResponse:
    """Everything that people wrote down; a POST adds to it."""
    may = allows(request.membership.role, EDIT)
    posted = request.method == "POST"
    if posted and not may:
        raise PermissionDenied
    initial = {"on": business.calendar.today()} | {name: request.GET[name] for name in PREFILLED if name in request.GET}
    form = AnnotationForm(request.POST if posted else None, numbers=_numbers(request, business), initial=initial)
    if posted and form.is_valid():
        given = form.cleaned_data
        key = _key_of(request, business, given["number"])
        actions.annotate(request.user, business, key, given["kind"], given["on"], given["text"], given["until"])
        return redirect(_back(request, business))
    names = _names(request, business)
    page = AnnotationsPage(
        title=_("What happened"),
        subtitle=business.name,
        lines=tuple(_written(row, names, business, request) for row in queries.written_down(request.user, business)),
        may_write=may,
        form=form,
    )
    return render(request, "cockpit/annotations.html", {"page": page}, status=422 if form.errors else 200)


@business_page(EDIT)
@require_POST
def remove_annotation_page(request: Any, business: Business, annotation: int) -> HttpResponse:
    """Take back what was written down."""
    found = Annotation.objects.filter(business=business, pk=annotation).first()
    if found is None:
        raise Http404
    actions.remove_annotation(request.user, found)
    return redirect(_back(request, business))


def _back(request: Any, business: Business) -> str:
    return way_back(request, reverse("cockpit:annotations", kwargs={"business": business.id}))


def _numbers(request: Any, business: Business) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every number that something can be written down for, by tree."""
    language = (get_language() or "ja")[:2]
    trees = door.known(request.user, business).trees
    return [
        (
            tree.ja if language == "ja" else tree.en,
            [(f"{tree.id}/{node.id}", node.label(language)) for node in tree.nodes if counted(node)],
        )
        for tree in trees
    ]


def _key_of(request: Any, business: Business, number: str) -> Key:
    tree_id, _slash, node_id = number.partition("/")
    tree = next((each for each in door.known(request.user, business).trees if each.id == tree_id), None)
    return EVERYTHING if tree is None or node_id not in tree.by_id else key_of(tree, tree.node(node_id))


def _names(request: Any, business: Business) -> dict[Key, str]:
    language = (get_language() or "ja")[:2]
    found: dict[Key, str] = {}
    for tree in door.known(request.user, business).trees:
        for node in tree.nodes:
            found.setdefault(key_of(tree, node), node.label(language))
    return found


def _written(row: Annotation, names: dict[Key, str], business: Business, request: Any) -> MarkLine:
    key = (row.kpi, row.where, row.tree, row.node)
    number = _("The whole business") if key == EVERYTHING else names.get(key, row.kpi or row.node)
    remove = remove_url(business, row.pk) if allows(request.membership.role, EDIT) else ""
    days = day_words(row.on) + (f" – {day_words(row.until)}" if row.until else "")
    return MarkLine(days, row.kind, str(Happening(row.kind).label), row.text, number, str(row.made_by or ""), remove)


def remove_url(business: Business, annotation: int) -> str:
    """Where something that was written down is taken back."""
    return reverse("cockpit:remove_annotation", kwargs={"business": business.id, "annotation": annotation})


def day_words(day: date) -> str:
    """A day as this reader writes it."""
    return f"{day:%Y/%m/%d}" if (get_language() or "ja").startswith("ja") else f"{day.day} {day:%b %Y}"


# --- beside a number ---


def mark_words(mark: Mark, style: Style) -> str:
    """What happened in one short line, as it stands in a chart's table."""
    kind = str(Happening(mark.kind).label)
    number = "" if mark.number is None else mark.number.label(style.language)
    told = " · ".join(word for word in (day_words(mark.on), kind, number) if word)
    return f"{told}: {mark.text}" if mark.text else told


def happened_to(user: Any, business: Business, numbers: TreeNumbers, node: Node, style: Style) -> tuple[Happened, ...]:
    """What happened to a number, as its chart marks it."""
    return tuple(
        Happened(queries.place_of(numbers, each.on), mark_words(each, style), each.kind)
        for each in queries.marks_of(user, business, numbers, node)
    )


def mark_lines(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, style: Style
) -> tuple[MarkLine, ...]:
    """What happened to a number in its history, the newest first."""
    may = allows(request.membership.role, EDIT)
    return tuple(
        MarkLine(
            day_words(each.on) + (f" – {day_words(each.until)}" if each.until else ""),
            each.kind,
            str(Happening(each.kind).label),
            each.text,
            "" if each.number is None else each.number.label(style.language),
            each.who,
            remove_url(business, each.id) if may and each.id is not None else "",
        )
        for each in reversed(queries.marks_of(request.user, business, numbers, node))
    )


def annotate_url(business: Business) -> str:
    """Where something that happened is written down."""
    return kpis.url_of("cockpit:annotations", business=business.id)
