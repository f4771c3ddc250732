"""Data: what is there, bring in a file, confirm its columns, watch the import, rejected rows, history, undo."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.exceptions import PermissionDenied
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.files_out import harmless
from keiki.errors import FileTooLarge, KeikiError
from keiki.facts import FACTS, fact
from keiki.facts.contract import Fact, Kind
from keiki.facts.mapping import Mapping
from keiki.facts.reasons import reason_words
from keiki.insight.gaps import GapRule
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import SettingsPage, business_page, get_and_post, settings_frame
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.data import actions, queries
from keiki.server.data.actions import ColumnPreview, Done, PartPreview, Preview, Refusal, erasing
from keiki.server.data.actions.issues import issues_of
from keiki.server.data.forms import KEEP, NET, SKIP, ColumnsForm, choice_of, field
from keiki.server.data.models import Mode, Upload
from keiki.server.data.pages.audits import AuditsPanel, audits_panel
from keiki.server.data.pages.exports import KnownExport, export_words, known_exports
from keiki.server.data.pages.issues import IssuesPanel, issues_panel
from keiki.server.jobs.models import Run
from keiki.server.ui.language import current_language

PER_PAGE = 100


# --- what is there ---


@dataclass(frozen=True)
class WaitingLine:
    name: str
    size: str
    when: str
    words: str
    url: str


@dataclass(frozen=True)
class FactLine:
    name: str
    grain: str
    rows: str
    first: str
    last: str


@dataclass(frozen=True)
class HistoryLine:
    when: str
    words: str
    facts: str
    taken: str
    unchanged: str
    rejected: str
    rejected_url: str
    undo_url: str
    undone: bool


@dataclass(frozen=True)
class SideLine:
    """What one department knows: its rows, the accounts they belong to, and the rows of nobody."""

    name: str
    rows: str
    accounts: str
    loose: str


@dataclass(frozen=True)
class JoinedPanel:
    """The departments' rows joined by account id."""

    sentence: str
    lines: tuple[SideLine, ...]


@dataclass(frozen=True)
class DataPage:
    title: str
    subtitle: str
    business_id: str
    may_edit: bool
    accept: str
    limit: str
    fresh: str
    offer_demo: bool
    waiting: tuple[WaitingLine, ...]
    facts: tuple[FactLine, ...]
    history: tuple[HistoryLine, ...]
    issues: IssuesPanel | None = None
    audits: AuditsPanel | None = None
    gap_rule: str = ""
    joined: JoinedPanel | None = None
    exports: tuple[KnownExport, ...] = ()
    error: str = ""


class Limited(TemporaryFileUploadHandler):
    """Stops reading an upload as soon as it is larger than allowed."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > actions.upload_limit():
            assert self.request is not None
            self.request.META["keiki.too_large"] = "yes"
            raise StopUpload(connection_reset=False)
        super().receive_data_chunk(raw_data, start)


@csrf_exempt
def data_page(request: HttpRequest, business: str) -> HttpResponse:
    """What is there and what is on its way; a POST brings a file.

    The handler that limits uploads has to be set before anything reads the form, the CSRF check included.
    """
    if request.method == "POST":
        request.upload_handlers = [Limited(request)]
    answer: HttpResponse = _checked_data_page(request, business=business)
    return answer


@csrf_protect
@business_page()
@get_and_post
def _checked_data_page(request: Any, business: Business) -> HttpResponse:
    if request.method != "POST":
        return render(request, "data/data.html", {"page": _data_page(request, business)})
    if not allows(request.membership.role, EDIT):
        raise PermissionDenied
    try:
        sent = request.FILES.get("file")
        if "keiki.too_large" in request.META:
            raise FileTooLarge(limit=filesizeformat(actions.upload_limit()))
        if sent is None:
            return _data_error(request, business, _("Choose a file first."))
        upload = actions.receive_file(request.user, business, sent)
    except KeikiError as error:
        return _data_error(request, business, error.words(current_language()))
    return _go(request, reverse("data:upload", kwargs={"business": business.id, "upload_id": upload.pk}))


def _data_error(request: HttpRequest, business: Business, words: str) -> HttpResponse:
    page = replace(_data_page(request, business), error=words)
    return render(request, "data/data.html", {"page": page}, status=422)


def _go(request: Any, url: str) -> HttpResponse:
    """To another page; htmx is told to load it whole."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)


