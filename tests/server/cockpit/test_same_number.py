"""Every kind of panel shows the numbers that the API, the command line, CSV and Excel give."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from django.utils import translation
from tests.server.cockpit.test_campaigns import with_campaigns
from tests.server.cockpit.test_files_out import file_of, pages, rows_of, sheets_of
from tests.server.cockpit.test_screens import make as make_link

from keiki.cli.main import run
from keiki.server.accounts import actions
from keiki.server.cockpit.actions import dashboards
from keiki.server.cockpit.models import SPLIT, PanelKind
from keiki.server.cockpit.pages.panels import Desk, PanelView, shown
from keiki.server.cockpit.queries.dashboards import FUNNEL, Spec
from keiki.server.data.actions import opened
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import known
from keiki.server.planning.queries import measured

MONTH, WEEK = "2026-10", "2026-W40"
ASKED = "tree=simple_orders&grain=month&on=2026-10-01"
SHARED = (PanelKind.NUMBER, PanelKind.TREND, PanelKind.LINE, PanelKind.BARS, PanelKind.TABLE, PanelKind.PLAN)
"""Kinds whose numbers do not depend on which week it is, for the link to share."""


def same(words: str, value: float | None) -> bool:
    """Whether written words and a number say the same: ¥14,400 and 14400, 12.5% and 0.125, — and nothing."""
    found = re.search(r"[−-]?[\d,]+(?:\.\d+)?", words)
    if found is None or value is None:
        return found is None and value is None
    shown_value = Decimal(found[0].replace(",", "").replace("−", "-")) / (100 if "%" in words else 1)
    return abs(shown_value - Decimal(str(value))) < Decimal("0.01")


@dataclass(frozen=True, eq=False)
class Told:
    """What programs are told, by the API and by the command line, which have to agree."""

    shop: Any
    browser: Any
    token: str
    capsys: Any
    known: dict[tuple[str, str], dict[str, float | None]] = field(default_factory=dict)

    def measured(self, kpi: str, where: str | None = None, by: tuple[str, ...] = ()) -> dict[str | None, float | None]:
        """The value of October, of the whole (None) and by segment."""
        ask = {"kpis": [kpi], "when": MONTH, "by": list(by)} | ({"where": where} if where else {})
        answer = self.browser.post(
            f"/api/v1/businesses/{self.shop.business.id}/measure",
            json.dumps(ask),
            content_type="application/json",
            headers={"authorization": f"Bearer {self.token}"},
        )
        assert answer.status_code == 200, answer.content
        return {row[by[0]] if by and by[0] in row else None: row["value"] for row in answer.json()["rows"]}

    def tree(self, when: str = MONTH, tree: str = "simple_orders") -> dict[str, float | None]:
        if (tree, when) not in self.known:
            self.known[tree, when] = self._tree(tree, when)
        return self.known[tree, when]

    def _tree(self, tree: str, when: str) -> dict[str, float | None]:
        path = f"/api/v1/businesses/{self.shop.business.id}/trees/{tree}?when={when}"
        answer = self.browser.get(path, headers={"authorization": f"Bearer {self.token}"})
        api = answer.json()["periods"][0]["nodes"]
        self.capsys.readouterr()
        command = ["tree", tree, "--period", when, "--json", "-b", str(self.shop.business.folder)]
        assert run(command) == 0
        assert json.loads(self.capsys.readouterr().out)["periods"][0]["nodes"] == api
        return {node["id"]: node["value"] for node in api}


def number(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    assert view.number is not None
    return [(view.number.exact, told.tree()["revenue"])]


def trend(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    assert view.figure is not None
    months = (f"2026-{month:02}" for month in (8, 9, 10))
    cells = (row[1] for row in view.figure.table.rows[-3:])
    return list(zip(cells, (told.tree(month)["revenue"] for month in months), strict=True))


def bars(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    found = told.measured("order_revenue", by=("channel",))
    values = {desk.words("channel", name): value for name, value in found.items()}
    pairs = [(row.cells[0], values[row.label]) for group in view.groups for row in group.rows]
    if not view.foot:  # a link to share leaves out parts of fewer than five people, and what would give them away
        return pairs
    assert len(pairs) == len(found) == 3
    return [*pairs, (view.foot[1], told.tree()["revenue"])]


def heat(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    assert view.figure is not None
    found = told.measured("order_revenue", by=("channel",))
    rows = {row[0]: row[-1] for row in view.figure.table.rows}
    return [(rows[desk.words("channel", name)], value) for name, value in found.items()]


def shares(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    assert view.figure is not None
    found = told.measured("order_revenue", by=("channel",))
    head, october = view.figure.table.head, next(row for row in view.figure.table.rows if row[0] == "Oct 2026")
    whole = told.tree()["revenue"]
    assert whole
    return [(october[head.index(desk.words("channel", name))], (value or 0) / whole) for name, value in found.items()]


def of_nodes(place: int) -> Callable[[PanelView, Told, Desk], list[tuple[str, float | None]]]:
    """A panel with a row for each number of the tree, its value in the cell at `place`."""

    def pairs(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
        week = view.spec.kind == PanelKind.WEEKLY
        values = told.tree(WEEK if week else MONTH)
        by_label = {node.label("en"): values[node.id] for node in desk.main.tree.nodes}
        return [(row.cells[place], by_label[row.label]) for group in view.groups for row in group.rows]

    return pairs


def acts(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    by_label = {node.label("en"): told.tree()[node.id] for node in desk.main.tree.nodes}
    return [(act.number.exact, by_label[act.number.label]) for act in view.acts]


def funnel(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    values = [told.measured(formula)[None] for formula in FUNNEL.values()]
    (group,) = view.groups
    return list(zip((row.cells[0] for row in group.rows), values, strict=True))


def campaigns(view: PanelView, told: Told, desk: Desk) -> list[tuple[str, float | None]]:
    return [
        (words, told.measured(kpi, f"campaign = '{line.name}'")[None])
        for line in view.campaigns
        for words, kpi in ((line.cost, "ad_cost"), (line.revenue, "order_revenue"))
        if line.name == "harvest"
    ]


COMPARED = {
    PanelKind.NUMBER: number,
    PanelKind.LINE: trend,
    PanelKind.TREND: trend,
    PanelKind.BARS: bars,
    PanelKind.HEAT: heat,
    PanelKind.SHARES: shares,
    PanelKind.FUNNEL: funnel,
    PanelKind.TABLE: of_nodes(0),
    PanelKind.PLAN: of_nodes(1),
    PanelKind.WEEKLY: of_nodes(0),
    PanelKind.ACTS: acts,
    PanelKind.CAMPAIGNS: campaigns,
}


def test_every_kind_of_panel_shows_the_number_of_the_api_the_command_line_screen_print_mail_and_files(
    own_shop: Any, browser_of: Any, capsys: Any, tmp_path: Path
) -> None:
    assert set(COMPARED) == set(PanelKind) - {PanelKind.NOTE}
    visits = [
        {"event_id": f"{name}{n}", "occurred_at": "2026-10-03 10:00:00", "visitor_id": f"V{n}", "name": name}
        for name, people in (("page_view", 9), ("product_view", 7), ("add_to_cart", 4), ("purchase", 2))
        for n in range(people)
    ]
    opened(own_shop.business).business.load_facts({"events": visits}, name="visits")
    with_campaigns(own_shop)
    asked = Asked.read({"on": "2026-10-01"})
    token = actions.make_api_token(own_shop.viewer, own_shop.business, "t", "read", None)
    told = Told(own_shop, browser_of(None), token, capsys)
    with translation.override("en"):
        reading = measured(own_shop.owner, own_shop.business, "simple_orders", asked.question)
        desk = Desk(own_shop.owner, own_shop.business, asked, reading)
        for kind, pairs_of in COMPARED.items():
            spec = Spec(kind, "simple_orders", by="channel" if kind in SPLIT else "")
            view = shown(desk, spec)
            pairs = pairs_of(view, told, desk)
            assert pairs, kind
            assert bool(view.foot) == (kind == PanelKind.BARS)
            wrong = [(words, value) for words, value in pairs if not same(words, value)]
            assert wrong == [], kind
    browser, url = browser_of(own_shop.viewer), pages(own_shop.business)["table"] + "&on=2026-10-01"
    csv = {row["note"]: row["value"] for row in rows_of(file_of(browser, url, "csv")) if row["date"] == f"{MONTH}-01"}
    summary = sheets_of(file_of(browser, url, "xlsx"), tmp_path)["Summary"]
    excel = {row[0]: row[summary[0].index("Oct 2026")] for row in summary[1:]}
    for node in reading.tree.nodes:
        value = told.tree()[node.id]
        assert (float(csv[node.label("en")]) if value is not None else None) == value
        kept = "" if value is None else pytest.approx(value, rel=1e-15)  # Excel keeps 16 digits
        assert excel[node.label("en")] == kept
    _shared_printed_and_mailed(own_shop, browser_of, told)
    _certainty(own_shop, browser_of, told, url, tmp_path)


def _shared_printed_and_mailed(own_shop: Any, browser_of: Any, told: Told) -> None:
    """The big screen, the link to share, the report on paper and the mail of the week, each with the same numbers."""
    business, values, week = own_shop.business, told.tree(), told.tree(WEEK)
    editor = browser_of(own_shop.editor)
    made = dashboards.make_dashboard(
        own_shop.editor,
        business,
        "All kinds",
        [Spec(kind, "simple_orders", by="channel" if kind == PanelKind.BARS else "", title=kind) for kind in SHARED],
        shared=True,
    )
    first = known(own_shop.owner, business).tree(None)
    labels = {node.label("en"): told.tree(tree=first.id)[node.id] for node in first.nodes}
    kept = {kind: pairs_of for kind, pairs_of in COMPARED.items() if kind in SHARED}
    for kind in ("device", "share"):
        path = make_link(own_shop, browser_of, kind=kind, dashboards=[str(made.pk)])
        page = browser_of(None).get(path).context["page"]
        if kind == "device":
            assert page.cards
            said = [(card.exact, labels[card.label]) for card in page.cards]
        else:
            views = [view for section in page.sections for view in section.panels]
            assert {view.spec.kind for view in views} == set(SHARED)
            desk = Desk(
                own_shop.editor,
                business,
                Asked(),
                measured(own_shop.editor, business, "simple_orders", Asked().question),
            )
            said = [pair for view in views for pair in kept[PanelKind(view.spec.kind)](view, told, desk)]
        assert [(words, value) for words, value in said if not same(words, value)] == [], kind
    printed = editor.get(reverse("reports:executive", kwargs={"business": business.id}) + f"?{ASKED}").context["page"]
    cards = [view.number for view in printed.goal if view.number is not None]
    assert [same(card.exact, values["revenue"]) for card in cards if card.label == "Order revenue"] == [True]
    mail = reverse("reports:mail", kwargs={"business": business.id, "cadence": "weekly"})
    mailed = editor.get(f"{mail}?on=2026-10-05&tree=simple_orders").content.decode()
    assert week["revenue"] is not None
    assert f"¥{week['revenue']:,.0f}" in mailed


def _certainty(own_shop: Any, browser_of: Any, told: Told, url: str, tmp_path: Path) -> None:
    """October is final, or still provisional when the data has to reach further: alike wherever its numbers stand."""
    business, browser = own_shop.business, browser_of(own_shop.viewer)
    executive = reverse("reports:executive", kwargs={"business": business.id}) + f"?{ASKED}"
    dashboard = reverse("cockpit:dashboard", kwargs={"business": business.id, "name": "executive"}) + f"?{ASKED}"
    plan = reverse("cockpit:plan", kwargs={"business": business.id, "tree": "simple_orders"}) + "?on=2026-10-01"
    for settling, word in ((0, "final"), (92, "provisional")):
        business.rules = {"figures": {"settling_days": settling}}
        business.save()
        for page in (url, executive, dashboard, plan, pages(business)["node"] + "?on=2026-10-01"):
            assert f"(monthly, {word})" in browser.get(page).context["page"].subtitle
        (row, *_more) = [each for each in rows_of(file_of(browser, url, "csv")) if each["date"] == f"{MONTH}-01"]
        sheets = sheets_of(file_of(browser, url, "xlsx"), tmp_path)
        assert row["certainty"] == word
        assert ["State of the numbers", word] in [each[:2] for each in sheets["Filters"]]
        assert ("Oct 2026 (provisional)" in sheets["Summary"][0]) == (word == "provisional")
        path = f"/api/v1/businesses/{business.id}/trees/simple_orders?when={MONTH}"
        answer = browser_of(None).get(path, headers={"authorization": f"Bearer {told.token}"})
        assert answer.json()["periods"][0]["certainty"] == word
        told.capsys.readouterr()
        assert run(["tree", "simple_orders", "--period", MONTH, "--json", "-b", str(business.folder)]) == 0
        assert json.loads(told.capsys.readouterr().out)["periods"][0]["certainty"] == word
