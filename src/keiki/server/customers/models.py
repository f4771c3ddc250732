"""The tables of customer value: versions of the ideal customer, and exceptions to it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from keiki.customers.ideal import IdealProfile, Trait
from keiki.server.accounts.models import Business


class IdealVersion(models.Model):
    """The ideal customer as a business defined it; the newest is in force, earlier ones stay.

    `traits`: a list of [attribute, values, weight], as `keiki.customers.ideal.Trait`; none where the profile was
    withdrawn, and nothing has been in force since.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="ideal_versions")
    number = models.PositiveIntegerField()
    traits = models.JSONField()
    threshold = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-number"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "number"], name="ideal_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.business_id} {self.number}"

    @property
    def profile(self) -> IdealProfile | None:
        """The profile of this version; None where it says that the one before was withdrawn."""
        if not self.traits:
            return None
        traits = (Trait(attribute, tuple(values), weight) for attribute, values, weight in self.traits)
        return IdealProfile(tuple(traits), self.threshold)


class FitException(models.Model):
    """A customer that is marketed to although it does not fit, and why."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    business = models.ForeignKey(Business, on_delete=models.CASCADE, related_name="fit_exceptions")
    customer_id = models.CharField(max_length=200)
    reason = models.CharField(max_length=400)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-made_at", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["business", "customer_id"], name="fit_exception_once")
        ]

    def __str__(self) -> str:
        return self.customer_id
