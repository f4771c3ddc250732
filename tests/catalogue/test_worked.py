"""KPIs worked out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import builtin
from keiki.catalogue.worked import Way, Worked, unfolded, worked_example, worked_out
from keiki.formula import Binary, Reference, evaluate, parse, references, show

CATALOGUE = builtin()
EVERY = tuple(CATALOGUE.kpis.values())
MORE_THAN_ALL = {
    "exhibition_roi",
    "ltv_cac_ratio",
    "acquisition_vs_retention_cost_ratio",
    "page_views_yoy_ratio",
    "retargeting_roas",
    "revenue_on_marketing_cost",
    "revenue_yoy_ratio",
    "roas",
    "sns_campaign_roi",
    "webinar_roi",
    "cs_roi",
}
"""Ratios that may be more than the whole: money over money, this year over last."""


def own(formula: str, unit: str = "ratio") -> Kpi:
    return replace(CATALOGUE.kpis["cvr"], id="own", source=formula, formula=parse(formula), unit=unit, base=None)


def with_own(formula: str, unit: str = "ratio") -> Worked:
    kpi = own(formula, unit)
    return worked_example(replace(CATALOGUE, kpis={**CATALOGUE.kpis, "own": kpi}), kpi)


def test_example_of_every_kpi_is_what_its_formula_gives() -> None:
    for kpi in EVERY:
        worked = worked_example(CATALOGUE, kpi)
        assert worked.value is not None, kpi.id
        again = evaluate(worked.formula, lambda one, back, told=worked: told.figure(one, back).value)
        assert again == pytest.approx(worked.value, rel=1e-9), kpi.id


def test_example_of_every_kpi_is_plausible() -> None:
    for kpi in EVERY:
        worked = worked_example(CATALOGUE, kpi)
        value = worked.value or 0.0
        if kpi.unit == "ratio" and isinstance(kpi.formula, Binary) and kpi.id not in MORE_THAN_ALL:
            assert -1 <= value <= 1, kpi.id
        if kpi.unit in {"count", "items", "days", "hours", "score", "rank"}:
            assert value > 0, kpi.id
        counted = [each for each in worked.figures if each.reference.id.startswith(("n_", "u_"))]
        assert [each for each in counted if each.value is None or each.value % 1] == [], kpi.id


def test_parts_of_one_measured_number_give_it_again() -> None:
    told = [worked_example(CATALOGUE, kpi) for kpi in EVERY]
    for one in told:
        assert one.value is not None
        parts = one.parts
        match one.way:
            case Way.SUM:
                found = sum(parts)
            case Way.DISTINCT:
                found = sum(parts[:-1]) - parts[-1]
            case Way.STOCK:
                found = parts[0] + parts[1] - parts[2]
            case Way.MEAN | Way.WINDOWS:
                found = sum(parts) / len(parts)
            case _:
                continue
        assert found == pytest.approx(one.value)
        assert min(parts) >= 0


def test_narrowed_kpi_is_worked_out_by_the_formula_it_narrows() -> None:
    assert show(unfolded(CATALOGUE, CATALOGUE.kpis["setup_completion_within_14d_rate"])) == (
        "n_stage_reached[pipeline = 'onboarding'; from: kickoff; to: setup_completed; within: 14d]"
        " / n_stage_cohort[pipeline = 'onboarding'; from: kickoff; within: 14d]"
    )


def test_example_of_a_business_own_kpi_needs_nothing_written() -> None:
    worked = with_own("n_orders[store = 'ginza'] / n_orders")
    assert worked.value == pytest.approx(0.4)
    assert with_own("n_orders / (n_sessions - n_sessions)").value is None


def test_money_of_an_example_is_in_the_currency_of_the_reader() -> None:
    cpc = CATALOGUE.kpis["cpc"]
    assert (worked_example(CATALOGUE, cpc).value, worked_example(CATALOGUE, cpc, 0.01).value) == (100, 1)


def test_own_figures_are_shown_only_when_they_give_the_number() -> None:
    kpi = CATALOGUE.kpis["ad_ctr"]
    measured = {"ad_ctr": 0.02, "n_ad_clicks": 200.0, "n_ad_impressions": 10_000.0}
    worked = worked_out(CATALOGUE, kpi, lambda text, back: measured[text])
    assert worked is not None
    assert worked.figure(Reference("n_ad_clicks"), 0).value == 200
    assert worked_out(CATALOGUE, kpi, lambda text, back: (measured | {"ad_ctr": 0.05})[text]) is None
    assert worked_out(CATALOGUE, kpi, lambda text, back: None) is None


def test_kpi_told_group_by_group_has_no_own_example() -> None:
    split = CATALOGUE.kpis["cvr_by_channel"]
    assert any(one.by for one in references(split.formula))
    assert worked_out(CATALOGUE, split, lambda text, back: 1.0) is None
