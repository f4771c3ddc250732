"""A token for programs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.models import Scope

LIVES = (("30", _("30 days")), ("90", _("90 days")), ("365", _("1 year")), ("", _("No end")))


class TokenForm(forms.Form):
    """What the token is for, what it may do, and how long; people who may not write get no choice of it."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("What uses it, such as: nightly export."))
    scope = forms.ChoiceField(label=_("What it may do"), choices=Scope.choices, initial=Scope.READ)
    days = forms.TypedChoiceField(
        label=_("Works for"), choices=LIVES, initial="365", required=False, coerce=int, empty_value=None
    )

    def __init__(self, *args: Any, may_write: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_write:
            self.fields["scope"].choices = [(Scope.READ.value, Scope.READ.label)]  # type: ignore[attr-defined]
