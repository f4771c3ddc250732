"""The browser's what-if gives the numbers of the server's, node by node."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import ROOT
from tests.trees.made import alone, built_in, tree

from keiki.catalogue.load import load_catalogue
from keiki.server.scenarios.forms import amount_of
from keiki.trees.build import Tree
from keiki.trees.portable import portable
from keiki.trees.simulate import How, Move, Value, simulate

MODULE = ROOT / "src/keiki/server/scenarios/static/scenarios/simulate.js"
RUN = """async ([source, cases]) => {
  const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  return cases.map(([model, moves]) => {
    const values = module.simulate(module.prepare(model), moves);
    return Object.fromEntries([...values].map(([id, value]) => [id, Number.isFinite(value) ? value : null]));
  });
}"""
Case = tuple[Tree, dict[str, Value], dict[str, Move]]


@pytest.fixture
def empty_page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def in_browser(page: Page, cases: list[Case]) -> list[dict[str, Value]]:
    sent = [
        (portable(made, values), {i: {"how": str(m.how), "amount": m.amount} for i, m in moves.items()})
        for made, values, moves in cases
    ]
    found: list[dict[str, Value]] = page.evaluate(RUN, [MODULE.read_text(), sent])
    return found


def same(left: Value, right: Value) -> bool:
    if left is None or right is None:
        return left is right
    return math.isclose(left, right, rel_tol=1e-9, abs_tol=1e-9)


def differing(page: Page, cases: list[Case]) -> list[Any]:
    told = in_browser(page, cases)
    return [
        (made.id, node, value, found[node])
        for (made, values, moves), found in zip(cases, told, strict=True)
        for node, value in simulate(made, values, moves).values.items()
        if not same(value, found[node])
    ]


def drawn(made: Tree, chance: random.Random) -> Case:
    """Values with gaps and zeros, and moves of up to four drivers."""
    values = {
        node.id: chance.choice([None, 0.0, -3.5, *(10 ** chance.uniform(-3, 9) for _ in range(9))])
        for node in made.nodes
    }
    drivers = [node.id for node in made.nodes if node.driver]
    picked = chance.sample(drivers, min(len(drivers), chance.randint(0, 4)))
    return made, values, {i: Move(chance.choice(list(How)), chance.uniform(-1, 2)) for i in picked}


def written(chance: random.Random, names: list[str], depth: int) -> str:
    """A formula over some children, of any shape the language has."""
    if depth == 0 or len(names) == 1:
        return chance.choice([*names, "2", "0"]) if len(names) > 1 and chance.random() < 0.2 else names[0]
    cut = chance.randint(1, len(names) - 1)
    left, right = written(chance, names[:cut], depth - 1), written(chance, names[cut:], depth - 1)
    call = chance.choice(["min", "max", "sum", "coalesce"])
    return chance.choice(
        [
            f"({left} {chance.choice('+-*/')} {right})",
            f"{call}({left}, {right})",
            f"-({left}) * {right}",
            f"prev({left}) + {right}",
        ]
    )


def grown(chance: random.Random, name: str, depth: int) -> dict[str, Any]:
    """A node with up to four children, each of which its formula names."""
    count = chance.randint(0, 4) if depth else 0
    if count == 0:
        return alone(name) | {"where": f"campaign = '{chance.choice('abcdefgh')}'"}
    children = [grown(chance, f"{name}_{i}", depth - 1) for i in range(count)]
    names = [str(child["id"]) for child in children]
    formula = written(chance, names, 3)
    missing = [
        each for each in names if each not in formula.replace("(", " ").replace(")", " ").replace(",", " ").split()
    ]
    return alone(name, " + ".join([formula, *missing]), *children) | {"driver": chance.random() < 0.2}


def test_browser_and_server_agree_on_every_tree_of_the_catalogue(empty_page: Page) -> None:
    chance = random.Random(1)
    trees = [built_in(name) for name in load_catalogue().templates]
    cases = [drawn(made, chance) for made in trees for _ in range(12)]
    assert differing(empty_page, cases) == []


def test_browser_and_server_agree_on_trees_of_any_shape(empty_page: Page) -> None:
    chance = random.Random(2)
    trees = [tree(alone("goal", "x", grown(chance, "x", 4))) for _ in range(60)]
    cases = [drawn(made, chance) for made in trees for _ in range(5)]
    assert differing(empty_page, cases) == []


def test_browser_moves_drivers_only(empty_page: Page) -> None:
    made = tree(alone("goal", "a + b", alone("a"), alone("b")))
    model = portable(made, {"goal": 3.0, "a": 1.0, "b": 2.0})
    with pytest.raises(Exception, match="goal cannot be moved"):
        empty_page.evaluate(RUN, [MODULE.read_text(), [(model, {"goal": {"how": "to", "amount": 1}})]])


AMOUNTS = ROOT / "src/keiki/server/scenarios/static/scenarios/amount.js"
READ = """async ([source, cases]) => {
  const module = await import(URL.createObjectURL(new Blob([source], {type: "text/javascript"})));
  return cases.map(([text, unit]) => {
    const value = module.valueOf(text, unit);
    return Number.isNaN(value) ? null : value;
  });
}"""
SIGNS = ("", "¥", "￥", "$", "+", "−", "-")
WORDS = ("", "%", "％", "円", "万円", "億", "件", "人", "回", "点", "日", "分", "時間", "yen", "many")


def test_browser_reads_what_is_typed_as_the_server_does(empty_page: Page) -> None:
    numbers = ("1,200", "２．５", ".5", "", "1.2.3", "1e3")
    cases = [
        (f"{sign}{digits}{word}", unit)
        for sign in SIGNS
        for digits in numbers
        for word in WORDS
        for unit in ("ratio", "currency", "count", "days")
    ]
    found = empty_page.evaluate(READ, [AMOUNTS.read_text(), cases])
    assert [
        (text, unit, amount_of(text, unit), value)
        for (text, unit), value in zip(cases, found, strict=True)
        if not same(amount_of(text, unit), value)
    ] == []
