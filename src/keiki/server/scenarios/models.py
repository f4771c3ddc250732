"""Tables of what might be done: scenarios (drivers of a tree, moved, under a name) and ideas that wait for a place."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from keiki.server.accounts.models import Business


class Scenario(models.Model):
    """A what-if under a name. `moves`: id of a driver → [how, amount], as `keiki.trees.simulate.Move`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="scenarios")
    tree = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    note = models.CharField(max_length=400, default="", blank=True)
    moves = models.JSONField(encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "tree", "name"], name="scenario_name_once")
        ]

    def __str__(self) -> str:
        return self.name


class Idea(models.Model):
    """Something that could be done for a tree. `node` "": nobody has said yet which number it moves.

    `how` and `amount` are as in `keiki.trees.simulate.Move`; `chance`: in per cent, how likely it is to work.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="ideas")
    tree = models.CharField(max_length=64)
    name = models.CharField(max_length=80)
    node = models.CharField(max_length=64, default="", blank=True)
    how = models.CharField(max_length=8, default="", blank=True)
    amount = models.FloatField(null=True)
    chance = models.PositiveSmallIntegerField(default=50, validators=[MinValueValidator(1), MaxValueValidator(100)])
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(node="", how="", amount=None)
                | (~models.Q(node="") & ~models.Q(how="") & models.Q(amount__isnull=False)),
                name="idea_moves_a_number_or_none",
            ),
            models.CheckConstraint(condition=models.Q(chance__gte=1, chance__lte=100), name="idea_chance"),
        ]

    def __str__(self) -> str:
        return self.name
