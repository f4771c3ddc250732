"""The surveys of a business with what they have come to, and the page on which somebody answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from keiki.charts.format import number
from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.surveys import actions, queries
from keiki.server.surveys.forms import AnswerForm, SurveyForm
from keiki.server.surveys.models import Kind, Survey
from keiki.server.surveys.queries import Score
from keiki.server.ui.language import current_language

YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class SurveyLine:
    """A survey in the list. `close_url` is "" for a closed one and for viewers."""

    name: str
    kind: str
    question: str
    language: str
    value: str
    sentence: str
    waiting: str
    closed: bool
    close_url: str


@dataclass(frozen=True)
class SurveysPage:
    title: str
    subtitle: str
    lines: tuple[SurveyLine, ...]
    may_edit: bool
    link: str = ""


@business_page()
@get_and_post
def surveys_page(request: Any, business: Business) -> HttpResponse:
    """Every survey with its score; a POST makes one, whose link is shown once."""
    may_edit = allows(request.membership.role, EDIT)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied
    language = current_language()
    form, link = SurveyForm(request.POST or None, initial={"kind": Kind.NPS, "language": language}), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        question = given["question"].strip() or _usual_question(given["kind"], given["language"], business)
        token = actions.make_survey(request.user, business, given["name"], given["kind"], question, given["language"])
        link = request.build_absolute_uri(reverse("surveys:answer", kwargs={"token": token}))
        form = SurveyForm(initial={"kind": given["kind"], "language": given["language"]})
    listed = queries.surveys_of(request.user, business)
    page = SurveysPage(
        title=_("Surveys"),
        subtitle=business.name,
        lines=tuple(_line(request, business, each, may_edit) for each in listed),
        may_edit=may_edit,
        link=link,
    )
    return render(request, "surveys/surveys.html", {"page": page, "form": form}, status=422 if form.errors else 200)


def _usual_question(kind: str, language: str, business: Business) -> str:
    with translation.override(language):
        words = {
            Kind.NPS: _("How likely are you to recommend {business} to a friend or colleague?"),
            Kind.CSAT: _("How satisfied are you with {business}?"),
            Kind.CES: _("{business} made it easy for me to handle my issue. How far do you agree?"),
        }
        return words[Kind(kind)].format(business=business.name)


def _line(request: Any, business: Business, survey: Survey, may_edit: bool) -> SurveyLine:
    known = door.known(request.user, business)
    score = None if known.today is None else queries.score_of(request.user, business, survey)
    style = kpis.style_of(business, known)
    unit = "points" if survey.kind == Kind.NPS else "ratio"
    waiting = survey.waiting  # type: ignore[attr-defined]  # counted by the query
    return SurveyLine(
        name=survey.name,
        kind=str(survey.get_kind_display()),
        question=survey.question,
        language=survey.language,
        value=number(None if score is None else score.value, unit, style),
        sentence=_sentence(survey, score),
        waiting=_("{count} more are on their way into the numbers.").format(count=waiting) if waiting else "",
        closed=survey.closed_at is not None,
        close_url=reverse("surveys:close_survey", kwargs={"business": business.id, "survey": survey.pk})
        if may_edit and survey.closed_at is None
        else "",
    )


def _sentence(survey: Survey, score: Score | None) -> str:
    if score is None or not score.answers:
        return _("No answers in the numbers yet.")
    if survey.kind == Kind.CSAT:
        return _("{satisfied} of {answers} answers are 4 or 5.").format(
            satisfied=score.counts[0], answers=score.answers
        )
    if survey.kind == Kind.CES:
        return _("{easy} of {answers} answers are 5, 6 or 7: it was easy.").format(
            easy=score.counts[0], answers=score.answers
        )
    promoters, detractors = score.counts
    return _("{promoters} promoters, {passives} passives, {detractors} detractors of {answers} answers.").format(
        promoters=promoters,
        passives=score.answers - promoters - detractors,
        detractors=detractors,
        answers=score.answers,
    )


@business_page(EDIT)
@require_POST
def close_survey(request: Any, business: Business, survey: int) -> HttpResponse:
    """No more answers."""
    actions.close_survey(request.user, get_object_or_404(Survey, pk=survey, business=business, closed_at=None))
    return redirect("surveys:surveys", business=business.id)


# --- what whoever holds the link sees ---


@dataclass(frozen=True)
class AnswerPage:
    title: str
    business: str
    done: bool
    error: str = ""


@never_cache
@get_and_post
def answer_page(request: Any, token: str) -> HttpResponse:
    """One question, answered once per browser and without signing in; 404 for a closed or unknown link."""
    survey = queries.survey_of(token)
    if survey is None:
        raise Http404
    cookie = f"answered_{survey.pk}"
    with translation.override(survey.language):
        form, done, error = AnswerForm(survey, request.POST or None), cookie in request.COOKIES, ""
        if request.method == "POST" and not done and form.is_valid():
            try:
                actions.take_answer(survey, form.cleaned_data["score"], form.cleaned_data["comment"].strip())
                done = True
            except KeikiError as trouble:
                error = trouble.words(survey.language)
        page = AnswerPage(_("Thank you") if done else survey.question, survey.business.name, done, error)
        status = 429 if error else 422 if form.errors and not done else 200
        answer = render(request, "surveys/answer.html", {"page": page, "form": form}, status=status)
    if done:
        answer.set_cookie(cookie, "1", max_age=YEAR, httponly=True, samesite="Lax", secure=request.is_secure())
    answer["X-Robots-Tag"] = "noindex"
    return answer
