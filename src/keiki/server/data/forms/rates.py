"""What a person types about exchange rates."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class RateForm(forms.Form):
    """One rate: of which currency, from which day on, what one unit of it is worth."""

    currency = forms.CharField(
        label=_("Currency of the rows"), max_length=3, widget=forms.TextInput(attrs={"placeholder": "USD"})
    )
    since = forms.DateField(label=_("From this day on"), widget=forms.DateInput(attrs={"type": "date"}))
    rate = forms.CharField(
        label=_("One unit is worth"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "placeholder": "150.25"}),
    )


class RateFileForm(forms.Form):
    """A CSV of rates."""

    file = forms.FileField(label=_("CSV with the columns currency, since, rate"))


class RateGoneForm(forms.Form):
    """A rate that is to go."""

    currency = forms.CharField(max_length=3)
    into = forms.CharField(max_length=3)
    since = forms.DateField()
