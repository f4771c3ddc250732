"""Ideas beside "what first"."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from keiki.server.scenarios.models import Idea

TREE = "simple_orders"


def address(business: Any, name: str = "first", **parts: Any) -> str:
    return reverse(f"reasons:{name}", kwargs={"business": business.id, "tree": TREE, **parts})


def panel(cast: Any, browser_of: Any, who: str = "viewer", query: str = "") -> Any:
    return browser_of(getattr(cast, who)).get(address(cast.business) + query).context["page"].ideas


def keep(cast: Any, browser_of: Any, query: str = "", **said: Any) -> Any:
    given = {"name": "Idea", "node": "", "how": "relative", "amount": "", "chance": "50"} | said
    return browser_of(cast.editor).post(address(cast.business, "keep_idea") + query, given)


@pytest.mark.feature("F-367")
def test_idea_without_a_number_cannot_be_ranked_and_two_ideas_are_ranked_by_expected_effect(
    shop: Any, browser_of: Any
) -> None:
    assert keep(shop, browser_of, name="A brand film").status_code == 302
    waiting = panel(shop, browser_of)
    assert waiting.sentence == "No idea can be ranked yet: each needs a number that Order revenue is calculated from."
    assert [(row.place, row.expected, row.why) for row in waiting.rows] == [
        (0, "—", "Cannot be ranked: it names no number yet.")
    ]

    keep(shop, browser_of, name="Gift sets", node="aov", amount="10", chance="30")
    keep(shop, browser_of, name="Reminder mails", node="orders_per_buyer", amount="5", chance="80")
    ranked = panel(shop, browser_of)
    assert [(row.place, row.name, row.effect, row.chance, row.expected) for row in ranked.rows] == [
        (1, "Reminder mails", "+¥720", "80%", "+¥576"),
        (2, "Gift sets", "+¥1,440", "30%", "+¥432"),
        (0, "A brand film", "—", "50%", "—"),
    ]  # of ¥14,400 in October
    assert ranked.sentence == "“Reminder mails” comes first: it is expected to bring Order revenue +¥576."


def test_idea_is_given_its_number_later(shop: Any, browser_of: Any) -> None:
    keep(shop, browser_of, name="A brand film")
    row = Idea.objects.get()
    shown = panel(shop, browser_of, "editor", f"?idea={row.pk}")
    assert (shown.changing, shown.form.initial["name"]) == ("A brand film", "A brand film")
    keep(shop, browser_of, f"?idea={row.pk}", name="A brand film", node="aov", how="to", amount="1,000", chance="100")
    (told,) = panel(shop, browser_of).rows
    assert (told.place, told.move, told.expected) == (1, "¥900 → ¥1,000", "+¥1,600")
    assert re.fullmatch(r".*\?idea=.*#ideas", panel(shop, browser_of, "editor").rows[0].change_url)


def test_number_without_an_amount_is_told_beside_the_field_and_nothing_is_kept(shop: Any, browser_of: Any) -> None:
    answer = keep(shop, browser_of, node="aov", amount="lots")
    assert answer.status_code == 422
    assert answer.context["page"].ideas.form.errors == {"amount": ["Write a number, such as 2.5."]}
    assert Idea.objects.count() == 0


def test_ideas_are_removed_and_only_by_those_who_may_edit(shop: Any, browser_of: Any) -> None:
    keep(shop, browser_of)
    url = address(shop.business, "remove_idea", idea=Idea.objects.get().pk)
    assert browser_of(shop.outsider).post(url).status_code == 404
    assert browser_of(shop.viewer).post(url).status_code == 403
    assert panel(shop, browser_of).form is None
    assert browser_of(shop.editor).post(url).status_code == 302
    assert browser_of(shop.editor).post(url).status_code == 404
