"""Reads about files on their way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from keiki.server.accounts.models import Business
from keiki.server.audit.queries import actors
from keiki.server.data.models import Upload
from keiki.server.jobs.models import Run


@dataclass(frozen=True)
class Waiting:
    """A file that is not imported yet; `state` is its run's, "" when its columns wait to be confirmed."""

    id: UUID
    name: str
    size: int
    sent_at: datetime
    state: str


def upload_in(business: Business, upload_id: UUID) -> Upload | None:
    """A file of a business, with its run."""
    return Upload.objects.select_related("run", "business").filter(business=business, pk=upload_id).first()


def waiting_uploads(business: Business) -> tuple[Waiting, ...]:
    """The files that are not imported yet, newest first."""
    uploads = Upload.objects.select_related("run").filter(business=business, import_id="")[:20]
    return tuple(Waiting(u.pk, u.name, u.size, u.sent_at, u.run.status if u.run else "") for u in uploads)


def authors(business: Business, import_ids: Iterable[str]) -> dict[str, str]:
    """Who brought imports in: people who sent a file or entered a value, by the id of the import."""
    wanted = set(import_ids)
    sent = Upload.objects.filter(business=business, import_id__in=wanted).select_related("sent_by")
    found = {upload.import_id: str(upload.sent_by or "") for upload in sent}
    return found | actors(business.id, "data.observe", {f"import:{one}": one for one in wanted - set(found)})


def run_in(business: Business, run_id: UUID) -> Run | None:
    """A run of a business."""
    return Run.objects.filter(business_id=business.id, pk=run_id).first()


def newest_run(business: Business, kind: str) -> Run | None:
    """The run of a kind that a business asked for last."""
    return Run.objects.filter(business_id=business.id, kind=kind).order_by("-queued_at").first()


def demo_run(business: Business, kind: str) -> Run | None:
    """The run that is filling a business with sample data now."""
    run = newest_run(business, kind)
    return None if run is None or run.is_finished else run
