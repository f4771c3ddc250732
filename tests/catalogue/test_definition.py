"""A stored definition gives one number: whoever reads it, wherever the data lies."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import keiki

OWN = """\
kpis:
  - id: large_order_share
    ja: 大口注文の割合
    en: Share of large orders
    definition_ja: 完了した注文のうち、3,000円以上の注文の割合。
    definition_en: The share of completed orders of 3,000 or more.
    formula: "n_orders[amount >= 3000] / n_orders"
    unit: ratio
    direction: higher
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag
    cadence: [monthly]
    department: [executive]
    data_source: Orders of the shop system
"""
ORDERS = [(f"o{n}", f"c{n % 5}", f"2026-09-{n + 1:02}", 1000 + 500 * n) for n in range(12)]


def person(folder: Path, orders: list[tuple[str, str, str, int]]) -> float | None:
    """What one person gets who is given the rows and the stored definition, and nothing else."""
    with keiki.open(folder, keiki.Settings(name="Shop")) as business:
        (folder / "kpis").mkdir(exist_ok=True)
        (folder / "kpis" / "own.yaml").write_text(OWN, encoding="utf-8")
        lines = ["order_id,customer_id,ordered_at,amount", *(",".join(map(str, row)) for row in orders)]
        (folder / "orders.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        business.load(folder / "orders.csv")
    with keiki.open(folder) as again:
        return again.measure(["large_order_share"], again.lens("month", 1, date(2026, 9, 30))).value(
            "large_order_share"
        )


@pytest.mark.feature("F-009")
def test_two_people_with_the_same_data_get_the_same_value(tmp_path: Path) -> None:
    one, other = person(tmp_path / "one", ORDERS), person(tmp_path / "other", ORDERS[::-1])
    assert one == other == 8 / 12
