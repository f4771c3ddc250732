"""A business's own values for the rules of models: one form per subject, made from the declared choices."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keiki.errors import KeikiError
from keiki.measures.choices import (
    Amount,
    Choice,
    Days,
    Flag,
    Holdings,
    Kind,
    Length,
    Limits,
    Number,
    OneOf,
    Several,
    Share,
    Weekdays,
    Whole,
    Words,
    choices_of,
    read_choice,
    read_choices,
)
from keiki.measures.rules import Rules, value_in
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import languages_marked


class RulesForm(forms.Form):
    """The values of one subject; what equals the default is not kept, so that it follows the default."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, subject: str, rules: Rules, defaults: Rules, data: Any = None, version: int = 1) -> None:
        self.choices = choices_of(subject)
        self.subject = subject
        self.defaults = {one.name: value_in(defaults, one) for one in self.choices}
        initial = {one.name: typed(one.kind, value_in(rules, one)) for one in self.choices}
        super().__init__(data, initial=initial | {"version": version}, auto_id=f"id_{subject}_%s")
        for one in self.choices:
            self.fields[one.name] = self._field(one)

    def _field(self, choice: Choice) -> forms.Field:
        language = current_language()
        field = _field_of(choice.kind)
        field.label = choice.label.words(language)
        if isinstance(choice.kind, Several):
            field.usual = self.defaults[choice.name]  # type: ignore[attr-defined]  # read by the filter `folded`
        if isinstance(choice.kind, Share):
            field.label = f"{field.label} (%)"
        words = shown(choice.kind, self.defaults[choice.name])
        hints = [choice.note.words(language), gettext("Default: {value}").format(value=words)]
        field.help_text = languages_marked(" ".join(hint for hint in hints if hint))
        return field

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for one in self.choices:
            if one.name in data:
                self._check(one, data)
        if not self.errors:
            try:
                read_choices({self.subject: self.own_values})
            except KeikiError as error:
                self.add_error(None, error.words(current_language()))
        return data

    def _check(self, choice: Choice, data: dict[str, Any]) -> None:
        value = meant(choice.kind, data[choice.name])
        if value is None and self.defaults[choice.name] is None:
            data[choice.name] = None
            return
        try:
            data[choice.name] = read_choice(choice, value)
        except KeikiError:
            allowed = choice.kind.allowed.words(current_language())
            self.add_error(choice.name, gettext("This cannot be. It may be: {allowed}.").format(allowed=allowed))

    @property
    def own_values(self) -> dict[str, Any]:
        """The values that differ from the default, as they stand in a file."""
        return {
            one.name: one.kind.plain(self.cleaned_data[one.name])
            for one in self.choices
            if self.cleaned_data[one.name] != self.defaults[one.name]
        }


def _field_of(kind: Kind) -> forms.Field:
    match kind:
        case Whole():
            return forms.IntegerField(min_value=kind.least, max_value=kind.most)
        case Share():
            return forms.DecimalField(min_value=0, max_value=100, decimal_places=2)
        case Number():
            return forms.FloatField(min_value=kind.least, max_value=kind.most)
        case Amount():
            return forms.DecimalField(required=False, max_digits=16, decimal_places=2)
        case Flag():
            return forms.BooleanField(required=False)
        case OneOf():
            return forms.ChoiceField(choices=_options(kind))
        case Several():
            return forms.MultipleChoiceField(choices=_options(kind), widget=forms.CheckboxSelectMultiple)
        case Weekdays():
            days = tuple((str(number), words) for number, words in WEEKDAYS.items())
            return forms.MultipleChoiceField(choices=days, widget=forms.CheckboxSelectMultiple)
        case Days() | Holdings() | Words():
            return forms.CharField(required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}))
        case Length() | Limits():
            return forms.CharField(required=isinstance(kind, Length), max_length=80)
    raise TypeError(kind)


def _options(kind: OneOf | Several) -> tuple[tuple[str, str], ...]:
    language = current_language()
    return tuple((name, label.words(language)) for name, label in kind.options)


def typed(kind: Kind, value: Any) -> Any:
    """A value as its field holds it."""
    match kind:
        case _ if value is None:
            return ""
        case Share():
            return f"{(Decimal(str(value)) * 100).normalize():f}"
        case Number():
            return f"{value:g}"
        case Amount():
            return f"{value:f}"
        case Several():
            return list(value)
        case Weekdays():
            return [str(day) for day in value]
        case Limits():
            return ", ".join(f"{limit:g}" for limit in value)
        case Days():
            return "\n".join(day.isoformat() for day in value)
        case Words():
            return "\n".join(value)
        case Holdings():
            return "\n".join(f"{name}: {', '.join(held)}" for name, held in value)
    return value


def meant(kind: Kind, cleaned: Any) -> Any:
    """What stands in a field, as `Kind.read` wants it, also in full-width signs; None for nothing."""
    if isinstance(kind, Length | Limits | Days):
        cleaned = unicodedata.normalize("NFKC", cleaned)
    match kind:
        case Share():
            return cleaned / 100
        case Weekdays():
            return [int(day) for day in cleaned]
        case Limits():
            return re.split(r"[,、\s]+", cleaned.strip(" ,、")) if cleaned.strip() else None
        case Days():
            return re.split(r"[,、\s]+", cleaned.strip()) if cleaned.strip() else []
        case Words():
            return [word.strip() for word in re.split(r"[,、\n]", cleaned) if word.strip()]
        case Holdings():
            return _holdings(cleaned)
    return cleaned


def _holdings(text: str) -> Mapping[str, list[str]] | None:
    found = {}
    for line in filter(str.strip, text.splitlines()):
        name, colon, held = line.replace("：", ":").partition(":")
        if not colon or not name.strip():
            return None
        found[name.strip()] = [one for one in re.split(r"\s*[,、]\s*", held.strip()) if one]
    return found


def shown(kind: Kind, value: Any) -> str:
    """A value in words, to stand beside the field."""
    match kind:
        case _ if value is None or value in ((), ""):
            return str(_("none"))
        case Flag():
            return str(_("yes") if value else _("no"))
        case OneOf():
            return dict(_options(kind))[value]
        case Several():
            return ("・" if current_language() == "ja" else ", ").join(dict(_options(kind))[one] for one in value)
        case Weekdays():
            return ", ".join(str(WEEKDAYS[day]) for day in value)
        case Share():
            return f"{typed(kind, value)}%"
        case Whole() | Amount():
            return f"{value:,}"
    return str(typed(kind, value)).replace("\n", "; ")
