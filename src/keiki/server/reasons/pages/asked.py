"""What the pages about reasons are asked: the tree and number in the address, and the way to the next."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest
from django.urls import reverse

from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import queries as planning
from keiki.trees.build import Node


def numbers_of(request: HttpRequest, business: Business, tree: str | None, asked: Asked) -> TreeNumbers | None:
    """The numbers of the tree in the address; None while the business has no rows, 404 for a tree it has not."""
    known = door.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    return None if known.today is None else planning.measured(request.user, business, chosen, asked.question)


def path_to(business: Business, name: str, numbers: TreeNumbers, node: Node) -> str:
    """The address of a page about one number of a tree."""
    return reverse(f"reasons:{name}", kwargs={"business": business.id, "tree": numbers.tree.id, "node": node.id})


def with_pairs(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """An address with more names and values behind it."""
    for name, value in pairs:
        url += f"{'&' if '?' in url else '?'}{name}={value}"
    return url
