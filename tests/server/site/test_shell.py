from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse

from keiki.server.accounts import actions
from keiki.server.site.shell import NAVIGATION


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
    second = actions.add_business(cast.owner, {"name": "Annex"})
    shell = browser_of(cast.owner).get(f"/b/{cast.business.id}/settings/").context["shell"]
    assert (shell.business, shell.businesses) == (cast.business, (second, cast.business))
