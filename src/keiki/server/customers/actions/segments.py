"""Writes about segments: taking a list out is written down."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from keiki.server.accounts.models import Business
from keiki.server.audit.actions import record


@transaction.atomic
def note_export(actor: Any, business: Business, segment: str, customers: int, *, addresses: bool) -> None:
    """Write down that a person took the list of a segment out, and whether e-mail addresses were in it."""
    told = {"customers": customers, "addresses": addresses}
    record(actor, "customers.export_segment", business_id=business.id, target=segment, new=told)
