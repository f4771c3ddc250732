"""What happened: the list of everything that people wrote down, and how marks stand beside a number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.charts.format import Style
from keiki.charts.happened import Happened
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post, way_back
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import happened as actions
from keiki.server.cockpit.forms.happened import AnnotationForm
from keiki.server.cockpit.models import CHANGES, Annotation, Happening
from keiki.server.cockpit.queries import changes
from keiki.server.cockpit.queries import happened as queries
from keiki.server.cockpit.queries.changes import Tracking
from keiki.server.cockpit.queries.happened import EVERYTHING, Mark
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import Key, counted, key_of
from keiki.server.ui.language import current_language
from keiki.trees.build import Node

PREFILLED = ("number", "kind", "text", "campaign")
"""What a link to the form may fill in."""


@dataclass(frozen=True)
class MarkLine:
    """Something that happened, as written: `url` leads to its own page, `remove_url` is where it may be taken back,
    `warning` says why its effect cannot be measured.
    """

    day: str
    kind: str
    kind_words: str
    text: str
    number: str
    who: str
    remove_url: str = ""
    url: str = ""
    warning: str = ""


@dataclass(frozen=True)
class AnnotationsPage:
    title: str
    subtitle: str
    lines: tuple[MarkLine, ...]
    may_write: bool
    form: AnnotationForm
    warning: Warned | None = None


@dataclass(frozen=True)
class Warned:
    """Why the effect of a change cannot be measured, and where that is mended."""

    words: str
    ways: tuple[kpis.Way, ...]


@business_page()
@get_and_post
def annotations_page(request: Any, business: Business) -> HttpResponse:
    """Everything that people wrote down; a POST adds to it."""
    may = allows(request.membership.role, EDIT)
    posted = request.method == "POST"
    if posted and not may:
        raise PermissionDenied
    initial = {"on": business.calendar.today()} | {name: request.GET[name] for name in PREFILLED if name in request.GET}
    form = AnnotationForm(request.POST if posted else None, numbers=numbers_of(request, business), initial=initial)
    warning = None
    if posted and form.is_valid():
        given = form.cleaned_data
        key = key_named(request, business, given["number"])
        told = changes.tracking(request.user, business, given["kind"], key)
        warning = warned(business, told, key[0], given["kind"])
        if warning is None or given["anyway"]:
            made = actions.annotate(
                *(request.user, business, key, given["kind"], given["on"], given["text"], given["until"]),
                campaign=given["campaign"],
            )
            return redirect(_back(request, business, change_url(business, made.pk) if made.kind in CHANGES else ""))
        form.ask_anyway()
    names = names_of(request, business)
    page = AnnotationsPage(
        title=_("What happened"),
        subtitle=business.name,
        lines=tuple(_written(row, names, business, request) for row in queries.written_down(request.user, business)),
        may_write=may,
        form=form,
        warning=warning,
    )
    wrong = bool(form.errors or warning)
    return render(request, "cockpit/annotations.html", {"page": page}, status=422 if wrong else 200)


@business_page(EDIT)
@require_POST
def remove_annotation_page(request: Any, business: Business, annotation: int) -> HttpResponse:
    """Take back what was written down."""
    found = Annotation.objects.filter(business=business, pk=annotation).first()
    if found is None:
        raise Http404
    actions.remove_annotation(request.user, found)
    return redirect(_back(request, business))


def _back(request: Any, business: Business, otherwise: str = "") -> str:
    """Where the person came from, when that is a page of this site; else `otherwise`, else the list."""
    return way_back(request, otherwise or reverse("cockpit:annotations", kwargs={"business": business.id}))


def numbers_of(request: Any, business: Business) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every number that something can be written down for, by tree."""
    language = current_language()
    trees = door.known(request.user, business).trees
    return [
        (
            tree.ja if language == "ja" else tree.en,
            [(f"{tree.id}/{node.id}", node.label(language)) for node in tree.nodes if counted(node)],
        )
        for tree in trees
    ]


def key_named(request: Any, business: Business, number: str) -> Key:
    """What a choice of the form stands for."""
    tree_id, _slash, node_id = number.partition("/")
    tree = next((each for each in door.known(request.user, business).trees if each.id == tree_id), None)
    return EVERYTHING if tree is None or node_id not in tree.by_id else key_of(tree, tree.node(node_id))


def names_of(request: Any, business: Business) -> dict[Key, str]:
    """What numbers are called, by what marks are kept under."""
    language = current_language()
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
    told = changes.tracking(request.user, business, row.kind, key)
    warning = warned(business, told, row.kpi, row.kind)
    return MarkLine(
        days,
        row.kind,
        str(Happening(row.kind).label),
        row.text,
        number,
        str(row.made_by or ""),
        remove,
        change_url(business, row.pk),
        "" if warning is None else warning.words,
    )


def warned(business: Business, told: Tracking, kpi: str, kind: str) -> Warned | None:
    """The warning about a change whose effect cannot be measured; None where it can, or nobody asks."""
    words = {
        Tracking.NO_KPI: _("It starts without a KPI that is tracked, so nobody will know what it brought."),
        Tracking.NO_DATA: _("The KPI it is to move has no data here, so nobody will know what it brought."),
        Tracking.NO_VALUE: _("The KPI it is to move is entered by hand, and nobody has entered a value yet."),
    }
    if told not in words:
        return None
    enter = _("Enter its first value"), f"{kpis.kpi_url(business, kpi)}#now" if kpi else ""
    ways = {
        Tracking.NO_KPI: ((_("Choose a KPI"), f"{annotate_url(business)}?kind={kind}#id_number"),),
        Tracking.NO_DATA: ((_("Bring in its data"), kpis.url_of("data:data", business=business.id)), enter),
        Tracking.NO_VALUE: (enter,),
    }[told]
    return Warned(words[told], tuple(kpis.Way(*way) for way in ways if way[1]))


def change_url(business: Business, annotation: int) -> str:
    """The page of something that was written down: what it was to bring, what it brought, what else moved."""
    return reverse("cockpit:change", kwargs={"business": business.id, "annotation": annotation})


def remove_url(business: Business, annotation: int) -> str:
    """Where something that was written down is taken back."""
    return reverse("cockpit:remove_annotation", kwargs={"business": business.id, "annotation": annotation})


def day_words(day: date) -> str:
    """A day as this reader writes it."""
    return f"{day:%Y/%m/%d}" if current_language() == "ja" else f"{day.day} {day:%b %Y}"


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
            "" if each.id is None else change_url(business, each.id),
        )
        for each in reversed(queries.marks_of(request.user, business, numbers, node))
    )


def annotate_url(business: Business) -> str:
    """Where something that happened is written down."""
    return kpis.url_of("cockpit:annotations", business=business.id)
