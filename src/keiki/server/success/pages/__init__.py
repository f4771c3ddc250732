"""What every page about accounts shares: words, links, the empty state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.charts.format import Style, number
from keiki.facts.vocabulary import vocabulary
from keiki.server.accounts.models import Business
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success.models import Stage
from keiki.server.ui.language import current_language

BANDS = {"green": "good", "yellow": "watch", "red": "act", None: "none"}


@dataclass(frozen=True)
class Fact:
    """A number with its name; `note` says what it rests on."""

    name: str
    value: str
    note: str = ""
    url: str = ""
    current: bool = False


def style_of(request: Any, business: Business) -> Style:
    """How numbers are written for this reader."""
    return kpis.style_of(business, door.known(request.user, business))


def day_words(day: date | None, style: Style) -> str:
    """A day as people write it."""
    if day is None:
        return "—"
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def fresh_words(day: date, style: Style) -> str:
    """Up to which day the data speaks."""
    return _("Data up to {day}").format(day=day_words(day, style))


def account_url(business: Business, customer_id: str) -> str:
    """The page of a customer."""
    return reverse("success:account", kwargs={"business": business.id, "customer": customer_id})


def stage_words(stage: str | None) -> str:
    """What a stage is called."""
    return str(Stage(stage).label) if stage in Stage.values else "—"


def word(domain: str, value: str | None) -> str:
    """A known value in the reader's language; others, and those of no domain (""), as they came."""
    if value is None:
        return ""
    label = vocabulary(domain).get(value) if domain else None
    return value if label is None else label.words(current_language())


def proof_words(reason: str) -> str:
    """What brought an account into a stage; what a person wrote stays as it is."""
    return {
        "contract": _("First paid day"),
        "kickoff": _("Kick-off"),
        "first_value": _("First value reached"),
        "core_use": _("First use of a core feature"),
        "habit": _("Core use in enough weeks"),
        "renewed": _("Renewed"),
        "stayed": _("Paid without an interruption"),
        "expanded": _("Pays more than ever before"),
        "recommended": _("Recommended us"),
    }.get(reason, reason)


def why(row: Mapping[str, Any], rule: Any, style: Style) -> tuple[str, ...]:
    """Why an account is on a list, in words."""
    found = []
    if row["usage"] == 0:
        found.append(_("Use fell by {share} or more in 4 weeks").format(share=number(rule.health.drop, "ratio", style)))
    if row["fell"]:
        drop = number(row["score_before"] - row["score"], "score", style)
        found.append(_("Score fell by {points} in {weeks} weeks").format(points=drop, weeks=rule.fall_weeks))
    if row["payment"] is not None and row["payment"] < 1:
        found.append(_("{share} of what was due is overdue").format(share=number(1 - row["payment"], "ratio", style)))
    if row["may_grow"]:
        found.append(
            _("Core features used on {core} of the seats, {seats} of the seats in use").format(
                core=number(row["core_share"], "ratio", style), seats=number(row["seats_share"], "ratio", style)
            )
        )
        found.append(_("{more} more a month if it grows").format(more=number(row["more"], "currency", style)))
    if row["health_band"] == "red" and not found:
        found.append(_("Score below {limit}").format(limit=number(rule.health.bands[1], "score", style)))
    return tuple(found)


def accounts_words(count: int) -> str:
    """How many accounts."""
    return ngettext("{count} account", "{count} accounts", count).format(count=f"{count:,}")
