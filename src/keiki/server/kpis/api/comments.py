"""Comments on KPIs for programs: who may read and write them is as on the pages."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router, Status

from keiki.errors import UnknownName
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries
from keiki.server.kpis.actions import comments as actions
from keiki.server.kpis.schemas import CommentIn, CommentOut, NoticeOut, SaidOut

MOST = 200
router = Router(tags=[gettext_noop("Comments")])


@router.get(
    "/businesses/{business}/kpis/{kpi}/comments",
    response=list[CommentOut],
    summary=gettext_noop("What members say about a KPI, the oldest first"),
)
def comments(request: HttpRequest, business: str, kpi: str) -> list[dict[str, Any]]:
    own = _with_kpi(request, business, kpi)
    found = queries.threads(caller_of(request).user, own, kpi)
    return [queries.plain_comment(each) for thread in reversed(found) for each in (thread.first, *thread.answers)]


@router.post(
    "/businesses/{business}/kpis/{kpi}/comments",
    response={201: SaidOut},
    summary=gettext_noop("Say something about a KPI; @ and a name tells that member"),
)
def write_comment(request: HttpRequest, business: str, kpi: str, said: CommentIn) -> Status[dict[str, Any]]:
    own = _with_kpi(request, business, kpi, writes=True)
    user = caller_of(request).user
    answered = queries.comment_named(user, own, said.answers) if said.answers is not None else None
    if said.answers is not None and (answered is None or answered.kpi_id != kpi):
        raise UnknownName(kind="comment", name=str(said.answers), known=())
    about = queries.about_when(own, kpi, said.when) if answered is None else queries.about_of(answered)
    done = actions.write_comment(user, own, about, said.text, answered)
    told = {"told": done.told, "closed_to": done.closed_to, "shared": done.shared}
    return Status(201, {"comment": queries.plain_comment(done.comment), **told})


@router.get(
    "/businesses/{business}/notices",
    response=list[NoticeOut],
    summary=gettext_noop("The comments that name you or answer yours, the newest first"),
)
def notices(request: HttpRequest, business: str, unread: bool = False, limit: int = 50) -> list[dict[str, Any]]:
    own = business_in(request, business)
    found = queries.notices(caller_of(request).user, own)
    shown = found.filter(read_at=None) if unread else found
    return [
        {"why": each.why, "read_at": each.read_at, "comment": queries.plain_comment(each.comment)}
        for each in shown[: min(max(limit, 1), MOST)]
    ]


def _with_kpi(request: HttpRequest, business_id: str, kpi: str, *, writes: bool = False) -> Business:
    own = business_in(request, business_id, writes=writes)
    if not queries.sees_kpi(caller_of(request).user, own, kpi):
        raise Http404
    return own
