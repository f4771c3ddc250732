"""Common mistakes with KPIs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from keiki.catalogue.load import builtin
from keiki.catalogue.pitfalls import known_by_hand, pitfalls_of
from keiki.formula import parse

CATALOGUE = builtin()
JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


def rules_of(name: str) -> list[str]:
    return [each.rule for each in pitfalls_of(CATALOGUE, CATALOGUE.kpis[name])]


def test_every_kpi_has_two_to_four_mistakes_in_both_languages() -> None:
    for kpi in CATALOGUE.kpis.values():
        found = pitfalls_of(CATALOGUE, kpi)
        assert 2 <= len(found) <= 4, kpi.id
        assert len({each.ja for each in found}) == len(found)
        for each in found:
            assert [words for words in (each.ja, each.instead_ja) if not JAPANESE.search(words)] == []
            assert {words[-1] for words in (each.ja, each.instead_ja)} <= {"。", "）"}
            assert {words[-1] for words in (each.en, each.instead_en)} == {"."}
            assert not JAPANESE.search(each.en + each.instead_en)


def test_the_kpis_that_people_misuse_most_have_mistakes_of_their_own() -> None:
    assert set(known_by_hand()) - set(CATALOGUE.kpis) == set()
    assert len(known_by_hand()) >= 80
    assert {"cvr", "roas", "ltv", "cac", "nrr", "nps", "bounce_rate", "win_rate"} <= set(known_by_hand())


@pytest.mark.parametrize(
    ("kpi", "rule"),
    [
        ("welcome_email_open_rate", "mail_privacy"),
        ("ad_conversions", "platform_conversions"),
        ("retention_rate_5y", "cohort_young"),
        ("dau", "login_not_value"),
        ("buyers", "unique_not_added"),
        ("followers", "stock_not_added"),
        ("csat_average", "survey_who_answers"),
        ("revenue_growth_rate", "growth_base"),
        ("cvr_by_device", "split_small"),
        ("brand_keyword_share", "share_zero_sum"),
        ("ltv_margin", "ltv_on_revenue"),
        ("cost_per_mql", "cac_cost_scope"),
        ("mql_rate", "deal_stage_same_month"),
        ("faq_questions", "fewer_tickets"),
        ("page_load_time", "entered_by_hand"),
        ("products_per_customer", "division_scope"),
    ],
)
def test_mistake_of_its_kind_is_shown(kpi: str, rule: str) -> None:
    assert rule in rules_of(kpi)


def test_kpi_that_narrows_another_has_its_mistakes() -> None:
    assert pitfalls_of(CATALOGUE, CATALOGUE.kpis["cvr_by_device"])[0] in pitfalls_of(CATALOGUE, CATALOGUE.kpis["cvr"])


def test_business_own_kpi_and_one_that_cannot_be_used_have_mistakes_too() -> None:
    for formula, first in (("n_orders / n_sessions", "bots_and_consent"), ("nobody / n_sessions", "rate_small_base")):
        own = replace(CATALOGUE.kpis["cvr"], id="own", formula=parse(formula), base=None)
        found = pitfalls_of(replace(CATALOGUE, kpis={**CATALOGUE.kpis, "own": own}), own)
        assert found[0].rule == first
        assert len(found) >= 2