def _data_page(request: Any, business: Business) -> DataPage:
    state = actions.state_of(business)
    may_edit = allows(request.membership.role, EDIT)
    day = state.today
    fresh = _("Data up to {day}").format(day=_day(day)) if day else ""
    return DataPage(
        title=_("Data"),
        subtitle=business.name,
        business_id=business.id,
        may_edit=may_edit,
        accept=",".join((*actions.SUFFIXES, ".gz")),
        limit=_("Up to {size}").format(size=filesizeformat(actions.upload_limit())),
        fresh=fresh,
        offer_demo=may_edit and not state.days,
        waiting=tuple(_waiting(business, each) for each in queries.waiting_uploads(business)) if may_edit else (),
        facts=tuple(
            FactLine(_fact_name(name), _grain(fact(name)), f"{state.rows[name]:,}", _day(first), _day(last))
            for name, (first, last) in state.days.items()
        ),
        history=tuple(_history(business, done, may_edit) for done in state.imports),
        issues=issues_panel(business, issues_of(business, state), may_edit=may_edit) if state.imports else None,
        audits=audits_panel(business, may_edit=may_edit),
        gap_rule=_gap_rule(),
        joined=_joined(business) if state.days else None,
        exports=known_exports(),
    )


def _joined(business: Business) -> JoinedPanel | None:
    """What departments know of the same accounts; None while fewer than two have brought rows."""
    found = actions.joined_of(business)
    if len(found.filled) < 2:
        return None
    names = {
        "leads": _("Leads"),
        "orders": _("Orders"),
        "contracts": _("Contracts"),
        "uses": _("Use of the product"),
        "tickets": _("Tickets"),
    }
    words = ngettext(
        "{accounts} account is known; {shared} of it in all of {names}.",
        "{accounts} accounts are known, {shared} of them in all of {names}.",
        found.accounts,
    )
    told = _comma().join(names[name] for name in found.filled)
    return JoinedPanel(
        words.format(accounts=f"{found.accounts:,}", shared=f"{found.shared:,}", names=told),
        tuple(
            SideLine(names[name], f"{side.rows:,}", f"{side.accounts:,}", f"{side.loose:,}")
            for name, side in found.sides.items()
            if name in found.filled
        ),
    )


def _gap_rule() -> str:
    rule = GapRule()
    words = _(
        "A day without rows is missing when its weekday usually brings {times} times as many rows as they vary by, "
        "in the {days} days before and after; asked of series of {fewest} days or more. Entered values are missing "
        "where a period between the first and the last has none."
    )
    return words.format(times=f"{rule.deviations:g}", days=rule.reach, fewest=rule.fewest)


def _waiting(business: Business, waiting: queries.Waiting) -> WaitingLine:
    words = {"": _("Check the columns"), "failed": _("See what happened")}.get(waiting.state, _("See the progress"))
    url = reverse("data:upload", kwargs={"business": business.id, "upload_id": waiting.id})
    return WaitingLine(waiting.name, filesizeformat(waiting.size), _moment(business, waiting.sent_at), words, url)


def _history(business: Business, done: Done, may_edit: bool) -> HistoryLine:
    here = {"business": business.id, "import_id": done.id}
    is_import = done.kind == "import"
    words = done.source if is_import else _("Taken back: {file}").format(file=done.source)
    if done.kind == "erase":
        words = _("A customer was erased")
    return HistoryLine(
        when=_moment(business, done.at.replace(tzinfo=UTC)),
        words=words,
        facts=_comma().join(_fact_name(name) for name in done.facts),
        taken=f"{done.taken:,}",
        unchanged=f"{done.unchanged:,}",
        rejected=f"{done.rejected:,}",
        rejected_url=reverse("data:import", kwargs=here) if done.rejected else "",
        undo_url=reverse("data:undo", kwargs=here) if may_edit and is_import and not done.undone else "",
        undone=done.undone,
    )


# --- confirm the columns ---


@dataclass(frozen=True)
class ColumnLine:
    field: str
    name: str
    examples: str
    chosen: str
    meaning: str
    doubtful: bool


@dataclass(frozen=True)
class PartLines:
    number: int
    words: str
    columns: tuple[ColumnLine, ...]


Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ColumnsPage:
    title: str
    subtitle: str
    file: str
    about: str
    certainty: str
    doubtful: int
    fixed: bool
    fact: str
    facts: Options
    meanings: tuple[tuple[str, Options], ...]
    parts: tuple[PartLines, ...]
    warnings: tuple[str, ...]
    warning_foot: str
    modes: Options
    mode: str
    error: str = ""


