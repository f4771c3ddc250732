"""Making and closing a survey, taking an answer, and bringing answers into the lake."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from keiki.errors import TooManyAnswers
from keiki.server.accounts.models import Business
from keiki.server.accounts.queries import digest
from keiki.server.audit.actions import record
from keiki.server.data.actions import opened
from keiki.server.surveys.models import Answer, Survey

LOAD_JOB: Final = "surveys.load_answers"
MOST_A_MINUTE: Final = 120
"""Answers that one link takes in a minute."""
AT_ONCE: Final = 10_000


@transaction.atomic
def make_survey(actor: Any, business: Business, name: str, kind: str, question: str, language: str) -> str:
    """A survey; gives the token of its link, which is not kept and cannot be shown again."""
    token = secrets.token_urlsafe(32)
    made = Survey.objects.create(
        business=business,
        digest=digest(token),
        name=name,
        kind=kind,
        question=question,
        language=language,
        made_by=actor,
    )
    new = {"name": name, "kind": kind}
    record(actor, "surveys.make_survey", business_id=business.id, target=f"survey:{made.pk}", new=new)
    return token


@transaction.atomic
def close_survey(actor: Any, survey: Survey) -> None:
    """The link takes no more answers; those given stay."""
    survey.closed_at = timezone.now()
    survey.save(update_fields=["closed_at"])
    old = {"name": survey.name}
    record(actor, "surveys.close_survey", business_id=survey.business_id, target=survey.subject, old=old)


def take_answer(survey: Survey, score: int, comment: str) -> Answer:
    """Keep an answer; the worker brings it into the lake. Raises `TooManyAnswers` when they come too fast."""
    since = timezone.now() - timedelta(minutes=1)
    if survey.answers.filter(answered_at__gt=since).count() >= MOST_A_MINUTE:
        raise TooManyAnswers
    return Answer.objects.create(survey=survey, score=score, comment=comment)


def load_answers() -> dict[str, int]:
    """Bring every answer that waits into the lake of its business; the same answer twice changes nothing."""
    loaded = {}
    waiting = Answer.objects.filter(loaded_at=None).values_list("survey__business", flat=True)
    for business in Business.objects.filter(pk__in=set(waiting)):
        rows = Answer.objects.filter(survey__business=business, loaded_at=None).select_related("survey")
        answers = list(rows.order_by("answered_at", "id")[:AT_ONCE])
        facts = {"surveys": [_row(each) for each in answers]}
        opened(business).business.load_facts(facts, name=f"survey answers from {answers[0].answered_at:%F %T}")
        Answer.objects.filter(pk__in=[each.pk for each in answers]).update(loaded_at=timezone.now())
        loaded[business.id] = len(answers)
    return loaded


def _row(answer: Answer) -> dict[str, Any]:
    """An answer as a row of the fact `surveys`."""
    return {
        "response_id": str(answer.pk),
        "kind": answer.survey.kind,
        "answered_at": answer.answered_at.isoformat(),
        "score": float(answer.score),
        "scale_max": float(answer.survey.steps[-1]),
        "subject": answer.survey.subject,
        "comment": answer.comment or None,
    }
