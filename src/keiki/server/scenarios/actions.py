"""Writes about scenarios and ideas: one is kept, one is removed."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from keiki.errors import ScenarioNameTaken, TooManyIdeas, TooManyScenarios
from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.scenarios.models import Idea, Scenario
from keiki.server.scenarios.queries import MOST_IDEAS, MOST_SCENARIOS
from keiki.trees import ideas
from keiki.trees.simulate import Move


def keep_scenario(
    actor: User, business: Business, tree: str, name: str, note: str, moves: Mapping[str, Move]
) -> Scenario:
    """Keep a what-if under a name. Raises `ScenarioNameTaken` and `TooManyScenarios`; nothing is kept then."""
    written = {node: [str(move.how), move.amount] for node, move in moves.items()}
    try:
        with transaction.atomic():
            Business.objects.select_for_update().get(pk=business.pk)
            if Scenario.objects.filter(business=business, tree=tree).count() >= MOST_SCENARIOS:
                raise TooManyScenarios(most=MOST_SCENARIOS)
            made = Scenario.objects.create(
                business=business, tree=tree, name=name, note=note, moves=written, made_by=actor
            )
            record(
                actor,
                "scenarios.keep_scenario",
                business_id=business.id,
                target=f"{tree}/{made.pk}",
                new={"name": name, "moves": written},
            )
            return made
    except IntegrityError:
        raise ScenarioNameTaken(name=name) from None


@transaction.atomic
def remove_scenario(actor: User, scenario: Scenario) -> None:
    """Take a scenario off the list."""
    record(
        actor,
        "scenarios.remove_scenario",
        business_id=scenario.business_id,
        target=f"{scenario.tree}/{scenario.pk}",
        old={"name": scenario.name, "moves": scenario.moves},
    )
    scenario.delete()


@transaction.atomic
def keep_idea(actor: User, business: Business, tree: str, said: ideas.Idea, row: Idea | None = None) -> Idea:
    """Keep an idea for a tree, or what is now said about one that is kept. Raises `TooManyIdeas`."""
    Business.objects.select_for_update().get(pk=business.pk)
    if row is None and Idea.objects.filter(business=business, tree=tree).count() >= MOST_IDEAS:
        raise TooManyIdeas(most=MOST_IDEAS)
    kept = row or Idea(business=business, tree=tree, made_by=actor)
    kept.name, kept.node, kept.chance = said.name, said.node or "", round(said.chance * 100)
    kept.how, kept.amount = (str(said.move.how), said.move.amount) if said.node and said.move else ("", None)
    kept.save()
    told = {"name": kept.name, "node": kept.node, "how": kept.how, "amount": kept.amount, "chance": kept.chance}
    record(actor, "scenarios.keep_idea", business_id=business.id, target=f"{tree}/{kept.pk}", new=told)
    return kept


@transaction.atomic
def remove_idea(actor: User, row: Idea) -> None:
    """Take an idea off the list."""
    target = f"{row.tree}/{row.pk}"
    record(actor, "scenarios.remove_idea", business_id=row.business_id, target=target, old={"name": row.name})
    row.delete()
