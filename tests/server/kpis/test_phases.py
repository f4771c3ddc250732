"""The page of a template says what to watch when the medium it is about enters another phase."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from keiki.server.kpis.pages.templates import PhaseRow


def phases(bare: Any, browser_of: Any, name: str) -> tuple[PhaseRow, ...]:
    address = reverse("kpis:template", kwargs={"business": bare.business.id, "template": name})
    answer = browser_of(bare.viewer).get(address)
    assert answer.status_code == 200
    shown: tuple[PhaseRow, ...] = answer.context["page"].phases
    assert [row.label in answer.content.decode() for row in shown] == [True] * len(shown)
    return shown


def test_medium_in_launch_sees_engagement_for_growth(bare: Any, browser_of: Any) -> None:
    growth, maturity = phases(bare, browser_of, "om_phase_launch")
    assert growth.label == "Growth"
    assert growth.url.endswith("/templates/om_phase_growth/")
    assert growth.add == "Page views, Pages per session, Average session duration, Returning visitor ratio"
    assert "Content published" in growth.less
    assert maturity.label == "Maturity"


def test_template_without_a_phase_shows_none(bare: Any, browser_of: Any) -> None:
    assert phases(bare, browser_of, "om_awareness") == ()
