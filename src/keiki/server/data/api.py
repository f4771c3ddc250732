"""Data for programs: values are written at once, files are imported in the background, the history is read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router, Status

from keiki.errors import EmptyFile, FileTooLarge
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, OWN
from keiki.server.data import actions, queries
from keiki.server.data.actions import Done, erasing, issues, rates
from keiki.server.data.actions.issues import Found
from keiki.server.data.schemas import (
    ClosedIn,
    DoneOut,
    ErasureIn,
    ImportIn,
    IssueOut,
    ObservationsIn,
    ObservedOut,
    RatesIn,
    RatesOut,
    RunOut,
)
from keiki.server.jobs.models import Run

router = Router(tags=[gettext_noop("Data")])
FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.post(
    "/businesses/{business}/observations",
    response={201: ObservedOut},
    summary=gettext_noop("Write down values that people or other systems know"),
)
def observe(request: HttpRequest, business: str, sent: ObservationsIn) -> Status[dict[str, Any]]:
    own = business_in(request, business, EDIT)
    rows = [each.model_dump(exclude_none=True) for each in sent.observations]
    done = actions.observe_all(caller_of(request).user, own, rows, sent.name)
    return Status(201, vars(done))


@router.post(
    "/businesses/{business}/imports",
    response={202: RunOut},
    summary=gettext_noop("Send a file to import; its bytes are the body"),
    openapi_extra=FILE,
)
def send_file(request: HttpRequest, business: str, read: Query[ImportIn]) -> Status[dict[str, Any]]:
    own = business_in(request, business, EDIT)
    length = request.META.get("CONTENT_LENGTH") or "0"
    size = int(length) if length.isdecimal() else 0
    if size > actions.upload_limit():
        raise FileTooLarge(limit=f"{actions.upload_limit():,} B")
    if not size:
        raise EmptyFile(name=read.name)
    user = caller_of(request).user
    upload = actions.receive_file(user, own, UploadedFile(request, read.name, size=size))  # type: ignore[arg-type]  # a request reads like a file
    try:
        look = actions.look(upload, fact_name=read.fact)
        mapping = None if look.export else look.parts[0].mapping
        run = actions.start_import(user, upload, mapping, read.mode)
    except Exception:
        actions.drop_upload(user, upload)
        raise
    return Status(202, _run(run))


@router.post(
    "/businesses/{business}/erasures",
    response={202: RunOut},
    summary=gettext_noop("Erase one customer for good; owners only"),
)
def erase(request: HttpRequest, business: str, sent: ErasureIn) -> Status[dict[str, Any]]:
    own = business_in(request, business, OWN)
    return Status(202, _run(erasing.start_erasure(caller_of(request).user, own, sent.customer_id, sent.also)))


@router.get("/businesses/{business}/imports", response=list[DoneOut], summary=gettext_noop("The history of imports"))
def history(request: HttpRequest, business: str, limit: int = 100) -> list[Done]:
    done = actions.state_of(business_in(request, business)).imports[: min(max(limit, 1), 1_000)]
    return [replace(one, at=one.at.replace(tzinfo=UTC)) for one in done]


@router.get(
    "/businesses/{business}/imports/{run_id}", response=RunOut, summary=gettext_noop("How far the import of a file is")
)
def progress(request: HttpRequest, business: str, run_id: UUID) -> dict[str, Any]:
    run = queries.run_in(business_in(request, business), run_id)
    if run is None:
        raise Http404
    return _run(run)


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.pk),
        "status": run.status,
        "progress": run.progress,
        "message": run.message,
        "error": run.error,
        "import_id": run.result.get("import_id"),
    }


@router.get(
    "/businesses/{business}/issues", response=list[IssueOut], summary=gettext_noop("What is wrong with the data")
)
def listed(request: HttpRequest, business: str) -> list[dict[str, Any]]:
    return [_issue(each) for each in issues.issues_of(business_in(request, business))]


@router.post(
    "/businesses/{business}/issues/{issue}/close",
    response=IssueOut,
    summary=gettext_noop("Close an issue with a note on what was done"),
)
def close(request: HttpRequest, business: str, issue: str, sent: ClosedIn) -> dict[str, Any]:
    own = business_in(request, business, EDIT)
    found = issues.issue_in(own, issue)
    if found is None:
        raise Http404
    row = issues.close_issue(caller_of(request).user, own, found, sent.resolution, sent.note)
    return _issue(replace(found, row=row))


def _issue(each: Found) -> dict[str, Any]:
    row, period = each.row, each.period
    return {
        "id": each.mark,
        "kind": each.kind,
        "ja": each.name_ja,
        "en": each.name_en,
        "start": period.start if period else None,
        "grain": str(period.grain) if period else "",
        "rows": each.rows,
        "standing": each.standing,
        "open": each.is_open,
        "owner": str(each.owner or ""),
        "resolution": row.resolution if row else "",
        "note": row.note if row else "",
        "closed_by": str(row.closed_by or "") if row else "",
        "closed_at": row.closed_at if row else None,
    }


@router.get(
    "/businesses/{business}/rates",
    response=RatesOut,
    summary=gettext_noop("Exchange rates, and the money that none of them converts"),
)
def exchange(request: HttpRequest, business: str) -> dict[str, Any]:
    return _rates(business_in(request, business))


@router.post("/businesses/{business}/rates", response=RatesOut, summary=gettext_noop("Set exchange rates"))
def set_rates(request: HttpRequest, business: str, sent: RatesIn) -> dict[str, Any]:
    own = business_in(request, business, EDIT)
    typed = [rates.typed_rate(own, each.currency, each.since, each.rate) for each in sent.rates]
    rates.set_rates(caller_of(request).user, own, typed)
    return _rates(own)


def _rates(business: Business) -> dict[str, Any]:
    told = rates.rates_of(business)
    left = rates.left_out_of(business)
    return {
        "rates": [vars(one) | {"rate": f"{one.rate:f}"} for one in told],
        "left_out": [vars(each) | {"amount": f"{each.amount:f}"} for each in left],
    }
