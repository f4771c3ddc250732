"""The what-if page as a person uses it."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect
from tests.browser.conftest import Opens, Site

PAGE = "what-if/simple_orders/"


def field(page: Page, label: str) -> str:
    row = page.locator("[data-driver]").filter(has_text=label)
    return f"[data-driver='{row.first.get_attribute('data-driver')}']"


def test_slider_works_the_goal_out_at_once_and_the_address_keeps_it(site: Site, opens: Opens) -> None:
    page = opens(site)
    page.goto(site.url(PAGE))
    row = field(page, "Average order value")
    page.locator(f"{row} [data-slide]").focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    expect(page.locator("[data-goal]")).to_have_text("¥15,840")
    expect(page.locator("[data-difference]")).to_have_text("+¥1,440")
    expect(page.locator(f"{row} [data-share]")).to_have_text("+10%")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile(r"to\.aov=990"))
    page.reload()
    expect(page.locator("[data-goal]")).to_have_text("¥15,840")
    page.get_by_role("link", name="Put everything back").click()
    expect(page.locator("[data-goal]")).to_have_text("¥14,400")


def test_browser_shows_what_the_server_shows(site: Site, opens: Opens) -> None:
    live, plain = opens(site), opens(site, script=False)
    live.goto(site.url(PAGE))
    for driver, text in (("aov", "1234"), ("orders_per_buyer", "2.5")):
        live.locator(f"#field-{driver}").fill(text)
    live.locator("#goal").focus()
    expect(live.locator("[data-goal]")).not_to_have_text("¥14,400")
    expect(live).to_have_url(re.compile(r"(?=.*to\.aov=1234)(?=.*to\.orders_per_buyer=2\.5)"))
    plain.goto(live.url)
    for part in (".then tbody", ".outcome-foot"):
        expect(live.locator(part)).to_have_text(plain.locator(part).inner_text(), use_inner_text=True)


def test_why_a_text_is_not_taken_is_said_while_typing(site: Site, opens: Opens) -> None:
    page = opens(site)
    page.goto(site.url("what-if/ec/"))
    row = page.locator("[data-driver='purchase_rate']")
    typed, error, caution = row.locator("input[inputmode]"), row.locator("[data-error]"), row.locator("[data-caution]")
    expect(error).to_be_hidden()
    for text, words in (
        ("¥1,200", "“¥1,200” does not fit: the unit here is per cent. Write it like 2.5%."),
        ("much", "Write a number, such as 2.5."),
        ("-3", "A share of a number is never below 0%."),
    ):
        typed.fill(text)
        expect(error).to_have_text(words)
        expect(typed).to_have_attribute("aria-invalid", "true")
        expect(caution).to_be_hidden()
    typed.fill("200%")
    expect(caution).to_have_text("Above 100%: more than one for each. Look whether a digit is too much.")
    expect(error).to_be_hidden()
    typed.fill("3%")
    expect(caution).to_be_hidden()


def test_scenario_is_kept_from_what_the_slider_moved(site: Site, opens: Opens) -> None:
    page = opens(site)
    page.goto(site.url(PAGE))
    page.locator(f"{field(page, 'Average order value')} input[inputmode]").fill("1000")
    page.locator("#scenario-name").fill("A little dearer")
    page.get_by_role("button", name="Keep as a scenario").click()
    expect(page.locator("#scenarios tbody")).to_contain_text("A little dearer")
    expect(page.locator("#scenarios tbody")).to_contain_text("+¥1,600")


def test_everything_works_without_a_script(site: Site, opens: Opens) -> None:
    page = opens(site, script=False)
    page.goto(site.url(PAGE))
    page.locator("#field-aov").fill("1000")
    page.get_by_role("button", name="Work it out").click()
    expect(page.locator("[data-goal]")).to_have_text("¥16,000")
    page.locator("#goal").fill("28800")
    page.locator("#by").select_option("aov")
    page.get_by_role("button", name="Seek").click()
    expect(page.locator("#seek .message")).to_contain_text("¥1,800")
