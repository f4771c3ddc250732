"""What can be done with a target: approve, choose, withdraw, retire; take over a template's; activate a goal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keiki.errors import EditConflict, KeikiError
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import queries as door
from keiki.server.planning import actions, queries
from keiki.server.planning.models import Revision
from keiki.server.planning.pages.target import number_asked
from keiki.server.planning.pages.targets import MOST_GOALS
from keiki.server.planning.pages.written import overview_url, target_url, whole_number
from keiki.server.planning.rules import may_approve
from keiki.server.ui.language import current_language
from keiki.trees.build import Tree


@business_page(EDIT)
@require_POST
def decide(request: Any, business: Business, tree: str, node: str) -> HttpResponse:
    """Approve, choose, withdraw, confirm or retire."""
    numbers, chosen = number_asked(request, business, tree, node)
    doing = request.POST.get("do", "")
    version, revision = whole_number(request.POST.get("version")), whole_number(request.POST.get("revision"))
    if doing not in DOINGS or version is None or (doing in WITH_REVISION and revision is None):
        raise Http404
    if doing == "approve" and not may_approve(request.membership.role):
        raise PermissionDenied
    key = queries.key_of(numbers.tree, chosen)
    trees = door.known(request.user, business).trees
    try:
        words = DOINGS[doing](request.user, business, key, version, revision or 0, trees)
    except EditConflict as error:
        messages.warning(request, error.words(current_language()))
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    except Revision.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, words)
    return HttpResponseRedirect(target_url(business, numbers.tree, chosen))


def _approve(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.approve_target(user, business, key, version, number, trees)
    return _("Approved. The target is in force.")


def _choose(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.choose_target(user, business, key, version, number)
    return _("Chosen. The other figure stays in the history.")


def _withdraw(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.withdraw_target(user, business, key, version, number)
    return _("Withdrawn. It stays in the history.")


def _confirm(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.confirm_target(user, business, key, version)
    return _("Noted: the target is still right. The next review is due in 90 days.")


def _retire(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.retire_target(user, business, key, version)
    return _("Retired. Its history stays.")


Doing = Callable[[Any, Business, queries.Key, int, int, Sequence[Tree]], str]

DOINGS: dict[str, Doing] = {
    "approve": _approve,
    "choose": _choose,
    "withdraw": _withdraw,
    "confirm": _confirm,
    "retire": _retire,
}

WITH_REVISION = frozenset({"approve", "choose", "withdraw"})


@business_page(EDIT)
@require_POST
def adopt(request: Any, business: Business, tree: str) -> HttpResponse:
    """Take over the targets that a tree or its template proposes, as drafts."""
    chosen = tree_of(request, business, tree)
    first = business.calendar.period(Grain.MONTH, business.calendar.today()).start
    count = actions.adopt_targets(request.user, business, chosen, first)
    words = ngettext("{count} target is kept as a draft.", "{count} targets are kept as drafts.", count)
    messages.success(request, words.format(count=count))
    return HttpResponseRedirect(overview_url(business, tree))


@business_page(EDIT)
@require_POST
def activate(request: Any, business: Business, tree: str) -> HttpResponse:
    """The goal of an own tree counts from now on; too many goals of a team are warned of."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        raise Http404
    try:
        count = actions.activate_goal(request.user, business, stored)
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        messages.success(request, _("The goal is active."))
        if count > MOST_GOALS:
            words = _(
                "This team has {count} active goals now. With more than {most} people lose sight of what matters."
            )
            messages.warning(request, words.format(count=count, most=MOST_GOALS))
    return HttpResponseRedirect(overview_url(business, tree))


def tree_of(request: Any, business: Business, tree: str) -> Tree:
    """The tree of that id that the business knows; 404 for any other."""
    found = next((each for each in door.known(request.user, business).trees if each.id == tree), None)
    if found is None:
        raise Http404
    return found
