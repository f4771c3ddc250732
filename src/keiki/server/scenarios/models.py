"""The table of scenarios: drivers of a tree, moved, under a name."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
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
