"""What tags are called."""

from __future__ import annotations

from keiki.catalogue.kpi import Direction, Horizon, JourneyStage, Kind, Kpi, Layer, LeadLag, ValueChain
from keiki.catalogue.load import CADENCES, load_catalogue
from keiki.catalogue.tags import TAGS, in_order, label

CARRIED = {
    "domain": lambda kpi: kpi.domain,
    "department": lambda kpi: kpi.department,
    "cadence": lambda kpi: kpi.cadence,
    "stage": lambda kpi: (kpi.journey_stage,) if kpi.journey_stage else (),
    "value_chain": lambda kpi: (kpi.value_chain,) if kpi.value_chain else (),
}


def test_every_tag_of_the_catalogue_has_words_in_both_languages() -> None:
    kpis: list[Kpi] = list(load_catalogue().kpis.values())
    for tag, carried in CARRIED.items():
        assert {value for kpi in kpis for value in carried(kpi)} - set(TAGS[tag]) == set(), tag
    assert all(words.ja and words.en for labels in TAGS.values() for words in labels.values())


def test_every_declared_choice_has_words() -> None:
    choices = {"layer": Layer, "horizon": Horizon, "kind": Kind, "lead_lag": LeadLag, "direction": Direction}
    choices |= {"stage": JourneyStage, "value_chain": ValueChain, "cadence": CADENCES}
    for tag, values in choices.items():
        assert set(TAGS[tag]) == {str(value) for value in values if value}


def test_in_order_puts_own_values_last() -> None:
    assert in_order("stage", ["bakery", "purchase", "awareness", "purchase"]) == ("awareness", "purchase", "bakery")
    assert label("stage", "bakery", "ja") == "bakery"
