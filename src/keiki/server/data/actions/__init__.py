"""Writes about data: a file arrives, is imported, is taken back. Opening a business's lake lives here, too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from keiki.customers.ideal import IdealProfile
from keiki.demo import load_demo
from keiki.engine.business import Business as Numbers
from keiki.engine.business import open_business
from keiki.engine.entered_values import enter_values, standing_values
from keiki.engine.fact_rows import fact_rows
from keiki.engine.gaps import gaps
from keiki.engine.imports import Import
from keiki.engine.joined import Joined, accounts_joined
from keiki.engine.preview import ColumnPreview as ColumnPreview
from keiki.engine.preview import PartPreview as PartPreview
from keiki.engine.preview import Preview as Preview
from keiki.engine.preview import Refusal as Refusal
from keiki.engine.preview import kept_preview
from keiki.engine.rates import FILE as RATES
from keiki.engine.settings import FILE, Settings
from keiki.errors import EmptyFile, FileGone, FileTooLarge, UnknownFileKind
from keiki.facts import FACTS, fact
from keiki.facts.mapping import Mapping as ColumnMapping
from keiki.facts.observations import OBSERVATIONS
from keiki.periods import Period
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.data.models import Mode, Upload
from keiki.server.jobs.actions import enqueue
from keiki.server.jobs.models import Run
from keiki.sources.limits import Limits

IMPORT_JOB: Final = "data.import_file"
UNDO_JOB: Final = "data.undo_import"
DEMO_JOB: Final = "data.make_demo"
REGISTERS_JOB: Final = "success.keep_demo"
TARGETS_JOB: Final = "planning.keep_demo"
CHANGES_JOB: Final = "cockpit.keep_demo"
SUFFIXES: Final = (".csv.gz", ".tsv.gz", ".txt.gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")
DEFINITIONS: Final = ("measures", "kpis", "trees")
LOGGED: Final = 500
"""Changed values of one import that the audit log tells one by one."""


# --- opening ---


@dataclass(frozen=True)
class Opened:
    """A business's numbers, and a mark that changes with its settings and its own definitions."""

    business: Numbers
    mark: str


_open: dict[str, Opened] = {}
_guard = threading.Lock()


def opened(business: Business) -> Opened:
    """The numbers of a business, opened once per process and opened anew when settings or definitions change."""
    folder = business.folder
    mark = repr((_settings_of(business), _definitions(folder)))
    with _guard:
        found = _open.get(business.id)
        if found is not None and found.mark == mark:
            return found
        fresh = Opened(open_business(folder, _settled(business)), mark)
        _open[business.id] = fresh
        return fresh


def _settings_of(business: Business) -> dict[str, Any]:
    """What the control plane decides about a business."""
    return {
        "name": business.name,
        "currency": business.currency,
        "money": str(business.money),
        "calendar": replace(business.calendar, label_style=str(business.label_style)),
        "tax_rate": Decimal(business.tax_rate),
        "tax_included": business.tax_included,
        "rules": business.rules,
        "ideal": IdealProfile.read(business.ideal),
    }


def _settled(business: Business) -> Settings:
    """The settings as the control plane has them; what only the file says stays."""
    path = business.folder / FILE
    kept = Settings.read(business.folder) if path.exists() else Settings()
    return replace(kept, **_settings_of(business))


def _definitions(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """The business's own definitions and exchange rates by name, time and size."""
    files = [path for part in DEFINITIONS for path in (folder / part).glob("*.yaml")]
    files += [path for path in (folder / RATES,) if path.exists()]
    return tuple(sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files))


# --- files ---


def upload_limit() -> int:
    """The largest file a person may send, in bytes (KEIKI_UPLOAD_MB, 2,048 by default)."""
    return int(getattr(settings, "UPLOAD_LIMIT", 2048 * 1024**2))


