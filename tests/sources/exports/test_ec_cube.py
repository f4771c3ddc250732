"""EC-CUBE orders: total less shipping, fee and tax; guests by the hash of their e-mail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.sources import guess, open_source

HEADER = (
    *("注文ID", "会員ID", "メールアドレス", "注文日時", "合計", "送料", "手数料", "税金", "値引き"),
    *("対応状況(名称)", "支払方法(名称)", "商品コード", "商品名", "価格", "個数", "明細区分(名称)"),
)
TEXT = """\
1,7,a@x.jp,2025/1/5 10:00,"2,750",550,0,200,0,発送済み,クレジット,T1,お茶,500,2,商品
1,7,a@x.jp,2025/1/5 10:00,"2,750",550,0,200,0,発送済み,クレジット,C1,茶碗,1000,1,商品
1,7,a@x.jp,2025/1/5 10:00,"2,750",550,0,200,0,発送済み,クレジット,,送料,500,1,送料
2,,b@x.jp,2025/1/6 10:00,1100,0,0,100,0,注文取消し,代引き,T1,お茶,500,2,商品
3,,b@x.jp,2025/1/7 10:00,x,0,0,100,0,新規受付,代引き,T1,お茶,500,2,商品
"""


def test_orders_and_lines(connection: Any, rows: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "order.csv"
    path.write_text(",".join(HEADER) + "\n" + TEXT, encoding="cp932")
    found = guess(open_source(path, connection=connection))
    assert found.export == "ec_cube"
    orders, lines = (conform(p.table, p.mapping, Reading()) for p in found.parts)
    one, two = sorted(rows(orders.good), key=lambda r: r["order_id"])
    assert (one["customer_id"], one["amount"], one["status"], one["is_guest"]) == (
        "7",
        Decimal(2000),
        "completed",
        False,
    )
    assert (one["ordered_at"], one["quantity"], one["shipping"]) == (datetime(2025, 1, 5, 1), 3.0, Decimal(550))
    assert (two["amount"], two["status"], two["is_guest"], len(two["customer_id"])) == (
        Decimal(1000), "cancelled", True, 24,
    )  # fmt: skip
    assert [(r["row_number"], r["column"], r["reason"]) for r in rows(orders.rejected)] == [
        (5, "amount", "required_empty")
    ]
    bought = sorted((r["order_id"], r["product_id"], r["amount"]) for r in rows(lines.good))
    assert bought == [(o, p, Decimal(1000)) for o, p in (("1", "C1"), ("1", "T1"), ("2", "T1"), ("3", "T1"))]
    assert "@" not in str(rows(orders.good))
