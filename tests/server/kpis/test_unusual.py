"""The history of a KPI: who entered which value, what is overdue, and what looks unusual."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from tests.server.kpis.test_own_kpis import save

from keiki.periods import Grain
from keiki.server.audit.models import Entry
from keiki.server.data.actions import observe
from keiki.server.kpis import queries
from keiki.server.kpis.models import Verdict

OCTOBER = date(2026, 10, 5)
MONTHS = tuple(date(2025 + (9 + place) // 12, (9 + place) % 12 + 1, 1) for place in range(13))


def url(business: Any, name: str = "kpi", kpi: str = "page_load_time") -> str:
    return reverse(f"kpis:{name}", kwargs={"business": business.id, "kpi": kpi})


@pytest.mark.feature("F-055")
def test_value_typed_for_a_week_appears_on_the_chart_with_its_author(own_shop: Any, browser_of: Any) -> None:
    browser = browser_of(own_shop.editor)
    typed = {"on": "2026-10-07", "grain": "week", "value": "2.5", "note": "After the move", "source": "Lighthouse"}
    done = browser.post(url(own_shop.business, "enter_value"), typed)
    page = browser.get(done.url).context["page"]
    chart = page.history
    place = next(n for n, row in enumerate(chart.table.rows) if row[1].startswith("2.5"))
    assert chart.table.rows[place][0] == own_shop.business.calendar.label(
        own_shop.business.calendar.period(Grain.WEEK, OCTOBER), "en"
    )
    words = "2.50 s entered by Emi, Lighthouse, After the move"
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
        assert shown.history.table.rows[-1][-1].endswith("entered by Emi")


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
