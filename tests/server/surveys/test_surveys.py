"""A survey from its making to its score, and what its link does for whom."""

from __future__ import annotations

from typing import Any

import ibis
import pytest
from django.test import Client
from django.urls import reverse
from tests.server.data.test_actions import work_off

from keiki.server.data.actions import opened
from keiki.server.jobs.actions import enqueue
from keiki.server.surveys import actions
from keiki.server.surveys.models import Answer, Survey


def address(cast: Any, name: str = "surveys", **ids: Any) -> str:
    return reverse(f"surveys:{name}", kwargs={"business": cast.business.id, **ids})


def made(cast: Any, browser_of: Any, kind: str) -> str:
    """The path of the link of a survey that an editor has made."""
    form = {"name": f"Autumn {kind}", "kind": kind, "question": "", "language": "en"}
    page = browser_of(cast.editor).post(address(cast), form).context["page"]
    return str(page.link.removeprefix("http://testserver"))


def answered(survey: Survey, **scores: int) -> None:
    """So many answers of each score: `s9=60` are 60 nines."""
    rows = [Answer(survey=survey, score=int(name[1:])) for name, count in scores.items() for _ in range(count)]
    Answer.objects.bulk_create(rows)


def lines(cast: Any, browser_of: Any, who: str = "viewer") -> dict[str, tuple[str, str]]:
    page = browser_of(getattr(cast, who)).get(address(cast)).context["page"]
    return {line.name: (line.value, line.sentence) for line in page.lines}


@pytest.mark.feature("F-058")
def test_survey_is_made_answered_by_a_link_and_scored(bare: Any, browser_of: Any) -> None:
    """60/20/20 of 100 answers give NPS 40; CSAT is the share of the top two of five steps."""
    links = {kind: made(bare, browser_of, kind) for kind in ("nps", "csat")}
    stranger = Client()
    assert stranger.get(links["nps"]).context["page"].title.startswith("How likely are you to recommend Tea shop")
    assert stranger.post(links["nps"], {"score": "9", "comment": "Good tea"}).context["page"].done
    assert stranger.post(links["nps"], {"score": "0"}).context["page"].done, "a browser answers once"
    nps, csat = (Survey.objects.get(kind=kind) for kind in ("nps", "csat"))
    assert [(each.score, each.comment) for each in nps.answers.all()] == [(9, "Good tea")]
    answered(nps, s10=30, s9=29, s8=10, s7=10, s6=10, s0=10)
    answered(csat, s5=20, s4=42, s3=10, s1=8)
    assert work_off(enqueue(actions.LOAD_JOB)).result == {bare.business.id: 180}
    assert lines(bare, browser_of) == {
        "Autumn nps": ("40.0", "60 promoters, 20 passives, 20 detractors of 100 answers."),
        "Autumn csat": ("77.5%", "62 of 80 answers are 4 or 5."),
    }
    assert work_off(enqueue(actions.LOAD_JOB)).result == {}, "an answer is loaded once"


@pytest.mark.feature("F-057")
def test_five_point_survey_gives_the_percent_of_the_csat_kpi(bare: Any, browser_of: Any) -> None:
    rows = [
        {"response_id": f"R{n}", "kind": "csat", "answered_at": "2026-10-05T12:00:00+09:00", "score": score}
        for n, score in enumerate([5] * 3 + [4] * 3 + [3] * 2 + [2, 1])
    ]
    opened(bare.business).business.load(rows, "surveys")
    kpi = reverse("kpis:kpi", kwargs={"business": bare.business.id, "kpi": "csat"})
    page = browser_of(bare.viewer).get(kpi).context["page"]
    assert (page.period, page.number.value) == ("Oct 2026", "60.0%")


def test_effort_is_asked_on_seven_steps_in_the_language_of_the_survey_and_lands_as_ces(
    bare: Any, browser_of: Any
) -> None:
    """CES 2.0: the share of 5, 6 and 7; 36 of 50 are 72 %. Answers count on days that no other data has yet."""
    order = {"order_id": "A1", "customer_id": "C1", "ordered_at": "2025-01-05T12:00:00+09:00", "amount": 1000}
    opened(bare.business).business.load([order], "orders")
    form = {"name": "手間", "kind": "ces", "question": "", "language": "ja"}
    link = browser_of(bare.editor).post(address(bare), form).context["page"].link.removeprefix("http://testserver")
    asked = Client().get(link).content.decode()
    assert "Tea shopでは、用件を簡単に済ませられた。どのくらいそう思いますか？" in asked
    assert "1 = まったくそう思わない" in asked
    assert "7 = とてもそう思う" in asked
    assert [Client().post(link, {"score": score}).status_code for score in ("0", "8")] == [422, 422]
    assert Client().post(link, {"score": "7"}).context["page"].done
    answered(Survey.objects.get(), s7=15, s6=10, s5=10, s4=8, s3=4, s1=2)
    assert work_off(enqueue(actions.LOAD_JOB)).result == {bare.business.id: 50}
    assert lines(bare, browser_of) == {"手間": ("72.0%", "36 of 50 answers are 5, 6 or 7: it was easy.")}
    surveys = opened(bare.business).business
    rows = surveys.engine.run(surveys.facts["surveys"].group_by("kind", "scale_max").agg(n=ibis._.count())).to_pylist()
    assert rows == [{"kind": "ces", "scale_max": 7.0, "n": 50}]


def test_link_takes_only_steps_of_its_scale_and_not_too_many(bare: Any, browser_of: Any, monkeypatch: Any) -> None:
    link = made(bare, browser_of, "csat")
    refused = [Client().post(link, {"score": score}).status_code for score in ("0", "6", "five", "")]
    assert refused == [422] * 4
    monkeypatch.setattr(actions, "MOST_A_MINUTE", 1)
    assert [Client().post(link, {"score": "5"}).status_code for _ in range(2)] == [200, 429]
    assert Answer.objects.count() == 1


def test_closed_link_is_gone_and_only_editors_make_and_close(bare: Any, browser_of: Any) -> None:
    link, form = made(bare, browser_of, "nps"), {"name": "x", "kind": "nps", "language": "en"}
    close = address(bare, "close_survey", survey=Survey.objects.get().pk)
    viewer = browser_of(bare.viewer)
    assert [viewer.post(address(bare), form).status_code, viewer.post(close).status_code] == [403, 403]
    assert browser_of(bare.editor).post(close).status_code == 302
    assert [Client().get(link).status_code, Client().post(link, {"score": "9"}).status_code] == [404, 404]
    assert Client().get(reverse("surveys:answer", kwargs={"token": "guess"})).status_code == 404
