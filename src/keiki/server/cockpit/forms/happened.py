"""What people type about something that happened, and about what a change is to bring."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from keiki.server.cockpit.models import HORIZONS, WRITTEN, Happening

FARTHEST = 1e15


class AnnotationForm(forms.Form):
    """Something that happened. `number` is tree and node as `tree/node`; empty for the whole business."""

    kind = forms.ChoiceField(label=_("What it was"), choices=[(each.value, each.label) for each in WRITTEN])
    on = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label=_("In a few words"), max_length=400)
    number = forms.ChoiceField(label=_("What it concerns, or is to move"), required=False)
    campaign = forms.CharField(
        label=_("Name of the campaign in the data"),
        max_length=200,
        required=False,
        help_text=_("As costs and orders call it; only for a campaign."),
    )
    anyway = forms.BooleanField(label=_("Start it all the same"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, numbers: Iterable[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [("", _("The whole business")), *numbers]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """The last day is not before the first, and a campaign has one."""
        given = super().clean() or {}
        on, until = given.get("on"), given.get("until")
        if on and until and until < on:
            self.add_error("until", _("The last day is before the first."))
        if given.get("kind") == Happening.CAMPAIGN and not until and "until" not in self.errors:
            self.add_error("until", _("A campaign has a last day: until then its KPI is looked at every day."))
        return given

    def ask_anyway(self) -> None:
        """Show the box by which somebody starts a change though its effect cannot be measured."""
        self.fields["anyway"].widget = forms.CheckboxInput()


class AimForm(forms.Form):
    """What a change is to move and by how much: a value for each horizon in the unit of the number, ratios in
    per cent."""

    number = forms.ChoiceField(label=_("The number it is to move"), required=False)
    campaign = forms.CharField(label=_("Name of the campaign in the data"), max_length=200, required=False)

    def __init__(self, *args: Any, numbers: Iterable[Any] = (), percent: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._factor = 100 if percent else 1
        self.fields["number"].choices = [("", _("The whole business")), *numbers]  # type: ignore[attr-defined]  # a ChoiceField
        for months in HORIZONS:
            self.fields[f"months_{months}"] = forms.FloatField(
                label=ngettext_lazy("Expected after %(n)d month", "Expected after %(n)d months", "n") % {"n": months},
                min_value=-FARTHEST,
                max_value=FARTHEST,
                required=False,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def expected(self) -> dict[int, float | None]:
        """By months the value that is expected; None for none."""
        typed = {months: self.cleaned_data[f"months_{months}"] for months in HORIZONS}
        return {months: None if value is None else value / self._factor for months, value in typed.items()}
