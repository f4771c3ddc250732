"""The Django app of the look."""

from __future__ import annotations

from django.apps import AppConfig
from django.forms import ChoiceField, Field, FileField
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "keiki.server.ui"

    def ready(self) -> None:
        """A form says in our words, not in Django's, what is still empty."""
        Field.default_error_messages["required"] = _("Please fill this in.")
        ChoiceField.default_error_messages["required"] = _("Please choose.")
        FileField.default_error_messages["required"] = _("Please choose a file.")