@business_page(EDIT)
@get_and_post
def upload_page(request: Any, business: Business, upload_id: UUID) -> HttpResponse:
    """One file: first its columns, then the progress of its import, then the result."""
    upload = queries.upload_in(business, upload_id)
    if upload is None:
        raise Http404
    if upload.import_id:
        return redirect("data:import", business=business.id, import_id=upload.import_id)
    confirming = request.GET.get("columns") == "again" and upload.run is not None and upload.run.is_finished
    if upload.run is not None and not confirming:
        return _progress(request, business, upload.run, upload)
    return _columns(request, business, upload)


def _columns(request: Any, business: Business, upload: Upload) -> HttpResponse:
    posted = request.POST if request.method == "POST" else {}
    if posted.get("do") == "drop":
        actions.drop_upload(request.user, upload)
        return redirect("data:data", business=business.id)
    chosen = posted.get("fact") or request.GET.get("fact")
    chosen = chosen if chosen in FACTS else None
    look = actions.look(upload, fact_name=chosen)
    mode = posted.get("mode", upload.mode)
    error = ""
    typed: AnyMapping[str, str] = {}
    if posted:
        try:
            mapping = None if look.export else chosen_mapping(look, posted)
            if posted.get("do") == "import" and mode in set(Mode.values):
                actions.start_import(request.user, upload, mapping, mode)
                return redirect("data:upload", business=business.id, upload_id=upload.pk)
            look = actions.look(upload, fact_name=chosen, mapping=mapping) if mapping else look
        except KeikiError as found:
            error, typed = found.words(current_language()), posted
    page = _columns_page(business, upload, look, mode, error, typed)
    return render(request, "data/columns.html", {"page": page}, status=422 if error else 200)


def chosen_mapping(look: Preview, posted: Any) -> Mapping:
    """The mapping a person has chosen; refused when it lacks what the fact needs."""
    part = look.parts[0]
    columns = tuple(column.name for column in part.columns)
    mapping = ColumnsForm.read(part.mapping, columns, posted).mapping()
    mapping.check(columns)
    return mapping


def _columns_page(
    business: Business, upload: Upload, look: Preview, mode: str, error: str, typed: AnyMapping[str, str]
) -> ColumnsPage:
    columns = [column for part in look.parts for column in part.columns]
    sure = sum(not column.doubtful for column in columns)
    first = fact(look.parts[0].fact)
    return ColumnsPage(
        title=_("Check the columns"),
        subtitle=business.name,
        file=upload.name,
        about=_about(look),
        certainty=_("{sure} of {all} columns are sure").format(sure=sure, all=len(columns)),
        doubtful=len(columns) - sure,
        fixed=bool(look.export),
        fact=look.parts[0].fact,
        facts=tuple((name, f"{_fact_name(name)} – {_grain(each)}") for name, each in FACTS.items()),
        meanings=meanings(first),
        parts=tuple(_part_lines(number, part, typed) for number, part in enumerate(look.parts)),
        warnings=tuple(_warning(part, refusal) for part in look.parts for refusal in part.refused),
        warning_foot=_("These rows will be left out and listed, so that you can mend them and send them again."),
        modes=tuple((str(value), str(words)) for value, words in Mode.choices),
        mode=mode,
        error=error,
    )


def _about(look: Preview) -> str:
    facts = [_("{rows} rows").format(rows=f"{look.rows:,}")] if look.rows is not None else []
    facts += [word for word in (_encoding_words(look.encoding), _delimiter_words(look.delimiter)) if word]
    said = _("({facts}) was recognised.").format(facts=" · ".join(facts))
    if look.export:
        words = _("It is the export “{name}”; its columns are known.")
        return f"{said} {words.format(name=export_words(look.export))}"
    return f"{said} " + _("Change only what is wrong.")


def _encoding_words(encoding: str | None) -> str:
    """The name that people know: what Excel writes in Japan is called Shift_JIS."""
    return {"cp932": "Shift_JIS", "utf-8-sig": "UTF-8"}.get(encoding or "", (encoding or "").upper())


