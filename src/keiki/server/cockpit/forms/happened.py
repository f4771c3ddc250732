"""What people type about something that happened."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.server.cockpit.models import WRITTEN


class AnnotationForm(forms.Form):
    """Something that happened. `number` is tree and node as `tree/node`; empty for the whole business."""

    kind = forms.ChoiceField(label=_("What it was"), choices=[(each.value, each.label) for each in WRITTEN])
    on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label=_("In a few words"), max_length=400)
    number = forms.ChoiceField(label=_("What it concerns"), required=False)

    def __init__(self, *args: Any, numbers: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [("", _("The whole business")), *numbers]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first."""
        given = super().clean() or {}
        on, until = given.get("on"), given.get("until")
        if on and until and until < on:
            self.add_error("until", _("The last day is before the first."))
        return given
