"""What people type about dashboards and their panels."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keiki.server.cockpit.models import SPLIT, WIDTHS, PanelKind, Refresh
from keiki.server.cockpit.queries.dashboards import Spec

PURPOSES = (
    (
        "time",
        _("How it went over time"),
        PanelKind.LINE,
        _("A line: the eye follows it from one period to the next and sees the direction."),
    ),
    (
        "parts",
        _("How parts compare"),
        PanelKind.BARS,
        _("Bars: lengths from the same zero are compared most exactly, the largest first."),
    ),
    (
        "target",
        _("Where it stands to its target"),
        PanelKind.NUMBER,
        _("A number card: the value, the gap and the status can be read from afar."),
    ),
    (
        "periods",
        _("Every period against its target"),
        PanelKind.TREND,
        _("Columns: each period is an amount of its own and has its own line to reach."),
    ),
    (
        "seasons",
        _("Where and when a number is high"),
        PanelKind.HEAT,
        _("A table in colour: the eye finds the dark cells among many."),
    ),
    (
        "mix",
        _("What the whole is made of, over time"),
        PanelKind.SHARES,
        _("Columns of the same height: only the shares change, not the amount."),
    ),
    (
        "losses",
        _("Where people are lost"),
        PanelKind.FUNNEL,
        _("A funnel: every step beside the one before it."),
    ),
    (
        "many",
        _("Many numbers at once"),
        PanelKind.TABLE,
        _("A table: exact values are looked up, not compared by eye."),
    ),
)
"""What a panel may be for: its name, the words, the kind that shows it best, and why."""
SUGGESTED = {name: (kind, why) for name, _words, kind, why in PURPOSES}
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

    purpose = forms.ChoiceField(
        label=_("What is it to show?"),
        choices=[("", "—"), *((name, words) for name, words, _kind, _why in PURPOSES)],
        required=False,
    )
    kind = forms.ChoiceField(
        label=_("Kind of panel"), choices=[("", _("As suggested")), *PanelKind.choices], required=False
    )
    number = forms.ChoiceField(label=_("Number"), required=False)
    by = forms.ChoiceField(label=_("Split by"), required=False)
    title = forms.CharField(label=_("Title"), max_length=80, required=False)
    group = forms.CharField(label=_("Group"), max_length=40, required=False)
    width = forms.TypedChoiceField(label=_("Width"), choices=WIDTH_WORDS, coerce=int, initial=6)
    refresh = forms.ChoiceField(label=_("Looks for newer data"), choices=Refresh.choices, required=False)
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
        """The kind is the chosen or suggested one. Kinds by segment need a dimension, notes a text, most a number."""
        given = super().clean() or {}
        if not given.get("kind"):
            given["kind"] = SUGGESTED[given["purpose"]][0] if given.get("purpose") else ""
        kind = given["kind"]
        if not kind and "kind" not in self.errors:
            self.add_error("kind", _("Choose what the panel is to show, or its kind."))
        if kind and kind not in WITHOUT_NUMBER and not given.get("number"):
            self.add_error("number", _("Choose the number that the panel is about."))
        if kind in SPLIT and not given.get("by"):
            self.add_error("by", _("Choose what the number is split by."))
        if kind == PanelKind.NOTE and not given.get("text", "").strip():
            self.add_error("text", _("Write what the note is to say."))
        return given

    @property
    def advice(self) -> str:
        """Why another kind would show what the panel is for better; "" when the kind fits."""
        given = self.cleaned_data
        kind, why = SUGGESTED.get(given["purpose"], (given["kind"], ""))
        return "" if kind == given["kind"] else str(why)

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
            by=given["by"] if given["kind"] in SPLIT else "",
            title=given["title"],
            text=given["text"],
            group=given["group"],
            width=given["width"],
            refresh=given["refresh"] or Refresh.OPENED,
        )
