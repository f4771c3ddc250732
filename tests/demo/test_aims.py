"""The targets of the demo company fit each other, on any day of a fiscal year."""

from __future__ import annotations

from datetime import date

import pytest

from keiki.catalogue.load import load_catalogue
from keiki.demo.aims import CHANNELS, SHOP, aims
from keiki.periods import Calendar, Grain
from keiki.trees.build import build
from keiki.trees.document import template
from keiki.trees.targets import BETWEEN, EVEN, Target, value_at

DAYS = (date(2026, 10, 20), date(2026, 4, 1), date(2026, 3, 31), date(2028, 2, 29))
CALENDAR = Calendar("Asia/Tokyo", fiscal_start=4)


@pytest.mark.parametrize("until", DAYS)
def test_goal_of_every_month_is_its_visits_times_rate_times_order(until: date) -> None:
    made = [each for each in aims(until, CALENDAR) if not each.waits]
    this = CALENDAR.period(Grain.YEAR, until)
    for since in dict.fromkeys(each.since for each in made):
        held: dict[str, Target] = {each.node: each.target for each in made if each.since == since}
        year = CALENDAR.period(Grain.YEAR, since)
        for month in CALENDAR.periods(Grain.MONTH, year.start, year.end):
            at = {node: value_at(target, month, CALENDAR) or 0.0 for node, target in held.items()}
            assert at["visits"] == sum(at[channel] for channel in CHANNELS)
            product = at["visits"] * at["purchase_rate"] * at["aov"]
            assert at["revenue"] == pytest.approx(product, abs=500)
    assert [each.since for each in made if each.node == "revenue"] == [
        CALENDAR.period(Grain.YEAR, date(this.start.year - 1, 4, 1)).start,
        this.start,
    ]


def test_targets_belong_to_nodes_and_show_stages_a_band_a_pace_and_one_that_waits() -> None:
    made = aims(DAYS[0], CALENDAR)
    known = load_catalogue()
    for tree in {each.tree for each in made}:
        nodes = {node.id for node in build(template(known, tree), known).nodes}
        assert {each.node for each in made if each.tree == tree} <= nodes
    assert [each.node for each in made if each.target.steps] == ["purchase_rate"]
    assert [each.node for each in made if each.target.compare == BETWEEN] == ["cpc"]
    assert [each.node for each in made if each.target.shape == EVEN] == ["mrr"]
    assert [(each.tree, each.node, each.since) for each in made if each.waits] == [(SHOP, "aov", date(2026, 11, 1))]
    assert all(each.reason.ja and each.reason.en for each in made)
