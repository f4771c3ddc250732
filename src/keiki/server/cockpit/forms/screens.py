"""What people type about a link to a big screen or to share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

KINDS = (("share", _("A link to share: one dashboard, read-only")), ("device", _("A big screen: one after the other")))


class ScreenForm(forms.Form):
    """A link: for a big screen or to share, and which dashboards it shows."""

    name = forms.CharField(label=_("Where it hangs, or who gets it"), max_length=80)
    kind = forms.ChoiceField(label=_("Kind of link"), choices=KINDS, initial="device", widget=forms.RadioSelect)
    dashboards = forms.MultipleChoiceField(label=_("Dashboards"), widget=forms.CheckboxSelectMultiple)
    seconds = forms.IntegerField(label=_("Seconds for each"), min_value=5, max_value=3600, initial=20, required=False)

    def __init__(self, *args: Any, dashboards: Iterable[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["dashboards"].choices = list(dashboards)  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def rotation(self) -> int | None:
        """How many seconds each dashboard stays; None for a link to share."""
        given = self.cleaned_data
        return None if given["kind"] == "share" else given["seconds"] or 20
