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
from django.utils import translation
from tests.server.cockpit.test_campaigns import with_campaigns
from tests.server.cockpit.test_files_out import file_of, pages, rows_of, sheets_of

from keiki.cli.main import run
from keiki.server.accounts import actions
from keiki.server.cockpit.models import PanelKind
from keiki.server.cockpit.pages.panels import Desk, PanelView, shown
from keiki.server.cockpit.queries.dashboards import FUNNEL, Spec
from keiki.server.data.actions import opened
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import measured

MONTH, WEEK = "2026-10", "2026-W40"


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
    known: dict[str, dict[str, float | None]] = field(default_factory=dict)

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

    def tree(self, when: str = MONTH) -> dict[str, float | None]:
        if when not in self.known:
            self.known[when] = self._tree(when)
        return self.known[when]

    def _tree(self, when: str) -> dict[str, float | None]:
        path = f"/api/v1/businesses/{self.shop.business.id}/trees/simple_orders?when={when}"
        answer = self.browser.get(path, headers={"authorization": f"Bearer {self.token}"})
        api = answer.json()["periods"][0]["nodes"]
        self.capsys.readouterr()
        command = ["tree", "simple_orders", "--period", when, "--json", "-b", str(self.shop.business.folder)]
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
    rows = {row.label: row.cells[0] for group in view.groups for row in group.rows}
    pairs = [(rows[desk.words("channel", name)], value) for name, value in found.items() if name is not None]
    assert len(pairs) == 2
    return [*pairs, (view.foot[1], told.tree()["revenue"])]


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
    PanelKind.TREND: trend,
    PanelKind.BARS: bars,
    PanelKind.FUNNEL: funnel,
    PanelKind.TABLE: of_nodes(0),
    PanelKind.PLAN: of_nodes(1),
    PanelKind.WEEKLY: of_nodes(0),
    PanelKind.ACTS: acts,
    PanelKind.CAMPAIGNS: campaigns,
}


def test_every_kind_of_panel_shows_the_number_of_the_api_and_the_command_line(
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
            spec = Spec(kind, "simple_orders", by="channel" if kind == PanelKind.BARS else "")
            pairs = pairs_of(shown(desk, spec), told, desk)
            assert pairs, kind
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
