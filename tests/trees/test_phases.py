"""What a tree should watch in its next phase."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keiki.catalogue.kpi import Kind
from keiki.catalogue.load import load_catalogue
from keiki.errors import UnknownName
from keiki.trees.document import TreeDocument, from_dict, template
from keiki.trees.phases import Move, moved, moves

MEDIUM = {
    "id": "magazine",
    "ja": "読みもの",
    "en": "Magazine",
    "about_ja": "例です。",
    "about_en": "An example.",
    "family": "owned_media",
    "phase": "launch",
    "root": {"kpi": "sessions", "children": [{"kpi": "content_published", "influence": {"sign": "+"}}]},
}


def medium(**changes: str) -> TreeDocument:
    return from_dict({**MEDIUM, **changes})


def step(phase: str, document: TreeDocument | None = None) -> Move:
    found = moved(document or medium(), phase, load_catalogue())
    assert found is not None
    return found


@pytest.mark.feature("F-035")
def test_medium_moved_to_growth_is_suggested_engagement() -> None:
    growth = step("growth")
    assert growth.add == ("page_views", "pages_per_session", "avg_session_duration", "returning_visitor_ratio")
    assert {load_catalogue().kpi(kpi).kind for kpi in growth.add[1:]} == {Kind.QUALITY}


def test_what_mattered_before_may_step_back_and_what_stays_is_told() -> None:
    growth = step("growth")
    assert (growth.has, growth.less) == (("sessions",), ("content_published",))


def test_maturity_is_about_results() -> None:
    assert step("maturity").add == ("conversions", "cvr", "roi")


def test_other_phases_come_in_their_order() -> None:
    assert [move.phase for move in moves(medium(), load_catalogue())] == ["growth", "maturity"]
    assert [move.phase for move in moves(medium(phase="growth"), load_catalogue())] == ["launch", "maturity"]


def test_template_of_a_phase_has_nothing_to_add_to_itself() -> None:
    for phase in ("launch", "growth", "maturity"):
        assert step(phase, template(load_catalogue(), f"om_phase_{phase}")).add == ()


def test_family_without_phases_suggests_nothing() -> None:
    assert moved(medium(family="ec"), "growth", load_catalogue()) is None
    assert moves(replace(medium(), family=None), load_catalogue()) == ()


def test_unknown_phase_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        moved(medium(), "grow", load_catalogue())
    assert caught.value.details["near"] == "growth"
