"""RFM segments: who to reward, win back or welcome, with action, targets and the customers themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.files_out import Flow, Sheet, without_addresses
from keiki.charts.format import MISSING, Style, exact, number
from keiki.charts.rule_words import rule_words
from keiki.customers.rfm import CLASSES, SEGMENTS
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.pages.files_out import flowing_csv
from keiki.server.accounts.rules import OWN, allows
from keiki.server.customers.actions.segments import note_export
from keiki.server.customers.pages.cohorts import Cell, fresh_words, heat
from keiki.server.customers.queries import segments as queries
from keiki.server.customers.queries.segments import Scale
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

if TYPE_CHECKING:
    from keiki.customers.rfm_segments import Segments, SegmentTotals
    from keiki.engine.rfm_segments import Member
    from keiki.trees.document import NodeDocument

LISTED = 50
"""Customers of a segment on the page; the file holds all of them."""


@dataclass(frozen=True)
class SegmentRow:
    name: str
    url: str
    chosen: bool
    customers: str
    share: str
    revenue: str
    profit: str
    each: str
    recency: str
    moved: str


@dataclass(frozen=True)
class MoveRow:
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class TargetRow:
    """What is to be reached for a segment: the KPI, its target, and the KPI's page."""

    kpi: str
    target: str
    url: str


@dataclass(frozen=True)
class MemberRow:
    customer: str
    name: str
    scores: str
    recency: str
    frequency: str
    amount: str
    profit: str
    note: str


@dataclass(frozen=True)
class Chosen:
    """The segment that is looked at: what to do, what to reach, who is in it."""

    name: str
    title: str
    why: str
    action: str
    targets: tuple[TargetRow, ...]
    members: tuple[MemberRow, ...]
    sentence: str
    export_url: str
    addresses: bool


@dataclass(frozen=True)
class SegmentsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    nobody: str = ""
    lens: kpis.LensForm = kpis.LensForm(())
    sentence: str = ""
    rows: tuple[SegmentRow, ...] = ()
    scores: tuple[MoveRow, ...] = ()
    classes: tuple[str, ...] = ()
    moves: tuple[MoveRow, ...] = ()
    moves_head: tuple[str, ...] = ()
    moves_sentence: str = ""
    chosen: Chosen | None = None
    then: str = ""
    scale: str = ""
    rule: str = ""
    rule_url: str = ""
    month: str = ""
    fresh: str = ""


