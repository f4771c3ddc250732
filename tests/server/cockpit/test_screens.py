"""Links to big screens and links to share: read-only, revocable, and silent about single people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from keiki.server.accounts.models import Membership
from keiki.server.cockpit.actions import dashboards as boards
from keiki.server.cockpit.models import Screen
from keiki.server.cockpit.queries.dashboards import Parts, Segment, Spec, suppressed
from keiki.server.data.actions import opened
from keiki.server.kpis.actions import add_tree
from keiki.trees.document import from_dict


def make(cast: Any, browser_of: Any, who: str = "editor", **values: Any) -> str:
    """The path of a link that was just made."""
    path = reverse("cockpit:screens", kwargs={"business": cast.business.id})
    names = ["executive", "operational", "analytical"]
    answer = browser_of(getattr(cast, who)).post(
        path, {"name": "Lobby", "kind": "device", "dashboards": names, "seconds": 20, **values}
    )
    link: str = answer.context["page"].link
    assert answer.context["page"].form["name"].value() is None, "the form is empty again for the next link"
    return link.removeprefix("http://testserver")


@pytest.mark.feature("F-103")
def test_big_screen_shows_three_dashboards_in_turn_without_signing_in_however_long_it_runs(
    shop: Any, browser_of: Any
) -> None:
    path = make(shop, browser_of)
    nobody, seen, here = Client(), [], path
    for _turn in range(4):
        answer = nobody.get(here)
        page = answer.context["page"]
        assert f'<noscript><meta http-equiv="refresh" content="20;url={page.next_url}">' in answer.content.decode()
        assert 1 <= len(page.cards) <= 6
        seen.append(page.title)
        here = page.next_url
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    Screen.objects.update(made_at=timezone.now() - timedelta(days=400))
    assert nobody.get(path).status_code == 200
    assert "sessionid" not in nobody.cookies


@pytest.mark.feature("F-216")
def test_shared_link_shows_a_dashboard_read_only_and_stops_when_it_is_revoked(shop: Any, browser_of: Any) -> None:
    path = make(shop, browser_of, kind="share", dashboards=["executive"])
    nobody = Client()
    body = nobody.get(path).content.decode()
    assert "¥14,400" in body
    assert "<form" not in body
    assert 'href="/b/' not in body
    assert nobody.post(path).status_code == 405
    screen = Screen.objects.get()
    revoke = reverse("cockpit:revoke_screen", kwargs={"business": shop.business.id, "screen": screen.pk})
    assert browser_of(shop.viewer).post(revoke).status_code == 403
    browser_of(shop.editor).post(revoke)
    assert nobody.get(path).status_code == 404


def test_link_shows_nothing_once_whoever_made_it_has_left(shop: Any, browser_of: Any) -> None:
    path = make(shop, browser_of)
    Membership.objects.filter(user=shop.editor).delete()
    assert Client().get(path).status_code == 404


def test_link_nobody_made_is_not_found_and_no_token_is_kept(shop: Any, browser_of: Any) -> None:
    path = make(shop, browser_of)
    assert Client().get("/screen/nothing/").status_code == 404
    assert Screen.objects.get().digest not in path
    assert (
        browser_of(shop.viewer).get(reverse("cockpit:screens", kwargs={"business": shop.business.id})).status_code
        == 403
    )


def test_what_fewer_than_five_people_did_is_left_out_with_the_whole_that_would_give_it_away() -> None:
    found = Parts((Segment("email", 90.0, 80.0), Segment("paid", 10.0, 20.0)), whole=100.0)
    three = Parts((*found.segments, Segment("shop", 50.0, 60.0)), whole=150.0)
    many = {"email": 9.0, "paid": 5.0, "shop": 6.0}
    assert suppressed(three, counts=False, people=many) == three
    few = suppressed(three, counts=False, people=many | {"paid": 4.0})  # the total alone would tell a single one
    assert (few.segments, few.whole) == ((Segment("email", 90.0, 80.0),), None), (
        "the total alone would tell a single one"
    )
    assert suppressed(found, counts=False, people={"email": 9.0, "paid": 4.0}).segments == ()
    assert suppressed(found, counts=False, people={}).segments == ()
    assert suppressed(found, counts=True, people={}) == found
    fell = Parts((Segment("email", 90.0, 3.0), Segment("paid", 10.0, 20.0)), whole=100.0)
    assert suppressed(fell, counts=True, people={}).segments == (), "the movement tells the three of before"


def test_shared_panel_counts_the_people_behind_each_bar(shop: Any, browser_of: Any) -> None:
    made = boards.make_dashboard(
        shop.editor, shop.business, "Parts", [Spec("bars", "simple_orders", "revenue", by="channel")], shared=True
    )
    path = make(shop, browser_of, kind="share", dashboards=[str(made.pk)])
    panel = Client().get(path).context["page"].sections[0].panels[0]
    assert [bar.label for bar in panel.bars] == ["E-mail", "Organic search"]  # five customers each
    assert {bar.url for bar in panel.bars} == {""}


def test_course_by_segment_behind_a_link_has_no_cell_of_few_and_none_that_its_total_gives_away(
    own_shop: Any, browser_of: Any
) -> None:
    first = {"ordered_at": "2026-10-20 03:00:00", "amount": 900, "channel": "store"}
    orders = [first | {"order_id": f"S{n}", "customer_id": f"S{n}"} for n in range(2)]
    opened(own_shop.business).business.load_facts({"orders": orders}, name="a store with two customers")
    panels = [Spec(kind, "simple_orders", "revenue", by="channel") for kind in ("heat", "shares")]
    made = boards.make_dashboard(own_shop.editor, own_shop.business, "Over time", panels, shared=True)
    link = make(own_shop, browser_of, kind="share", dashboards=[str(made.pk)])
    board = reverse("cockpit:dashboard", kwargs={"business": own_shop.business.id, "name": str(made.pk)})

    def drawn(answer: Any) -> list[Any]:
        return [panel for section in answer.context["page"].sections for panel in section.panels]

    heat, shares = drawn(browser_of(own_shop.viewer).get(board))
    assert heat.figure.table.head == ("Channel", "Jul", "Aug", "Sep", "Oct")
    assert heat.figure.table.rows == (
        ("E-mail", "¥5,000", "¥6,000", "¥10,000", "¥7,200"),
        ("Organic search", "¥5,000", "¥6,000", "¥10,000", "¥7,200"),
        ("store", "¥0", "¥0", "¥0", "¥1,800"),
    )
    assert heat.sentence == "E-mail is highest with ¥10,000 in Sep 2026, store lowest with ¥0 in Jul 2026."
    assert shares.sentence == "In Oct 2026, E-mail is largest with 44.4%. Since Jul 2026, store changed most (+11.1pt)."
    heat, shares = drawn(Client().get(link))
    assert heat.figure.table.rows == (
        ("E-mail", "—", "—", "¥10,000", "—"),
        ("Organic search", "—", "—", "¥10,000", "¥7,200"),
        ("store", "—", "¥0", "¥0", "—"),
    )
    assert (heat.rule, heat.url) == (
        "Cells of fewer than 5 people, and what would give them away, are empty.",
        "",
    )
    assert (shares.figure, "fewer than 5" in shares.missing) == (None, True)


def test_shared_tables_leave_out_counts_of_few_and_what_would_give_them_away(own_shop: Any, browser_of: Any) -> None:
    orders = [
        {"order_id": f"N{n}", "customer_id": f"N{n}", "ordered_at": "2026-10-20 03:00:00", "amount": 900}
        for n in range(3)
    ]
    opened(own_shop.business).business.load_facts({"orders": orders}, name="three new customers")
    panels = [Spec(kind, "simple_orders", width=12) for kind in ("table", "weekly", "plan")]
    panels += [Spec(kind, "simple_orders", "first_time_buyers") for kind in ("number", "trend", "line")]
    panels += [Spec(kind, "simple_orders") for kind in ("number", "trend", "line", "acts")]
    made = boards.make_dashboard(own_shop.editor, own_shop.business, "Shared", panels)
    boards.change_dashboard(own_shop.editor, made.pk, 1, "Shared", shared=True)

    def labels(answer: Any) -> list[set[str]]:
        drawn = [panel for section in answer.context["page"].sections for panel in section.panels]
        return [{row.label for group in panel.groups for row in group.rows} for panel in drawn]

    board = reverse("cockpit:dashboard", kwargs={"business": own_shop.business.id, "name": str(made.pk)})
    inside = labels(browser_of(own_shop.editor).get(board))
    link = make(own_shop, browser_of, kind="share", dashboards=[str(made.pk)])
    outside = labels(Client().get(link))
    few = {"First-time buyers", "Buyers from earlier"}
    assert few <= inside[0]
    assert "Buyers" in outside[0]
    assert all(few.isdisjoint(shown) for shown in outside)
    assert outside[2] <= inside[2]
    drawn = [panel for part in Client().get(link).context["page"].sections for panel in part.panels]
    number, trend, line, goal, history, course, acts = drawn[3:]
    assert (number.number.exact, number.sentence, number.attained) == ("fewer than 5", "", "")
    assert (trend.figure, "fewer than 5" in trend.missing) == (None, True)
    assert (line.figure, line.sentence, line.missing) == (None, "", trend.missing)
    assert goal.number.exact.startswith("¥")
    assert history.figure.sentence == history.sentence == course.figure.sentence == course.sentence
    assert not any("First-time buyers" in panel.sentence for panel in drawn)
    assert few.isdisjoint(act.number.label for act in acts.acts)


def test_amount_of_a_part_of_the_business_that_fewer_than_five_paid_is_not_told_by_a_link(
    own_shop: Any, browser_of: Any
) -> None:
    """Money does not say how many paid it: who bought in that part of the business is counted."""
    first = {"ordered_at": "2026-10-20 03:00:00", "amount": 900, "channel": "store"}
    orders = [first | {"order_id": f"S{n}", "customer_id": f"S{n}"} for n in range(2)]
    opened(own_shop.business).business.load_facts({"orders": orders}, name="a store with two customers")
    part = {"kpi": "order_revenue", "influence": {"sign": "+"}}
    children = [
        part | {"id": name, "where": f"channel = '{name}'", "ja": name, "en": f"{name} sales"}
        for name in ("store", "email", "paid")
    ]
    words = {"ja": "場所", "en": "Places", "about_ja": "場所ごと。", "about_en": "By place."}
    document = {"id": "places", **words, "root": {"id": "all", "kpi": "order_revenue", "children": children}}
    add_tree(own_shop.owner, own_shop.business, from_dict(document), {"what": "new"})
    panels = [Spec("number", "places", name) for name in ("store", "email", "paid", "all")]
    panels += [Spec("trend", "places", "store"), Spec("table", "places", width=12)]
    panels += [Spec("bars", "places", "store", by="channel"), Spec("bars", "places", "email", by="channel")]
    made = boards.make_dashboard(own_shop.editor, own_shop.business, "Places", panels, shared=True)
    link = make(own_shop, browser_of, kind="share", dashboards=[str(made.pk)])
    board = reverse("cockpit:dashboard", kwargs={"business": own_shop.business.id, "name": str(made.pk)})

    def told(answer: Any) -> tuple[list[str], bool, set[str], list[int]]:
        drawn = [panel for section in answer.context["page"].sections for panel in section.panels]
        labels = {row.label for group in drawn[5].groups for row in group.rows}
        numbers = [panel.number.exact for panel in drawn[:4]]
        return numbers, drawn[4].figure is not None, labels, [len(panel.bars) for panel in drawn[6:]]

    everything = ["¥1,800", "¥7,200", "¥0", "¥16,200"]
    inside, outside = told(browser_of(own_shop.viewer).get(board)), told(Client().get(link))
    assert inside == (everything, True, {"Order revenue", "store sales", "email sales", "paid sales"}, [1, 1])
    assert outside == (["fewer than 5", *everything[1:]], False, inside[2] - {"store sales"}, [0, 1])
