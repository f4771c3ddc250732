"""The KPIs that come with Keiki, taken as a whole."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest

from keiki.catalogue.kpi import Kind
from keiki.catalogue.load import CADENCES, load_catalogue
from keiki.catalogue.sources import SOURCES
from keiki.facts import vocabulary
from keiki.formula import parse, references, show

CATALOGUE = load_catalogue()
KPIS = CATALOGUE.kpis
SPEC = Path(__file__).parents[2].parent / "shared" / "spec" / "kpis.csv"
JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def spec() -> dict[str, dict[str, str]]:
    if not SPEC.exists():
        pytest.skip("the list of KPIs to cover lies outside the repository")
    with SPEC.open(encoding="utf-8") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_nothing_is_wrong_in_the_catalogue() -> None:
    assert [str(problem) for problem in CATALOGUE.check()] == []


def test_every_kpi_asked_for_is_there() -> None:
    assert sorted(set(spec()) - set(KPIS)) == []


def test_every_formula_is_the_one_asked_for() -> None:
    rows = spec()
    changed = {i: KPIS[i].source for i, row in rows.items() if i in KPIS and KPIS[i].formula != parse(row["formula"])}
    assert changed == {  # why: docs/decisions/012-key-features.md and the one on spend by fit
        "key_feature_usage_rate": "u_feature_users[feature_group = 'key'] / n_eligible_users[feature_group = 'key']",
        "icp_lead_rate": "n_leads[customer.icp_fit = true] / n_leads[customer.icp_fit is not null]",
        "non_icp_spend_ratio": "sum_acquisition_cost_non_icp / sum_acquisition_cost",
    }


@pytest.mark.parametrize("field", ["unit", "direction", "kind", "layer", "horizon", "lead_lag", "journey_stage"])
def test_every_tag_is_the_one_asked_for(field: str) -> None:
    assert [i for i, row in spec().items() if i in KPIS and str(getattr(KPIS[i], field)) != row[field]] == []


def test_every_kpi_unfolds_to_measures_and_shows_its_formula() -> None:
    for kpi in KPIS.values():
        unfolded = CATALOGUE.expand(kpi.id)
        assert {r.id for r in references(unfolded)} <= set(CATALOGUE.measures)
        assert parse(show(kpi.formula)) == kpi.formula


def test_every_kpi_is_explained_in_both_languages() -> None:
    kpis = KPIS.values()
    assert [k.id for k in kpis if not JAPANESE.search(k.definition_ja) or JAPANESE.search(k.definition_en)] == []
    assert [k.id for k in kpis if not k.definition_ja.endswith("。") or not k.definition_en.endswith(".")] == []
    assert [k.id for k in kpis if k.definition_en.count(". ") > 1 or k.definition_ja.count("。") > 3] == []
    assert [k.id for k in kpis if JAPANESE.search(k.en) or not k.ja.strip()] == []


def test_no_definition_only_repeats_the_name_or_another_one() -> None:
    kpis = KPIS.values()
    repeated = [k.id for k in kpis if k.definition_ja.rstrip("。") == k.ja or k.definition_en.rstrip(".") == k.en]
    assert repeated == []
    for said in (Counter(k.definition_ja for k in kpis), Counter(k.definition_en for k in kpis)):
        assert [text for text, times in said.items() if times > 1] == []


def test_no_two_kpis_have_the_same_name() -> None:
    for names in (Counter(k.ja for k in KPIS.values()), Counter(k.en.casefold() for k in KPIS.values())):
        assert [name for name, times in names.items() if times > 1] == []


def test_every_quantity_names_a_quality_beside_it() -> None:
    alone = [k.id for k in KPIS.values() if k.kind is Kind.QUANTITY and not k.pairs_with]
    assert (alone, [p for k in KPIS.values() for p in k.pairs_with if p not in KPIS]) == ([], [])
    assert [k.id for k in KPIS.values() if k.id in k.pairs_with] == []


def test_every_kpi_carries_its_tags() -> None:
    kpis = KPIS.values()
    known = set(vocabulary("department"))
    assert [k.id for k in kpis if not (k.domain and k.cadence and k.department)] == []
    assert [k.id for k in kpis if not set(k.department) <= known or not set(k.cadence) <= set(CADENCES)] == []
    assert [k.id for k in kpis if k.base and k.base not in KPIS] == []


def test_every_source_of_numbers_is_known() -> None:
    assert {k.data_source for k in KPIS.values()} <= set(SOURCES)


def test_observed_kpis_are_told_apart() -> None:
    observed = {k.id for k in KPIS.values() if k.observed}
    assert observed == {"monthly_discount_rate", "page_load_time", "customer_realized_roi"}
    assert {KPIS[k].data_source for k in observed} == {"manual", "import"}


def test_benchmarks_are_ranges_with_a_source() -> None:
    for kpi in KPIS.values():
        for benchmark in kpi.benchmarks:
            assert (benchmark.low is None, benchmark.high is None) != (True, True)
            assert benchmark.low is None or benchmark.high is None or benchmark.low < benchmark.high
            assert benchmark.source_ja
            assert benchmark.source_en


@pytest.mark.feature("F-011")
def test_webinar_filter_gives_the_webinar_pack() -> None:
    assert len(CATALOGUE.search("", domain="webinar")) >= 35
