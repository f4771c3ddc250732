"""The catalogue, the page of one KPI, and the form of an own one, as a person reads them."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.server.data.actions import opened
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import OwnKpi
from keiki.trees.document import Influence, NodeDocument, TreeDocument, from_dict

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
TYPED = {
    **{"ja": "自社の客単価", "en": "Own basket", "kpi_id": "own_basket", "formula": "sum_order_revenue / n_orders"},
    **{"unit": "currency", "direction": "higher", "kind": "quality", "layer": "result", "horizon": "mid"},
    **{"lead_lag": "lag", "value_chain": "operation", "cadence": ["monthly"], "version": "0"},
}


def url(business: Any, name: str = "catalogue", **kwargs: str) -> str:
    return reverse(f"kpis:{name}", kwargs={"business": business.id, **kwargs})


def rows(page: Any) -> list[Any]:
    return [row for group in page.context["page"].groups for row in group.rows]


def facet(page: Any, name: str) -> dict[str, int]:
    shown = page.context["page"]
    found = next(each for each in (*shown.facets, *shown.more_facets) if each.name == name)
    return {value: number for value, _words, number in found.options}


@pytest.fixture
def define(own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any) -> Any:
    """Posts the form of an own KPI as the editor; what follows the commit happens."""

    def post(address: str = "", **changed: Any) -> Any:
        browser = browser_of(own_shop.editor)
        with django_capture_on_commit_callbacks(execute=True):
            return browser.post(address or url(own_shop.business, "new_kpi"), TYPED | changed)

    return post


# --- the catalogue ---


@pytest.mark.feature("F-011")
def test_filter_webinar_finds_the_webinar_kpis(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(url(shop.business), {"domain": "webinar"})
    listed = rows(page)
    assert len(listed) == sum("webinar" in kpi.domain for kpi in builtin().kpis.values())
    assert len(listed) >= 35
    assert [group.words for group in page.context["page"].groups] == ["Webinars"]


def test_words_and_facets_narrow_together_and_counts_say_what_each_would_leave(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    page = browser.get(url(shop.business), {"q": "rate", "kind": "quality"})
    domains = facet(page, "domain")
    narrowed = browser.get(url(shop.business), {"q": "rate", "kind": "quality", "domain": "ec"})
    assert narrowed.context["page"].count.startswith(f"{domains['ec']} KPI")
    assert facet(narrowed, "domain") == domains
    assert sum(facet(page, "kind").values()) > int(page.context["page"].count.split()[0])


def test_supply_tells_data_from_what_is_missing(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    counts = facet(browser.get(url(shop.business)), "supply")
    assert set(counts) == {"data", "hand", "lacks"}
    lacking = rows(browser.get(url(shop.business), {"supply": "lacks"}))
    assert all(row.chip for row in lacking)
    assert "Needs Subscriptions" in {row.chip for row in lacking}


def test_values_come_when_asked_and_are_kept(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    queries.kept._answers.clear()
    asked = {"q": "revenue", "supply": "data"}
    first = browser.get(url(shop.business), asked)
    assert {row.value for row in rows(first)} == {""}
    measured = browser.get(first.context["page"].measure_url)
    now = {row.url.split("/")[-2]: (row.value, row.change, row.status) for row in rows(measured)}
    assert now["revenue"] == ("¥14,400", "−28.0%", "act")
    assert rows(browser.get(url(shop.business), asked)) == rows(measured)


def test_pages_hold_every_kpi_once(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    address, seen = url(shop.business), []
    while address:
        page = browser.get(address)
        seen += [row.url for row in rows(page)]
        address = page.context["page"].later_url
    assert len(seen) == len(set(seen)) == len(builtin().kpis)


def test_catalogue_asks_as_little_for_one_kpi_as_for_many(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    browser.get(url(shop.business), {"values": "1"})
    counts = []
    for words in ("bounce_rate", ""):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get(url(shop.business), {"q": words})
        counts.append(len(asked))
    assert counts[0] == counts[1]


NONSENSE = (
    *({"page": "9" * 5000}, {"page": "-1"}, {"page": "٣"}, {"domain": "nothing"}, {"kind": "x" * 5000}),
    *({"q": "%00'\"<script>"}, {"q": "🙂" * 200}),
)


def test_nonsense_in_the_address_is_answered(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    for query in NONSENSE:
        page = browser.get(url(shop.business), query)
        assert page.status_code == 200, query
        assert b"<script>" not in page.content


@pytest.mark.feature("F-208")
def test_department_inside_sales_gives_exactly_the_kpis_it_owns(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    found, asked = set(), url(shop.business) + "?department=inside_sales"
    while asked:
        page = browser.get(asked)
        found |= {row.url for row in rows(page)}
        asked = page.context["page"].later_url
    owned = {kpi.id for kpi in builtin().kpis.values() if "inside_sales" in kpi.department}
    assert found == {url(shop.business, "kpi", kpi=name) for name in owned}
    assert facet(page, "department")["inside_sales"] == len(owned) > 12


@pytest.mark.feature("F-209")
def test_shared_kpi_shows_both_departments_and_stands_on_both_boards(
    own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def board(team: str, own: str) -> TreeDocument:
        parts = tuple(NodeDocument(name, kpi=name, influence=Influence(1)) for name in ("mql_to_sql_rate", own))
        root = NodeDocument("goal", kpi="cumulative_customer_profit", children=parts)
        return TreeDocument(team, team, team, "盤面", "Board", root, kind="board", team=team)

    with django_capture_on_commit_callbacks(execute=True):
        for team, own in (("marketing", "mql_count"), ("inside_sales", "sql_count")):
            actions.add_tree(own_shop.editor, own_shop.business, board(team, own), {"what": "edit"})
    browser = browser_of(own_shop.viewer)
    page = browser.get(url(own_shop.business, "kpi", kpi="mql_to_sql_rate")).context["page"]
    tags = {words: [way.words for way in ways] for words, ways in page.tags}
    assert tags["Department"] == ["Marketing", "Inside sales"]
    assert {row.words for row in page.trees} == {"marketing", "inside_sales"}
    for department in ("marketing", "inside_sales"):
        listed = browser.get(f"{url(own_shop.business)}?department={department}&q=MQL-to-SQL")
        assert "MQL-to-SQL rate" in [row.name for row in rows(listed)]
        table = browser.get(reverse("cockpit:tree", kwargs={"business": own_shop.business.id, "tree": department}))
        assert "MQL-to-SQL rate" in table.content.decode()


@pytest.mark.feature("F-352")
def test_every_active_kpi_belongs_to_one_of_three_activities(shop: Any, browser_of: Any) -> None:
    shown = browser_of(shop.viewer).get(url(shop.business), {"values": "1"}).context["page"]
    active = queries.active_kpis(shop.viewer, shop.business)
    assert [activity.words for activity in shown.activities] == ["Creation", "Communication", "Operation"]
    assert sum(activity.active for activity in shown.activities) == len(active) > 0
    for activity in shown.activities:
        assert sum(number for _status, number in activity.statuses) == activity.active


@pytest.mark.feature("F-063")
def test_of_ten_kpis_six_of_which_every_night_computes_the_catalogue_reports_sixty_percent(
    own_shop: Any, browser_of: Any
) -> None:
    computed = ["aov", "purchases", "buyers", "orders_per_buyer", "return_cancel_rate"]
    others = ["monthly_discount_rate", "page_load_time", "sessions", "mql_to_sql_rate"]
    below = [{"kpi": kpi, "influence": {"sign": "+"}} for kpi in (*computed, *others)]
    names = dict.fromkeys(("ja", "en", "about_ja", "about_en"), "Ten")
    written = {"id": "ten", **names, "root": {"kpi": "order_revenue", "children": below}}
    actions.add_tree(own_shop.editor, own_shop.business, from_dict(written), {"what": "import"})
    found = [each.kpi_id for each in queries.found_tonight(own_shop.business)]
    assert set(found) == {"order_revenue", *computed}
    panel = browser_of(own_shop.viewer).get(url(own_shop.business)).context["page"].automation
    assert panel.sentence == "60.0% measured without hands: 6 of the 10 KPIs in our trees."
    assert [way for _words, _url, way in panel.others] == ["entered by hand"] * 2 + ["data is missing"] * 2


def test_english_pages_hold_no_japanese(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    addresses = [url(shop.business), url(shop.business, "new_kpi"), url(shop.business, "kpi", kpi="page_load_time")]
    for address in addresses:
        text = browser.get(address).content.decode()
        text = re.sub(
            r'lang="ja">[^<]*|<option[^>]*>日本語|Keiki 計器|<dt>In the other language</dt><dd>[^<]*', "", text
        )
        text = re.sub(r"<dt>Also called</dt><dd>[^<]*", "", text)
        assert JAPANESE.findall(text) == []


# --- one KPI ---


def test_kpi_page_tells_everything_about_a_rate(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(url(shop.business, "kpi", kpi="repeat_purchase_rate"))
    shown = page.context["page"]
    kpi = builtin().kpis["repeat_purchase_rate"]
    assert (shown.title, shown.definition) == (kpi.en, kpi.definition_en)
    assert "<math" in shown.formula
    assert (shown.edit_url, shown.value_url) == ("", "")
    assert dict(shown.tags)["Unit"][0].words == "ratio"


def test_kpi_page_shows_value_history_and_trees(shop: Any, browser_of: Any) -> None:
    shown = browser_of(shop.viewer).get(url(shop.business, "kpi", kpi="revenue")).context["page"]
    assert (shown.number.value, shown.number.change, shown.number.status) == ("¥14,400", "−28.0%", "act")
    assert shown.history.table.rows[-1] == ("Oct 2026", "¥14,400")
    assert len(shown.history.table.rows) == 13
    assert [row.words for row in shown.facts if row.there] != []
    assert {row.words for row in shown.trees} <= {tree.en for tree in queries.known(shop.viewer, shop.business).trees}
    assert shown.trees


def test_kpi_page_names_the_facts_that_are_missing(shop: Any, browser_of: Any) -> None:
    shown = browser_of(shop.viewer).get(url(shop.business, "kpi", kpi="mrr")).context["page"]
    assert shown.missing == "No rows yet: Subscriptions"
    assert [(row.words, row.there) for row in shown.facts] == [("Subscriptions", False)]
    assert shown.unmeasurable == ("source",)


def visits(count: int, orders: int) -> list[dict[str, Any]]:
    """Page views of so many visitors in October, the first of whom buy."""
    events = [
        {
            "event_id": f"v{n}",
            "event": "page_view",
            "occurred_at": "2026-10-05 10:00:00",
            "visitor_id": f"p{n}",
            "session_id": f"s{n}",
        }
        for n in range(count)
    ]
    return events + [
        {
            "event_id": f"c{n}",
            "event": "purchase",
            "occurred_at": "2026-10-05 10:05:00",
            "visitor_id": f"p{n}",
            "session_id": f"s{n}",
        }
        for n in range(orders)
    ]


@pytest.mark.feature("F-045")
def test_half_a_percent_is_below_the_range_of_online_shops(own_shop: Any, browser_of: Any) -> None:
    opened(own_shop.business).business.load_facts({"events": visits(200, 1)}, name="visits")
    shown = browser_of(own_shop.viewer).get(url(own_shop.business, "kpi", kpi="cvr")).context["page"]
    assert shown.number.value == "0.50%"
    marks = {mark.words: (mark.range, mark.standing) for mark in shown.benchmarks}
    assert marks["online shop"] == ("1.00% – 3.00%", "below range")


@pytest.mark.feature("F-010")
def test_page_says_which_denominator_a_rate_has(own_shop: Any, browser_of: Any) -> None:
    again = [
        {
            "event_id": f"w{n}",
            "event": "page_view",
            "occurred_at": "2026-10-06 10:00:00",
            "visitor_id": f"p{n}",
            "session_id": f"t{n}",
        }
        for n in range(200, 250)
    ]
    more = [row | {"visitor_id": f"p{n % 200}"} for n, row in enumerate(again)]
    opened(own_shop.business).business.load_facts({"events": visits(200, 5) + more}, name="visits")
    browser = browser_of(own_shop.viewer)
    by_visit = browser.get(url(own_shop.business, "kpi", kpi="cvr")).context["page"]
    by_visitor = browser.get(url(own_shop.business, "kpi", kpi="cvr_per_visitor")).context["page"]
    assert (by_visit.number.value, by_visit.denominator) == ("2.00%", "Sessions")
    assert by_visitor.number.value == "2.50%"
    assert by_visit.choice.startswith("Divided by Sessions;")
    assert [(row.words, row.value) for row in by_visit.rivals] == [(by_visitor.title, "2.50%")]


def test_playbook_of_bounce_rate_has_five_measures_with_their_effect(shop: Any, browser_of: Any) -> None:
    shown = browser_of(shop.viewer).get(url(shop.business, "kpi", kpi="bounce_rate")).context["page"]
    assert len(shown.improvements) >= 5
    assert all(each.words and each.how and each.effect for each in shown.improvements)


def test_unknown_kpi_is_not_found(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    for name in ("kpi", "edit_kpi"):
        assert browser.get(url(shop.business, name, kpi="nothing")).status_code == 404
    for name in ("retire_kpi", "bring_back_kpi", "enter_value"):
        assert browser.post(url(shop.business, name, kpi="nothing")).status_code == 404


def test_every_kpi_has_a_page(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    for name in list(builtin().kpis)[::29]:
        assert browser.get(url(shop.business, "kpi", kpi=name)).status_code == 200, name


# --- a KPI of one's own ---


def test_own_kpi_is_made_and_shown_with_its_value(own_shop: Any, define: Any, browser_of: Any) -> None:
    done = define(en="")
    assert done.status_code == 302
    page = browser_of(own_shop.viewer).get(done.url)
    shown = page.context["page"]
    orders = queries.kpi_history(own_shop.viewer, own_shop.business, "purchases")
    assert orders is not None
    assert shown.number.value == f"¥{14_400 / (orders.value or 0):,.0f}"
    assert shown.fallback == "Nobody has written the English words yet, so the Japanese ones are shown."
    assert [row.number for row in shown.versions] == [1]
    found = browser_of(own_shop.viewer).get(url(own_shop.business), {"origin": "own"})
    assert [row.name for row in rows(found)] == ["自社の客単価"]


def test_changed_formula_is_marked_in_the_history(own_shop: Any, define: Any, browser_of: Any) -> None:
    define(formula="sum_order_revenue")
    address = url(own_shop.business, "edit_kpi", kpi="own_basket")
    changed = {"formula": "sum_order_revenue / 2", "version": "1", "effective": "day", "since": "2026-10-01"}
    assert define(address, **changed, reason="Net of half").status_code == 302
    shown = browser_of(own_shop.viewer).get(url(own_shop.business, "kpi", kpi="own_basket")).context["page"]
    assert shown.history.table.rows[-2:] == (("Sep 2026", "¥20,000", "1"), ("Oct 2026", "¥7,200", "2"))
    assert shown.notes == ("* From Oct 2026 on by version 2 of the definition. Net of half",)
    assert [(row.number, row.since, row.reason) for row in shown.versions] == [
        (2, "1 Oct 2026", "Net of half"),
        (1, "from the start", ""),
    ]


def test_kpi_built_on_a_changed_one_says_so(own_shop: Any, define: Any, browser_of: Any) -> None:
    define(formula="sum_order_revenue")
    define(kpi_id="double", en="Double", formula="own_basket * 2")
    address = url(own_shop.business, "edit_kpi", kpi="own_basket")
    define(address, formula="sum_order_revenue / 2", version="1", effective="day", since="2026-10-01")
    shown = browser_of(own_shop.viewer).get(url(own_shop.business, "kpi", kpi="double")).context["page"]
    assert shown.history.table.rows[-2:] == (("Sep 2026", "¥40,000"), ("Oct 2026", "¥14,400"))
    assert shown.notes == ("* From Oct 2026 on “Own basket”, which it is calculated from, has another definition.",)


@pytest.mark.feature("F-014")
def test_kpi_without_source_fails_m_until_one_is_named(own_shop: Any, define: Any, browser_of: Any) -> None:
    done = define(formula="mrr_end / n_orders")
    shown = browser_of(own_shop.viewer).get(done.url).context["page"]
    assert (shown.measurable_words, shown.unmeasurable) == ("M: not measurable yet", ("source",))
    address = url(own_shop.business, "edit_kpi", kpi="own_basket")
    changed = {"formula": "mrr_end / n_orders", "version": "1", "effective": "correction"}
    define(address, **changed, data_source="Billing tool, every Monday")
    shown = browser_of(own_shop.viewer).get(done.url).context["page"]
    assert (shown.measurable_words, shown.unmeasurable) == ("M: measurable", ())


@pytest.mark.feature("F-062")
def test_kpi_that_people_enter_needs_its_procedure(own_shop: Any, define: Any, browser_of: Any) -> None:
    refused = define(formula="observed_value")
    assert refused.status_code == 422
    assert refused.context["form"].errors["procedure"] == [
        "Say who measures it, when and how: people enter its values."
    ]
    how = "The shop team counts the baskets every Monday at ten and types the number here."
    done = define(formula="observed_value", procedure=how)
    assert done.status_code == 302
    assert browser_of(own_shop.viewer).get(done.url).context["page"].procedure == how
    assert define(kpi_id="own_sum", formula="sum_order_revenue").status_code == 302


def test_second_save_of_the_same_version_gets_both_values(own_shop: Any, define: Any) -> None:
    define()
    address = url(own_shop.business, "edit_kpi", kpi="own_basket")
    first = {"version": "1", "effective": "day", "since": "2026-10-01"}
    assert define(address, **first, formula="sum_order_revenue").status_code == 302
    lost = define(address, **first, formula="sum_order_revenue / 2")
    assert lost.status_code == 409
    assert lost.context["page"].differing == (("Formula", "sum_order_revenue / 2", "sum_order_revenue"),)
    assert 'name="version" value="2"' in lost.content.decode()
    assert "sum_order_revenue / 2</textarea>" in lost.content.decode()


HOSTILE = [
    "n_order",
    "n_orders +",
    "own_basket",
    "((((" * 500,
    "1/0",
    "n_orders[status = ",
    "x" * 3999,
    "growth(" * 30 + "n_orders" + ")" * 30,
    "'; DROP TABLE kpis_ownkpi; --",
    "{{ 7 * 7 }}",
    "n_orders[channel = 'a' or 1 = 1]",
    "\u202en_orders",
    "prev(prev(prev(prev(prev(prev(prev(prev(n_orders))))))))",
    "99999999999999999999999999999999999999999999 * n_orders",
    "observed_value",
    "n_orders[by nothing]",
    "n_orders[within: 0d]",
    "true",
    "- - - - n_orders",
    "yes: [a, b]",
    "!!python/object:os.system",
]


def test_hostile_formulas_are_answered_in_words(own_shop: Any, define: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    for number, formula in enumerate(HOSTILE):
        checked = browser.post(url(own_shop.business, "check_formula"), TYPED | {"formula": formula})
        assert checked.status_code == 200, formula
        saved = define(formula=formula, kpi_id=f"own_{number}")
        assert saved.status_code in {302, 422}, formula
        assert OwnKpi.objects.filter(kpi_id=f"own_{number}").exists() == (saved.status_code == 302)
        shown = saved.url if saved.status_code == 302 else url(own_shop.business)
        assert browser.get(shown).status_code == 200, formula


def test_hostile_fields_are_answered_in_words(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    for field in ("ja", "en", "kpi_id", "unit", "version", "domain", "pairs_with", "reason"):
        for value in ("\x00", "x" * 10_000, "<b>&", "🙂", "-1"):
            answer = browser.post(url(shop.business, "new_kpi"), TYPED | {"formula": "", field: value})
            assert answer.status_code == 422, (field, value)


def test_check_shows_place_and_suggestion_of_a_mistake(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    wrong = browser.post(url(shop.business, "check_formula"), {"formula": "revenue / n_order", "unit": "currency"})
    (mistake,) = wrong.context["checked"].mistakes
    assert mistake.words == "There is no “n_order”. Did you mean “n_orders”?"
    assert mistake.picture.split("\n")[1].index("^") == "revenue / n_order".index("n_order")
    unit = browser.post(url(shop.business, "check_formula"), {"formula": "revenue", "unit": "ratio"})
    assert "ratio" in unit.context["checked"].mistakes[0].words


def test_check_shows_a_circle_with_its_path(own_shop: Any, define: Any, browser_of: Any) -> None:
    define(kpi_id="b", formula="n_orders", unit="count")
    define(kpi_id="a", formula="b + 1", unit="count")
    address = url(own_shop.business, "check_formula") + "?kpi=b"
    answer = browser_of(own_shop.editor).post(address, {"formula": "a / 2", "unit": "count"})
    assert any("> b > a" in each.words or "> a > b" in each.words for each in answer.context["checked"].mistakes)


def test_check_shows_the_value_and_stores_nothing(shop: Any, browser_of: Any) -> None:
    answer = browser_of(shop.editor).post(
        url(shop.business, "check_formula"), {"formula": "revenue * 2", "unit": "currency"}
    )
    checked = answer.context["checked"]
    assert (checked.value, checked.period, checked.months[-1]) == ("¥28,800", "Oct 2026", ("Oct 2026", "¥28,800"))
    assert OwnKpi.objects.count() == 0


def test_check_says_why_there_is_no_value(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)
    asked = {"formula": "revenue[no_such_column = 'x'] / revenue", "unit": "ratio"}
    checked = browser.post(url(shop.business, "check_formula"), asked).context["checked"]
    assert checked.value == "—"
    assert any("no_such_column" in note for note in checked.notes)
    checked = browser.post(url(shop.business, "check_formula"), {"formula": "mrr", "unit": "currency"}).context[
        "checked"
    ]
    assert checked.notes == ("No rows yet: Subscriptions",)


def test_check_without_script_keeps_what_was_typed(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.editor).post(url(shop.business, "new_kpi"), TYPED | {"check": "1"})
    text = page.content.decode()
    assert (page.status_code, OwnKpi.objects.count()) == (200, 0)
    assert 'value="Own basket"' in text
    assert page.context["page"].checked.value


def test_names_complete_what_is_typed(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.editor)

    def offered(text: str) -> list[str]:
        answer = browser.get(url(shop.business, "names"), {"text": text, "at": str(len(text))}).json()
        return [option["write"] for option in answer["options"]]

    assert offered("revenue / n_orde")[0] == "n_orders"
    assert offered("n_orders[chan")[0] == "channel"
    assert "paid" in offered("n_orders[channel = 'pa")
    assert offered("grow")[0] == "growth("
    for odd in ({"text": "[" * 5000}, {"at": "x"}, {"text": "a", "at": "9" * 99}, {"text": "\x00[='"}):
        assert browser.get(url(shop.business, "names"), odd).status_code == 200


def test_viewer_reads_and_editor_writes(shop: Any, browser_of: Any) -> None:
    viewer, outsider = browser_of(shop.viewer), browser_of(shop.outsider)
    assert viewer.get(url(shop.business)).context["page"].new_url == ""
    writing = [url(shop.business, "new_kpi"), url(shop.business, "edit_kpi", kpi="cvr")]
    assert [viewer.get(address).status_code for address in writing] == [403, 403]
    posts = [url(shop.business, name, kpi="page_load_time") for name in ("retire_kpi", "bring_back_kpi", "enter_value")]
    posts.append(url(shop.business, "check_formula"))
    assert {viewer.post(address).status_code for address in posts} == {403}
    assert {outsider.post(address).status_code for address in posts} == {404}
    assert outsider.get(url(shop.business, "kpi", kpi="cvr")).status_code == 404


def test_value_by_hand_becomes_the_value_of_its_month(own_shop: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    address = url(own_shop.business, "enter_value", kpi="page_load_time")
    wrong = browser.post(address, {"on": "2026-10-15", "grain": "month", "value": "nan"})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["value"])
    done = browser.post(address, {"on": "2026-10-15", "grain": "month", "value": "2.5", "source": "Lighthouse"})
    shown = browser.get(done.url).context["page"]
    assert shown.history.table.rows[-1][0] == "Oct 2026"
    assert shown.number.value.startswith("2.5")
    assert opened(own_shop.business).business.imports()[0].source == "page_load_time 2026-10-01"


def test_retired_kpi_says_so_and_leaves_the_list(
    own_shop: Any, define: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    define()
    browser = browser_of(own_shop.editor)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(url(own_shop.business, "retire_kpi", kpi="own_basket"), {"version": "1", "reason": "old"})
    page = browser.get(url(own_shop.business, "kpi", kpi="own_basket"))
    assert page.context["page"].retired.startswith("Retired since ")
    assert rows(browser.get(url(own_shop.business), {"q": "own_basket"})) == []
    assert len(rows(browser.get(url(own_shop.business), {"q": "own_basket", "origin": "retired"}))) == 1
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(url(own_shop.business, "bring_back_kpi", kpi="own_basket"), {"version": "2"})
    assert len(rows(browser.get(url(own_shop.business), {"q": "own_basket"}))) == 1


def test_built_in_kpi_can_mean_something_else_from_a_day_on(own_shop: Any, define: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    address = url(own_shop.business, "edit_kpi", kpi="revenue")
    initial = browser.get(address).context["form"].initial
    assert (initial["formula"], initial["version"]) == (builtin().kpis["revenue"].source, 0)
    typed = {"formula": "sum_order_revenue * 2", "effective": "day", "since": "2026-10-01", "reason": "with stores"}
    assert define(address, **typed).status_code == 302
    shown = browser.get(url(own_shop.business, "kpi", kpi="revenue")).context["page"]
    assert shown.history.table.rows[-2:] == (("Sep 2026", "¥20,000", "1"), ("Oct 2026", "¥28,800", "2"))
    kpi = queries.catalogue_of(own_shop.viewer, own_shop.business).kpi("revenue")
    assert kpi.since == date(2026, 10, 1)
