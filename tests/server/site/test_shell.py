from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse

from keiki.catalogue.load import builtin
from keiki.server.accounts import actions as accounts
from keiki.server.site.shell import NAVIGATION
from tools.messages import problems


def exists(name: str, business: str) -> bool:
    try:
        reverse(name, kwargs={"business": business})
    except NoReverseMatch:
        return False
    return True


def test_navigation_shows_exactly_the_pages_that_exist(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.viewer).get(f"/b/{cast.business.id}/settings/")
    shown = [entry.url for entry in page.context["shell"].entries]
    wanted = [name for name, _words, _icon in NAVIGATION if exists(name, cast.business.id)]
    assert shown == [reverse(name, kwargs={"business": cast.business.id}) for name in wanted]


def test_navigation_marks_the_page_and_its_section(cast: Any, browser_of: Any) -> None:
    for path in ("settings/", "settings/people/"):
        entries = browser_of(cast.viewer).get(f"/b/{cast.business.id}/{path}").context["shell"].entries
        assert [entry.icon for entry in entries if entry.current] == ["settings"]


def test_phone_bar_holds_five_entries_at_most(cast: Any, browser_of: Any) -> None:
    shell = browser_of(cast.viewer).get(f"/b/{cast.business.id}/settings/").context["shell"]
    assert shell.bar + shell.rest == shell.entries
    assert len(shell.bar) <= 5


def test_switcher_lists_the_own_businesses_only(cast: Any, browser_of: Any) -> None:
    second = accounts.add_business(cast.owner, {"name": "Annex"})
    shell = browser_of(cast.owner).get(f"/b/{cast.business.id}/settings/").context["shell"]
    assert (shell.business, shell.businesses) == (cast.business, (second, cast.business))


KANA_OR_KANJI = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


@pytest.mark.feature("F-225")
def test_switching_the_language_changes_every_label_of_the_menu_and_every_name_of_a_kpi(
    cast: Any, browser_of: Any
) -> None:
    browser, settings = browser_of(cast.viewer), reverse("accounts:settings", kwargs={"business": cast.business.id})
    catalogue = reverse("kpis:catalogue", kwargs={"business": cast.business.id})
    menu, shown = {}, {}
    for language in ("en", "ja"):
        accounts.change_preferences(cast.viewer, {"language": language})
        frame = browser.get(settings).content.decode().partition("<main")[0]
        menu[language] = re.findall(r"<span>([^<]+)</span></a>", frame.partition("</nav>")[0])
        groups = browser.get(catalogue).context["page"].groups
        shown[language] = {row.url: row.name for group in groups for row in group.rows}
    assert len(menu["en"]) == len(menu["ja"]) > 5
    assert [words for words in menu["en"] if KANA_OR_KANJI.search(words)] == []
    assert [words for words in menu["ja"] if not KANA_OR_KANJI.search(words)] == []
    kpis = {reverse("kpis:kpi", kwargs={"business": cast.business.id, "kpi": k.id}): k for k in builtin().kpis.values()}
    assert shown["en"] == {address: kpis[address].en for address in shown["en"]}
    assert shown["ja"] == {address: kpis[address].ja for address in shown["en"]}
    assert [kpi.id for kpi in kpis.values() if KANA_OR_KANJI.search(kpi.en) or not kpi.ja] == []
    assert problems() == []