def _delimiter_words(delimiter: str | None) -> str:
    words = {",": _("commas"), "\t": _("tabs"), ";": _("semicolons"), "|": _("bars")}
    return words.get(delimiter or "", "")


def _part_lines(number: int, part: PartPreview, typed: AnyMapping[str, str]) -> PartLines:
    return PartLines(
        number,
        _("{rows} rows of {fact}").format(rows=f"{part.rows:,}", fact=_fact_name(part.fact)),
        tuple(_column_line(place, column, part, typed) for place, column in enumerate(part.columns)),
    )


def _column_line(place: int, column: ColumnPreview, part: PartPreview, typed: AnyMapping[str, str]) -> ColumnLine:
    chosen = typed.get(field(place), choice_of(part.mapping, column.name))
    return ColumnLine(
        field=field(place),
        name=column.name,
        examples=_comma().join(column.examples),
        chosen=chosen,
        meaning=dict(option for _group, options in meanings(fact(part.fact)) for option in options).get(chosen, chosen),
        doubtful=column.doubtful,
    )


def _meaning_of(choice: str, fact_name: str) -> str:
    words = {value: text for _group, options in meanings(fact(fact_name)) for value, text in options}
    return words.get(choice, choice)


def meanings(declared: Fact) -> tuple[tuple[str, Options], ...]:
    """Everything a column may mean: the fact's own columns, money also with tax, or nothing."""
    required = [column for column in declared.loadable if column.required]
    others = [column for column in declared.loadable if not column.required]
    groups = []
    for words, columns in ((_("Needed"), required), (_("Useful"), others)):
        options: list[tuple[str, str]] = []
        for column in columns:
            label = column.ja if current_language() == "ja" else column.en
            options.append((column.name, label))
            if column.kind is Kind.MONEY:
                options.append((f"{column.name}{NET}", _("{amount}, given with tax").format(amount=label)))
        groups.append((words, tuple(options)))
    groups.append((_("Others"), ((KEEP, _("Keep as a dimension of its own")), (SKIP, _("Do not import")))))
    return tuple(groups)


def _warning(part: PartPreview, refusal: Refusal) -> str:
    words = reason_words(refusal.reason, current_language())
    name = _fact_name(part.fact)
    line = _("{fact}, column “{column}”: {reason} ({rows} rows)")
    return line.format(fact=name, column=refusal.column, reason=words, rows=f"{refusal.rows:,}")


# --- the import itself ---


@dataclass(frozen=True)
class RejectedRow:
    number: str
    column: str
    value: str
    reason: str


@dataclass(frozen=True)
class Rejected:
    title: str
    rows: tuple[RejectedRow, ...]
    csv_url: str
    before_url: str
    after_url: str
    place: str


@dataclass(frozen=True)
class ImportPage:
    title: str
    subtitle: str
    data_url: str
    doing: str = ""
    again_url: str = ""
    result: str = ""
    meaning: str = ""
    status: str = "good"
    status_words: str = ""
    sums: Options = ()
    today_url: str = ""
    undo_url: str = ""
    rejected: Rejected | None = None


@business_page()
@require_safe
def run_page(request: HttpRequest, business: Business, run_id: UUID) -> HttpResponse:
    """The progress of an undo or of the sample data, then its end."""
    run = queries.run_in(business, run_id)
    if run is None:
        raise Http404
    return _progress(request, business, run)


def _progress(request: HttpRequest, business: Business, run: Run, upload: Upload | None = None) -> HttpResponse:
    import_id = run.result.get("import_id", "") if run.is_finished else ""
    if import_id:
        return redirect("data:import", business=business.id, import_id=import_id)
    doing = {
        actions.UNDO_JOB: _("Taking the import back"),
        actions.DEMO_JOB: _("Making the sample data"),
        erasing.ERASE_JOB: _("Erasing the customer"),
    }
    again = ""
    if upload is not None:
        again = reverse("data:upload", kwargs={"business": business.id, "upload_id": upload.pk}) + "?columns=again"
    page = ImportPage(
        title=_("Erase a customer") if run.kind == erasing.ERASE_JOB else _("Import"),
        subtitle=upload.name if upload else business.name,
        data_url=_url("data:data", business),
        doing=doing.get(run.kind, _("Importing {file}").format(file=upload.name if upload else "")),
        again_url=again,
        result=_("Done"),
        status_words=_("Done"),
        today_url=_url("cockpit:today", business),
    )
    return render(request, "data/import.html", {"page": page, "run": run})


