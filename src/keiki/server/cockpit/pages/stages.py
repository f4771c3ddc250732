"""The numbers a business steers by, by stage of the customer's journey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.catalogue.tags import TAGS, label
from keiki.charts.format import change, counter_word, number
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class StageRow:
    label: str
    value: str
    moved: str
    url: str


@dataclass(frozen=True)
class StagesPage:
    title: str
    subtitle: str
    stages: tuple[kpis.Way, ...]
    chosen: str
    sentence: str
    rows: tuple[StageRow, ...]


@business_page()
@require_safe
def stages_page(request: Any, business: Business, stage: str = "") -> HttpResponse:
    """The active KPIs of a stage, those that stand in a tree; without a stage those of the first that has any."""
    language = current_language()
    catalogue = door.catalogue_of(request.user, business)
    known = door.known(request.user, business)
    by_stage: dict[str, list[str]] = {name: [] for name in TAGS["stage"]}
    for name in door.active_kpis(request.user, business, known):
        kpi = catalogue.kpis.get(name)
        if kpi is not None and kpi.journey_stage:
            by_stage[str(kpi.journey_stage)].append(name)
    if stage and stage not in by_stage:
        raise Http404
    chosen = stage or next((name for name, ids in by_stage.items() if ids), "awareness")
    ids = by_stage[chosen]
    values = door.kpi_values(request.user, business, ids, known)
    style = kpis.style_of(business, known)
    rows = []
    for name in ids:
        kpi, found = catalogue.kpis[name], values.get(name)
        now, before = (None, None) if found is None else (found.value, found.before)
        rows.append(
            StageRow(
                words := kpi.ja if language == "ja" else kpi.en,
                number(now, kpi.unit, style, counter_word(words)),
                change(now, before, kpi.unit, style),
                kpis.url_of("kpis:kpi", business=business.id, kpi=name),
            )
        )
    page = StagesPage(
        title=_("By stage of the journey"),
        subtitle=business.name,
        stages=tuple(
            kpis.Way(
                f"{label('stage', name, language)} {len(found)}",
                reverse("cockpit:stage", kwargs={"business": business.id, "stage": name}),
                name == chosen,
            )
            for name, found in by_stage.items()
        ),
        chosen=label("stage", chosen, language),
        sentence=_("{count} of the numbers in your trees belong to the stage “{stage}”.").format(
            count=len(ids), stage=label("stage", chosen, language)
        ),
        rows=tuple(rows),
    )
    return render(request, "cockpit/stages.html", {"page": page})