def receive_file(actor: User, business: Business, file: UploadedFile[bytes]) -> Upload:
    """Keep a file under a name of our own; `FileTooLarge`, `UnknownFileKind` and `EmptyFile` keep nothing."""
    name = Path(file.name or "").name[:255]
    suffix = next((each for each in SUFFIXES if name.lower().endswith(each)), None)
    if suffix is None:
        raise UnknownFileKind(name=name, known=" ".join(SUFFIXES))
    if not file.size:
        raise EmptyFile(name=name)
    if file.size > upload_limit():
        raise FileTooLarge(limit=filesizeformat(upload_limit()))
    upload = Upload(business=business, name=name, suffix=suffix, size=file.size, sent_by=actor)
    _write(file, upload.path)
    with transaction.atomic():
        upload.save(force_insert=True)
        record(actor, "data.receive_file", business_id=business.id, target=f"upload:{upload.pk}", new={"name": name})
    return upload


def _write(file: UploadedFile[bytes], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}")
    try:
        with draft.open("xb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@transaction.atomic
def drop_upload(actor: User, upload: Upload) -> None:
    """Forget a file that was not imported."""
    upload.forget_file()
    target = f"upload:{upload.pk}"
    record(actor, "data.drop_upload", business_id=upload.business_id, target=target, old={"name": upload.name})
    upload.delete()


@transaction.atomic
def start_import(actor: User, upload: Upload, mapping: ColumnMapping | None, mode: str) -> Run:
    """Queue the import of a file whose columns are confirmed (no mapping: a known export); the run can be watched."""
    upload.reading, upload.mode = {"mapping": mapping.as_dict()} if mapping else {}, Mode(mode)
    upload.run = enqueue(IMPORT_JOB, actor=actor, business_id=upload.business_id, upload_id=str(upload.pk))
    upload.save(update_fields=["reading", "mode", "run"])
    new = {"name": upload.name, "mode": mode}
    record(actor, "data.start_import", business_id=upload.business_id, target=f"upload:{upload.pk}", new=new)
    return upload.run


@transaction.atomic
def start_undo(actor: User, business: Business, import_id: str) -> Run:
    """Queue taking an import back."""
    record(actor, "data.undo_import", business_id=business.id, target=f"import:{import_id}")
    return enqueue(UNDO_JOB, actor=actor, business_id=business.id, import_id=import_id)


@transaction.atomic
def start_demo(actor: User, business: Business) -> Run:
    """Queue filling a business with the sample company's two years."""
    record(actor, "data.make_demo", business_id=business.id)
    return enqueue(DEMO_JOB, actor=actor, business_id=business.id)


def observe(
    actor: User,
    business: Business,
    metric: str,
    day: date,
    grain: str,
    value: float,
    note: str = "",
    source: str = "",
    evidence: str = "",
) -> str:
    """Write down one value that a person knows, at once; gives the id of its import, which can be taken back."""
    row = {
        "metric": metric,
        "date": day,
        "grain": grain,
        "value": value,
        "note": note or None,
        "source": source or None,
        "evidence": evidence,
    }
    name = f"{metric} {day.isoformat()}"
    numbers = opened(business).business
    (before,) = standing_values(numbers, [row])
    done = enter_values(numbers, [row], name)
    record(
        actor,
        "data.observe",
        business_id=business.id,
        target=f"import:{done.id}",
        old={} if before is None else {"value": before[0], "evidence": before[1]},
        new={"name": name, "value": value, "evidence": evidence},
    )
    return done.id


@dataclass(frozen=True)
class Observed:
    """What became of values that a program sent: the id of their import, and how many rows it changed."""

    import_id: str
    added: int
    changed: int
    unchanged: int
    rejected: int


def observe_all(actor: User, business: Business, rows: Sequence[Mapping[str, Any]], name: str) -> Observed:
    """Write down values that a program sends, all in one import that can be taken back; the log keeps what the first
    `LOGGED` values that changed were before.

    Raises `UnknownName` for a metric that is neither a KPI nor a measure.
    """
    numbers = opened(business).business
    before = standing_values(numbers, rows)
    done = enter_values(numbers, rows, name)
    old, new = _changed(rows, before)
    target = f"import:{done.id}"
    record(
        actor,
        "data.observe",
        business_id=business.id,
        target=target,
        old=old,
        new={"name": name, "rows": len(rows)} | new,
    )
    return Observed(done.id, done.added, done.changed, done.unchanged, done.rejected)


def _changed(
    rows: Sequence[Mapping[str, Any]], before: Sequence[tuple[float, str] | None]
) -> tuple[dict[str, float], dict[str, float]]:
    """What values were and what they became, by metric, day, grain and the names that narrow them."""
    old: dict[str, float] = {}
    new: dict[str, float] = {}
    for row, was in zip(rows, before, strict=True):
        if was is not None and was[0] != row["value"] and len(old) < LOGGED:
            place = " ".join(str(row[name]) for name in OBSERVATIONS.key if row.get(name))
            old[place], new[place] = was[0], row["value"]
    return old, new


@dataclass(frozen=True)
class KeptAnswers:
    """What is kept of measured numbers: answers, bytes, the most there may be, and the share that was there."""

    answers: int
    size: int
    limit: int
    rate: float | None


def kept_answers(business: Business) -> KeptAnswers | None:
    """What is kept of a business's numbers; None when nothing is to be kept (KEIKI_ANSWERS_MB=0)."""
    answers = opened(business).business.answers
    if answers is None:
        return None
    state = answers.state()
    return KeptAnswers(state.answers, state.size, state.limit, state.rate)


def check_answers(business: Business, count: int = 20) -> tuple[int, int, int]:
    """Some kept answers worked out again: how many answers, their values, and how many of these differ."""
    found = opened(business).business.check_answers(count)
    return found.answers, found.values, found.different


# --- reading the lake: the other half of the door, for what only the lake knows ---


@dataclass(frozen=True)
class Missing:
    """A period that is missing inside a series: of the rows of a fact, or of the values entered for a KPI or measure,
    called `ja` and `en`.
    """

    series: str
    entered: bool
    period: Period
    ja: str
    en: str


@dataclass(frozen=True)
class State:
    """The days each fact with rows speaks of and its number of rows, the last of all days, the history, and what is
    missing, newest first.
    """

    days: Mapping[str, tuple[date | None, date | None]]
    rows: Mapping[str, int]
    today: date | None
    imports: tuple[Done, ...]
    gaps: tuple[Missing, ...] = ()


@dataclass(frozen=True)
class Done:
    """One entry of the history, as pages show it. `at` is a naive UTC instant, `source` the file's own name."""

    id: str
    at: datetime
    kind: str
    source: str
    facts: tuple[str, ...]
    added: int
    changed: int
    removed: int
    unchanged: int
    rejected: int
    undone: bool

    @property
    def taken(self) -> int:
        """Rows that changed what the numbers say."""
        return self.added + self.changed + self.removed


@dataclass(frozen=True)
class RejectedCell:
    """One cell that an import refused."""

    fact: str
    row: int
    column: str
    value: str
    reason: str


def state_of(business: Business) -> State:
    """What a business's lake holds now."""
    numbers = opened(business).business
    history = tuple(_done(one) for one in numbers.imports())
    brought = {name for done in history for name in done.facts}
    coverage = {name: numbers.measurer.coverage(name) for name in FACTS if name in brought}
    days = {name: (found.first, found.last) for name, found in coverage.items() if found.first is not None}
    rows = numbers.remembered("rows of facts", fact_rows)
    return State(days, rows, numbers.today if days else None, history, tuple(_missing(numbers)) if days else ())


def _missing(numbers: Numbers) -> Iterator[Missing]:
    """What is missing, with the names people know."""
    catalogue = numbers.catalogue
    for gap in gaps(numbers):
        named = (catalogue.kpis.get(gap.series) or catalogue.measures.get(gap.series)) if gap.entered else None
        declared = fact(gap.series) if not gap.entered else None
        of = named or declared
        yield Missing(gap.series, gap.entered, gap.period, *((of.ja, of.en) if of else (gap.series, gap.series)))


def joined_of(business: Business) -> Joined:
    """What the departments know of the same accounts."""
    return opened(business).business.remembered("accounts joined", accounts_joined)


def import_in(business: Business, import_id: str) -> Done | None:
    """An entry of the history of a business."""
    return next((_done(one) for one in opened(business).business.imports() if one.id == import_id), None)


def rejected_in(business: Business, import_id: str, offset: int, limit: int) -> tuple[RejectedCell, ...]:
    """What an import refused, in the order of the file."""
    rows = opened(business).business.rejected(import_id, offset, limit).to_pylist()
    return tuple(RejectedCell(r["fact"], r["row"], r["column"] or "", r["value"] or "", r["reason"]) for r in rows)


def look(upload: Upload, fact_name: str | None = None, mapping: ColumnMapping | None = None) -> Preview:
    """What a file would become: guessed, or as the fact or by the mapping a person has chosen."""
    if not upload.path.exists():
        raise FileGone(name=upload.name)
    numbers = opened(upload.business).business
    return kept_preview(numbers, upload.path, upload.look_path, fact=fact_name, mapping=mapping, limits=_limits())


def _limits() -> Limits:
    return replace(Limits(), file=upload_limit(), unpacked=20 * upload_limit())


def _done(one: Import) -> Done:
    return Done(
        id=one.id,
        at=one.at,
        kind=one.kind,
        source=one.source,
        facts=tuple(part.fact for part in one.parts),
        added=one.added,
        changed=one.changed,
        removed=one.removed,
        unchanged=one.unchanged,
        rejected=one.rejected,
        undone=one.undone,
    )


# --- the work itself, called by tasks ---

Report = Callable[[float, str, str], None]
"""Told how far the work is (0 to 1) and what is being done, in English and Japanese."""


def import_upload(upload_id: str, business_id: str, report: Report) -> dict[str, Any]:
    """Bring an uploaded file into the lake; the file goes when its rows are there."""
    upload = Upload.objects.select_related("business").get(pk=upload_id, business_id=business_id)
    if upload.import_id:
        return {"import_id": upload.import_id}
    if not upload.path.exists():
        raise FileGone(name=upload.name)
    stated = upload.reading.get("mapping")
    done = opened(upload.business).business.load(
        upload.path,
        mapping=ColumnMapping.from_dict(stated) if stated else None,
        mode=upload.mode,
        name=upload.name,
        progress=lambda fraction, words: report(fraction, words.en, words.ja),
        limits=_limits(),
    )
    upload.import_id = done.id
    upload.save(update_fields=["import_id"])
    upload.forget_file()
    return {"import_id": done.id, "already": done.already}


def undo_import(import_id: str, business_id: str, report: Report) -> dict[str, Any]:
    """Take an import back."""
    numbers = opened(Business.objects.get(pk=business_id)).business
    done = numbers.undo(import_id, lambda fraction, words: report(fraction, words.en, words.ja))
    return {"import_id": done.id}


def make_demo(business_id: str, report: Report) -> dict[str, Any]:
    """Fill a business with the sample company's two years."""
    numbers = opened(Business.objects.get(pk=business_id)).business

    def told(fraction: float, name: str) -> None:
        declared = FACTS.get(name)
        report(fraction, declared.en if declared else "", declared.ja if declared else "")

    load_demo(numbers, progress=told)
    enqueue(TARGETS_JOB, business_id=business_id)
    enqueue(REGISTERS_JOB, business_id=business_id)
    enqueue(CHANGES_JOB, business_id=business_id)
    return {}
