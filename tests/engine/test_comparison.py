"""A rate by segment: counts, sizes and the gap to a level, from visits that can be counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from math import fsum
from pathlib import Path

import pytest

import keiki
from keiki.errors import NotARatio

JUNE = keiki.Period(date(2026, 6, 1), date(2026, 7, 1))
AGES, REGIONS = ("20-29", "30-39", "40-49"), ("Kanto", "Kansai")


def visits(folder: Path) -> Path:
    """Of 600 visits by phone 12 convert, of 400 by PC 16: 2 % and 4 %; ages and regions in turn."""
    rows = ["event_id,occurred_at,name,visitor_id,session_id,device,age_band,region,is_goal"]
    for place in range(1000):
        phone = place < 600
        age, region = AGES[place % 3], REGIONS[place % 2]
        session = f"V{place},S{place},{'smartphone' if phone else 'pc'},{age},{region}"
        rows.append(f"E{place},2026-06-{1 + place % 28:02d} 10:00:00,page_view,{session},false")
        if place < 12 or 600 <= place < 616:
            rows.append(f"G{place},2026-06-{1 + place % 28:02d} 10:01:00,purchase,{session},true")
    (folder / "events.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder / "events.csv"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    folder = tmp_path_factory.mktemp("comparison")
    with keiki.open(folder / "data", create=True) as own:
        own.load(visits(folder), "events")
        yield own


@pytest.mark.feature("F-116")
def test_phones_at_2_and_pcs_at_4_per_cent_give_2_8_and_each_has_its_part_of_the_gap(site: keiki.Business) -> None:
    told = site.compare("converting_session_rate", "device", JUNE, level=0.03)
    assert told.value == pytest.approx(0.028)
    shown = [(each.segment, each.top, each.bottom, each.value, each.share) for each in told.segments]
    assert shown == [("smartphone", 12, 600, 0.02, 0.6), ("pc", 16, 400, 0.04, 0.4)]
    assert told.gap is not None
    parts = {part.segment[0]: part.part for part in told.gap.parts}
    assert parts == {"smartphone": pytest.approx(-0.006), "pc": pytest.approx(0.004)}
    assert fsum(parts.values()) == pytest.approx(0.028 - 0.03)


@pytest.mark.parametrize("dimension", ["age_band", "region", "is_new_visitor"])
def test_counts_and_sizes_of_every_attribute_sum_to_the_whole(site: keiki.Business, dimension: str) -> None:
    told = site.compare("converting_session_rate", dimension, JUNE)
    assert (told.top, told.bottom, told.rest_top, told.rest_bottom) == (28, 1000, 0, 0)
    assert fsum(each.top for each in told.segments) / fsum(each.bottom or 0 for each in told.segments) == told.value
    assert fsum(each.share or 0 for each in told.segments) == pytest.approx(1)
    assert (told.gap, told.counted) == (None, True)


def test_attribute_agrees_with_plain_counting(site: keiki.Business) -> None:
    told = site.compare("converting_session_rate", "age_band", JUNE)
    goals = [place for place in range(1000) if place < 12 or 600 <= place < 616]
    expected = {
        age: (
            sum(1 for place in goals if AGES[place % 3] == age),
            sum(1 for place in range(1000) if AGES[place % 3] == age),
        )
        for age in AGES
    }
    assert {each.segment: (each.top, each.bottom) for each in told.segments} == expected


def test_amount_has_no_sample_and_no_gap(site: keiki.Business) -> None:
    told = site.compare("sessions", "device", JUNE, level=900)
    assert (told.bottom, told.counted, told.gap) == (None, False, None)
    assert [(each.segment, each.value, each.share) for each in told.segments] == [
        ("smartphone", 600, 0.6),
        ("pc", 400, 0.4),
    ]


def test_product_cannot_be_compared_by_segment(site: keiki.Business) -> None:
    with pytest.raises(NotARatio):
        site.compare("sessions * sessions", "device", JUNE)
