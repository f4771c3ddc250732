"""The history of a KPI: who entered which value, what is overdue, and what looks unusual."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.server.kpis.test_own_kpis import save

from keiki.catalogue.kpi import Horizon
from keiki.catalogue.load import builtin
from keiki.periods import Grain
from keiki.server.audit.models import Entry
from keiki.server.cockpit.models import Annotation
from keiki.server.data.actions import observe, observe_all
from keiki.server.kpis import queries
from keiki.server.kpis.models import Verdict

OCTOBER = date(2026, 10, 5)
MONTHS = tuple(date(2025 + (9 + place) // 12, (9 + place) % 12 + 1, 1) for place in range(13))


def url(business: Any, name: str = "kpi", kpi: str = "page_load_time") -> str:
    return reverse(f"kpis:{name}", kwargs={"business": business.id, "kpi": kpi})


@pytest.mark.feature("F-055")
def test_value_typed_for_a_week_appears_on_the_chart_with_its_author(own_shop: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    typed = {"on": "2026-10-07", "grain": "week", "value": "2.5", "note": "After the move", "evidence": "Run 41"}
    done = browser.post(url(own_shop.business, "enter_value"), typed)
    page = browser.get(done.url).context["page"]
    chart = page.history
    place = next(n for n, row in enumerate(chart.table.rows) if row[1].startswith("2.5"))
    assert chart.table.rows[place][0] == own_shop.business.calendar.label(
        own_shop.business.calendar.period(Grain.WEEK, OCTOBER), "en"
    )
    words = "2.50 s entered by Emi, Run 41, After the move"
    assert chart.table.rows[place][-1].endswith(words)
    assert chart.wide.option["series"][0]["data"][place]["value"] == 2.5
    assert "①" in str(chart.wide.option["graphic"])
    assert words in browser_of(own_shop.viewer).get(done.url).content.decode()


def test_any_kpi_takes_a_value_even_one_whose_rows_are_lacking(own_shop: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    for kpi in ("order_revenue", "nps"):
        typed = {"on": "2026-10-07", "grain": "month", "value": "7"}
        shown = browser.get(browser.post(url(own_shop.business, "enter_value", kpi), typed).url).context["page"]
        assert "7" in shown.number.value
        assert shown.history.table.rows[-1][-1].endswith("entered by Emi, no evidence")


@pytest.mark.feature("F-059")
@pytest.mark.parametrize(("cadence", "overdue"), [("weekly", True), ("monthly", False)])
def test_kpi_that_misses_its_cadence_is_marked_overdue(
    own_shop: Any, browser_of: Any, cadence: str, overdue: bool, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        save(own_shop, "own_mood", "observed_value", unit="number", cadence=[cadence], ja="気分", en="Mood")
    grain = {"weekly": "week", "monthly": "month"}[cadence]
    observe(own_shop.editor, own_shop.business, "own_mood", date(2026, 10, 5), grain, 4.5)
    address = url(own_shop.business, "kpi", "own_mood")
    for day, late in ((date(2026, 10, 18), False), (date(2026, 10, 20), overdue)):
        with time_machine.travel(f"{day} 12:00:00+09:00", tick=False):
            answer = browser_of(own_shop.viewer).get(address)
        assert answer.context["page"].overdue == ("Overdue since 19 Oct 2026 (2 days)" if late else "")
        assert ("chip act" in answer.content.decode()) == late


@pytest.mark.feature("F-065")
def test_value_ten_times_too_large_is_flagged_and_can_be_confirmed_or_excluded(own_shop: Any, browser_of: Any) -> None:
    for place, month in enumerate(MONTHS):
        value = 3.0 if month == date(2026, 7, 1) else 0.3 + place % 3 / 100
        observe(own_shop.editor, own_shop.business, "page_load_time", month, "month", value)
    browser, address = browser_of(own_shop.editor), url(own_shop.business)
    july = MONTHS.index(date(2026, 7, 1))

    def shown() -> Any:
        return browser.get(address).context["page"]

    def say(word: str, note: str = "") -> None:
        typed = {"day": "2026-07-01", "grain": "month", "word": word, "note": note}
        assert browser.post(url(own_shop.business, "say_of_value"), typed).status_code == 302

    flagged = shown()
    assert [(line.period, line.word) for line in flagged.odd] == [("Jul 2026", "")]
    assert flagged.odd[0].words.startswith("9.7 times the usual")
    say("confirmed", "a sale day")
    confirmed = shown()
    assert (confirmed.odd[0].word, "It is right (Emi" in confirmed.odd[0].words) == ("confirmed", True)
    assert confirmed.history.wide.option["series"][0]["data"][july]["value"] == 3.0
    say("excluded", "sensor fault")
    excluded = shown()
    assert excluded.history.wide.option["series"][0]["data"][july] is None
    assert excluded.history.table.rows[july][-1].endswith("left out by Emi, sensor fault")
    assert queries.excluded_days(own_shop.business, "page_load_time", Grain.MONTH) == {date(2026, 7, 1)}
    assert queries.kpi_history(own_shop.viewer, own_shop.business, "page_load_time").values[july] == 3.0  # type: ignore[union-attr]  # there are rows
    say("")
    assert [(line.period, line.word) for line in shown().odd] == [("Jul 2026", "")]
    assert Verdict.objects.count() == 0
    entries = Entry.objects.filter(action="kpis.say_of_value").order_by("id")
    assert [(each.new["word"], each.actor_id) for each in entries] == [
        (word, own_shop.editor.pk) for word in ("confirmed", "excluded", "")
    ]


def test_word_on_another_value_no_longer_holds(own_shop: Any) -> None:
    verdict = Verdict(value=3.0)
    assert verdict.holds(3.0 + 1e-13)
    assert not verdict.holds(2.9)
    assert not verdict.holds(None)


def test_only_editors_say_what_a_value_is(shop: Any, browser_of: Any) -> None:
    typed = {"day": "2026-07-01", "grain": "month", "word": "excluded"}
    address = url(shop.business, "say_of_value")
    assert browser_of(shop.viewer).post(address, typed).status_code == 403
    assert browser_of(shop.outsider).post(address, typed).status_code == 404
    assert browser_of(shop.editor).post(address, typed | {"grain": "eon"}).status_code == 404
    assert browser_of(shop.editor).post(address, typed).status_code == 404  # there is no value
    assert Verdict.objects.count() == 0


def test_forecast_of_a_kpi_stands_on_its_chart_and_leaves_out_what_people_left_out(
    own_shop: Any, browser_of: Any
) -> None:
    for place, month in enumerate(MONTHS):
        observe(own_shop.editor, own_shop.business, "page_load_time", month, "month", 90.0 if place == 11 else 2.0)
    browser, address = browser_of(own_shop.editor), url(own_shop.business)
    before = browser.get(address).context["page"]
    typed = {"day": MONTHS[11].isoformat(), "grain": "month", "word": "excluded"}
    browser.post(url(own_shop.business, "say_of_value"), typed)
    after = browser.get(address).context["page"]
    assert before.expected.ahead[0][1].value > 20
    assert [round(each.value, 6) for _period, each in after.expected.ahead] == [2.0, 2.0, 2.0]
    assert [row[0] for row in after.history.table.rows[-3:]] == [row[0] for row in after.expected.rows]
    assert {"Expected"} <= {series.get("name") for series in after.history.wide.option["series"]}


@pytest.mark.feature("F-056")
def test_value_without_evidence_is_taken_and_marked_on_page_chart_file_and_api(own_shop: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    enter, address = url(own_shop.business, "enter_value"), url(own_shop.business)
    browser.post(enter, {"on": "2026-08-03", "grain": "month", "value": "2.5", "evidence": "Lighthouse run 41"})
    browser.post(enter, {"on": "2026-09-03", "grain": "month", "value": "2.4"})
    answer = browser_of(own_shop.viewer).get(address)
    page = answer.context["page"]
    assert [(line.value, line.author, line.evidence) for line in page.entered.lines] == [
        ("2.40 s", "Emi", ""),
        ("2.50 s", "Emi", "Lighthouse run 41"),
    ]
    assert page.entered.sentence.startswith("1 of 2 values entered by hand have no evidence")
    assert answer.content.decode().count("no evidence</span>") == 1
    told = {row[0]: row[-1] for row in page.history.table.rows}
    assert told["Aug 2026"].endswith("2.50 s entered by Emi, Lighthouse run 41")
    assert told["Sep 2026"].endswith("2.40 s entered by Emi, no evidence")
    lines = b"".join(browser.get({words: way for way, words in page.entered.files}["CSV"])).decode("utf-8-sig")
    assert [line.split(",")[:5] for line in lines.splitlines()[1:]] == [
        ["2026-08-01", "2.5", "Emi", "Lighthouse run 41", ""],
        ["2026-09-01", "2.4", "Emi", "", "no evidence"],
    ]
    listed = browser.get(f"/api/v1/businesses/{own_shop.business.id}/kpis/page_load_time/entered").json()
    assert [(each["value"], each["evidence"], each["unproved"]) for each in listed] == [
        (2.5, "Lighthouse run 41", False),
        (2.4, "", True),
    ]


def test_corrected_value_keeps_what_it_was_in_the_log_and_loses_the_evidence_of_the_old_one(
    own_shop: Any, browser_of: Any
) -> None:
    editor, business, september = own_shop.editor, own_shop.business, date(2026, 9, 1)
    observe(editor, business, "page_load_time", september, "month", 2.5, evidence="Lighthouse run 41")
    observe(editor, business, "page_load_time", september, "month", 25.0)
    row = {"metric": "page_load_time", "date": september, "grain": "month", "value": 2.6, "evidence": "run 42"}
    observe_all(editor, business, [row, row | {"date": date(2026, 8, 1)}], "A program")
    told = [(each.old, each.new) for each in Entry.objects.filter(action="data.observe").order_by("id")]
    assert told[0][0] == {}
    assert told[1][0] == {"value": 2.5, "evidence": "Lighthouse run 41"}
    assert (told[1][1]["value"], told[1][1]["evidence"]) == (25.0, "")
    place = "page_load_time 2026-09-01 month"
    assert told[2] == ({place: 25.0}, {"name": "A program", "rows": 2, place: 2.6})
    found = queries.entered_of(own_shop.viewer, business, "page_load_time", Grain.MONTH, date(2026, 8, 1))
    assert [(each.value, each.evidence) for each in found] == [(2.6, "run 42"), (2.6, "run 42")]


@pytest.mark.feature("F-060")
def test_campaign_raises_the_cadence_of_its_kpi_to_daily_until_it_ends(
    own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    business = own_shop.business
    with django_capture_on_commit_callbacks(execute=True):
        save(own_shop, "own_mood", "observed_value", unit="number", cadence=["monthly"], ja="気分", en="Mood")
    observe(own_shop.editor, business, "own_mood", date(2026, 9, 1), "month", 4.5)
    observe(own_shop.editor, business, "own_mood", date(2026, 10, 6), "day", 4.5)
    Annotation.objects.create(
        business=business,
        kpi="own_mood",
        kind="campaign",
        on=date(2026, 10, 5),
        until=date(2026, 10, 12),
        text="Autumn fair",
    )
    usual = "Looked at every month: a mid-term number."
    raised = "Every day until 12 Oct 2026, while the campaign “Autumn fair” runs; otherwise every month."
    for day, words, overdue in (
        (date(2026, 10, 4), usual, ""),
        (date(2026, 10, 7), raised, ""),
        (date(2026, 10, 8), raised, "Overdue since 8 Oct 2026 (1 day)"),
        (date(2026, 10, 12), raised, "Overdue since 8 Oct 2026 (5 days)"),
        (date(2026, 10, 13), usual, ""),
    ):
        with time_machine.travel(f"{day} 12:00:00+09:00", tick=False):
            page = browser_of(own_shop.viewer).get(url(business, "kpi", "own_mood")).context["page"]
        assert (page.cadence, page.overdue) == (words, overdue)


def test_tactical_numbers_are_looked_at_often_and_strategic_ones_seldom(shop: Any) -> None:
    kpis = builtin().kpis
    plain = {horizon: replace(kpis["aov"], cadence=(), horizon=horizon) for horizon in Horizon}
    usual = {horizon: queries.cadence_now(shop.business, kpi).usual for horizon, kpi in plain.items()}
    assert usual == {Horizon.SHORT: Grain.WEEK, Horizon.MID: Grain.MONTH, Horizon.LONG: Grain.QUARTER}
    assert queries.cadence_now(shop.business, replace(kpis["aov"], cadence=("quarterly",))).usual is Grain.QUARTER


def test_night_stores_the_day_of_a_kpi_while_a_campaign_for_it_runs(shop: Any) -> None:
    days = (date(2026, 11, 1), date(2026, 11, 30))
    row = {"business": shop.business, "kpi": "aov", "kind": "campaign", "text": "Fair"}
    with time_machine.travel("2026-11-11 12:00:00+09:00", tick=False):
        before = {(each.kpi_id, each.grain) for each in queries.found_tonight(shop.business)}
        Annotation.objects.create(on=days[0], until=days[1], **row)
        during = {(each.kpi_id, each.grain) for each in queries.found_tonight(shop.business)}
    assert during - before == {("aov", Grain.DAY)}
