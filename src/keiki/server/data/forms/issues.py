"""What a person says about a data-quality issue."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.server.accounts.models import Business
from keiki.server.data.models import Resolution


class CloseForm(forms.Form):
    """How an issue was settled, and what was done: no issue is closed without a note."""

    resolution = forms.ChoiceField(label=_("How it was settled"), choices=Resolution.choices)
    note = forms.CharField(
        label=_("What was done, and why it is right now"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what was done: an issue is closed with a note. Nothing was changed.")},
    )


class OwnerForm(forms.Form):
    """Who is to settle an issue."""

    owner = forms.TypedChoiceField(label=pgettext_lazy("issue", "Owner"), required=False, coerce=int, empty_value=None)

    def __init__(self, business: Business, *args: object, **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]  # what a form takes
        members = business.memberships.select_related("user").order_by("user__name", "id")
        choices = [(each.user_id, str(each.user)) for each in members]
        self.fields["owner"].choices = [("", _("nobody yet")), *choices]  # type: ignore[attr-defined]  # a field of choices


class ReportForm(forms.Form):
    """Something wrong that no check found."""

    words = forms.CharField(label=_("What is wrong"), max_length=255)
