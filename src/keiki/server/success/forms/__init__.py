"""What people type about accounts: stage, success plan, onboarding, review; and what an address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.customers.timeline import KINDS
from keiki.server.success.actions import MOST_METRICS, Metric, Wanted
from keiki.server.success.models import LtvCadence, PlanStatus, Stage, Step, SuccessPlan
from keiki.server.success.queries import FLAGS, SORTS, Filter

LONGEST_SEARCH = 60
METRIC_PARTS = ("name", "target", "by", "reached")


class Day(forms.DateInput):
    """A day, with the calendar of the browser."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def read_filter(query: Mapping[str, str], page_size: int) -> tuple[Filter, int]:
    """Which list an address asks for, and which page of it; what is not known is left out."""
    which, stage, sort = query.get("list", "all"), query.get("stage", ""), query.get("sort", "")
    page = read_page(query)
    asked = Filter(
        which if which in FLAGS else "all",
        stage if stage in Stage.values else "",
        query.get("q", "").strip()[:LONGEST_SEARCH],
        sort if sort in SORTS else "",
        (page - 1) * page_size,
        page_size,
    )
    return asked, page


def read_page(query: Mapping[str, str]) -> int:
    """The page of a list, from 1."""
    text = query.get("page", "1")
    return min(max(int(text), 1), 10_000) if text.isdecimal() and len(text) < 6 else 1


def read_kind(query: Mapping[str, str]) -> str:
    """The kind of entries a timeline is narrowed to; "" for all."""
    kind = query.get("kind", "")
    return kind if kind in KINDS else ""


def with_query(path: str, **values: str | int) -> str:
    """An address with those of the values that say something."""
    pairs = [(name, value) for name, value in values.items() if value not in ("", 1, "1", "all")]
    return f"{path}?{urlencode(pairs)}" if pairs else path


class StageForm(forms.Form):
    """A stage set by hand."""

    stage = forms.ChoiceField(label=_("Stage"), choices=Stage)
    on = forms.DateField(label=_("Since"), widget=Day())
    reason = forms.CharField(label=_("Reason"), max_length=400)


