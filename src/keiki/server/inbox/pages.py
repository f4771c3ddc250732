"""The page of notices: what one was told, read or not, and where one wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.catalogue.load import Catalogue
from keiki.charts.format import Style
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.inbox import actions, queries
from keiki.server.inbox.models import Kind
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.actions.comments import read_notices
from keiki.server.kpis.models import Notice, Why
from keiki.server.success.models import AlertKind
from keiki.server.success.pages.alert_words import alert_row
from keiki.server.success.queries.alerts import MINE, alerts

COMMENT, ALERT = "comment", "alert"
CHANNELS: Final = ("here", "mail")


@dataclass(frozen=True)
class Line:
    """One thing that somebody was told, or alerts of one kind; `number` is its own, or the kind that they share."""

    kind: str
    number: int | str
    icon: str
    why: str
    title: str
    beside: str
    who: str
    at: datetime
    text: str
    unread: bool


@dataclass(frozen=True)
class Row:
    """Where a kind of notices goes; (channel, words, on)."""

    kind: str
    words: str
    channels: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True)
class InboxPage:
    title: str
    subtitle: str
    sentence: str
    unread: int
    lines: tuple[Line, ...]
    wishes: tuple[Row, ...]
    no_mail: bool


@business_page()
@require_safe
def inbox_page(request: Any, business: Business) -> HttpResponse:
    """What one was told, the newest first."""
    found = queries.inbox(request.user, business)
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    catalogue = door.catalogue_of(request.user, business)
    lines = [_comment_line(business, each, catalogue, style) for each in found.notices]
    lines += [_alert_line(request.user, business, told, style) for told in found.alerts]
    page = InboxPage(
        title=_("Notices"),
        subtitle=business.name,
        sentence=_sentence(found.unread),
        unread=found.unread,
        lines=tuple(sorted(lines, key=lambda line: line.at, reverse=True)),
        wishes=tuple(_row(each) for each in queries.wishes(request.user, business)),
        no_mail=not settings.EMAIL_CONFIGURED,
    )
    return render(request, "inbox/inbox.html", {"page": page})


def _sentence(unread: int) -> str:
    if not unread:
        return _("You have read everything.")
    return ngettext("{count} notice you have not read", "{count} notices you have not read", unread).format(
        count=f"{unread:,}"
    )


def _comment_line(business: Business, notice: Notice, catalogue: Catalogue, style: Style) -> Line:
    comment = notice.comment
    return Line(
        COMMENT,
        notice.pk,
        "comment",
        str(Why(notice.why).label),
        kpis.talked_of(catalogue, comment, style.language),
        kpis.period_words(business, comment, style),
        str(comment.author or ""),
        comment.made_at,
        comment.text,
        notice.read_at is None,
    )


def _alert_line(user: Any, business: Business, told: queries.Told, style: Style) -> Line:
    alert, unread = told.alert, told.unread > 0
    row = alert_row(user, business, alert, style, may_see_to=False)
    if told.count == 1:
        return Line(ALERT, alert.pk, row.status, row.kind, row.customer, row.day, "", alert.raised_at, row.what, unread)
    title = _("{kind}: {count} open").format(kind=row.kind, count=f"{told.count:,}")
    words = _("The newest: {customer}. {what}").format(customer=row.customer, what=row.what)
    return Line(ALERT, alert.kind, row.status, _("Alerts"), title, row.day, "", alert.raised_at, words, unread)


def _row(wish: queries.Wish) -> Row:
    words = {"here": _("In Keiki"), "mail": _("By e-mail")}
    told = {"here": wish.here, "mail": wish.mail}
    return Row(str(wish.kind), str(wish.kind.label), tuple((name, words[name], told[name]) for name in CHANNELS))


@business_page()
@require_POST
def read(request: Any, business: Business) -> HttpResponse:
    """One notice or all of them are read; `open` leads on to what it is about."""
    kind, number = request.POST.get("kind", ""), request.POST.get("number", "")
    back = reverse("inbox:inbox", kwargs={"business": business.id})
    if kind == "all":
        actions.read_everything(request.user, business)
        return redirect(back)
    if kind == COMMENT:
        goal = _read_comment(request, business, number)
    elif kind == ALERT:
        goal = _read_alerts(request, business, number)
    else:
        raise Http404
    return redirect(goal if request.POST.get("open") == "1" else back)


def _read_comment(request: Any, business: Business, number: str) -> str:
    """Mark a comment as read; its address."""
    notice = door.notices(request.user, business).filter(pk=_row_number(number)).first()
    if notice is None:
        raise Http404
    read_notices(request.user, business, (notice.pk,))
    return kpis.comment_url(business, notice.comment)


def _read_alerts(request: Any, business: Business, which: str) -> str:
    """Mark an alert, or all of a kind, as read; the address of their list."""
    one = {"kind": which} if which in AlertKind.values else {"pk": _row_number(which)}
    if not alerts(request.user, business, MINE).filter(**one).exists():
        raise Http404
    actions.read_alerts(request.user, business, **one)
    return reverse("success:alerts", kwargs={"business": business.id}) + "?list=mine"


def _row_number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


@business_page()
@require_POST
def choose(request: Any, business: Business) -> HttpResponse:
    """Be told of a kind of notices here or by e-mail, or no longer."""
    kind, channel = request.POST.get("kind", ""), request.POST.get("channel", "")
    if kind not in Kind.values or channel not in CHANNELS:
        raise Http404
    actions.choose(request.user, business, Kind(kind), channel, request.POST.get("wanted") == "1")
    return redirect("inbox:inbox", business=business.id)
