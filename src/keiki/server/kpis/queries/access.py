"""Who may see what: a business as one person sees it, and the one way to ask it something."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.engine.business import Business as Numbers
from keiki.errors import Restricted, UnknownName
from keiki.formula import parse
from keiki.measures.told import EVERYTHING, Told
from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.queries import owners_of
from keiki.server.accounts.rules import RANK, VIEW, Onlooker
from keiki.server.data.actions import Opened, opened
from keiki.server.kpis.models import OwnKpis
from keiki.server.kpis.queries.kept import T, kept
from keiki.server.kpis.rules import closed_to, limited_to
from keiki.server.ui.once import once
from keiki.trees.restricted import Left, secrets_of, within, without, worked_out_from
from keiki.trees.restricted import closed_kpis as given_away

_state: ContextVar[Mapping[str, int]] = ContextVar("state", default=MappingProxyType({}))
"""By business the state of its data that is asked for, where it is not the newest."""


def answered(
    user: Any, business: Business, key: Hashable, ask: Callable[[Numbers], T], *, tells: Told = EVERYTHING
) -> T:
    """What `ask` finds out about a business's numbers, for a person who may see them.

    `tells` is what the answer lets read; KPIs asked for by name tell NOTHING, since the person's own catalogue has only
    those that are open. Raises `Restricted` when it would show a KPI that is closed to the person.

    Kept per business, definitions, snapshot, day and `key`, which names the question with everything it depends on: in
    this process, and on disk for the others and for the time after a restart.
    """
    numbers = opened_for(user, business)
    may_be_told(user, business, tells)
    return kept.get(
        (business.id, numbers.mark, numbers.business.snapshot, business.calendar.today(), key),
        lambda: numbers.business.remembered((numbers.mark, key), ask),
    )


def asked(user: Any, business: Business, ask: Callable[[Numbers], T], *, tells: Told = EVERYTHING) -> T:
    """What `ask` finds out, for a person who may see it, kept nowhere: for background work over many rows.

    `tells` as in `answered`. Raises `Restricted`.
    """
    numbers = opened_for(user, business)
    may_be_told(user, business, tells)
    return ask(numbers.business)


def may_be_told(user: Any, business: Business, tells: Told) -> None:
    """Raises `Restricted` when numbers that tell `tells` would show a KPI that is closed to a person.

    It says whom to ask; whoever only holds a link is told no names.
    """
    if shows(user, business, tells):
        return
    owners = () if isinstance(user, Onlooker) else once(("owners", business.id), lambda: owners_of(business))
    raise Restricted(business.name, owners)


def shows(user: Any, business: Business, tells: Told) -> bool:
    """Whether a person may be told numbers that tell `tells`."""
    left = left_of(user, business)
    return left is None or left.shown(tells)


def unless_restricted(ask: Callable[[], T]) -> T | Restricted:
    """What `ask` gives, or why it is not shown: for a panel beside others that are."""
    try:
        return ask()
    except Restricted as why:
        return why


def opened_for(user: Any, business: Business) -> Opened:
    """The numbers of a business for a person, who may see it."""
    may_see(user, business)
    return seen_by(user, business)


@contextmanager
def as_of(business: Business, snapshot: int) -> Iterator[None]:
    """Everything that is asked of a business inside is answered from that state of its data."""
    token = _state.set({**_state.get(), business.id: snapshot})
    try:
        yield
    finally:
        _state.reset(token)


def state_asked(business: Business) -> int | None:
    """The state of the data that is asked for; None for the newest."""
    return _state.get().get(business.id)


def _opened(business: Business) -> Opened:
    """The numbers of a business at the state that is asked for."""
    newest, state = opened(business), state_asked(business)
    if state is None or state == newest.business.snapshot:
        return newest
    key = (business.id, newest.mark, state, "as of")
    return kept.get(key, lambda: Opened(newest.business.at(state), newest.mark))


def seen_by(user: Any, business: Business) -> Opened:
    """The numbers of a business as far as a member may see them: everything they ask goes through here."""
    left = left_of(user, business)
    whole = _opened(business)
    if left is None:
        return whole
    mark = repr((whole.mark, sorted(left.closed)))
    key = (business.id, mark, state_asked(business), "through")
    return kept.get(key, lambda: Opened(whole.business.through(left.catalogue), mark))


def left_of(user: Any, business: Business) -> Left | None:
    """The catalogue without what is closed to this person; None when nothing is."""
    restricted, departments = closed_to(user, business), limited_to(user, business)
    if not restricted and departments is None:
        return None
    whole = opened(business)
    key = (business.id, whole.mark, restricted, departments, "left")
    return kept.get(key, lambda: _left(whole.business.catalogue, restricted, departments))


def _left(catalogue: Catalogue, restricted: frozenset[str], departments: frozenset[str] | None) -> Left:
    if departments is None:
        return without(catalogue, restricted)
    theirs = within(catalogue, departments)
    if not restricted:
        return theirs
    left, secrets = without(theirs.catalogue, restricted), secrets_of(catalogue, restricted)
    return Left(left.catalogue, theirs.closed | left.closed, theirs.measures | left.measures, secrets)


def closed_kpis(user: Any, business: Business) -> frozenset[str]:
    """The KPIs that are closed to a person, with those that would give them away."""
    may_see(user, business)
    left = left_of(user, business)
    return frozenset() if left is None else left.closed


def closed_with(user: Any, business: Business, kpi_id: str) -> tuple[Kpi, ...]:
    """The KPIs that closing a KPI closes too."""
    catalogue = catalogue_of(user, business)
    mark = opened(business).mark
    names = kept.get((business.id, mark, kpi_id, "closed with"), lambda: given_away(catalogue, frozenset({kpi_id})))
    return tuple(catalogue.kpis[name] for name in sorted(names - {kpi_id}) if name in catalogue.kpis)


def worked_out(user: Any, business: Business, kpi_id: str) -> tuple[tuple[Kpi, ...], ...]:
    """From which KPIs together whoever may not see a restricted one can still work it out, the fewest first."""
    least = business.restricted.get(kpi_id)
    if least is None:
        return ()
    catalogue, mark = catalogue_of(user, business), opened(business).mark
    as_closed = frozenset(kpi for kpi, role in business.restricted.items() if RANK[Role(role)] >= RANK[Role(least)])
    key = (business.id, mark, kpi_id, as_closed, "worked out")
    found = kept.get(key, lambda: worked_out_from(catalogue, kpi_id, as_closed))
    return tuple(tuple(catalogue.kpis[name] for name in each) for each in found)


def askable(user: Any, business: Business, texts: Iterable[str]) -> None:
    """Raises `UnknownName` when a typed formula names what is closed to this person."""
    left = left_of(user, business)
    if left is None:
        return
    for text in texts:
        name = left.refused(parse(text))
        if name is not None:
            raise UnknownName(kind="KPI", name=name, known=left.catalogue.kpis)


def healed(business: Business) -> None:
    """Published files that are missing or old are written again, as a restored backup or a crash leaves them."""
    once(("healed", business.id), lambda: _heal(business))


def _heal(business: Business) -> None:
    own = OwnKpis(business)
    if not own.is_published:
        own.publish()
    for tree in business.own_trees.select_related("business"):
        if not tree.is_published:
            tree.publish()


def may_see(user: Any, business: Business) -> None:
    """A business is not there for somebody who is no member of it."""
    if not user.has_perm(VIEW, business.id):
        raise Business.DoesNotExist(business.id)


def catalogue_of(user: Any, business: Business) -> Catalogue:
    """Every KPI and measure that a business knows."""
    may_see(user, business)
    healed(business)
    return seen_by(user, business).business.catalogue
