"""What companies strive for: every goal offered is a KPI of the catalogue, in both languages."""

from __future__ import annotations

from keiki.catalogue.aims import AIMS, EXAMPLES, goals_for
from keiki.catalogue.load import builtin


def test_every_goal_and_every_example_is_a_kpi_of_the_catalogue() -> None:
    offered = {kpi for _words, goals in AIMS.values() for kpi in goals}
    assert offered - set(builtin().kpis) == set()
    assert set(EXAMPLES) - offered == set()
    assert all(words.ja and words.en for words, _goals in AIMS.values())


def test_goals_a_business_does_not_have_are_not_offered() -> None:
    assert goals_for("market_share", {"market_share"}) == ("market_share",)
    assert goals_for("nothing", builtin().kpis) == ()
