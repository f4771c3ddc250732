"""What a person says about audits of the data."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.data.forms.issues import OwnerForm

RHYTHMS = ((Grain.MONTH, _("every month")), (Grain.QUARTER, _("every quarter")), (Grain.YEAR, _("every year")))


class AuditForm(OwnerForm):
    """What is audited, how often, by whom, and how many days there are for it."""

    name = forms.CharField(label=_("What is audited"), max_length=200)
    every = forms.ChoiceField(label=_("How often"), choices=RHYTHMS, initial=Grain.QUARTER)
    days = forms.IntegerField(label=_("Days until it is due"), min_value=1, max_value=90, initial=14)
    field_order = ("name", "every", "days", "owner")

    def __init__(self, business: Business, *args: object, **options: object) -> None:
        super().__init__(business, *args, **options)


class FinishForm(forms.Form):
    """What an audit found."""

    note = forms.CharField(max_length=1000)
