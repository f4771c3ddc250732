"""The link at the foot of an e-mail: no report of this kind any more, without signing in."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from keiki.server.accounts.pages import get_and_post
from keiki.server.reports import actions
from keiki.server.reports.pages.written import titles


@dataclass(frozen=True)
class StopPage:
    title: str
    report: str
    business: str
    done: bool


@csrf_exempt  # mail programs post here by themselves (RFC 8058); the signed address is the proof
@get_and_post
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """Asks once, and does it when it is posted; 404 for a forged link."""
    found = actions.stopped_by(token)
    if found is None:
        raise Http404
    user, business, cadence = found
    if request.method == "POST":
        actions.choose_mail(user, business, cadence, wanted=False)
    page = StopPage(_("No more e-mails of this report"), titles()[cadence], business.name, request.method == "POST")
    return render(request, "reports/stop.html", {"page": page})
