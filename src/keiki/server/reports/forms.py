"""When a report is sent, as a person chooses it."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from keiki.server.reports.models import Delivery

HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class DeliveryForm(forms.ModelForm[Delivery]):
    """On or off, the hour, and for a weekly report the day; `trees` are those it may be about."""

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = ["is_on", "weekday", "hour", "tree"]

    def __init__(self, *args: object, trees: list[tuple[str, str]], weekly: bool, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # whatever a model form takes
        label = self.fields["hour"].label
        self.fields["hour"] = forms.TypedChoiceField(label=label, choices=HOURS, coerce=int)
        self.fields["tree"] = forms.ChoiceField(label=self.fields["tree"].label, choices=trees, required=False)
        if not weekly:
            del self.fields["weekday"]
