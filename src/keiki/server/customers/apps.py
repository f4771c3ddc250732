"""The Django app of customer value."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersConfig(AppConfig):
    name = "keiki.server.customers"
    about_customers: ClassVar[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
        "FitException": (("customer_id",), ("reason",))
    }
    audit_words: ClassVar[dict[str, Any]] = {
        "customers.export_segment": _("Took the list of a segment out"),
        "customers.keep_profile": _("Put an ideal customer in force"),
        "customers.withdraw_profile": _("Withdrew the ideal customer"),
        "customers.except_customer": _("Made an exception to the ideal customer"),
        "customers.withdraw_exception": _("Withdrew an exception to the ideal customer"),
        "customers.export_nurtured": _("Took the list for nurturing out"),
        "customers.export_excluded": _("Took the list of exclusions out"),
    }
