"""The panels about channels as files: the mix of visits, what each model gives a place, and classes of keywords."""

from __future__ import annotations

from math import ceil
from typing import Final

from django.http import Http404
from django.utils.translation import gettext as _

from keiki.charts.rule_words import rule_words
from keiki.customers.small_groups import small_parts
from keiki.server.customers.pages.files.panel import Asking, Column, PanelFile, Panels, Table
from keiki.server.journeys.pages.channels import (
    ChannelsAsked,
    by_words,
    class_words,
    credit_rule,
    model_words,
    place_words,
    value_names,
)
from keiki.server.journeys.queries import channels as queries


def mix(asking: Asking) -> PanelFile:
    """The visits by channel beside the period before."""
    asked = ChannelsAsked.of(asking)
    traffic = queries.traffic(asking.user, asking.business, asked.period, asked.before)
    if traffic.mix is None:
        raise Http404
    earlier = {} if traffic.before is None else {each.channel: each.share for each in traffic.before.channels}
    rows = [
        (place_words("channel", each.channel, asking.style), each.visits, each.share, earlier.get(each.channel))
        for each in traffic.mix.channels
    ]
    columns = (
        Column(_("Channel")),
        Column(_("Visits"), "count"),
        Column(_("Share"), "ratio"),
        Column(_("Period before"), "ratio", asking.label(asked.before)),
    )
    rule = rule_words(queries.rules(asking.user, asking.business), "traffic", asking.style)
    return PanelFile(_("Mix of channels"), Table(columns, rows), None, asked.filters(asking), (rule,))


def credit(asking: Asking) -> PanelFile:
    """What each model gives a place; the CSV has conversions, revenue and gross profit by place and model."""
    asked = ChannelsAsked.of(asking)
    found = queries.credited(asking.user, asking.business, asked.period, asked.by)
    hidden = small_parts([ceil(max(one.conversions for one in each.by_model)) for each in found.places])
    told = [each for place, each in enumerate(found.places) if place not in hidden]
    unit = "number" if asked.value == "conversions" else "currency"
    models = [model_words(model, asking.style) for model in found.models]
    place = Column(by_words(found.by))
    shown = [
        (
            place_words(found.by, each.place, asking.style),
            each.touches,
            *(getattr(one, asked.value) for one in each.by_model),
        )
        for each in told
    ]
    details = [
        (place_words(found.by, each.place, asking.style), name, one.conversions, one.revenue, one.profit)
        for each in told
        for name, one in zip(models, each.by_model, strict=True)
    ]
    values = value_names()
    return PanelFile(
        _("What earned the conversions, by model"),
        Table((place, Column(_("Touches"), "count"), *(Column(name, unit) for name in models)), shown),
        Table(
            (
                place,
                Column(_("Model")),
                Column(values["conversions"], "number"),
                Column(values["revenue"], "currency"),
                Column(values["profit"], "currency"),
            ),
            details,
        ),
        (*asked.filters(asking), (_("Split by"), place.head), (_("Value"), values[asked.value])),
        (credit_rule(found, asking.style),),
        bool(hidden),
    )


def keywords(asking: Asking) -> PanelFile:
    """The clicks on search results by class of keyword."""
    asked = ChannelsAsked.of(asking)
    found = queries.keywords(asking.user, asking.business, asked.period)
    rows = [
        (
            class_words(each.name),
            each.keywords,
            each.clicks,
            found.share(each),
            each.impressions,
            each.clicks / each.impressions if each.impressions else None,
        )
        for each in found.classes
    ]
    columns = (
        Column(_("Kind of keyword")),
        Column(_("Keywords"), "count"),
        Column(_("Clicks"), "count"),
        Column(_("Share"), "ratio"),
        Column(_("Impressions"), "count"),
        Column(_("Click rate"), "ratio"),
    )
    rule = rule_words(queries.rules(asking.user, asking.business), "keywords", asking.style)
    return PanelFile(_("What people search for"), Table(columns, rows), None, asked.filters(asking)[:1], (rule,))


PANELS: Final[Panels] = {"mix": mix, "credit": credit, "keywords": keywords}
