"""What people type about themselves, their business and each other."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth import password_validation
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from keiki.facts import vocabulary
from keiki.server.accounts.models import (
    Business,
    LabelStyle,
    Language,
    MoneyUnit,
    Palette,
    Role,
    Theme,
    User,
    WeekStart,
)
from keiki.server.ui.language import current_language

CURRENCIES = (
    *(("JPY", _("Japanese yen (JPY)")), ("USD", _("US dollar (USD)")), ("EUR", _("Euro (EUR)"))),
    *(("GBP", _("Pound sterling (GBP)")), ("CNY", _("Chinese yuan (CNY)")), ("KRW", _("South Korean won (KRW)"))),
    *(("TWD", _("New Taiwan dollar (TWD)")), ("HKD", _("Hong Kong dollar (HKD)"))),
    *(("SGD", _("Singapore dollar (SGD)")), ("THB", _("Thai baht (THB)")), ("AUD", _("Australian dollar (AUD)"))),
    *(("CAD", _("Canadian dollar (CAD)")), ("CHF", _("Swiss franc (CHF)")), ("INR", _("Indian rupee (INR)"))),
)
COUNTRIES = (
    *(("JP", _("Japan")), ("US", _("United States")), ("GB", _("United Kingdom")), ("DE", _("Germany"))),
    *(("FR", _("France")), ("CN", _("China")), ("KR", _("South Korea")), ("TW", _("Taiwan"))),
    *(("SG", _("Singapore")), ("TH", _("Thailand")), ("AU", _("Australia")), ("CA", _("Canada")), ("IN", _("India"))),
)
ROLE_CHOICES = (
    (Role.OWNER, _("Owner – changes the business and its people")),
    (Role.EDITOR, _("Editor – loads data, changes trees and targets")),
    (Role.VIEWER, _("Viewer – sees the numbers")),
)


@lru_cache(maxsize=1)
def _zones() -> tuple[tuple[str, str], ...]:
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    names = sorted(name for name in available_timezones() if name.startswith(areas))
    return tuple((name, name.replace("_", " ")) for name in ("Asia/Tokyo", "UTC", *names) if name)


def _closing_days() -> list[tuple[str, Any]]:
    days = [(str(day), format_lazy(_("Day {day}"), day=day)) for day in range(1, 28)]
    return [("", _("End of the month")), *days]


def departments() -> list[tuple[str, str]]:
    """Every department with its words in the reader's language."""
    language = current_language()
    return [(value, label.words(language)) for value, label in vocabulary("department").items()]


class BusinessFields(forms.Form):
    """The calendar, currency and tax basis of a business."""

    name = forms.CharField(label=_("Name of the business"), max_length=80)
    currency = forms.ChoiceField(label=_("Currency"), choices=CURRENCIES, initial="JPY")
    money = forms.TypedChoiceField(
        label=_("Amounts are shown"), required=False, empty_value="auto", initial="auto", choices=MoneyUnit.choices
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=_zones, initial="Asia/Tokyo")
    country = forms.ChoiceField(label=_("Public holidays of"), choices=COUNTRIES, initial="JP")
    week_start = forms.TypedChoiceField(
        label=_("First day of the week"), coerce=int, initial=0, choices=WeekStart.choices
    )
    fiscal_start = forms.TypedChoiceField(
        label=_("First month of the fiscal year"), coerce=int, initial=4, choices=tuple(MONTHS.items())
    )
    closing_day = forms.TypedChoiceField(
        label=_("Closing day of the month"), coerce=int, empty_value=None, required=False, choices=_closing_days
    )
    label_style = forms.ChoiceField(label=_("Name of periods"), initial="calendar", choices=LabelStyle.choices)
    tax_included = forms.TypedChoiceField(
        label=_("Amounts in our files"),
        coerce=lambda value: value == "True",
        initial="False",
        choices=((False, pgettext_lazy("amounts", "without tax")), (True, pgettext_lazy("amounts", "with tax"))),
    )
    tax_percent = forms.DecimalField(
        label=_("Tax rate (%)"), min_value=0, max_value=100, decimal_places=2, max_digits=5, initial=10
    )

    @property
    def business_values(self) -> dict[str, Any]:
        """The cleaned values by the names of the table's columns."""
        values = {name: self.cleaned_data[name] for name in BusinessFields.base_fields if name != "tax_percent"}
        values["tax_rate"] = (self.cleaned_data["tax_percent"] / 100).quantize(Decimal("0.0001"))
        return values


