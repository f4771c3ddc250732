"""What people type about a survey, and what somebody answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.server.accounts.forms.people import LanguageSelect
from keiki.server.surveys.models import Kind, Survey

LANGUAGES = (("ja", "日本語"), ("en", "English"))


class SurveyForm(forms.Form):
    """A survey: one question and its scale."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("Only your own people see it."))
    kind = forms.ChoiceField(label=_("What is asked"), choices=Kind.choices, widget=forms.RadioSelect)
    question = forms.CharField(
        label=_("Question"), max_length=200, required=False, help_text=_("Empty: the usual question of the scale.")
    )
    language = forms.ChoiceField(label=_("Language of the page"), choices=LANGUAGES, widget=LanguageSelect)


class AnswerForm(forms.Form):
    """An answer: a step of the scale and, if they like, a few words."""

    score = forms.TypedChoiceField(coerce=int, widget=forms.RadioSelect)
    comment = forms.CharField(
        label=_("Why?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, survey: Survey, data: Any = None) -> None:
        super().__init__(data)
        score: Any = self.fields["score"]
        score.label = _("Your answer")
        score.choices = [(step, str(step)) for step in survey.steps]
        low, high = {
            Kind.NPS: (_("not at all likely"), _("extremely likely")),
            Kind.CSAT: (_("very dissatisfied"), _("very satisfied")),
            Kind.CES: (_("strongly disagree"), _("strongly agree")),
        }[Kind(survey.kind)]
        score.help_text = _("{first} = {low}, {last} = {high}").format(
            first=survey.steps[0], last=survey.steps[-1], low=low, high=high
        )
