"""Export as Apache Ossie 0.1.1: what the SQL gives is what Keiki measures, and every loss is told."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest
from tests.rows import SmallLake
from tests.trees.test_templates import OnSmallLake, made_rows

from keiki.catalogue.load import Catalogue, load_catalogue
from keiki.engine.measure import Measurer
from keiki.formula.evaluate import NUMBERS, evaluate, references
from keiki.lens import Lens
from keiki.measures.load import load_measures
from keiki.periods import Calendar, Grain
from keiki.trees.bundle import Bundle, KpiTarget, bundle_of, from_dict
from keiki.trees.ossie import Loss, Ossie, ossie
from keiki.trees.targets import Target

CATALOGUE = load_catalogue()
WHOLE = ossie(Bundle(), CATALOGUE)
(MODEL,) = WHOLE.document["semantic_model"]
METRICS = {m["name"]: m["expression"]["dialects"][0]["expression"] for m in MODEL["metrics"]}


def facts_of(kpi: str) -> set[str]:
    return {CATALOGUE.measures[r.id].fact for r in references(CATALOGUE.expand(kpi))}


def times_of(kpi: str) -> set[str]:
    return {CATALOGUE.measures[r.id].time for r in references(CATALOGUE.expand(kpi))}


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


@pytest.fixture(scope="module")
def rows(lake: SmallLake) -> dict[str, object]:
    return dict(lake.put(**made_rows(Random(3))))


ALONE = [
    kpi
    for kpi, text in METRICS.items()
    if facts_of(kpi) in ({"orders"}, {"costs"})
    and times_of(kpi) in ({"ordered_at"}, {"spent_on"})
    and "customers." not in text
]


@pytest.mark.parametrize("kpi", ALONE)
def test_sql_of_a_metric_gives_what_keiki_measures(lake: SmallLake, rows: dict[str, object], kpi: str) -> None:
    calendar = Calendar(zone="UTC")
    lens = Lens((calendar.period(Grain.YEAR, date(2025, 1, 1)),), calendar)
    asked = CATALOGUE.asked(kpi)
    readings = Measurer(OnSmallLake(lake), rows, load_measures()).read(asked, lens)
    formula = CATALOGUE.expand(kpi)
    from keiki.catalogue.expand import asked_of

    measured = evaluate(formula, lambda reference, back: readings.value(asked_of(reference), 0, (), back), NUMBERS)
    (fact,) = facts_of(kpi)
    (found,) = lake.connection.con.execute(f"select {METRICS[kpi]} from {fact}").fetchone()
    assert (found is None, float(found or 0)) == (measured is None, pytest.approx(float(measured or 0), rel=1e-9))


def test_metrics_are_enough_to_be_worth_it() -> None:
    assert len(ALONE) >= 15
    assert len(METRICS) >= 200


def test_every_kpi_is_a_metric_or_told_as_lost() -> None:
    gone = {loss.id for loss in WHOLE.losses if loss.gone}
    assert gone | set(METRICS) == set(CATALOGUE.kpis)
    assert gone & set(METRICS) == set()
    assert [loss for loss in WHOLE.losses if loss.words("ja") == loss.words("en")] == []


def test_model_has_only_what_the_specification_knows() -> None:
    assert list(WHOLE.document) == ["version", "semantic_model"]
    assert WHOLE.document["version"] == "0.1.1"
    assert set(MODEL) == {"name", "description", "datasets", "relationships", "metrics", "custom_extensions"}
    keys = {"name", "source", "primary_key", "description", "ai_context", "fields"}
    assert [d["name"] for d in MODEL["datasets"] if not {"name", "source"} <= set(d) <= keys] == []
    fields = [f for dataset in MODEL["datasets"] for f in dataset["fields"]]
    assert {tuple(f) for f in fields} == {("name", "expression", "dimension", "description")}
    named = {dataset["name"] for dataset in MODEL["datasets"]}
    assert {r[end] for r in MODEL["relationships"] for end in ("from", "to")} <= named
    assert {m["custom_extensions"][0]["vendor_name"] for m in MODEL["metrics"]} == {"COMMON"}


def test_bundle_comes_back_out_of_its_extension() -> None:
    bundle = bundle_of(CATALOGUE, ["ec"])
    (model,) = ossie(bundle, CATALOGUE).document["semantic_model"]
    assert from_dict(json.loads(model["custom_extensions"][0]["data"])["keiki"]["kpi_tree"]) == bundle


def test_rows_of_several_keys_have_one_computed_and_tables_lie_where_they_are_said_to() -> None:
    (model,) = ossie(bundle_of(CATALOGUE, ["ec"]), CATALOGUE, tables="shop.main").document["semantic_model"]
    found = {dataset["name"]: dataset for dataset in model["datasets"]}
    assert [found["orders"][name] for name in ("source", "primary_key")] == ["shop.main.orders", ["order_id"]]
    assert found["order_lines"]["primary_key"] == ["order_lines_key"]
    assert found["order_lines"]["fields"][0]["expression"]["dialects"][0]["expression"].startswith(
        "COALESCE(CAST(order_id"
    )


def losses(*kpis: str, catalogue: Catalogue = CATALOGUE) -> list[Loss]:
    from keiki.trees.kpi_document import kpi_document

    found: Ossie = ossie(Bundle(kpis=tuple(kpi_document(catalogue.kpi(kpi)) for kpi in kpis)), catalogue)
    return list(found.losses)


def test_losses_say_why() -> None:
    assert losses("sessions") == [Loss("kpi", "sessions", "model", "n_sessions", gone=True)]
    assert losses("marketing_cost") == [Loss("model", "keiki", "words"), Loss("fact", "costs", "keyless")]
    assert losses("order_revenue") == [Loss("model", "keiki", "words")]
    assert losses("items_per_order")[0] == Loss("kpi", "items_per_order", "spans", "order_lines, orders")
    bundle = Bundle(bundle_of(CATALOGUE, ["simple_orders"]).trees, targets=(KpiTarget(Target(1), kpi="aov"),))
    told = [loss.words("en") for loss in ossie(bundle, CATALOGUE).losses]
    assert told[-2:] == [
        "▲ simple_orders: the tree (formulas, influences, owners) is only in the extension.",
        "▲ aov: the target is only in the extension.",
    ]
