"""What helps to read a KPI: on its page and for programs."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.charts.worked import example_words
from keiki.server.kpis import queries
from keiki.server.kpis.api.literacy import told_kpi
from keiki.server.kpis.pages.literacy import pitfall_rows
from keiki.server.kpis.pages.numbers import style_of

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def page_of(cast: Any, browser_of: Any, kpi: str, language: str) -> Any:
    browser = browser_of(cast.viewer)
    type(cast.viewer).objects.filter(pk=cast.viewer.pk).update(language=language)
    here = {"business": cast.business.id, "kpi": kpi}
    answer = browser.get(reverse("kpis:kpi", kwargs=here), headers={"accept-language": language})
    assert answer.status_code == 200
    return answer


@pytest.mark.feature("F-219")
def test_every_kpi_page_shows_meaning_formula_example_and_common_mistakes_in_japanese(
    shop: Any, browser_of: Any
) -> None:
    answer = page_of(shop, browser_of, "aov", "ja")
    page, html = answer.context["page"], answer.content.decode()
    for part in (
        "定義",
        "よくある間違い",
        page.definition,
        page.example.made_up,
        *(each.words for each in page.pitfalls),
    ):
        assert part in html
    assert "<math" in page.formula
    assert page.example.made_up == "注文売上 240万円 ÷ 注文数 300 = 8,000円"
    known = queries.known(shop.viewer, shop.business)
    style = style_of(shop.business, known)
    for kpi in builtin().kpis.values():
        assert JAPANESE.search(kpi.definition_ja), kpi.id
        assert "=" in example_words(builtin(), kpi, style), kpi.id
        told = pitfall_rows(builtin(), kpi, "ja")
        assert 2 <= len(told) <= 4, kpi.id
        assert [each for each in told if not (JAPANESE.search(each.words) and JAPANESE.search(each.instead))] == []


def test_own_figures_of_the_last_month_give_the_number_on_the_page(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "aov", "ja").context["page"]
    assert page.example.own.startswith("注文売上 ")
    assert page.example.own.endswith(f" = {page.number.value}")
    assert page.example.period == page.period


def test_formula_on_the_page_names_what_narrows_it(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "seo_page_views", "en").context["page"]
    assert "channel = " not in page.formula
    assert "Organic search" in page.formula
    assert page.source_text == "page_views[channel = 'organic']"
    assert page.example.own == ""


def test_program_reads_the_same_words_as_the_page(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "aov", "ja").context["page"]
    told = queries.find_kpis(shop.viewer, shop.business, "", "ja")
    (one,) = (each for each in told.kpis if each.kpi.id == "aov")
    found = told_kpi(shop.viewer, shop.business, one)
    assert (found["example_ja"], found["own_example_ja"]) == (page.example.made_up, page.example.own)
    assert [each["ja"] for each in found["pitfalls"]] == [each.words for each in page.pitfalls]
