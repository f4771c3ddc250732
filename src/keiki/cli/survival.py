"""`keiki customers survival`: how many customers are still there after how long."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.cohorts import By
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.survival import Survival
    from keiki.engine.survival import SurvivalAnswer

HELP = say("How many customers are still there after how long.", "どれだけ経った後に何割の顧客が残るか。")
SHOWN = {"month": (1, 2, 3, 6, 9, 12, 18, 24, 36, 48, 60), "week": (1, 4, 8, 13, 26, 39, 52, 78, 104)}
SHOWN["day"] = (7, 14, 30, 60, 90, 180, 365, 730, 1095)


def survival(
    of: Annotated[
        str,
        typer.Option(
            "--of",
            help=say(
                "What a life is: contract (paid), or purchase (until it falls silent).",
                "何の継続か：contract（有料契約）、purchase（休眠するまでの購入）。",
            ),
        ),
    ] = "contract",
    unit: Annotated[
        str, typer.Option("--unit", help=say("day, week or month.", "day（日）、week（週）、month（月）。"))
    ] = "month",
    by: By = None,
    dormancy_days: Annotated[
        int | None,
        typer.Option(
            "--dormant-after",
            min=1,
            help=say(
                "Days of silence that end a life (default: the setting of the business).",
                "休眠とみなす無購入の日数（既定は事業の設定）。",
            ),
        ),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Kaplan–Meier: one line per length with the share still there, its 95% band and how many had come that far."""
    import keiki
    from keiki.customers.lives import LifeRule

    rule = LifeRule(of, unit, by)
    with keiki.open(business) as own:
        answer = keiki.survival(own, rule, dormancy_days)
        if as_json:
            show_json(
                {
                    "dormancy_days": answer.rule.retention.dormancy_days,
                    "curves": [_plain(curve) for curve in answer.curves],
                    "test": answer.test and asdict(answer.test),
                }
            )
            return
        for curve in answer.curves:
            _show(curve, answer, style_of(own))
        if not answer.curves:
            tell(say("There is nobody to follow yet.", "追える顧客がまだいません。"))
        if of == "purchase":
            tell(
                say(
                    "A life ends with {} days without a purchase.", "{}日購入がなければ、そこで離脱とみなします。"
                ).format(answer.rule.retention.dormancy_days)
            )
        if answer.test is not None:
            tell(
                say(
                    "Log-rank test: χ² = {:.2f}, {} df, p = {:.3g}",
                    "ログランク検定：χ² = {:.2f}、自由度 {}、p = {:.3g}",
                ).format(answer.test.statistic, answer.test.degrees, answer.test.p_value)
            )


def _plain(curve: Survival) -> dict[str, object]:
    steps = [asdict(step) | {"hazard": step.hazard} for step in curve.steps]
    return {"segment": curve.segment, "size": curve.size, "median": curve.median, "steps": steps}


def _show(curve: Survival, answer: SurvivalAnswer, style: Style) -> None:
    from keiki.charts.format import number

    if answer.rule.by is not None:
        tell(curve.segment or say("(empty)", "（空）"))
    units = {"day": say("Day", "日"), "week": say("Week", "週"), "month": say("Month", "月")}
    head = [
        units[answer.rule.unit],
        say("still there", "残存率"),
        say("95% band", "95%区間"),
        say("came so far", "到達数"),
    ]
    rows = []
    for length in SHOWN[answer.rule.unit]:
        step = curve.at(length)
        band = None if step is None else (step.low, step.high)
        shown = "—" if band is None or None in band else "–".join(number(end, "ratio", style) for end in band)
        if curve.share(length) is not None:
            rows.append(
                [
                    str(length),
                    number(curve.share(length), "ratio", style),
                    shown,
                    number(curve.at_risk(length), "count", style),
                ]
            )
    show_table(head, rows)
