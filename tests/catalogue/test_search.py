"""KPIs found as a person types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.catalogue.load import load_catalogue
from keiki.catalogue.search import fold

CATALOGUE = load_catalogue()


def ids(words: str, language: str = "ja", **tags: str | list[str]) -> list[str]:
    return [kpi.id for kpi in CATALOGUE.search(words, language, **tags)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("直帰", "bounce_rate"),
        ("bounce", "bounce_rate"),
        ("ｂｏｕｎｃｅ　ｒａｔｅ", "bounce_rate"),
        ("bounce_rate", "bounce_rate"),
        ("ゆにーくゆーざ", "unique_users"),
        ("ﾕﾆｰｸﾕｰｻﾞｰ", "unique_users"),
        ("Page Views", "page_views"),
        ("PV数", "page_views"),
        ("コンバージョン率", "cvr"),
        ("CVR", "cvr"),
        ("1ページだけ", "bounce_rate"),
        ("利益率", "profit_margin"),
        ("lead", "leads"),
        ("open rate", "email_open_rate"),
    ],
)
def test_search_finds_the_nearest_first(words: str, first: str) -> None:
    assert ids(words)[0] == first


def test_name_comes_before_definition() -> None:
    found = [fold(f"{kpi.en} {kpi.id} {kpi.ja}") for kpi in CATALOGUE.search("visits", "en")]
    named = ["visits" in name for name in found]
    assert named == sorted(named, reverse=True)
    assert (named[0], named[-1]) == (True, False)


def test_every_word_must_be_found() -> None:
    assert set(ids("訪問 検索")) == set(ids("訪問")) & set(ids("検索")) != set()
    assert ids("訪問 そんな言葉はない") == []


def test_definition_is_looked_up_in_the_language_of_the_reader() -> None:
    assert "bounce_rate" in ids("did nothing else", "en")
    assert "bounce_rate" not in ids("did nothing else", "ja")


def test_without_words_all_come_in_the_order_of_the_catalogue() -> None:
    assert ids("") == list(CATALOGUE.kpis)


def test_tags_narrow_together_and_values_of_one_tag_widen() -> None:
    both = ids("", domain="ec", kind="quantity")
    assert both == [k.id for k in CATALOGUE.kpis.values() if "ec" in k.domain and k.kind == "quantity"]
    widened = set(ids("", stage=["onboarding", "adoption"]))
    assert widened == set(ids("", stage="onboarding")) | set(ids("", stage="adoption"))


def test_domain_finds_its_parts() -> None:
    assert set(ids("", domain="customer_success")) > set(ids("", domain="customer_success:expansion"))


def test_unknown_tag_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError):
        CATALOGUE.search("", tier="gold")


@given(st.text(max_size=30))
def test_fold_is_its_own_fold(text: str) -> None:
    assert fold(fold(text)) == fold(text)
