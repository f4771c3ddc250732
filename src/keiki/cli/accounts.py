"""`keiki customers accounts`, `renewals` and `voices`: who may leave or grow, what is due, and what customers say."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.charts.format import MISSING, number
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.success import Limit, plain, stage_words
from keiki.cli.words import language, say
from keiki.facts.vocabulary import vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keiki.charts.format import Style

ACCOUNTS = say(
    "Paying accounts: who may leave, who may grow, by expected profit.",
    "取引先の一覧。離れそう・伸びそうな順（見込み利益）。",
)
RENEWALS = say("Contracts due for renewal, the earliest first.", "更新期限が近い契約（期限の早い順）。")
VOICES = say(
    "What customers say (NPS, CSAT, CES) beside their revenue and profit.",
    "お客さまの声（NPS・CSAT・CES）と売上・利益。",
)
GROUPS: dict[str, dict[str, tuple[str, str]]] = {
    "nps": {
        "promoter": ("Promoters", "推奨者"),
        "passive": ("Passives", "中立者"),
        "detractor": ("Detractors", "批判者"),
    },
    "ces": {
        "promoter": ("Found it easy", "簡単だった"),
        "passive": ("Neither", "どちらともいえない"),
        "detractor": ("Found it hard", "手間がかかった"),
    },
}
CONTENT: dict[str, tuple[str, str]] = {
    "promoter": ("Satisfied", "満足"),
    "passive": ("In between", "どちらともいえない"),
    "detractor": ("Dissatisfied", "不満"),
}


class Which(StrEnum):
    """The lists of accounts."""

    ALL = "all"
    RISK = "risk"
    FELL = "fell"
    GROWTH = "growth"


class Stage(StrEnum):
    """The stages of the lifecycle."""

    ONBOARDING = "onboarding"
    ADOPTION = "adoption"
    RETENTION = "retention"
    EXPANSION = "expansion"
    ADVOCACY = "advocacy"


def accounts(
    which: Annotated[
        Which,
        typer.Option(
            "--list",
            help=say(
                "risk: may leave; growth: may grow; fell: the score fell sharply.",
                "risk：離れそう、growth：伸びそう、fell：スコアが急落。",
            ),
        ),
    ] = Which.ALL,
    stage: Annotated[Stage | None, typer.Option("--stage", help=say("Only of this stage.", "この段階だけ。"))] = None,
    search: Annotated[
        str, typer.Option("--search", help=say("Letters of the id, name or plan.", "ID・名前・プランの文字。"))
    ] = "",
    core: Annotated[
        list[str] | None,
        typer.Option(
            "--core",
            help=say(
                "A feature that is core, as marked on the page of use; repeat it for several.",
                "コア機能（「利用」のページで指定したもの）。繰り返し可。",
            ),
        ),
    ] = None,
    limit: Limit = 25,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One line per account: the largest expected loss first, in the list `growth` the largest expected gain."""
    import keiki
    from keiki.engine.customer_success import CoreFeatures, Filter

    with keiki.open(business) as own:
        outlook = keiki.outlook_of(own, CoreFeatures(tuple(core or ())))
        asked = Filter(which.value, stage or "", search, limit=limit)
        rows, count = keiki.account_list(own, outlook, asked)
        style = style_of(own)
        if as_json:
            show_json({"day": outlook.day, "total": count, "accounts": [plain(row) for row in rows]})
            return
    if not rows:
        tell(say("No account is on this list.", "この一覧に当てはまる取引先はありません。"))
        return
    head = (
        say("Customer", "顧客"),
        say("Stage", "段階"),
        say("Per month", "月額"),
        say("Score", "スコア"),
        say("Chance to leave", "離れる確率"),
        say("Expected loss", "見込まれる損失"),
        say("More a month if it grows", "拡大時の月額増"),
        say("Expected extra profit", "見込まれる利益増"),
        say("Renewal", "更新"),
    )
    show_table(head, [_account(row, style) for row in rows], figures=2)
    tell(say("{} of {} accounts.", "{}件（全{}件）。").format(f"{len(rows):,}", f"{count:,}"))


def renewals(
    days: Annotated[
        int, typer.Option("--days", min=1, max=3_660, help=say("How many days ahead.", "何日先まで。"))
    ] = 90,
    limit: Limit = 25,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One line per contract whose renewal lies in the days after the last day of the data."""
    import keiki

    with keiki.open(business) as own:
        rows = keiki.renewals_due(own, days, limit)
        style, day = style_of(own), own.today
    count, worth = (rows[0]["matches"], rows[0]["worth"]) if rows else (0, 0)
    if as_json:
        listed = [{name: row[name] for name in row if name not in {"matches", "worth"}} for row in rows]
        show_json({"day": day, "days": days, "total": count, "worth": worth, "renewals": listed})
        return
    if not rows:
        tell(say("No contract is due within {} days.", "{}日以内に更新期限の契約はありません。").format(days))
        return
    head = (
        say("Renewal", "更新"),
        say("Customer", "顧客"),
        say("Contract", "契約"),
        say("Per month", "月額"),
        say("Months", "月数"),
        say("Next term", "次の期間の金額"),
    )
    lines = [
        (
            *(str(row["renewal_on"]), row["customer_id"], row["subscription_id"]),
            *(_written(row["mrr"], "currency", style), _written(row["term_months"], "count", style)),
            _written(row["amount"], "currency", style),
        )
        for row in rows
    ]
    show_table(head, lines, figures=3)
    told = say("Due within {} days: {}, worth {} together.", "{}日以内に{}件、合計{}。")
    tell(told.format(days, f"{count:,}", number(worth, "currency", style)))


def voices(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """One line per survey and group: customers by their latest answer, and their money of the same twelve months."""
    import keiki

    with keiki.open(business) as own:
        said = keiki.customer_voices(own)
        style = style_of(own)
    if as_json:
        found = {"day": said.day, "months": said.rule.months, "groups": said.groups, "promoters": said.promoters}
        show_json({name: plain(value) for name, value in found.items()})
        return
    if not said.groups:
        tell(say("Nobody has answered in the last twelve months.", "この12か月、回答はありません。"))
        return
    months = said.rule.months
    head = (
        say("Survey", "アンケート"),
        say("Group", "グループ"),
        say("Customers", "顧客"),
        say("Mean", "平均"),
        say("Revenue of {} months", "{}か月の売上").format(months),
        say("Profit of {} months", "{}か月の利益").format(months),
        say("Per month", "月額"),
    )
    show_table(head, [_voice(row, style) for row in said.groups], figures=2)


def _account(row: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    return (
        row["customer_id"],
        stage_words(row["stage"]),
        _written(row["mrr"], "currency", style),
        _written(row["score"], "score", style),
        _written(row["chance"], "ratio", style),
        _written(row["loss"], "currency", style),
        *(_written(row[name], "currency", style) for name in ("more", "gain")),
        MISSING if row["renewal_on"] is None else str(row["renewal_on"]),
    )


def _voice(row: Mapping[str, Any], style: Style) -> tuple[str, ...]:
    label = vocabulary("survey_kind").get(row["kind"])
    return (
        row["kind"] if label is None else label.words(language()),
        say(*GROUPS.get(row["kind"], CONTENT)[row["voice"]]),
        f"{row['answers']:,}",
        f"{row['mean_score']:.1f}",
        *(number(row[name], "currency", style) for name in ("revenue", "profit", "mrr")),
    )


def _written(value: Any, unit: str, style: Style) -> str:
    return MISSING if value is None else number(value, unit, style)
