"""Ideas beside "what first": each weighed by what it would bring the goal; one without a number waits for one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.charts.format import MISSING, Style, counter_word, difference, number
from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.reasons.forms import IdeaForm
from keiki.server.scenarios import actions, queries
from keiki.server.scenarios.forms import typed
from keiki.server.scenarios.models import Idea
from keiki.server.scenarios.queries import WeighedIdea
from keiki.trees.build import Node
from keiki.trees.ideas import Unranked
from keiki.trees.simulate import How


@dataclass(frozen=True)
class IdeaRow:
    """One idea; `place` is 0 and `why` says the reason where it cannot be ranked."""

    place: int
    name: str
    node: str
    move: str
    effect: str
    chance: str
    expected: str
    why: str
    change_url: str
    remove_url: str


@dataclass(frozen=True)
class Ideas:
    """The panel: a sentence, the ideas, and the form for one more or for the one that is being changed."""

    sentence: str
    rows: tuple[IdeaRow, ...]
    form: IdeaForm | None
    action: str
    changing: str = ""


def ideas_of(request: Any, business: Business, numbers: TreeNumbers, style: Style, form: IdeaForm | None) -> Ideas:
    """Every idea for a tree in the order of what the goal is expected to gain."""
    found = queries.weighed_ideas(business, numbers)
    may = allows(request.membership.role, EDIT)
    where = {"business": business.id, "tree": numbers.tree.id}
    changed = queries.idea_in(business, numbers.tree.id, request.GET.get("idea", "")) if may else None
    return Ideas(
        sentence=_sentence(found, numbers, style),
        rows=tuple(_row(business, numbers, place, each, may, style) for place, each in enumerate(found, 1)),
        form=(form or form_for(numbers, style, changed)) if may else None,
        action=reverse("reasons:keep_idea", kwargs=where) + (f"?idea={changed.pk}" if changed else ""),
        changing=changed.name if changed else "",
    )


def form_for(numbers: TreeNumbers, style: Style, row: Idea | None = None, posted: Any = None) -> IdeaForm:
    """The form for an idea about the numbers of a tree."""
    nodes = {node.id: node for node in numbers.tree.nodes if node.parent is not None}
    initial: dict[str, Any] = {}
    if row is not None:
        unit = "ratio" if row.how == How.RELATIVE or row.node not in nodes else nodes[row.node].unit
        amount = typed(row.amount, unit)
        initial = {"name": row.name, "node": row.node, "how": row.how, "amount": amount, "chance": row.chance}
    return IdeaForm(posted, nodes=nodes, language=style.language, initial=initial)


def _sentence(found: tuple[WeighedIdea, ...], numbers: TreeNumbers, style: Style) -> str:
    goal = numbers.tree.root.label(style.language)
    if not found:
        return _("No ideas yet. Name one and the number it would move; {goal} tells its place.").format(goal=goal)
    best = found[0]
    if best.told.why is not None:
        return _("No idea can be ranked yet: each needs a number that {goal} is calculated from.").format(goal=goal)
    return _("“{idea}” comes first: it is expected to bring {goal} {expected}.").format(
        idea=best.row.name, goal=goal, expected=difference(best.told.expected, 0.0, numbers.tree.root.unit, style)
    )


def _row(business: Business, numbers: TreeNumbers, place: int, each: WeighedIdea, may: bool, style: Style) -> IdeaRow:
    row, told, goal = each.row, each.told, numbers.tree.root
    node = numbers.tree.by_id.get(row.node)
    where = {"business": business.id, "tree": numbers.tree.id}
    first = reverse("reasons:first", kwargs=where)
    return IdeaRow(
        place=0 if told.why is not None else place,
        name=row.name,
        node=node.label(style.language) if node is not None else MISSING,
        move=_move_words(node, each, style) if node is not None else "",
        effect=MISSING if told.effect is None else difference(told.effect, 0.0, goal.unit, style),
        chance=f"{row.chance}%",
        expected=MISSING if told.expected is None else difference(told.expected, 0.0, goal.unit, style),
        why=_why_words(told.why, goal.label(style.language)) if told.why is not None else "",
        change_url=f"{first}?idea={row.pk}#ideas" if may else "",
        remove_url=reverse("reasons:remove_idea", kwargs={**where, "idea": row.pk}) if may else "",
    )


def _move_words(node: Node, each: WeighedIdea, style: Style) -> str:
    counter = counter_word(node.label(style.language))
    return f"{number(each.told.value, node.unit, style, counter)} → {number(each.told.then, node.unit, style, counter)}"


def _why_words(why: Unranked, goal: str) -> str:
    words = {
        Unranked.NO_NODE: _("Cannot be ranked: it names no number yet."),
        Unranked.UNKNOWN_NODE: _("Cannot be ranked: its number is no longer in this tree."),
        Unranked.ONLY_BELIEVED: _("Cannot be ranked: its number is only believed to move {goal}."),
        Unranked.NO_VALUE: _("Cannot be ranked: there is no value to work {goal} out from."),
    }
    return words[why].format(goal=goal)


def kept(request: Any, business: Business, numbers: TreeNumbers, style: Style) -> IdeaForm | None:
    """Keep what was typed; the form with what is wrong with it, or None when it is kept."""
    row = queries.idea_in(business, numbers.tree.id, request.GET.get("idea", ""))
    form = form_for(numbers, style, posted=request.POST)
    if not form.is_valid():
        return form
    try:
        actions.keep_idea(request.user, business, numbers.tree.id, form.idea, row)
    except KeikiError as error:
        form.add_error("name", error.words(style.language))
        return form
    messages.success(request, _("Kept the idea “{name}”.").format(name=form.idea.name))
    return None


@business_page(EDIT)
@require_POST
def remove_idea(request: Any, business: Business, tree: str, idea: Any) -> HttpResponse:
    """Take an idea off the list."""
    row = queries.idea_in(business, tree, str(idea))
    if row is None:
        raise Http404
    actions.remove_idea(request.user, row)
    messages.success(request, _("Removed the idea “{name}”.").format(name=row.name))
    return redirect(f"{reverse('reasons:first', kwargs={'business': business.id, 'tree': tree})}#ideas")
