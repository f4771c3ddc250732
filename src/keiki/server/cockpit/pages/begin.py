"""The first five minutes: from a fresh business to a dashboard of its own numbers, every step kept and skippable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keiki.charts.format import Style, number
from keiki.errors import KeikiError
from keiki.facts import FACTS, fact
from keiki.server.accounts.actions import invite
from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, OWN, allows
from keiki.server.cockpit.actions import beginning as actions
from keiki.server.cockpit.models import Beginning
from keiki.server.cockpit.pages.dashboards import sections
from keiki.server.cockpit.pages.panels import Desk, Section
from keiki.server.cockpit.pages.tabs import dashboard_url
from keiki.server.cockpit.queries import beginning as queries
from keiki.server.cockpit.queries import dashboards
from keiki.server.cockpit.queries.beginning import MONTHS_AHEAD, STEPS, TYPES, ProposedTarget
from keiki.server.data import actions as data
from keiki.server.data import pages as data_pages
from keiki.server.data.actions import Preview
from keiki.server.data.forms import choice_of, field
from keiki.server.data.models import Upload
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.pages.templates import sketch
from keiki.server.planning.queries import counted, measured
from keiki.server.ui.forms import read_day
from keiki.server.ui.language import current_language
from keiki.trees.build import Tree
from keiki.trees.smart import Mark

FIRST_PANELS = 5
TONES = {Mark.PASS: "good", Mark.CAUTION: "watch", Mark.FAIL: "act"}
TWO_WEEKS = timedelta(days=14)


@dataclass(frozen=True)
class StepLink:
    """A step in the bar above: done, the present one, or still to come."""

    number: int
    words: str
    url: str
    state: str


@dataclass(frozen=True)
class TypeCard:
    id: str
    name: str
    about: str
    sketch: SafeString
    needs: str
    chosen: bool


@dataclass(frozen=True)
class SampleRow:
    label: str
    indent: str
    value: str


@dataclass(frozen=True)
class DoubtfulColumn:
    """A column nobody can be sure of: its select, examples and what it may mean."""

    field: str
    name: str
    examples: str
    chosen: str
    meanings: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


@dataclass(frozen=True)
class FileState:
    """What became of the file: still to be asked about, on its way, taken, or not taken."""

    name: str
    state: str
    words: str
    doubtful: tuple[DoubtfulColumn, ...] = ()
    sure: str = ""
    taken: str = ""
    rejected: int = 0
    rejected_url: str = ""
    columns_url: str = ""


@dataclass(frozen=True)
class TargetRow:
    """A proposed target as written, with its SMART marks as (letter, name, tone, why)."""

    node: str
    label: str
    value: str
    words: str
    letters: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class BeginPage:
    title: str
    subtitle: str
    step: str
    steps: tuple[StepLink, ...]
    skip_url: str
    data_url: str = ""
    types: tuple[TypeCard, ...] = ()
    templates_url: str = ""
    tree_name: str = ""
    samples: tuple[SampleRow, ...] = ()
    file: FileState | None = None
    accept: str = ""
    sections: tuple[Section, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    may_invite: bool = False
    roles: tuple[tuple[str, str], ...] = ()
    link: str = ""
    meeting_on: str = ""
    dashboard_url: str = ""
    error: str = ""


@business_page(EDIT)
@get_and_post
def begin_page(request: Any, business: Business, step: str = "") -> HttpResponse:
    """One step of the set-up; without a name the one a person was at. A POST does the step and goes on."""
    at = queries.beginning_of(business)
    if step not in {"", *STEPS}:
        raise Http404
    if request.method == "POST":
        return _done(request, business, at, step or at.step)
    if step and step != at.step and STEPS.index(step) > STEPS.index(at.step):
        actions.go_to(business, step)  # skipped
        at = queries.beginning_of(business)
    return _shown(request, business, at, step or at.step)


def _done(request: Any, business: Business, at: Beginning, step: str) -> HttpResponse:
    try:
        match step:
            case "type":
                return _type_chosen(request, business)
            case "data":
                return _file_sent(request, business, at)
            case "targets":
                _targets_taken(request, business, at)
                return _to(business, "team")
            case "team":
                return _team(request, business, at)
    except KeikiError as error:
        return _shown(request, business, at, step, error=error.words(current_language()), status=422)
    return _to(business, STEPS[min(STEPS.index(step) + 1, len(STEPS) - 1)])


def _to(business: Business, step: str) -> HttpResponse:
    actions.go_to(business, step)
    return redirect("cockpit:begin", business=business.id, step=step)


def _type_chosen(request: Any, business: Business) -> HttpResponse:
    chosen = request.POST.get("template", "")
    if chosen not in TYPES:
        raise Http404
    actions.choose_type(request.user, business, chosen)
    return redirect("cockpit:begin", business=business.id, step="tree")


def _file_sent(request: Any, business: Business, at: Beginning) -> HttpResponse:
    """A file, or what its doubtful columns mean; sure columns are not asked about."""
    sent = request.FILES.get("file")
    if sent is not None:
        upload = actions.send_file(request.user, business, sent)
        look = data.look(upload)
        if look.export:
            actions.import_file(request.user, upload, None)
        elif not any(column.doubtful for part in look.parts for column in part.columns):
            actions.import_file(request.user, upload, data_pages.chosen_mapping(look, {}))
        return redirect("cockpit:begin", business=business.id, step="data")
    upload_or_none = actions.upload_of(at, business)
    if upload_or_none is not None and upload_or_none.run is None and request.POST.get("do") == "columns":
        look = data.look(upload_or_none)
        actions.import_file(request.user, upload_or_none, data_pages.chosen_mapping(look, request.POST))
        return redirect("cockpit:begin", business=business.id, step="data")
    return _shown(request, business, at, "data", error=_("Choose a file first."), status=422)


def _targets_taken(request: Any, business: Business, at: Beginning) -> None:
    wanted = set(request.POST.getlist("target"))
    tree = _tree(request, business, at)
    if tree is None or not wanted or door.known(request.user, business).today is None:
        return
    proposed = [e for e in queries.proposed_targets(request.user, business, tree.id) if e.node.id in wanted]
    in_force = allows(request.membership.role, OWN)
    count = actions.accept_targets(request.user, business, tree, proposed, in_force=in_force)
    if count:
        messages.success(request, _("{count} targets were taken over.").format(count=count))


def _team(request: Any, business: Business, at: Beginning) -> HttpResponse:
    posted = request.POST
    if posted.get("do") == "invite" and allows(request.membership.role, OWN):
        role = posted.get("role") if posted.get("role") in set(Role.values) else Role.VIEWER
        email = posted.get("email", "").strip()
        if "@" not in email:
            return _shown(request, business, at, "team", error=_("Type an e-mail address."), status=422)
        token = invite(request.user, business, email, str(role))
        link = request.build_absolute_uri(reverse("accounts:invitation", kwargs={"token": token}))
        return _shown(request, business, at, "team", link=link)
    actions.finish(request.user, business, read_day(posted.get("meeting_on", "")), _("First review meeting"))
    return redirect(dashboard_url(business, dashboards.EXECUTIVE))


# --- what a step shows ---


def _shown(
    request: Any, business: Business, at: Beginning, step: str, error: str = "", link: str = "", status: int = 200
) -> HttpResponse:
    after = STEPS[STEPS.index(step) + 1] if step != STEPS[-1] else ""
    page = BeginPage(
        title=_("Getting started"),
        subtitle=business.name,
        step=step,
        steps=_steps(business, at, step),
        skip_url=_url(business, after) if after else dashboard_url(business, dashboards.EXECUTIVE),
        data_url=kpis.url_of("data:make_demo", business=business.id),
        error=error,
        link=link,
    )
    drawn = {
        "type": _types,
        "tree": _sample_tree,
        "data": _file,
        "first": _first,
        "targets": _targets,
        "team": _invitation,
    }[step](request, business, at, page)
    return render(request, "cockpit/begin.html", {"page": drawn}, status=status)


def _url(business: Business, step: str) -> str:
    return reverse("cockpit:begin", kwargs={"business": business.id, "step": step})


def _steps(business: Business, at: Beginning, step: str) -> tuple[StepLink, ...]:
    words = {
        "type": _("Type of business"),
        "tree": _("KPI tree"),
        "data": _("Your file"),
        "first": _("First dashboard"),
        "targets": _("Targets"),
        "team": _("People and meeting"),
    }
    reached = STEPS.index(at.step)
    return tuple(
        StepLink(
            place + 1,
            words[name],
            _url(business, name),
            "current" if name == step else "done" if place < reached else "ahead",
        )
        for place, name in enumerate(STEPS)
    )


def _types(request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    language = current_language()
    said = {
        "simple_orders": _("I have a list of orders"),
        "ec": _("Online shop"),
        "subscription": _("Subscription and contracts"),
        "saas_mid_size_new_contracts": _("SaaS for companies"),
        "marketing_sales_alignment": _("Sales to companies"),
        "corporate_profit": _("The whole company"),
    }
    cards = []
    for name in TYPES:
        found = door.template_named(request.user, business, name)
        if found is None:
            continue
        document = found.document
        about = document.about_ja if language == "ja" else document.about_en
        needs = ("・" if language == "ja" else ", ").join(
            fact(each).ja if language == "ja" else fact(each).en for each in found.needs.facts if each in FACTS
        )
        cards.append(TypeCard(name, said[name], about, sketch(found.tree), needs, name == (at.template or TYPES[0])))
    return replace(page, types=tuple(cards), templates_url=kpis.url_of("kpis:templates", business=business.id))


def _tree(request: Any, business: Business, at: Beginning) -> Tree | None:
    trees = door.known(request.user, business).trees
    return next((tree for tree in trees if tree.id == at.tree), trees[0] if trees else None)


def _sample_tree(request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    tree = _tree(request, business, at)
    if tree is None:
        return page
    style = Style(current_language(), business.currency)
    values = queries.sample_values(tree, door.catalogue_of(request.user, business))
    rows = tuple(
        SampleRow(
            node.label(style.language),
            f"{min(node.depth, 15):x}",
            number(values.get(node.id), node.unit, style) if counted(node) else "",
        )
        for node in tree.nodes
    )
    return replace(page, samples=rows, tree_name=tree.ja if style.japanese else tree.en)


def _file(_request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    upload = actions.upload_of(at, business)
    accept = ",".join((*data.SUFFIXES, ".gz"))
    if upload is None:
        return replace(page, accept=accept)
    return replace(page, accept=accept, file=_file_state(business, upload))


def _file_state(business: Business, upload: Upload) -> FileState:
    columns = reverse("data:upload", kwargs={"business": business.id, "upload_id": upload.pk})
    if upload.import_id:
        return _taken(business, upload)
    if upload.run is None:
        look = data.look(upload)
        every = [column for part in look.parts for column in part.columns]
        sure = sum(not column.doubtful for column in every)
        words = _("{sure} of {all} columns are sure").format(sure=sure, all=len(every))
        return FileState(upload.name, "ask", words, doubtful=_doubtful(look), sure=words, columns_url=columns)
    if upload.run.status == "failed":
        said = upload.run.error_ja if current_language() == "ja" else upload.run.error_en
        return FileState(upload.name, "failed", said or _("The file could not be taken."), columns_url=columns)
    if not upload.run.is_finished:
        return FileState(upload.name, "running", _("{percent} of the way").format(percent=f"{upload.run.progress:.0%}"))
    return _taken(business, upload)


def _taken(business: Business, upload: Upload) -> FileState:
    import_id = upload.import_id or str((upload.run.result if upload.run else {}).get("import_id", ""))
    done = data.import_in(business, import_id)
    if done is None:
        return FileState(upload.name, "running", "")
    url = reverse("data:import", kwargs={"business": business.id, "import_id": done.id}) if done.rejected else ""
    taken = _("{rows} rows were taken.").format(rows=f"{done.taken + done.unchanged:,}")
    return FileState(upload.name, "taken", taken, taken=taken, rejected=done.rejected, rejected_url=url)


def _doubtful(look: Preview) -> tuple[DoubtfulColumn, ...]:
    """The columns to ask about; of a file of several parts there is nothing to ask here."""
    if len(look.parts) != 1:
        return ()
    part = look.parts[0]
    options = data_pages.meanings(fact(part.fact))
    comma = "、" if current_language() == "ja" else ", "
    return tuple(
        DoubtfulColumn(
            field(place), column.name, comma.join(column.examples), choice_of(part.mapping, column.name), options
        )
        for place, column in enumerate(part.columns)
        if column.doubtful
    )


def _first(request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    upload = actions.upload_of(at, business)
    file = _file_state(business, upload) if upload is not None else None
    known = door.known(request.user, business)
    if known.today is None:
        return replace(page, file=file)
    asked = Asked()
    tree = _tree(request, business, at)
    numbers = measured(request.user, business, tree.id if tree else None, asked.question)
    desk = Desk(request.user, business, asked, numbers)
    specs = dashboards.generated(dashboards.EXECUTIVE, request.user, business, numbers)[:FIRST_PANELS]
    return replace(
        page, file=file, sections=sections(desk, specs), dashboard_url=dashboard_url(business, dashboards.EXECUTIVE)
    )


def _targets(request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    tree = _tree(request, business, at)
    if tree is None or door.known(request.user, business).today is None:
        return page
    style = Style(current_language(), business.currency)
    proposed = queries.proposed_targets(request.user, business, tree.id)
    return replace(page, targets=tuple(_target_row(each, style) for each in proposed))


def _target_row(each: ProposedTarget, style: Style) -> TargetRow:
    unit, names = each.node.unit, _smart_names()
    words = _("An ordinary month gives {level}, the best so far was {best}. To be reached in {months} months.")
    value = number(each.target.value, unit, style)

    def write(figure: float | None, of: str) -> str:
        return number(figure, of, style)

    letters = tuple(
        (
            letter,
            names[letter],
            TONES[judged.mark],
            ("、" if style.japanese else "; ").join(reason.words(style.language, write) for reason in judged.reasons),
        )
        for letter, judged in each.marks.items()
    )
    told = words.format(level=number(each.level, unit, style), best=number(each.best, unit, style), months=MONTHS_AHEAD)
    return TargetRow(each.node.id, each.node.label(style.language), value, told, letters)


def _smart_names() -> Mapping[str, str]:
    return {
        "S": _("Specific"),
        "M": _("Measurable"),
        "A": _("Achievable"),
        "R": _("Relevant"),
        "T": _("Time-bound"),
    }


def _invitation(request: Any, business: Business, at: Beginning, page: BeginPage) -> BeginPage:
    day = at.meeting_on or business.calendar.today() + TWO_WEEKS
    return replace(
        page,
        may_invite=allows(request.membership.role, OWN),
        roles=tuple((str(value), str(words)) for value, words in Role.choices),
        meeting_on=day.isoformat(),
    )
