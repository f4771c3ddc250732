"""The revisions of a target, and two figures that wait to be chosen between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.charts.format import Style, difference, number
from keiki.server.accounts.models import Business
from keiki.server.planning import queries
from keiki.server.planning.models import State, Way
from keiki.server.planning.pages.written import day_words, target_words
from keiki.server.planning.queries import Planned, Written
from keiki.trees.build import Node

STATE_TONES = {State.DRAFT: "", State.PROPOSED: "watch", State.APPROVED: "good", State.ASIDE: ""}


@dataclass(frozen=True)
class Version:
    """One line of the history of a target."""

    number: int
    state: str
    state_words: str
    tone: str
    way: str
    target: str
    since: str
    until: str
    anew: str
    deadline: str
    stages: str
    reason: str
    by: str
    at: Any
    decided: str
    in_force: bool
    open: bool


@dataclass(frozen=True)
class Rivals:
    """The figure from above and the team's side by side."""

    top: Version
    bottom: Version
    gap: str


def version_words(each: Written, plan: Planned | None, node: Node, business: Business, style: Style) -> Version:
    """A revision as it is written."""
    force = plan.in_force(business.calendar.today()) if plan is not None else None
    comma = "、" if style.japanese else ", "
    stages = [f"{day_words(step.by, style)} {number(step.value, node.unit, style)}" for step in each.target.steps]
    return Version(
        number=each.number,
        state=each.state,
        state_words=str(State(each.state).label),
        tone=STATE_TONES[State(each.state)],
        way=str(Way(each.way).label) if each.way else "",
        target=target_words(each.target, node.unit, node.direction, style),
        since=day_words(each.since, style),
        until=_until_words(each, plan, style),
        anew=_anew_words(each, plan, business, style),
        deadline=day_words(each.target.by, style),
        stages=comma.join(stages),
        reason=each.reason,
        by=each.made_by,
        at=each.made_at,
        decided=each.decided_by,
        in_force=force is not None and force.number == each.number,
        open=each.state in queries.OPEN and plan is not None and each in plan.open,
    )


def _until_words(each: Written, plan: Planned | None, style: Style) -> str:
    """Until when an approved revision held; nothing while it does, or when one of the same day took its place."""
    until = plan.held_until(each) if plan is not None and each.state == State.APPROVED else None
    if until is None:
        return ""
    return _("replaced from its first day") if until < each.since else day_words(until, style)


def _anew_words(each: Written, plan: Planned | None, business: Business, style: Style) -> str:
    """What to know before an open revision is approved: the months that are over and that it judges anew."""
    if plan is None or each.state not in queries.OPEN:
        return ""
    again = [month for month in plan.judged(business.calendar) if month.last >= each.since]
    if not again:
        return ""
    words = ngettext(
        "{count} month that is over is judged anew", "{count} months that are over are judged anew", len(again)
    )
    return words.format(count=len(again))


def rivals_of(plan: Planned | None, versions: Sequence[Version], node: Node, style: Style) -> Rivals | None:
    """The two figures that wait to be chosen between."""
    if plan is None or plan.rivals is None:
        return None
    shown = {each.number: each for each in versions}
    top, bottom = plan.rivals
    gap = difference(top.target.value, bottom.target.value, node.unit, style)
    return Rivals(shown[top.number], shown[bottom.number], gap.lstrip("+"))
