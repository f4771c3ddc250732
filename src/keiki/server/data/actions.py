"""Writes about data: a file arrives, is imported, is taken back. Opening a business's lake lives here, too."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.defaultfilters import filesizeformat

from keiki.engine.business import Business as Numbers
from keiki.engine.business import open_business
from keiki.engine.settings import FILE, Settings
from keiki.errors import EmptyFile, FileTooLarge, UnknownFileKind
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.data.models import Mode, Upload
from keiki.server.jobs.actions import enqueue
from keiki.server.jobs.models import Run

IMPORT_JOB: Final = "data.import_file"
UNDO_JOB: Final = "data.undo_import"
DEMO_JOB: Final = "data.make_demo"
SUFFIXES: Final = (".csv.gz", ".tsv.gz", ".txt.gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".parquet")
DEFINITIONS: Final = ("measures", "kpis", "trees")


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
        "calendar": replace(business.calendar, label_style=str(business.label_style)),
        "tax_rate": Decimal(business.tax_rate),
        "tax_included": business.tax_included,
    }


def _settled(business: Business) -> Settings:
    """The settings as the control plane has them; what only the file says stays."""
    path = business.folder / FILE
    kept = Settings.read(business.folder) if path.exists() else Settings()
    return replace(kept, **_settings_of(business))


def _definitions(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """The business's own definitions by name, time and size."""
    files = (path for part in DEFINITIONS for path in (folder / part).glob("*.yaml"))
    return tuple(sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files))


# --- files ---


def upload_limit() -> int:
    """The largest file a person may send, in bytes (KEIKI_UPLOAD_MB, 2,048 by default)."""
    return int(getattr(settings, "UPLOAD_LIMIT", 2048 * 1024**2))


def receive_file(actor: User, business: Business, file: UploadedFile) -> Upload:
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


def _write(file: UploadedFile, path: Path) -> None:
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
    upload.path.unlink(missing_ok=True)
    target = f"upload:{upload.pk}"
    record(actor, "data.drop_upload", business_id=upload.business_id, target=target, old={"name": upload.name})
    upload.delete()


@transaction.atomic
def start_import(actor: User, upload: Upload, reading: Mapping[str, Any], mode: str) -> Run:
    """Queue the import of a file whose columns are confirmed; the run can be watched."""
    upload.reading, upload.mode = dict(reading), Mode(mode)
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
