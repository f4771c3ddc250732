"""`keiki tree what-if`: drivers of a tree moved, and what becomes of its goal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, When, Where, last_over, lens_of, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.tree import tree_named
from keiki.cli.words import language, say
from keiki.errors import SeekIncomplete, UnreadableMove, UnreadableTarget

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.periods import Period
    from keiki.trees.build import Node, Tree
    from keiki.trees.simulate import Move, Value
    from keiki.trees.solve import Sought
    from keiki.trees.what_if import WhatIf

HELP = say(
    "Move drivers of a tree and see what becomes of its goal, or seek what would reach it.",
    "ツリーの指標を動かして目標がどう変わるかを見る。目標に届く値も探せる。",
)


def what_if(
    tree: Annotated[
        str,
        typer.Argument(
            help=say("Id of a tree, or a YAML file with one.", "ツリーの ID、またはツリーの YAML ファイル。")
        ),
    ],
    move: Annotated[
        list[str] | None,
        typer.Option(
            "--move",
            "-m",
            help=say(
                "A driver and where it goes: cvr=2.5%, visits=+10%, aov=4800. Can be given several times.",
                "動かす指標と値。例：cvr=2.5%、visits=+10%、aov=4800。何度でも指定できる。",
            ),
        ),
    ] = None,
    goal: Annotated[
        str | None,
        typer.Option("--goal", help=say("What the goal is to be worth; with --by.", "目標の値。--by と一緒に使う。")),
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help=say("The driver that is to bring the goal there.", "目標に届かせるために動かす指標。")
        ),
    ] = None,
    when: When = None,
    where: Where = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One period of a tree, the last month that is over when none is named."""
    import keiki

    if (goal is None) != (by is None):
        raise SeekIncomplete
    with keiki.open(business) as own:
        period = last_over(own) if when is None else None
        lens = own.question((period,), where=where) if period is not None else lens_of(own, when, None, 1, where, None)
        reading = own.tree(tree_named(tree), lens)
        values = reading.now.at()
        moves = _moves(move or [], reading.tree, values)
        case = keiki.WhatIf(reading.tree, values, moves)
        case.check(_shares(own, case))
        sought = None if goal is None or by is None else case.sought(by, _value(goal, reading.tree, values))
        over = reading.lens.period(-1)
        if as_json:
            show_json(case.as_dict(sought=sought) | {"period": {"start": over.start, "end": over.end}})
        else:
            _show(own, case, over, sought)


def _moves(texts: list[str], tree: Tree, values: dict[str, Value]) -> dict[str, Move]:
    """What was typed as moves. Raises `UnreadableMove`, `UnitDoesNotFit`, `TargetOutOfReach`, `UnknownName`."""
    from keiki.trees.simulate import How, Move

    moves = {}
    for text in texts:
        name, equals, amount = text.partition("=")
        if not (name.strip() and equals and amount.strip()):
            raise UnreadableMove(text=text[:80])
        node = tree.node(name.strip())
        try:
            moves[node.id] = Move(How.TO, _value(amount, tree, values, node.id))
        except UnreadableTarget as error:
            raise UnreadableMove(text=text[:80]) from error
    return moves


def _value(text: str, tree: Tree, values: dict[str, Value], node: str | None = None) -> float:
    """A number as people type it for a node (None: the goal), also as a change of its value now: +10%."""
    from keiki.trees.stated import stated

    one = tree.root if node is None else tree.node(node)
    return stated(text, values[one.id], one.unit)[0].value


def _shares(own: Business, case: WhatIf) -> frozenset[str]:
    from keiki.engine.entered import calculated
    from keiki.measures.units import counts_per_count

    units = {measure.id: measure.unit for measure in own.catalogue.measures.values()}
    return frozenset(
        node.id
        for node in case.drivers
        if node.unit == "ratio" and node.measured is not None and counts_per_count(calculated(node.measured), units)
    )


def _show(own: Business, case: WhatIf, period: Period, sought: Sought | None) -> None:
    from keiki.charts.format import counter_word, difference, number

    style, root = style_of(own), case.tree.root
    label = root.label(language())

    def written(value: Value, node: str) -> str:
        one = case.tree.node(node)
        return number(value, one.unit, style, counter_word(one.ja) if style.japanese else "")

    before, after = (written(value, root.id) for value in (case.values[root.id], case.simulated.goal))
    when = own.settings.calendar.label(period, language())
    moved = difference(case.simulated.goal, case.values[root.id], root.unit, style)
    tell(say(f"{label}, {when}: {before} → {after} ({moved})", f"{label}（{when}）：{before} → {after}（{moved}）"))
    rows = [
        [
            "  " * node.depth + node.label(language()),
            written(case.values[node.id], node.id),
            written(case.simulated.values[node.id], node.id),
            _moved(case, node, style),
        ]
        for node in case.tree.nodes
    ]
    show_table(["", say("now", "今"), say("then", "動かした後"), say("change", "変化")], rows)
    strengths = [
        [
            each.node,
            case.tree.node(each.node).label(language()),
            written(each.value, each.node),
            difference(each.up, 0.0, root.unit, style),
        ]
        for each in case.strengths()
    ]
    if strengths:
        effect = say(f"+1% moves {label} by", f"+1%で{label}は")
        show_table([say("driver", "動かせる指標"), "", say("value", "値"), effect], strengths, figures=2)
    if sought is not None:
        _tell_sought(case, sought, style)


def _moved(case: WhatIf, node: Node, style: Style) -> str:
    from keiki.charts.format import change

    now, then = case.values[node.id], case.simulated.values[node.id]
    return "" if then == now else change(then, now, node.unit, style)


def _tell_sought(case: WhatIf, sought: Sought, style: Style) -> None:
    from keiki.charts.format import change, number

    node, root = case.tree.node(sought.node), case.tree.root
    driver, goal = node.label(language()), root.label(language())
    wished, best = (number(value, root.unit, style) for value in (sought.goal, sought.best))
    at = number(sought.at, node.unit, style)
    if sought.reached:
        moved = change(sought.at, sought.start, node.unit, style)
        tell(
            say(
                f"{goal} reaches {wished} when {driver} is {at} ({moved}).",
                f"{driver}が{at}（{moved}）になると、{goal}は{wished}に届きます。",
            )
        )
        return
    tell(
        say(
            f"{driver} alone cannot bring {goal} to {wished}. At {at} it comes nearest, with {best}.",
            f"{driver}だけでは{goal}は{wished}に届きません。最も近いのは{at}のときの{best}です。",
        )
    )