class BusinessForm(BusinessFields):
    """Change a business; `version` says which state the person has seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def initial_of(cls, business: Business) -> dict[str, Any]:
        """What the form shows before anything is typed."""
        values = {name: getattr(business, name) for name in BusinessFields.base_fields if name != "tax_percent"}
        percent = (business.tax_rate * 100).normalize()
        return values | {"tax_percent": format(percent, "f"), "version": business.version}


class ChosenPassword(forms.Form):
    """A password that is checked against the rules and against the person's name."""

    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 10 characters; a sentence of your own is best."),
    )

    def _check_password(self, email: str, name: str) -> None:
        password = self.cleaned_data.get("password")
        if not password:
            return
        try:
            password_validation.validate_password(password, User(email=email, name=name))
        except forms.ValidationError as error:
            self.add_error("password", error)
        if self.errors and "password" not in self.errors:  # a page never sends a password back
            self.add_error("password", _("Please type it once more."))


class StartForm(BusinessFields):
    """A business to begin with: one's own, or the demo company."""

    start = forms.ChoiceField(choices=(("own", _("My own business")), ("demo", _("The demo company"))), initial="own")
    name = forms.CharField(label=_("Name of the business"), max_length=80, required=False)

    @property
    def has_wrong_settings(self) -> bool:
        """Whether one of the settings that the page keeps folded is marked."""
        return bool(self.errors.keys() & BusinessFields.base_fields.keys() - {"name"})

    @property
    def wants_demo(self) -> bool:
        return bool(self.cleaned_data["start"] == "demo")

    @property
    def business_values(self) -> dict[str, Any]:
        values = super().business_values
        return values | {
            "name": values["name"] or (gettext("Demo company") if self.wants_demo else gettext("My business"))
        }


class AddForm(StartForm):
    """One business more; the menu has to tell it from the others."""

    name = forms.CharField(
        label=_("Name of the business"),
        max_length=80,
        required=False,
        help_text=_("Not needed for the demo company."),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") == "own" and not data.get("name"):
            self.add_error("name", _("Please give your business a name."))
        return data


class SetupForm(StartForm, ChosenPassword):
    """The owner and the first business."""

    own_name = forms.CharField(
        label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_password(data.get("email", ""), data.get("own_name", ""))
        return data


class AcceptForm(ChosenPassword):
    """The account of an invited person."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "password")

    def __init__(self, *args: Any, email: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self._check_password(self.email, data.get("name", ""))
        return data


class InviteForm(forms.Form):
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    role = forms.ChoiceField(label=_("Role"), choices=ROLE_CHOICES, initial=Role.VIEWER)


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class DepartmentsForm(forms.Form):
    """The departments whose KPIs a member sees; none chosen: all."""

    departments = forms.MultipleChoiceField(
        label=_("Departments"), choices=departments, required=False, widget=forms.CheckboxSelectMultiple
    )


class LanguageSelect(forms.Select):
    """Each language by its own name, marked as that language."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["lang"] = str(value)
        return option


class PreferencesForm(forms.Form):
    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    language = forms.ChoiceField(label=_("Language"), choices=Language.choices, required=False, widget=LanguageSelect)
    theme = forms.ChoiceField(label=_("Colours"), choices=Theme.choices)
    palette = forms.ChoiceField(
        label=_("Colours of status"),
        choices=Palette.choices,
        help_text=_("Whichever you choose, a status is also told by its icon and its word."),
    )
