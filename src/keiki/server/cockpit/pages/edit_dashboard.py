"""All dashboards of a person, and the page on which one is arranged: every change is one step, by form or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.errors import EditConflict, KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import dashboards as actions
from keiki.server.cockpit.forms.dashboards import PURPOSES, WIDTH_WORDS, DashboardForm, PanelForm
from keiki.server.cockpit.models import Refresh, SavedView
from keiki.server.cockpit.pages.dashboards import may_change, stored_or_404
from keiki.server.cockpit.pages.panels import Desk, PanelView, shown
from keiki.server.cockpit.pages.tabs import dashboard_url, names
from keiki.server.cockpit.queries import dashboards as queries
from keiki.server.cockpit.queries import views
from keiki.server.cockpit.queries.dashboards import GENERATED, Stored
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import counted, measured
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class DashboardLine:
    """A dashboard in the list of all."""

    name: str
    url: str
    edit_url: str
    kind: str
    changed: str
    stored: Stored | None = None


@dataclass(frozen=True)
class ViewLine:
    """A saved view in the list."""

    name: str
    url: str
    kind: str
    forget_url: str


@dataclass(frozen=True)
class DashboardsPage:
    title: str
    subtitle: str
    generated: tuple[DashboardLine, ...]
    made: tuple[DashboardLine, ...]
    form: DashboardForm
    starts: tuple[tuple[str, str], ...]
    start: str
    may_share: bool
    screens_url: str = ""
    views: tuple[ViewLine, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    starts_with: str = ""


@business_page()
@get_and_post
def dashboards_page(request: Any, business: Business) -> HttpResponse:
    """Every dashboard a person may open; a POST makes one more."""
    form = DashboardForm(request.POST or None)
    start = request.POST.get("start", "")
    may_share = allows(request.membership.role, EDIT)
    if request.method == "POST" and form.is_valid():
        made = _made(request, business, form.cleaned_data["name"], start, form.cleaned_data["shared"] and may_share)
        return redirect("cockpit:edit_dashboard", business=business.id, name=str(made))
    page = DashboardsPage(
        title=_("Dashboards"),
        subtitle=business.name,
        generated=tuple(
            DashboardLine(words, dashboard_url(business, name), "", _("Made from the tree and the data"), "")
            for name, words in names().items()
        ),
        made=tuple(_line(request, business, each) for each in queries.dashboards_of(request.user, business)),
        form=form,
        starts=(("", _("Empty")), *names().items()),
        start=start,
        may_share=may_share,
        views=tuple(_view_line(business, each, may_share) for each in views.views_of(request.user, business)),
        choices=(
            ("", _("As my role")),
            (views.TODAY, _("Today")),
            *names().items(),
            *((str(each.id), each.name) for each in queries.dashboards_of(request.user, business)),
        ),
        starts_with=views.start_of(request.user, business, request.membership.role),
        screens_url=reverse("cockpit:screens", kwargs={"business": business.id}) if may_share else "",
    )
    return render(request, "cockpit/dashboards.html", {"page": page}, status=422 if form.errors else 200)


def _line(request: Any, business: Business, stored: Stored) -> DashboardLine:
    edit = _edit_url(business, str(stored.id)) if may_change(request, stored) else ""
    kind = _("Shared") if stored.shared else _("Only you")
    return DashboardLine(stored.name, dashboard_url(business, str(stored.id)), edit, kind, stored.changed_by, stored)


def _view_line(business: Business, view: SavedView, may_share: bool) -> ViewLine:
    url = dashboard_url(business, view.shows) + (f"?{view.query}" if view.query else "")
    mine = view.owner_id is not None
    forget = reverse("cockpit:forget_view", kwargs={"business": business.id, "view": view.pk})
    return ViewLine(view.name, url, _("Only you") if mine else _("Shared"), forget if mine or may_share else "")


def _edit_url(business: Business, name: str) -> str:
    return reverse("cockpit:edit_dashboard", kwargs={"business": business.id, "name": name})


def _made(request: Any, business: Business, name: str, start: str, shared: bool) -> Any:
    """A further dashboard that begins empty or as a generated one; its id."""
    panels: tuple[queries.Spec, ...] = ()
    if start in GENERATED and door.known(request.user, business).today is not None:
        numbers = measured(request.user, business, request.GET.get("tree"), Asked().question)
        panels = queries.generated(start, request.user, business, numbers)
    return actions.make_dashboard(request.user, business, name, panels, shared=shared, made_from=start).pk


# --- arranging one ---


@dataclass(frozen=True)
class Clash:
    """Somebody else was faster: who, what I wanted, and the same form once more."""

    words: str
    mine: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class EditPage:
    title: str
    subtitle: str
    url: str
    view_url: str
    version: int
    stored: Stored
    panels: tuple[PanelView, ...]
    widths: tuple[tuple[int, Any], ...]
    purposes: tuple[tuple[Any, Any, Any], ...]
    refreshes: tuple[tuple[str, Any], ...]
    form: PanelForm
    name_form: DashboardForm
    may_share: bool
    clash: Clash | None = None
    error: str = ""


@business_page()
@get_and_post
def edit_page(request: Any, business: Business, name: str) -> HttpResponse:
    """A dashboard as it is arranged; a POST is one step. A generated one is copied first."""
    if name in GENERATED:
        if request.method != "POST":
            page = {"title": names()[name], "subtitle": business.name, "name": name}
            return render(request, "cockpit/copy_dashboard.html", {"page": page})
        made = _made(request, business, _("{name} (mine)").format(name=names()[name]), name, shared=False)
        return redirect(_edit_url(business, str(made)))
    stored = stored_or_404(request, business, name)
    if not may_change(request, stored):
        raise PermissionDenied
    if request.method != "POST":
        return _edit(request, business, stored)
    return _step(request, business, stored)


def _step(request: Any, business: Business, stored: Stored) -> HttpResponse:
    """Do what the form asks; what cannot be done comes back with its reason and what was typed."""
    posted = request.POST
    what, base = posted.get("do", ""), _number(posted.get("base"), stored.version)
    form = name_form = None
    if what == "add":
        form = _panel_form(request, business, posted)
        if not form.is_valid():
            return _edit(request, business, stored, form=form, status=422)
    if what == "name":
        name_form = DashboardForm(posted)
        if not name_form.is_valid():
            return _edit(request, business, stored, name_form=name_form, status=422)
    try:
        key = _done(request, business, stored, what, base, form, name_form)
    except EditConflict:
        now = stored_or_404(request, business, str(stored.id))
        return _edit(
            request, business, now, form=form, name_form=name_form, clash=_clash(now, what, posted), status=409
        )
    except KeikiError as error:
        words = error.words(current_language())
        return _edit(request, business, stored, form=form, name_form=name_form, error=words, status=422)
    if key is None:
        return redirect("cockpit:dashboards", business=business.id)
    return redirect(f"{_edit_url(business, str(stored.id))}#edit-{key}")


def _done(
    request: Any,
    business: Business,
    stored: Stored,
    what: str,
    base: int,
    form: PanelForm | None,
    name_form: DashboardForm | None,
) -> int | None:
    """Do it; the panel to show next, None when the dashboard is gone."""
    user, posted, here = request.user, request.POST, stored.id
    key = _number(posted.get("panel"), 0)
    match what:
        case "add" if form is not None:
            added = actions.add_panel(user, here, base, form.spec)
            if form.advice:
                messages.info(request, _("For that, another kind is easier to read. {why}").format(why=form.advice))
            return int(added.pk)
        case "move":
            actions.move_panel(user, here, base, key, _number(posted.get("place"), 0))
        case "resize":
            actions.resize_panel(user, here, base, key, _number(posted.get("width"), 6), "tall" in posted)
        case "words":
            words = {name: posted.get(name, "").strip()[:most] for name, most in _WORDS.items() if name in posted}
            if posted.get("refresh") in Refresh.values:
                words["refresh"] = posted["refresh"]
            actions.change_panel(user, here, base, key, words)
        case "remove":
            actions.remove_panel(user, here, base, key)
        case "name" if name_form is not None:
            given = name_form.cleaned_data
            shared = given["shared"] if allows(request.membership.role, EDIT) else stored.shared
            actions.change_dashboard(user, here, base, given["name"], shared)
            messages.success(request, _("Saved."))
        case "drop":
            actions.remove_dashboard(user, here, base)
            messages.success(request, _("“{name}” was removed.").format(name=stored.name))
            return None
    return key


_WORDS: Mapping[str, int] = {"title": 80, "text": 2000, "group": 40}


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else otherwise


def _clash(now: Stored, what: str, posted: QueryDict) -> Clash:
    said = {
        "add": _("add a panel"),
        "move": _("move a panel"),
        "resize": _("change the size of a panel"),
        "words": _("change the words of a panel"),
        "remove": _("remove a panel"),
        "name": _("change the name"),
        "drop": _("remove the dashboard"),
    }
    words = _("While you were arranging, {who} changed this dashboard. Below it is as they left it.")
    return Clash(
        words.format(who=now.changed_by or _("somebody")),
        _("You wanted to {what}. Nothing of it was saved yet.").format(what=said.get(what, what)),
        tuple((name, posted.get(name, "")) for name in posted if name not in {"csrfmiddlewaretoken", "base"}),
    )


def _panel_form(request: Any, business: Business, posted: QueryDict | None = None) -> PanelForm:
    """The form of one more panel with every number and dimension there is."""
    known = door.known(request.user, business)
    language = current_language()
    numbers: list[tuple[str, list[tuple[str, str]]]] = []
    dimensions: dict[str, str] = {}
    for tree in known.trees:
        nodes = [node for node in tree.nodes if counted(node)]
        title = tree.ja if language == "ja" else tree.en
        numbers.append((title, [(f"{tree.id}/{node.id}", node.label(language)) for node in nodes]))
        for node in nodes:
            for by in door.dimensions(request.user, business, node):
                dimensions.setdefault(by, door.dimension_label(by, language))
    return PanelForm(posted, numbers=numbers, dimensions=dimensions.items())


def _edit(
    request: Any,
    business: Business,
    stored: Stored,
    form: PanelForm | None = None,
    name_form: DashboardForm | None = None,
    clash: Clash | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    known = door.known(request.user, business)
    panels: tuple[PanelView, ...] = ()
    if known.today is not None:
        asked = Asked()
        desk = Desk(request.user, business, asked, measured(request.user, business, None, asked.question))
        panels = tuple(shown(desk, spec) for spec in stored.panels)
    else:
        panels = tuple(PanelView(spec, spec.title or spec.kind, text=spec.text) for spec in stored.panels)
    page = EditPage(
        title=_("Arrange panels"),
        subtitle=stored.name,
        url=_edit_url(business, str(stored.id)),
        view_url=dashboard_url(business, str(stored.id)),
        version=stored.version,
        stored=stored,
        panels=panels,
        widths=WIDTH_WORDS,
        purposes=tuple((words, kind.label, why) for _name, words, kind, why in PURPOSES),
        refreshes=tuple(Refresh.choices),
        form=form or _panel_form(request, business),
        name_form=name_form or DashboardForm(initial={"name": stored.name, "shared": stored.shared}),
        may_share=allows(request.membership.role, EDIT),
        clash=clash,
        error=error,
    )
    return render(request, "cockpit/edit_dashboard.html", {"page": page}, status=status)