@business_page()
@require_safe
def import_page(request: Any, business: Business, import_id: str) -> HttpResponse:
    """What an import did: rows taken, unchanged, rejected, and the rejected rows with their reasons."""
    done = actions.import_in(business, import_id)
    if done is None:
        raise Http404
    may_edit = allows(request.membership.role, EDIT)
    here = {"business": business.id, "import_id": done.id}
    page = ImportPage(
        title=_("Result of the erasure") if done.kind == "erase" else _("Result of the import"),
        subtitle=" · ".join(each for each in (done.source, _moment(business, done.at.replace(tzinfo=UTC))) if each),
        data_url=_url("data:data", business),
        result=_result(done),
        meaning=_meaning(done),
        status="watch" if done.rejected else "good",
        status_words=_("Some rows rejected") if done.rejected else _("Everything taken"),
        sums=_sums(done),
        today_url=_url("cockpit:today", business),
        undo_url=reverse("data:undo", kwargs=here) if may_edit and done.kind == "import" and not done.undone else "",
        rejected=_rejected(request, business, done) if done.rejected else None,
    )
    return render(request, "data/import.html", {"page": page})


def _result(done: Done) -> str:
    if done.kind == "erase":
        return _("The customer was erased")
    if done.kind != "import":
        return _("The import was taken back")
    if done.undone:
        return _("Imported, and taken back later")
    return _("Imported")


def _meaning(done: Done) -> str:
    facts = _comma().join(_fact_name(name) for name in done.facts)
    if done.kind == "erase":
        return _(
            "{facts}: {rows} rows name nobody any more; every total is as it was. Backups made before still hold the "
            "customer until you delete them; take the customer out of the systems your files come from, too."
        ).format(facts=facts, rows=f"{done.changed:,}")
    if done.kind == "import" and not done.taken and not done.rejected:
        return _("{facts}: every row was here already, so nothing changed.").format(facts=facts)
    return _("{facts}: {rows} rows changed what the numbers say.").format(facts=facts, rows=f"{done.taken:,}")


def _sums(done: Done) -> Options:
    sums = [
        (_("Added"), done.added),
        (_("Changed"), done.changed),
        (_("Removed"), done.removed),
        (_("Unchanged"), done.unchanged),
        (_("Rejected"), done.rejected),
    ]
    kept = [(words, f"{rows:,}") for words, rows in sums if rows or words in {_("Added"), _("Rejected")}]
    return tuple(kept)


