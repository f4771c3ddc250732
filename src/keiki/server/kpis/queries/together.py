"""One KPI of several businesses together, for a person who belongs to all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from keiki.engine.together import Together, common_periods, together
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries.access import opened_for
from keiki.server.kpis.queries.kept import kept


def names_apart(businesses: Sequence[Business]) -> tuple[str, ...]:
    """What businesses are called side by side: two of one name by their address too."""
    many = Counter(each.name for each in businesses)
    return tuple(each.name if many[each.name] == 1 else f"{each.name} ({each.id})" for each in businesses)


def joined(
    user: Any, businesses: Sequence[Business], kpi_id: str, grain: Grain, until: Period | None = None
) -> Together:
    """A KPI of businesses as the person sees each of them; parts stand in the order given. Raises `UnknownName`."""
    numbers = [opened_for(user, each) for each in businesses]
    names = names_apart(businesses)
    state = tuple((each.id, own.mark, own.business.snapshot) for each, own in zip(businesses, numbers, strict=True))
    key = (state, businesses[0].calendar.today(), names, "together", kpi_id, grain, until)
    return kept.get(
        key,
        lambda: together(
            {name: own.business for name, own in zip(names, numbers, strict=True)}, kpi_id, grain, until=until
        ),
    )


def periods_together(user: Any, businesses: Sequence[Business], grain: Grain) -> tuple[Period, ...]:
    """The last periods that are over in all of the businesses, oldest first."""
    return common_periods([opened_for(user, each).business for each in businesses], grain, 13)