class ReviewForm(forms.Form):
    """What a review came to."""

    held_on = forms.DateField(label=_("Held on"), widget=Day())
    attendees = forms.CharField(label=_("Who was there"), max_length=400)
    results = forms.CharField(label=_("Results"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    agreed = forms.CharField(label=_("Agreed actions"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    next_on = forms.DateField(label=_("Next review"), widget=Day())

    def clean(self) -> dict[str, Any]:
        """The next review comes after this one."""
        given: dict[str, Any] = super().clean() or {}
        held, after = given.get("held_on"), given.get("next_on")
        if held and after and after <= held:
            self.add_error("next_on", _("The next review has to come after this one."))
        return given


class OnboardingForm(forms.Form):
    """Owner, due day and done day of every step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for step in Step:
            label = step.label
            self.fields[f"{step}-owner"] = forms.CharField(label=_("Responsible"), max_length=80, required=False)
            self.fields[f"{step}-due"] = forms.DateField(label=_("Due"), required=False, widget=Day())
            self.fields[f"{step}-done"] = forms.DateField(label=_("Done"), required=False, widget=Day())
            for part in ("owner", "due", "done"):
                field = self.fields[f"{step}-{part}"]
                field.widget.attrs["aria-label"] = f"{label}: {field.label}"

    @property
    def rows(self) -> tuple[tuple[str, Any, Any, Any], ...]:
        """Each step with its three fields."""
        return tuple((str(s.label), self[f"{s}-owner"], self[f"{s}-due"], self[f"{s}-done"]) for s in Step)

    @property
    def steps(self) -> dict[str, tuple[str, date | None, date | None]]:
        """Step → (owner, due, done)."""
        given = self.cleaned_data
        return {str(s): (given[f"{s}-owner"], given[f"{s}-due"], given[f"{s}-done"]) for s in Step}


class PlanForm(forms.Form):
    """A success plan: purpose, one to five metrics with target, due day and the day of reaching, agreement, status and
    the lifetime value.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)
    purpose = forms.CharField(label=_("Purpose"), max_length=400, widget=forms.Textarea(attrs={"rows": 2}))
    status = forms.ChoiceField(label=_("Status"), choices=PlanStatus)
    agreed_on = forms.DateField(label=_("Agreed with the customer on"), required=False, widget=Day())
    ltv_target = forms.DecimalField(
        label=_("Profit the customer is to bring (lifetime value)"), required=False, min_value=0, max_digits=16
    )
    ltv_cadence = forms.ChoiceField(
        label=_("Looked at"),
        choices=LtvCadence,
        help_text=_("A lifetime value grows slowly; it cannot be a weekly number."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in range(1, MOST_METRICS + 1):
            self.fields[f"name-{n}"] = forms.CharField(label=_("Metric"), max_length=120, required=False)
            self.fields[f"target-{n}"] = forms.CharField(label=_("Target"), max_length=60, required=False)
            self.fields[f"by-{n}"] = forms.DateField(label=_("Due by"), required=False, widget=Day())
            self.fields[f"reached-{n}"] = forms.DateField(label=_("Reached on"), required=False, widget=Day())
            for part in METRIC_PARTS:
                field = self.fields[f"{part}-{n}"]
                field.widget.attrs["aria-label"] = f"{field.label} {n}"

    @property
    def plain(self) -> tuple[Any, ...]:
        """The fields beside the metrics."""
        names = ("purpose", "status", "agreed_on", "ltv_target", "ltv_cadence")
        return tuple(self[name] for name in names)

    @property
    def rows(self) -> tuple[tuple[Any, ...], ...]:
        """Each metric with its four fields."""
        return tuple(tuple(self[f"{part}-{n}"] for part in METRIC_PARTS) for n in range(1, MOST_METRICS + 1))

    def clean(self) -> dict[str, Any]:
        """At least one metric, each whole; an agreed plan has its day."""
        given: dict[str, Any] = super().clean() or {}
        found = []
        for n in range(1, MOST_METRICS + 1):
            name, target, by, reached = (given.get(f"{part}-{n}") for part in METRIC_PARTS)
            if not (name or target or by or reached):
                continue
            if name and target and by:
                found.append(Metric(name, target, by, reached))
                continue
            if f"by-{n}" not in self.errors:
                self.add_error(f"name-{n}", _("A metric needs a name, a target and a day."))
        if not found and not any(name.startswith("name-") for name in self.errors):
            self.add_error("name-1", _("Write at least one metric with its target and day."))
        if given.get("status") == PlanStatus.AGREED and not given.get("agreed_on"):
            self.add_error("agreed_on", _("Write the day on which the customer agreed."))
        self.metrics = tuple(found)
        return given

    @property
    def wanted(self) -> Wanted:
        """The plan as it was typed."""
        given = self.cleaned_data
        return Wanted(
            given["purpose"],
            self.metrics,
            given["agreed_on"],
            given["status"],
            given["ltv_target"],
            given["ltv_cadence"],
        )


def plan_fields(plan: SuccessPlan | None) -> dict[str, Any]:
    """A stored plan as the fields of its form."""
    if plan is None:
        return {"version": 0, "ltv_cadence": LtvCadence.QUARTERLY}
    fields: dict[str, Any] = {
        "version": plan.version,
        "purpose": plan.purpose,
        "status": plan.status,
        "agreed_on": plan.agreed_on,
        "ltv_target": plan.ltv_target,
        "ltv_cadence": plan.ltv_cadence,
    }
    for n, metric in enumerate(plan.metrics, start=1):
        fields |= {f"{part}-{n}": metric.get(part) or "" for part in METRIC_PARTS}
    return fields
