"""When a report is sent, as a person chooses it."""

from __future__ import annotations

from typing import ClassVar

from django import forms

from keiki.server.reports.models import Cadence, Delivery

HOURS = [(hour, f"{hour}:00") for hour in range(24)]


class DeliveryForm(forms.ModelForm[Delivery]):
    """On or off; for a report also the hour, for a weekly one the day; `trees` are those it may be about."""

    class Meta:
        model = Delivery
        fields: ClassVar[list[str]] = ["is_on", "weekday", "hour", "tree"]

    def __init__(self, *args: object, trees: list[tuple[str, str]], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # whatever a model form takes
        label = self.fields["hour"].label
        self.fields["hour"] = forms.TypedChoiceField(label=label, choices=HOURS, coerce=int)
        self.fields["tree"] = forms.ChoiceField(label=self.fields["tree"].label, choices=trees, required=False)
        shown = {Cadence.DAILY: ("is_on", "hour", "tree"), Cadence.ALERTS: ("is_on",)}
        for name in set(self.fields).difference(shown.get(Cadence(self.instance.cadence), self.fields)):
            del self.fields[name]
