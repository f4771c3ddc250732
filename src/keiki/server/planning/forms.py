"""What people type into a target: a value with all its meanings, a band, stages, a way through the months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keiki.charts.format import Style, exact
from keiki.errors import KeikiError
from keiki.periods import Calendar, Grain, Period, add_months
from keiki.server.planning.actions import Proposal
from keiki.server.planning.models import Way
from keiki.server.ui.language import current_language
from keiki.trees.stated import ABSOLUTE, Reading, stated
from keiki.trees.targets import (
    AT_LEAST,
    AT_MOST,
    BETWEEN,
    EVEN,
    FIRST_DAY,
    LAST_DAY,
    LEVEL,
    MANUAL,
    SEASONAL,
    Step,
    Target,
)

STAGES: Final = (3, 6, 12)
"""Months that the three stages of the form propose."""
MONTHS: Final = 12
NEAR: Final = 0.005
"""A series may miss its year by this share: people round the months."""


@dataclass(frozen=True)
class Basis:
    """What the form has to know about the number: its unit, its value now, whether its months add up, its season.

    `judged` are the months that are over and were judged by a target, oldest first.
    """

    unit: str
    current: float | None
    adds_up: bool
    direction: str
    season: Mapping[int, float]
    calendar: Calendar
    style: Style
    judged: tuple[Period, ...] = ()

    def written(self, value: float | None) -> str:
        """A value as a person types it: every digit, with its unit, and read back to the same value."""
        if value is None:
            return ""
        if self.unit == "ratio":
            return f"{round(value * 100, 6):.12g}%"
        return f"{round(value, 6):,.12g}"

    def first_month(self, since: date) -> Period:
        """The month in which a series begins."""
        return self.calendar.period(Grain.MONTH, since)


def month_name(month: Period) -> str:
    """The name of a month's field in the form."""
    return f"month_{month.start:%Y_%m_%d}"


