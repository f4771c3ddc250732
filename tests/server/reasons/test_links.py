"""The pages of links: chains on measured data, a matrix, and two numbers with a delay between them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pytest
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.catalogue.perspectives import PERSPECTIVES, perspective
from keiki.server.kpis.actions import add_tree, save_kpi, save_tree
from keiki.server.kpis.queries import document_of, newest_document, own_kpi
from keiki.server.reasons.queries.links import Belief, Link, chains
from keiki.trees.document import from_dict
from keiki.trees.edit import change

MONTHS = [date(2024 + n // 12, 1 + n % 12, 1) for n in range(34)]
CHAIN = ("webinar_attendees", "mql_count", "deals_created", "wins")
"""Participants move qualified leads at once, these move opportunities a month later, these wins two months later."""
LAGS = (0, 1, 2)
TREE: Mapping[str, Any] = {
    "id": "webinars",
    "ja": "ウェビナーの流れ",
    "en": "From webinars to wins",
    "about_ja": "参加から成約まで",
    "about_en": "From participants to wins",
    "root": {
        "id": "goal",
        "ja": "成約",
        "en": "Wins",
        "kpi": "won_orders",
        "children": [
            {"id": name, "ja": ja, "en": en, "kpi": kpi, "influence": {"sign": "+"}}
            for name, ja, en, kpi in (
                ("participants", "参加者", "Participants", "webinar_attendees"),
                ("mql", "有望リード", "Qualified leads", "mql_count"),
                ("deals", "商談", "Deals", "opportunities"),
            )
        ],
    },
    "links": [
        {"source": "participants", "target": "mql", "sign": "+", "lag": 0},
        {"source": "mql", "target": "deals", "sign": "+", "lag": 1},
        {"source": "deals", "target": "goal", "sign": "+", "lag": 2},
    ],
}


def observed() -> list[dict[str, Any]]:
    """Monthly totals: participants at random, every later step follows the one before with its delay."""
    first = [float(round(v)) for v in np.random.default_rng(4).normal(400, 80, len(MONTHS))]
    leads = [round(v * 0.3, 1) for v in first]
    deals = [None, *[round(v * 0.5, 1) for v in leads[:-1]]]
    wins = [None, None, *[None if v is None else round(v * 0.4, 1) for v in deals[:-2]]]
    series = {"webinar_attendees": first, "mql_count": leads, "opportunities": deals, "won_orders": wins}
    return [
        {"metric": name, "date": month.isoformat(), "grain": "month", "value": value}
        for name, values in series.items()
        for month, value in zip(MONTHS, values, strict=True)
        if value is not None
    ]


def fill(business: Any) -> None:
    business.load(observed(), "observations", name="totals")


@pytest.fixture
def webinars(filled: Any) -> Any:
    add_tree(filled.owner, filled.business, from_dict(TREE), {"what": "new"})
    return filled


def get(cast: Any, browser_of: Any, name: str, query: str = "", **parts: str) -> Any:
    where = {"business": cast.business.id, "tree": "webinars", **parts}
    answer = browser_of(cast.viewer).get(reverse(f"reasons:{name}", kwargs=where) + query)
    assert answer.status_code == 200
    return answer.context["page"]


def test_participants_leads_deals_and_wins_are_one_chain_with_samples_and_directions(
    webinars: Any, browser_of: Any
) -> None:
    page = get(webinars, browser_of, "links", "?on=2026-10-01")
    longest = page.chains[0]
    assert [step.label for step in longest] == ["Participants", "Qualified leads", "Deals", "Wins"]
    shown = [(step.onward.direction, step.onward.delay, step.onward.verdict) for step in longest[:-1]]
    assert shown == [
        ("up together", "at once", "the numbers agree"),
        ("up together", "1 period later", "the numbers agree"),
        ("up together", "2 periods later", "the numbers agree"),
    ]
    assert [int(step.onward.pairs) for step in longest[:-1]] == [33, 32, 30]


@pytest.mark.feature("F-119")
def test_causal_map_shows_the_chain_and_retiring_a_kpi_asks_about_its_links(
    webinars: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    owner, business = webinars.owner, webinars.business
    said = document_of(builtin().kpis["mql_count"])
    with django_capture_on_commit_callbacks(execute=True):
        save_kpi(owner, business, "our_leads", 0, said | {"ja": "自社の有望リード", "formula": "mql_count"})
    with django_capture_on_commit_callbacks(execute=True):
        row = business.own_trees.get(tree_id="webinars")
        save_tree(owner, row, 1, change(newest_document(row), "mql", kpi="our_leads").document, {"what": "change"})

    def map_of() -> tuple[list[str], list[tuple[str, str, str]]]:
        chain = get(webinars, browser_of, "links", "?on=2026-10-01").chains[0]
        onward = [(each.onward.direction, each.onward.measured, each.onward.pairs) for each in chain[:-1]]
        return [step.label for step in chain], onward

    labels, onward = map_of()
    assert labels == ["Participants", "Qualified leads", "Deals", "Wins"]
    assert onward == [("up together", "+1.00", pairs) for pairs in ("33", "32", "30")]

    retire = reverse("kpis:retire_kpi", kwargs={"business": business.id, "kpi": "our_leads"})
    browser = browser_of(webinars.editor)
    asked = browser.get(retire).context["page"]
    assert [(row.source, row.target) for row in asked.ties] == [
        ("Qualified leads", "Wins"),
        ("Participants", "Qualified leads"),
        ("Qualified leads", "Deals"),
    ]
    assert [way.words for way in asked.places] == ["From webinars to wins / Qualified leads"]
    unanswered = browser.post(retire, {"version": "1"})
    assert unanswered.status_code == 422
    assert unanswered.context["page"].mistake.startswith("3 links of trees begin or end at this KPI.")
    assert own_kpi(owner, business, "our_leads").retired_on is None  # type: ignore[union-attr]  # it was saved above

    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(retire, {"version": "1", "links": "go"}).status_code == 302
    row.refresh_from_db()
    kept = newest_document(row)
    assert [(link.source, link.target) for link in kept.links] == [("deals", "goal")]
    assert [node.id for node in kept.root.walk()] == ["goal", "participants", "deals"]
    assert own_kpi(owner, business, "our_leads").retired_on is not None  # type: ignore[union-attr]  # saved above


def test_links_of_a_retired_kpi_may_stay(
    webinars: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    said = document_of(builtin().kpis["mql_count"])
    with django_capture_on_commit_callbacks(execute=True):
        save_kpi(webinars.owner, webinars.business, "mql_count", 0, said | {"ja": "自社の有望リード"})
        retire = reverse("kpis:retire_kpi", kwargs={"business": webinars.business.id, "kpi": "mql_count"})
        done = browser_of(webinars.editor).post(retire, {"version": "2", "links": "stay"})
    assert done.status_code == 302
    assert len(newest_document(webinars.business.own_trees.get(tree_id="webinars")).links) == 3


@pytest.mark.feature("F-027")
def test_delay_of_two_months_is_set_on_a_link_and_moves_the_line_in_the_picture(webinars: Any, browser_of: Any) -> None:
    page = get(webinars, browser_of, "link", "?on=2026-10-01", source="deals", target="goal")
    assert page.sentence.startswith("When Deals rises, Wins rises 2 periods later (+1.00")
    assert page.chart.table.head[1:] == ("Deals, 2 periods earlier", "Wins")
    apart = [abs(float(row[1]) - float(row[2])) for row in page.chart.table.rows if "—" not in row]
    assert len(apart) >= 30
    assert max(apart) < 5  # moved by its delay, the driver lies on the outcome
    assert page.points.kind == "scatter"
    assert page.points.table.head == ("Name", "Deals, 2 periods earlier", "Wins")
    assert len([row for row in page.points.table.rows if "—" not in row]) == len(apart)
    still = get(webinars, browser_of, "link", "?on=2026-10-01&lag=0", source="deals", target="goal")
    assert still.chart.table.head[1] == "Deals"


@pytest.mark.feature("F-353")
def test_strategy_map_has_four_perspectives_and_a_link_leads_to_its_pair_and_correlation(
    webinars: Any, browser_of: Any
) -> None:
    page = get(webinars, browser_of, "links", "?on=2026-10-01")
    assert [each.words for each in page.perspectives] == ["Finance", "Customers", "Processes", "Learning"]
    assert sum(len(each.nodes) for each in page.perspectives) == 4
    named = [line for line in page.links if (line.source, line.target) == ("Deals", "Wins")]
    link = next(line for line in named if line.delay == "2 periods later")
    answer = browser_of(webinars.viewer).get(link.url)
    pair = answer.context["page"]
    assert pair.title == "Deals and Wins"
    assert next(row.r for row in pair.rows if row.chosen) == link.measured == "+1.00"


def test_matrix_names_delay_and_pairs_of_every_cell(webinars: Any, browser_of: Any) -> None:
    page = get(webinars, browser_of, "links", "?on=2026-10-01")
    assert len(page.matrix) == len(page.head) == 4
    cells = {(row.label, name): cell for row in page.matrix for name, cell in zip(page.head, row.cells, strict=True)}
    strongest = cells["Participants", "Wins"]
    assert (strongest.words, strongest.delay, strongest.pairs) == ("+1.00", "3 periods later", "n=30")
    assert cells["Wins", "Wins"].words == "—"
    assert "(+1.00" in page.matrix_sentence
    assert page.rule.startswith("Over 33 complete periods")  # those with values; October runs


def test_what_is_not_there_is_not_found(webinars: Any, browser_of: Any) -> None:
    where = {"business": webinars.business.id, "tree": "webinars", "source": "deals", "target": "nothing"}
    assert browser_of(webinars.viewer).get(reverse("reasons:link", kwargs=where)).status_code == 404


def test_business_without_rows_offers_sample_data(bare: Any, browser_of: Any) -> None:
    answer = browser_of(bare.viewer).get(reverse("reasons:links", kwargs={"business": bare.business.id}))
    assert answer.context["page"].empty is not None


def link(source: str, target: str) -> Any:
    class Named:
        def __init__(self, name: str) -> None:
            self.id = name

    return Link(Belief(Named(source), Named(target), 1, 0, {}), None)  # type: ignore[arg-type]  # only ids matter here


def test_chains_follow_branches_and_end_in_circles() -> None:
    def ids(*pairs: tuple[str, str]) -> list[list[str]]:
        found = chains([link(*pair) for pair in pairs])
        return [[each.belief.source.id for each in chain] + [chain[-1].belief.target.id] for chain in found]

    assert ids(("a", "b"), ("b", "c"), ("b", "d")) == [["a", "b", "c"], ["a", "b", "d"]]
    assert ids(("a", "b"), ("b", "a")) == [["a", "b"], ["b", "a"]]
    assert ids() == []


def test_every_kpi_has_a_perspective_and_each_perspective_has_kpis() -> None:
    placed = {perspective(kpi) for kpi in builtin().kpis.values()}
    assert placed == set(PERSPECTIVES)
