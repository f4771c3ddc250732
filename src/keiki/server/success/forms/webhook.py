"""Where an owner wants alerts posted to."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class WebhookForm(forms.Form):
    """An address; it is never shown again."""

    url = forms.URLField(
        label=_("Address"), max_length=1000, assume_scheme="https", widget=forms.URLInput(attrs={"autocomplete": "off"})
    )
