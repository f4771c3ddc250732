"""Definitions that change from a day on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue, load_catalogue
from keiki.catalogue.versions import built_on, changes, in_force, reached
from keiki.errors import CycleOfKpis, FormulaTooWide, WrongField
from keiki.formula import parse, show
from keiki.measures.measure import Asked
from keiki.periods import Calendar, Grain, Period
from keiki.trees.build import build
from keiki.trees.document import from_yaml
from keiki.trees.evaluate import evaluate

OCTOBER, DECEMBER = date(2026, 10, 1), date(2026, 12, 1)
BASKET = """
kpis:
  - id: own_basket
    ja: 自社の客単価
    en: Own basket
    definition_ja: 注文あたりの売上。
    definition_en: Sales per order.
    formula: sum_order_revenue / u_buyers
    unit: currency
    direction: higher
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag
    version: 3
    since: 2026-12-01
    reason: Per customer
    earlier:
      - {version: 1, formula: sum_order_revenue}
      - {version: 2, since: 2026-10-01, formula: sum_order_revenue / n_orders, reason: Per order}
"""
TREE = """
id: own
ja: 自社
en: Own
about_ja: 自社
about_en: Own
root: {id: goal, kpi: own_basket}
"""


def catalogue_with(folder: Path, **files: str) -> Catalogue:
    (folder / "kpis").mkdir(parents=True)
    for name, text in files.items():
        (folder / "kpis" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_catalogue((folder,))


@pytest.fixture
def basket(tmp_path: Path) -> Catalogue:
    return catalogue_with(tmp_path, own=BASKET)


def own(catalogue: Catalogue) -> Kpi:
    return catalogue.kpi("own_basket")


def test_versions_are_read_with_their_days_and_reasons(basket: Catalogue) -> None:
    assert basket.check() == ()
    kpi = own(basket)
    assert (kpi.version, kpi.since, kpi.reason) == (3, DECEMBER, "Per customer")
    assert [(one.number, one.since, one.source, one.reason) for one in kpi.earlier] == [
        (1, None, "sum_order_revenue", ""),
        (2, OCTOBER, "sum_order_revenue / n_orders", "Per order"),
    ]
    assert changes(kpi) == (OCTOBER, DECEMBER)


@pytest.mark.parametrize(
    ("day", "number", "source"),
    [
        (date(2020, 1, 1), 1, "sum_order_revenue"),
        (date(2026, 9, 30), 1, "sum_order_revenue"),
        (OCTOBER, 2, "sum_order_revenue / n_orders"),
        (date(2026, 11, 30), 2, "sum_order_revenue / n_orders"),
        (DECEMBER, 3, "sum_order_revenue / u_buyers"),
    ],
)
def test_in_force_is_the_version_of_that_day(basket: Catalogue, day: date, number: int, source: str) -> None:
    then = in_force(own(basket), day)
    assert (then.version, then.source, then.ja) == (number, source, "自社の客単価")
    assert show(basket.dated("own_basket").on(day)) == source


def test_dated_carries_a_change_to_what_is_built_on_it(basket: Catalogue) -> None:
    told = basket.dated("own_basket * 2 + revenue")
    assert told.days == (OCTOBER, DECEMBER)
    assert show(told.on(date(2026, 11, 1))).startswith("sum_order_revenue / n_orders * 2")
    assert reached(parse("own_basket * 2"), basket.kpis) == ("own_basket",)


def test_a_kpi_is_built_on_another_exactly_where_it_reaches_it(basket: Catalogue) -> None:
    every = {name: {name, *reached(kpi.formula, basket.kpis)} for name, kpi in basket.kpis.items()}
    for name in ("order_revenue", "aov", "cvr", "own_basket"):
        assert built_on(name, basket.kpis) == {user for user, names in every.items() if name in names}


def test_dated_of_what_never_changed_has_one_formula(basket: Catalogue) -> None:
    assert basket.dated("n_orders / n_sessions").days == ()
    assert basket.dated("revenue").newest == basket.expand("revenue")


def test_an_unchanged_formula_under_another_number_is_no_change(tmp_path: Path) -> None:
    text = BASKET.replace("sum_order_revenue / u_buyers", "sum_order_revenue / n_orders")
    assert catalogue_with(tmp_path, own=text).dated("own_basket").days == (OCTOBER,)


def test_a_circle_between_two_changes_is_found(tmp_path: Path) -> None:
    one = BASKET.replace("{version: 1, formula: sum_order_revenue}", "{version: 1, formula: own_other}")
    other = BASKET.replace("own_basket", "own_other").split("    version: 3")[0]
    other = other.replace("sum_order_revenue / u_buyers", "own_basket * 2")
    found = catalogue_with(tmp_path, own=one, other=other)
    with pytest.raises(CycleOfKpis) as refused:
        found.dated("own_basket")
    assert refused.value.details["path"] == "own_basket > own_other > own_basket"


@pytest.mark.parametrize("text", ["since: soon", "since: '2026-13-01'", "version: 0", "version: two"])
def test_impossible_versions_are_told(tmp_path: Path, text: str) -> None:
    field = text.split(":")[0]
    kept = "since: 2026-12-01" if field == "since" else "version: 3"
    (problem,) = catalogue_with(tmp_path, own=BASKET.replace(kept, text)).problems
    assert isinstance(problem.error, WrongField)
    assert problem.error.details["field"] == field


@dataclass(frozen=True)
class Given:
    """Readings where every measure has one value: 1,200 of money, 10 orders, 4 customers."""

    periods: tuple[Period, ...]
    segments: tuple[tuple[str, ...], ...] = ((),)

    def value(self, asked: Asked, period_index: int, segment: object = (), back: int = 0) -> float:
        return {"sum_order_revenue": 1200.0, "n_orders": 10.0, "u_buyers": 4.0}[asked.measure]


def test_a_tree_gives_each_period_by_the_definition_of_its_first_day(basket: Catalogue) -> None:
    tree = build(from_yaml(TREE), basket)
    assert {asked.measure for asked in tree.asked} == {"sum_order_revenue", "n_orders", "u_buyers"}
    months = Calendar().periods(Grain.MONTH, date(2026, 9, 1), date(2027, 1, 1))
    assert evaluate(tree, Given(months)).series("goal") == (1200, 120, 120, 300)
    year = Calendar().periods(Grain.YEAR, date(2026, 1, 1), date(2027, 1, 1))
    assert evaluate(tree, Given(year)).series("goal") == (1200,)


def test_a_formula_that_doubles_at_every_step_is_refused_at_once(tmp_path: Path) -> None:
    steps = [BASKET.split("    version: 3")[0].replace("own_basket", f"own_{n}") for n in range(40)]
    wide = [s.replace("sum_order_revenue / u_buyers", f"own_{n + 1} + own_{n + 1}") for n, s in enumerate(steps[:-1])]
    text = "kpis:" + "".join(step.replace("\nkpis:", "") for step in [*wide, steps[-1]])
    found = catalogue_with(tmp_path, own=text)
    assert found.dated("own_30").days == ()
    for name in ("own_0", "own_20", "growth(" * 10 + "own_30" + ")" * 10):
        with pytest.raises(FormulaTooWide):
            found.dated(name)


def test_a_chain_of_very_many_kpis_is_refused_in_words(tmp_path: Path) -> None:
    steps = [BASKET.split("    version: 3")[0].replace("own_basket", f"own_{n}") for n in range(2_000)]
    long = [s.replace("sum_order_revenue / u_buyers", f"own_{n + 1}") for n, s in enumerate(steps[:-1])]
    found = catalogue_with(tmp_path, own="kpis:" + "".join(step.replace("\nkpis:", "") for step in [*long, steps[-1]]))
    with pytest.raises(FormulaTooWide):
        found.dated("own_0")
