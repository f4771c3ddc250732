"""What people type about dashboards and their panels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.server.cockpit.models import WIDTHS, PanelKind
from keiki.server.cockpit.queries.dashboards import Spec

WITHOUT_NUMBER = frozenset({PanelKind.NOTE, PanelKind.FUNNEL, PanelKind.CAMPAIGNS})
WIDTH_WORDS = (
    (3, pgettext_lazy("width", "a quarter")),
    (4, _("a third")),
    (6, _("half")),
    (8, _("two thirds")),
    (12, _("the whole width")),
)
assert tuple(width for width, _words in WIDTH_WORDS) == WIDTHS


class DashboardForm(forms.Form):
    """A dashboard's name, and whether everybody sees it."""

    name = forms.CharField(label=_("Name"), max_length=80)
    shared = forms.BooleanField(label=_("Everybody in the business sees it"), required=False)


class PanelForm(forms.Form):
    """A panel to add. `number` is tree and node as `tree/node`."""

    kind = forms.ChoiceField(
        label=_("Kind of panel"),
        choices=PanelKind.choices,
        help_text=_("A trend for the course of time, bars to compare parts, a funnel for where people are lost."),
    )
    number = forms.ChoiceField(label=_("Number"), required=False)
    by = forms.ChoiceField(label=_("Split by"), required=False)
    title = forms.CharField(label=_("Title"), max_length=80, required=False)
    group = forms.CharField(label=_("Group"), max_length=40, required=False)
    width = forms.TypedChoiceField(label=_("Width"), choices=WIDTH_WORDS, coerce=int, initial=6)
    text = forms.CharField(
        label=_("Text of a note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        *args: Any,
        numbers: Iterable[tuple[str, list[tuple[str, str]]]] = (),
        dimensions: Iterable[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].choices = [("", "—"), *numbers]  # type: ignore[attr-defined]  # a ChoiceField
        self.fields["by"].choices = [("", "—"), *dimensions]  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """Bars need a dimension, a note its text, and most kinds a number."""
        given = super().clean() or {}
        kind = given.get("kind")
        if kind and kind not in WITHOUT_NUMBER and not given.get("number"):
            self.add_error("number", _("Choose the number that the panel is about."))
        if kind == PanelKind.BARS and not given.get("by"):
            self.add_error("by", _("Choose what the number is split by."))
        if kind == PanelKind.NOTE and not given.get("text", "").strip():
            self.add_error("text", _("Write what the note is to say."))
        return given

    @property
    def spec(self) -> Spec:
        """The panel as it was typed."""
        given = self.cleaned_data
        tree, _slash, node = given["number"].partition("/")
        if given["kind"] in WITHOUT_NUMBER:
            tree = node = ""
        return Spec(
            given["kind"],
            tree,
            node,
            by=given["by"] if given["kind"] == PanelKind.BARS else "",
            title=given["title"],
            text=given["text"],
            group=given["group"],
            width=given["width"],
        )
