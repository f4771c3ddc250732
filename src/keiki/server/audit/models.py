"""The table of the audit log. Rows are added, never changed or removed: here, and by triggers in the database."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class GrowingOnly(models.QuerySet["Entry"]):
    """A query set that reads and adds."""

    def update(self, **_values: Any) -> NoReturn:
        raise TypeError("The audit log can only grow.")

    def delete(self) -> NoReturn:
        raise TypeError("The audit log can only grow.")

    def bulk_update(self, *_args: Any, **_options: Any) -> NoReturn:
        raise TypeError("The audit log can only grow.")


class Entry(models.Model):
    """One action: when, who, on what, and the values before and after."""

    at = models.DateTimeField(auto_now_add=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )  # no constraint: the entry stays when the person is erased, without their name
    business_id = models.CharField(max_length=40, default="", db_index=True)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=200, default="")
    old = models.JSONField(encoder=DjangoJSONEncoder, default=dict)
    new = models.JSONField(encoder=DjangoJSONEncoder, default=dict)

    objects = GrowingOnly.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.action} {self.target}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise TypeError("The audit log can only grow.")
        super().save(*args, **options)

    def delete(self, *_args: Any, **_options: Any) -> NoReturn:
        raise TypeError("The audit log can only grow.")