def _rejected(request: HttpRequest, business: Business, done: Done) -> Rejected:
    start = _page_number(request) * PER_PAGE
    rows = actions.rejected_in(business, done.id, start, PER_PAGE)
    path = reverse("data:import", kwargs={"business": business.id, "import_id": done.id})
    number = start // PER_PAGE
    last = start + len(rows)
    return Rejected(
        title=_("{rows} rejected rows").format(rows=f"{done.rejected:,}"),
        rows=tuple(
            RejectedRow(f"{r.row:,}", r.column, r.value, reason_words(r.reason, current_language())) for r in rows
        ),
        csv_url=reverse("data:rejected_csv", kwargs={"business": business.id, "import_id": done.id}),
        before_url=f"{path}?page={number}" if number else "",
        after_url=f"{path}?page={number + 2}" if len(rows) == PER_PAGE else "",
        place=f"{start + 1:,} – {last:,}",
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(int(text) - 1, 0) if text.isdecimal() and len(text) < 9 else 0


@business_page()
@require_safe
def rejected_csv(request: HttpRequest, business: Business, import_id: str) -> Any:
    """The rejected rows as a file that Excel opens in either language; no cell of it can be taken for a formula."""
    done = actions.import_in(business, import_id)
    if done is None:
        raise Http404
    response = StreamingHttpResponse(
        _csv(business, done.id, current_language()), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="rejected-{done.id}.csv"'
    return response


def _csv(business: Business, import_id: str, language: str) -> Iterator[str]:
    yield "\ufeff"
    head = ("データ", "行", "列", "値", "理由") if language == "ja" else ("Data", "Row", "Column", "Value", "Reason")
    yield _line(head)
    start = 0
    while rows := actions.rejected_in(business, import_id, start, 5_000):
        for r in rows:
            name = _fact_name_in(r.fact, language)
            yield _line((name, str(r.row), r.column, r.value, reason_words(r.reason, language)))
        start += len(rows)


def _line(cells: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([harmless(cell) for cell in cells])
    return out.getvalue()


# --- undo, sample data ---


@dataclass(frozen=True)
class UndoPage:
    title: str
    subtitle: str
    question: str
    consequence: str
    data_url: str


@business_page(EDIT)
@get_and_post
def undo_page(request: Any, business: Business, import_id: str) -> HttpResponse:
    """Ask before an import is taken back; then do it in the background."""
    done = actions.import_in(business, import_id)
    if done is None or done.kind != "import":
        raise Http404
    if request.method == "POST":
        run = actions.start_undo(request.user, business, import_id)
        return redirect("data:run", business=business.id, run_id=run.pk)
    page = UndoPage(
        title=pgettext("import", "Undo"),
        subtitle=done.source,
        question=_("Take back the import of {file}?").format(file=done.source),
        consequence=_("{added} added rows go, {changed} changed rows get their earlier values back.").format(
            added=f"{done.added:,}", changed=f"{done.changed:,}"
        ),
        data_url=_url("data:data", business),
    )
    return render(request, "data/undo.html", {"page": page})


@business_page(EDIT)
@require_POST
def make_demo(request: Any, business: Business) -> HttpResponse:
    """Fill a business that has no rows with the sample company."""
    running = queries.demo_run(business, actions.DEMO_JOB)
    if running is None and actions.state_of(business).days:
        return redirect("data:data", business=business.id)
    run = running or actions.start_demo(request.user, business)
    return redirect("data:run", business=business.id, run_id=run.pk)


# --- words ---


def _fact_name(name: str) -> str:
    return _fact_name_in(name, current_language())


def _fact_name_in(name: str, language: str) -> str:
    return fact(name).ja if language == "ja" else fact(name).en


def _grain(declared: Fact) -> str:
    return declared.grain_ja if current_language() == "ja" else declared.grain_en


def _comma() -> str:
    return "、" if current_language() == "ja" else ", "


def _day(day: Any) -> str:
    return "" if day is None else f"{day:%Y/%m/%d}" if current_language() == "ja" else f"{day:%d %b %Y}"


def _moment(business: Business, moment: datetime) -> str:
    """A moment by the clock of the business."""
    local = timezone.localtime(moment, ZoneInfo(business.zone))
    return f"{local:%Y/%m/%d %H:%M}" if current_language() == "ja" else f"{local:%d %b %Y %H:%M}"


def _url(name: str, business: Business) -> str:
    try:
        return reverse(name, kwargs={"business": business.id})
    except NoReverseMatch:
        return ""


# --- kept answers ---


@dataclass(frozen=True)
class AnswersPage(SettingsPage):
    facts: tuple[tuple[str, str], ...]
    checked: str
    agrees: bool
    sentence: str


@business_page()
@get_and_post
def answers_page(request: Any, business: Business) -> HttpResponse:
    """How much is kept of measured numbers and how often it helps; a POST works some of it out again."""
    kept, checked, agrees = actions.kept_answers(business), "", True
    if request.method == "POST" and kept is not None:
        answers, values, different = actions.check_answers(business)
        agrees = different == 0
        words = (
            _("{values} values of {answers} answers were worked out again: all are equal.")
            if agrees
            else _("{different} of {values} values of {answers} answers differ. Tell whoever runs Keiki.")
        )
        checked = words.format(values=f"{values:,}", answers=f"{answers:,}", different=f"{different:,}")
    frame = settings_frame(request, business, business.name)
    if kept is None:
        sentence = _("Nothing is kept here: every number is measured each time.")
        facts: tuple[tuple[str, str], ...] = ()
    else:
        sentence = _(
            "A number that was worked out once is read again while data, definition and rules are the same. "
            "New data or another definition is another answer, so nothing here ever grows old."
        )
        rate = "—" if kept.rate is None else f"{kept.rate:.1%}"
        facts = (
            (_("Answers kept"), f"{kept.answers:,}"),
            (_("Room they take"), f"{filesizeformat(kept.size)} / {filesizeformat(kept.limit)}"),
            (_("Questions answered from here"), rate),
        )
    page = AnswersPage(frame.title, frame.subtitle, frame.tabs, facts, checked, agrees, sentence)
    return render(request, "data/answers.html", {"page": page})