@business_page()
@require_safe
def segments_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Segments at the end of a month; `segment` in the address opens one of them."""
    known = door.known(request.user, business)
    if known.today is None:
        page = SegmentsPage(_("Segments"), business.name, kpis.empty_state(request, business))
    else:
        page = _page(request, business, known)
    return render(request, "customers/segments.html", {"page": page})


@business_page()
@require_POST
def segment_csv(request: Any, business: Business, segment: str) -> Any:
    """The customers of a segment whom a campaign may address, as a file; it is written down who took it.

    E-mail addresses go to owners only, for everybody else they are hidden. The file is sent while it is asked for: a
    list of any length is never in memory.
    """
    if segment not in SEGMENTS:
        raise Http404
    period = _month(business, door.known(request.user, business), request.POST.get("month", ""))
    scale = _scale(queries.scales(request.user, business), request.POST.get("scale", ""))
    asked, addresses = (request.user, business, segment, period, scale), allows(request.membership.role, OWN)
    reach = queries.reach(*asked)
    note_export(request.user, business, segment, reach.addressable, addresses=addresses and reach.with_address > 0)
    columns = COLUMNS if addresses else tuple(name for name in COLUMNS if name != "email")
    rows = Flow(lambda: (tuple(getattr(m, name) for name in columns) for m in queries.every_addressable_member(*asked)))
    sheet = Sheet(columns, rows)
    return flowing_csv(sheet if addresses else without_addresses(sheet), f"segment-{segment}")


COLUMNS = ("customer_id", "name", "email", "r", "f", "m", "recency_days", "frequency", "amount", "profit")


def _month(business: Business, known: door.Known, told: str) -> Period | None:
    """The month asked for, where the data speaks of it."""
    months = door.choosable(business, known, Grain.MONTH)
    return next((month for month in months if month.start.isoformat() == told), None)


def _scale(scales: Sequence[Scale], told: str) -> Scale | None:
    """The earlier scale asked for; None for the one in force."""
    return next((scale for scale in scales if str(scale.number) == told), None)


def asked_segments(request: Any, business: Business, known: door.Known) -> tuple[Segments, Scale | None]:
    """The segments of the month and scale in the address, and that scale where it is an earlier one."""
    period = _month(business, known, request.GET.get("month", ""))
    scale = _scale(queries.scales(request.user, business), request.GET.get("scale", ""))
    return queries.segments(request.user, business, period, scale), scale


def _moment(business: Business, moment: datetime, style: Style) -> str:
    """A moment by the clock of the business."""
    local = timezone.localtime(moment, ZoneInfo(business.zone))
    return f"{local:%Y/%m/%d %H:%M}" if style.japanese else f"{local:%d %b %Y %H:%M}"


def _page(request: Any, business: Business, known: door.Known) -> SegmentsPage:
    style = kpis.style_of(business, known)
    scales = queries.scales(request.user, business)
    found, scale = asked_segments(request, business, known)
    label = business.calendar.label(found.period, style.language)
    rule = queries.rules(request.user, business)
    number = "" if scale is None else str(scale.number)
    frame = SegmentsPage(
        title=_("Segments"),
        subtitle=kpis.beside_business(business, label),
        lens=_lens(business, known, found, request.GET.get("segment", ""), style, (scales, number)),
        scale=number,
        then=_then(business, scale, style),
        rule=rule_words(rule if scale is None else scale.rules, "rfm", style),
        rule_url=reverse("accounts:rules", kwargs={"business": business.id}) + "#rules-rfm",
        fresh=fresh_words(known, style),
    )
    if not found.customers:
        return SegmentsPage(**{**vars(frame), "nobody": _("Nobody bought in the months that the rule looks at.")})
    name = request.GET.get("segment", "")
    name = name if name in SEGMENTS else "growth"
    path = reverse("customers:segments", kwargs={"business": business.id})
    month = found.period.start.isoformat()
    asked = f"{path}?month={month}" + (f"&scale={number}" if number else "")
    return SegmentsPage(
        **{
            **vars(frame),
            "sentence": _sentence(found, style),
            "rows": tuple(
                _row(each, found, f"{asked}&segment={each.segment}#chosen", each.segment == name, style)
                for each in found.segments
            ),
            "scores": _scores(found, style),
            "classes": tuple(str(f) for f in range(1, CLASSES + 1)),
            "moves": _moves(found, style),
            "moves_head": (*(segment_words(each) for each in SEGMENTS), _("no longer classed")),
            "moves_sentence": _moves_sentence(found, style),
            "chosen": _chosen(request, business, found, name, style, scale),
            "month": month,
        }
    )


def _then(business: Business, scale: Scale | None, style: Style) -> str:
    """What an earlier scale is, before its numbers."""
    if scale is None:
        return ""
    words = _("These scores are as they were reported until {moment}: by the scale below, from the data of that day.")
    return words.format(moment=_moment(business, scale.until, style))


def _lens(
    business: Business,
    known: door.Known,
    found: Segments,
    segment: str,
    style: Style,
    scales: tuple[Sequence[Scale], str],
) -> kpis.LensForm:
    months = tuple(
        (p.start.isoformat(), business.calendar.label(p, style.language))
        for p in door.choosable(business, known, Grain.MONTH)
        if door.is_over(known, p)
    )
    choices = [kpis.Choice("month", _("End of"), months, found.period.start.isoformat())]
    earlier, chosen = scales
    if earlier:
        until = _("until {moment}")
        named = ((str(each.number), until.format(moment=_moment(business, each.until, style))) for each in earlier)
        choices.append(kpis.Choice("scale", _("Scale"), (("", _("in force now")), *named), chosen))
    return kpis.LensForm(tuple(choices), (("segment", segment),) if segment in SEGMENTS else ())


def segment_words(segment: str) -> str:
    """What a segment is called."""
    return {
        "loyal": _("Loyal"),
        "growth": _("To be won back"),
        "new_promising": _("New and promising"),
        "dormant": _("Dormant"),
        "other": _("Other"),
    }[segment]


def _sentence(found: Segments, style: Style) -> str:
    """Who brings the money, and who is slipping away."""
    total = sum(each.amount for each in found.segments)
    loyal, growth = found.segment("loyal"), found.segment("growth")
    return _(
        "{loyal} of customers are loyal and bring {share} of revenue; {n} good customers are slipping away."
    ).format(
        loyal=number(loyal.customers / found.customers, "ratio", style),
        share=number(float(loyal.amount / total), "ratio", style) if total else MISSING,
        n=number(growth.customers, "count", style),
    )


def _row(each: SegmentTotals, found: Segments, url: str, chosen: bool, style: Style) -> SegmentRow:
    before = sum(n for (start, _end), n in found.moves.items() if start == each.segment)
    change = each.customers - before
    return SegmentRow(
        name=segment_words(each.segment),
        url=url,
        chosen=chosen,
        customers=number(each.customers, "count", style),
        share=number(each.customers / found.customers, "ratio", style),
        revenue=number(each.amount, "currency", style),
        profit=number(each.profit, "currency", style),
        each=number(each.profit / each.customers, "currency", style)
        if each.profit is not None and each.customers
        else MISSING,
        recency=number(round(each.recency_days), "days", style) if each.recency_days is not None else MISSING,
        moved=f"{'+' if change > 0 else '−' if change < 0 else '±'}{abs(change):,}",
    )


def _scores(found: Segments, style: Style) -> tuple[MoveRow, ...]:
    """Customers by recency (rows, best first) and frequency."""
    scale = (0.0, float(max(found.scores.values())))
    return tuple(
        MoveRow(
            str(r),
            tuple(_cell(found.scores[r, f], scale, style) for f in range(1, CLASSES + 1)),
        )
        for r in range(CLASSES, 0, -1)
    )


def _cell(customers: int, scale: tuple[float, float], style: Style) -> Cell:
    shown = number(customers, "count", style)
    return Cell(shown, exact(customers, "count", style), heat(float(customers), scale) if customers else 0)


def _moves(found: Segments, style: Style) -> tuple[MoveRow, ...]:
    """From the segment at the start of the month (rows) to that at its end."""
    changed = [n for (start, end), n in found.moves.items() if start != end]
    scale = (0.0, float(max(changed, default=0)))
    rows = []
    for start in (*SEGMENTS, None):
        counts = [found.moves.get((start, end), 0) for end in (*SEGMENTS, None)]
        name = segment_words(start) if start is not None else _("newly classed")
        cells = tuple(
            Cell(number(n, "count", style)) if end == start else _cell(n, scale, style)
            for n, end in zip(counts, (*SEGMENTS, None), strict=True)
        )
        rows.append(MoveRow(name, cells))
    return tuple(rows)


def _moves_sentence(found: Segments, style: Style) -> str:
    lost = sum(n for (start, end), n in found.moves.items() if start == "loyal" != end)
    won = sum(n for (start, end), n in found.moves.items() if end == "loyal" != start)
    return _("In that month {won} became loyal and {lost} stopped being so.").format(
        won=number(won, "count", style), lost=number(lost, "count", style)
    )


def _chosen(request: Any, business: Business, found: Segments, name: str, style: Style, scale: Scale | None) -> Chosen:
    node = queries.plan(request.user, business, name)
    first = queries.members(request.user, business, name, found.period, LISTED, scale)
    reach = queries.reach(request.user, business, name, found.period, scale)
    words = {
        "n": number(reach.customers, "count", style),
        "kept": number(reach.addressable, "count", style),
        "removed": number(reach.customers - reach.addressable, "count", style),
    }
    return Chosen(
        name=name,
        title=segment_words(name),
        why=_told(node, "why", style),
        action=_told(node, "note", style),
        targets=_targets(request, business, node, style),
        members=tuple(_member(member, style) for member in first),
        sentence=_("{n} customers; the file holds {kept}: {removed} opted out or are excluded.").format(**words),
        export_url=reverse("customers:segment_csv", kwargs={"business": business.id, "segment": name}),
        addresses=allows(request.membership.role, OWN),
    )


def _told(node: NodeDocument | None, what: str, style: Style) -> str:
    return "" if node is None else getattr(node, f"{what}_{style.language}") or ""


def _targets(request: Any, business: Business, node: NodeDocument | None, style: Style) -> tuple[TargetRow, ...]:
    rows = []
    for child in node.children if node is not None else ():
        if child.kpi is None:
            continue
        words, unit = queries.kpi_words(request.user, business, child.kpi, style.language)
        target = child.target
        value = number(target.value, unit, style) if target is not None and target.value is not None else MISSING
        url = reverse("kpis:kpi", kwargs={"business": business.id, "kpi": child.kpi})
        rows.append(TargetRow(words, value, url))
    return tuple(rows)


def _member(member: Member, style: Style) -> MemberRow:
    note = _("excluded") if member.excluded else _("opted out") if member.opted_out else ""
    return MemberRow(
        member.customer_id,
        member.name or "",
        f"{member.r}-{member.f}-{member.m}",
        number(member.recency_days, "days", style),
        number(member.frequency, "count", style),
        number(member.amount, "currency", style),
        number(member.profit, "currency", style),
        note,
    )
