"""A file before its import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from keiki.engine.business import Business, open_business
from keiki.engine.preview import Refusal, preview
from keiki.engine.settings import Settings
from keiki.facts.mapping import Mapping

HEAD = "注文番号,注文日時,会員ID,合計(税込),区分,メール,備考\n"


@pytest.fixture
def business(tmp_path: Path) -> Iterator[Business]:
    with open_business(tmp_path / "shop", Settings(name="Shop")) as opened:
        yield opened


def file(tmp_path: Path, lines: list[str], head: str = HEAD) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(head + "".join(f"{line}\n" for line in lines), encoding="cp932")
    return path


def orders(count: int) -> list[str]:
    return [
        f"A{n},2026-10-{1 + n % 28:02},C{n},1100,{'定期' if n % 2 else '単発'},a{n}@example.jp,メモ{n}"
        for n in range(count)
    ]


def test_preview_says_how_the_file_was_read(business: Business, tmp_path: Path) -> None:
    told = preview(business, file(tmp_path, orders(60)))
    assert (told.rows, told.encoding, told.delimiter, told.export) == (60, "cp932", ",", None)
    assert (told.parts[0].fact, told.parts[0].rows, told.parts[0].refused) == ("orders", 60, ())


def test_preview_keeps_a_dimension_and_leaves_out_addresses_and_notes(business: Business, tmp_path: Path) -> None:
    part = preview(business, file(tmp_path, orders(60))).parts[0]
    assert part.mapping.ignored == ("メール", "備考")
    doubtful = {column.name: column.doubtful for column in part.columns}
    assert doubtful == {
        "注文番号": False,
        "注文日時": False,
        "会員ID": False,
        "合計(税込)": True,
        "区分": True,
        "メール": False,
        "備考": False,
    }
    assert part.columns[4].examples == ("単発", "定期")


def test_preview_counts_refusals_by_column_and_reason(business: Business, tmp_path: Path) -> None:
    lines = [*orders(5), "B1,きのう,C1,1100,定期,,", "B2,きょう,C1,,定期,,", ",2026-10-01,C1,1100,定期,,"]
    refused = preview(business, file(tmp_path, lines)).parts[0].refused
    assert refused == (
        Refusal("注文日時", "not_a_date", 2),
        Refusal("合計(税込)", "required_empty", 1),
        Refusal("注文番号", "required_empty", 1),
    )


def test_preview_as_another_fact_or_by_a_mapping(business: Business, tmp_path: Path) -> None:
    path = file(tmp_path, ["2026-10-01,5000"], "日付,金額\n")
    assert preview(business, path, fact="costs").parts[0].fact == "costs"
    mapping = Mapping.of("costs", spent_on="日付", amount="金額")
    told = preview(business, path, mapping=mapping).parts[0]
    assert (told.mapping, told.rows, told.refused) == (mapping, 1, ())


def test_preview_of_what_looks_like_no_fact_offers_one_to_fill_in(business: Business, tmp_path: Path) -> None:
    told = preview(business, file(tmp_path, ["1,2"], "foo,bar\n"))
    assert (told.parts[0].fact, told.parts[0].rows) == ("orders", 0)
