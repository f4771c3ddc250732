"""Pages outside the frame of a business: signing in, errors, a shared link and a big screen, as strangers meet them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import MOST_SHIFT
from tests.browser.test_pages import (
    CUT_OFF,
    JAPANESE,
    LOOKS_IN,
    OVERLAPS,
    READ_AT,
    WIDTHS,
    english_texts,
    in_every_look,
    resize,
    sideways,
)


def link_of(page: Page, site: Any, kind: str) -> str:
    """The address of a link that was just made, in the language of whoever makes it: share or device."""
    page.goto(site.url("screens/"))
    form = page.locator("form:has([name=kind])")
    form.locator("[name=name]").fill("Agency")
    form.locator(f"[name=kind][value={kind}]").check()
    form.locator("[name=seconds]").fill("3600")
    for place, box in enumerate(form.locator("[name=dashboards]").all()):
        box.set_checked(place == 0)
    form.locator("button[type=submit]").click()
    page.wait_for_load_state()
    return str(page.locator("input[value*='/screen/']").input_value())


def foreign(page: Page, language: str) -> list[str]:
    """Words of the other language that a page shows."""
    seen = page.locator("body").inner_text().replace("日本語", "").replace("English", "").replace("計器", "")
    return [each for each in english_texts() if each in seen] if language == "ja" else JAPANESE.findall(seen)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_outside_a_business_are_accessible_fit_and_keep_to_their_language(
    site: Any, opens: Any, language: str
) -> None:
    page = opens(site, language=language)
    link, wall = link_of(page, site, "share"), link_of(page, site, "device")
    inside = [(site.url("views/save/"), 405), (site.url("nothing/"), 404)]
    outside = [(f"{site.address}/account/{path}/", 200) for path in ("login", "signup", "password/reset")]
    outside += [(f"{site.address}/nothing/", 404), (link, 200), (wall, 200)]
    for address, status in (*inside, *outside):
        if (address, status) == outside[0]:
            page.context.clear_cookies()
        answer = page.goto(address)
        assert (address, answer.status) == (address, status)
        assert page.evaluate("window.shifted") <= MOST_SHIFT
        assert (address, in_every_look(page, LOOKS_IN[language])) == (address, {})
        assert (address, foreign(page, language)) == (address, [])
        for width in WIDTHS:
            resize(page, width)
            assert (address, width, sideways(page)) == (address, width, 0)
            if width in READ_AT:
                assert (address, width, page.evaluate(CUT_OFF), page.evaluate(OVERLAPS)) == (address, width, [], [])
    page.locator("[data-pauses]").click()  # the big screen was the last of them
    page.locator("[data-pauses]").click()
    page.wait_for_url(f"{wall}?n=0")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_stranger_answers_a_survey_of_effort_in_a_real_browser_which_says_where_a_form_comes_from(
    site: Any, opens: Any, language: str
) -> None:
    page = opens(site, language=language)
    page.goto(site.url("surveys/"))
    form = page.locator("form:has([name=question])")
    form.locator("[name=name]").fill("Help")
    form.locator("[name=kind][value=ces]").check()
    form.locator("[name=language]").select_option(language)
    form.locator("button[type=submit]").click()
    link = page.locator("#link").input_value()
    page.context.clear_cookies()
    page.goto(link)
    assert in_every_look(page, LOOKS_IN[language]) == {}
    assert foreign(page, language) == []
    steps = page.locator("[name=score]")
    assert steps.count() == 7
    steps.first.focus()
    page.keyboard.press("ArrowUp")  # from the first around to the last
    assert page.locator("[name=score]:checked").input_value() == "7"
    page.locator("form:has([name=score]) button[type=submit]").click()
    thanks = {"ja": "ありがとうございました", "en": "Thank you"}[language]
    expect(page.locator("h1")).to_have_text(re.compile(f"^{thanks}"))
    page.goto(link)
    assert page.locator("[name=score]").count() == 0, "a browser answers once"