class TargetForm(forms.Form):
    """One revision of a target. `readings` holds what the value could mean when the person has to say which;
    `asks_anew` is true when it would judge months anew that are over, and the person has to say so.
    """

    value = forms.CharField(label=_("Target"), max_length=40, required=False)
    compare = forms.ChoiceField(
        label=_("To be reached"),
        choices=((AT_LEAST, _("at least this")), (AT_MOST, _("at most this")), (BETWEEN, _("between two values"))),
    )
    low = forms.CharField(label=_("Lower end"), max_length=40, required=False)
    high = forms.CharField(label=_("Upper end"), max_length=40, required=False)
    period = forms.ChoiceField(
        label=_("The value is for one"),
        choices=((Grain.MONTH, _("month")), (Grain.QUARTER, _("quarter")), (Grain.YEAR, _("year"))),
    )
    since = forms.DateField(label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    by = forms.DateField(
        label=_("Deadline"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    shape = forms.ChoiceField(
        label=_("Way through the months"),
        choices=(
            (LEVEL, _("The same every month")),
            (EVEN, _("Evenly from today's value to the target")),
            (SEASONAL, _("By season, as in past years")),
            (MANUAL, _("Month by month, as I write it")),
        ),
    )
    way = forms.ChoiceField(label=_("Whose figure"), choices=Way.choices, required=False)
    reason = forms.CharField(label=_("Reason"), max_length=400, required=False)
    anew = forms.BooleanField(label=_("Judge these months anew"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, basis: Basis, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.basis = basis
        self.readings: tuple[Reading, ...] = ()
        self.asks_anew = False
        for number, months in enumerate(STAGES, 1):
            self.fields[f"stage_{number}"] = forms.CharField(required=False, max_length=40, label=_("Value"))
            self.fields[f"stage_{number}_months"] = forms.IntegerField(
                required=False, min_value=1, max_value=120, label=_("Months"), initial=months
            )
        for month in self.months:
            label = basis.calendar.label(month, basis.style.language)
            self.fields[month_name(month)] = forms.CharField(required=False, max_length=40, label=label)

    @property
    def months(self) -> tuple[Period, ...]:
        """The twelve months of the grid, from the one in which the target begins to hold."""
        given = self.data.get("since") if self.is_bound else self.initial.get("since")
        try:
            since = given if isinstance(given, date) else date.fromisoformat(str(given))
            first = self.basis.first_month(since)
            return tuple(self.basis.calendar.shift(first, step) for step in range(MONTHS))
        except (ValueError, KeikiError):
            return ()

    @property
    def grid(self) -> tuple[forms.BoundField, ...]:
        """The fields of the months."""
        return tuple(self[month_name(month)] for month in self.months)

    @property
    def stages(self) -> tuple[tuple[forms.BoundField, forms.BoundField], ...]:
        """The fields of the stages: months and value."""
        return tuple((self[f"stage_{n}_months"], self[f"stage_{n}"]) for n in range(1, len(STAGES) + 1))

    def clean(self) -> dict[str, Any]:
        cleaned = dict(super().clean() or {})  # add_error takes fields out of the form's own
        if self.errors:
            return cleaned
        for name in ("since", "by"):
            if cleaned[name] is not None and not FIRST_DAY <= cleaned[name] <= LAST_DAY:
                words = gettext("Give a day of the years {first} to {last}.")
                self.add_error(name, words.format(first=FIRST_DAY.year, last=LAST_DAY.year))
        if self.errors:
            return cleaned
        if cleaned["by"] is not None and cleaned["by"] < cleaned["since"]:
            self.add_error("by", _("The deadline lies before the day from which the target holds."))
        self._clean_past(cleaned)
        if cleaned["compare"] == BETWEEN:
            self._clean_band(cleaned)
        else:
            cleaned["target_value"] = self._meant(cleaned["value"])
        cleaned["series"] = self._clean_series(cleaned)
        cleaned["steps"] = self._clean_stages(cleaned)
        if cleaned["shape"] == EVEN and cleaned["by"] is None:
            self.add_error("by", _("A way from today's value to the target needs a deadline."))
        if cleaned["shape"] == EVEN and self.basis.current is None:
            self.add_error("shape", _("There is no value yet to start from."))
        return cleaned

    @property
    def proposal(self) -> Proposal:
        """What was typed as a revision."""
        given = self.cleaned_data
        between = given["compare"] == BETWEEN
        target = Target(
            value=None if between else given["target_value"],
            compare=given["compare"],
            low=given["low_value"] if between else None,
            high=given["high_value"] if between else None,
            period=Grain(given["period"]),
            start=self.basis.current,
            since=given["since"],
            by=given["by"],
            steps=given["steps"],
            shape=given["shape"],
            months=given["series"],
        )
        return Proposal(target, given["since"], given["way"], given["reason"])

    def _meant(self, text: str) -> float | None:
        """What the typed value means; asks back when it could mean two different things."""
        if not text.strip():
            self.add_error("value", _("Say what is to be reached."))
            return None
        try:
            found = meanings(text, self.basis)
        except KeikiError as error:
            self.add_error("value", error.words(current_language()))
            return None
        chosen = next((each for each in found if each.kind == self.data.get("reading")), None)
        if chosen is None and len(found) > 1:
            self.readings = found
            self.add_error("value", _("This can mean two things. Choose the one you mean."))
            return None
        return (chosen or found[0]).value

    def _plain(self, name: str, text: str) -> float | None:
        """A value that can only be the value itself."""
        try:
            return next((each.value for each in stated(text, None, self.basis.unit) if each.kind == ABSOLUTE), None)
        except KeikiError as error:
            self.add_error(name, error.words(current_language()))
            return None

    def _clean_past(self, cleaned: dict[str, Any]) -> None:
        """Months that are over keep the target they were judged by, unless somebody says otherwise."""
        again = [month for month in self.basis.judged if month.last >= cleaned["since"]]
        self.asks_anew = bool(again)
        if not again or cleaned["anew"]:
            return
        first, last = (self.basis.calendar.label(month, self.basis.style.language) for month in (again[0], again[-1]))
        words = gettext("{months} would be judged anew. Choose a later month, or say below that you mean it.")
        range_words = gettext("{first} to {last}").format(first=first, last=last)
        self.add_error("since", words.format(months=first if first == last else range_words))

    def _clean_band(self, cleaned: dict[str, Any]) -> None:
        for name in ("low", "high"):
            if not cleaned[name].strip():
                self.add_error(name, _("A range needs both ends."))
                return
            cleaned[f"{name}_value"] = self._plain(name, cleaned[name])
        low, high = cleaned.get("low_value"), cleaned.get("high_value")
        if low is not None and high is not None and low > high:
            self.add_error("low", _("The lower end lies above the upper one."))

    def _clean_stages(self, cleaned: dict[str, Any]) -> tuple[Step, ...]:
        found = []
        for number in range(1, len(STAGES) + 1):
            text, months = cleaned.get(f"stage_{number}") or "", cleaned.get(f"stage_{number}_months")
            if not text.strip():
                continue
            if months is None:
                self.add_error(f"stage_{number}_months", _("Say within how many months."))
                continue
            value = self._plain(f"stage_{number}", text)
            if value is not None:
                found.append(Step(value, by=_last_day(cleaned["since"], months)))
        return tuple(sorted(found, key=lambda step: step.by or date.max))

    def _clean_series(self, cleaned: dict[str, Any]) -> tuple[tuple[date, float], ...]:
        if cleaned["shape"] == SEASONAL:
            return self._season(cleaned)
        if cleaned["shape"] != MANUAL:
            return ()
        typed = {month: cleaned.get(month_name(month)) or "" for month in self.months}
        values = {m: self._plain(month_name(m), text) for m, text in typed.items() if text.strip()}
        if not values:
            self.add_error("shape", _("Write at least one month."))
        series = tuple((month.start, value) for month, value in values.items() if value is not None)
        self._check_sum(cleaned, [value for _month, value in series])
        return series

    def _season(self, cleaned: dict[str, Any]) -> tuple[tuple[date, float], ...]:
        """The weights of the months; what adds up needs a year to be shared out."""
        season = self.basis.season
        if not season:
            self.add_error("shape", _("The season shows after a year of history. Choose another way for now."))
            return ()
        if self.basis.adds_up and cleaned["period"] == Grain.MONTH:
            self.add_error("shape", _("A season shares out the value of a year: give the value for one year."))
        return tuple((month.start, round(season[month.start.month], 6)) for month in self.months)

    def _check_sum(self, cleaned: dict[str, Any], values: list[float]) -> None:
        """Twelve months of what adds up make the year."""
        year = cleaned.get("target_value")
        if year is None or not self.basis.adds_up or cleaned["period"] != Grain.YEAR or len(values) < MONTHS:
            return
        total = sum(values)
        if abs(total - year) > NEAR * abs(year):
            written = {"total": self._exact(total), "year": self._exact(year), "gap": self._exact(total - year)}
            words = gettext("The months sum to {total}, the year is to be {year} (difference {gap}).")
            self.add_error("value", words.format(**written))

    def _exact(self, value: float) -> str:
        return exact(value, self.basis.unit, self.basis.style)


def meanings(text: str, basis: Basis) -> tuple[Reading, ...]:
    """The meanings of a typed value that a person has to choose from: one per kind of change."""
    by_kind: dict[str, Reading] = {}
    for reading in stated(text, basis.current, basis.unit):
        tidy = float(f"{reading.value:.12g}")  # 14,400 + 10 % is 15,840, not 15,840.000000000002
        by_kind.setdefault(reading.kind, replace(reading, value=tidy))
    return tuple(by_kind.values())


def _last_day(since: date, months: int) -> date:
    """The last day of so many months from a day on."""
    return date.fromordinal(add_months(since, months).toordinal() - 1)
