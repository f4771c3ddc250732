"""What joins a KPI to others, and letting go of it."""

from __future__ import annotations

from typing import Any

from keiki.trees.document import from_dict
from keiki.trees.ties import ties, untied

WRITTEN: dict[str, Any] = {
    "id": "shop",
    "ja": "店",
    "en": "Shop",
    "about_ja": "店",
    "about_en": "Shop",
    "root": {
        "id": "goal",
        "kpi": "revenue",
        "formula": "visits * aov",
        "children": [
            {"id": "visits", "kpi": "sessions"},
            {"id": "aov", "kpi": "aov"},
            {"id": "mood", "kpi": "nps", "influence": {"sign": "+", "lag": 2}},
            {
                "id": "stars",
                "kpi": "csat",
                "influence": {"sign": "+"},
                "children": [{"id": "again", "kpi": "nps", "influence": {"sign": "-"}}],
            },
        ],
    },
    "links": [{"source": "visits", "target": "mood", "sign": "-", "lag": 1}],
}


def test_every_influence_that_begins_or_ends_at_a_kpi_is_a_tie() -> None:
    found = ties(from_dict(WRITTEN), "nps")
    assert [(t.source.id, t.target.id, t.sign, t.lag, t.beside, t.loose) for t in found] == [
        ("mood", "goal", 1, 2, False, True),
        ("again", "stars", -1, 0, False, True),
        ("visits", "mood", -1, 1, True, True),
    ]
    assert ties(from_dict(WRITTEN), "aov") == ()


def test_what_hangs_below_others_or_holds_others_stays() -> None:
    (above, below) = ties(from_dict(WRITTEN), "csat")
    assert (above.loose, below.loose) == (False, False)
    assert untied(from_dict(WRITTEN), "csat") == ()


def test_loose_ties_go_one_step_after_the_other() -> None:
    steps = untied(from_dict(WRITTEN), "nps")
    assert [step.edit.what for step in steps] == ["unlink", "remove", "remove"]
    assert ties(steps[-1].document, "nps") == ()
    assert [node.id for node in steps[-1].document.root.walk()] == ["goal", "visits", "aov", "stars"]
