"""`keiki customers health`, `alerts`, `lifecycle` and `account`: how accounts do and what needs somebody."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.charts.format import MISSING, number
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.customers.back_test import BackTest

HEALTH = say("Who may leave, and whether the score would have known.", "離れそうな取引先と、スコアの当たり外れ。")
SUCCESS = say("Use, first value, and what customer success costs and brings.", "利用、最初の価値、CSの費用と成果。")
LIFECYCLE = say("How far accounts have come, from onboarding to advocacy.", "取引先の段階（導入から推奨まで）。")
ACCOUNT = say("One customer: stage, score, profit and what happened last.", "顧客1件の段階・スコア・利益・出来事。")
ALERT_HELP = say("What needs somebody at an account today.", "取引先で、いま対応が要ること。")
ALERTS = {
    "use_fell": ("Use fell", "利用減少"),
    "score_fell": ("Health fell", "ヘルス低下"),
    "renewal": ("Renewal", "契約更新"),
    "unpaid": ("Unpaid invoice", "未入金"),
    "onboarding_late": ("Late onboarding", "導入の遅れ"),
    "ticket_late": ("Escalated ticket", "未返信の問い合わせ"),
}
Limit = Annotated[int, typer.Option("--limit", min=1, max=500, help=say("How many lines.", "何行まで。"))]
STAGES_JA = {
    "onboarding": "導入",
    "adoption": "定着",
    "retention": "継続",
    "expansion": "拡大",
    "advocacy": "推奨",
}


def health(limit: Limit = 10, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """The accounts with the largest expected loss, and the back-test of the score."""
    import keiki
    from keiki.engine.customer_success import Filter

    with keiki.open(business) as own:
        outlook = keiki.outlook_of(own)
        rows, _count = keiki.account_list(own, outlook, Filter("risk", limit=limit))
        style = style_of(own)
        if as_json:
            show_json({"back_test": asdict(outlook.past), "accounts": [plain(row) for row in rows]})
            return
        tell(_told(outlook.past, style))
        if not rows:
            tell(say("No account is at risk.", "離れそうな取引先はありません。"))
            return
        head = (
            say("Customer", "顧客"),
            say("Per month", "月額"),
            say("Score", "スコア"),
            say("Chance to leave", "離れる確率"),
            say("Expected loss", "見込まれる損失"),
        )
        show_table(head, [_line(row, style) for row in rows])


def success(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """How the product is used, days to the first value, cost and return, and the renewals of the next 90 days."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.success_summary(own)
        style = style_of(own)
    if as_json:
        show_json(plain(asdict(found)))
        return

    def told(value: Any, unit: str) -> str:
        return MISSING if value is None else number(value, unit, style)

    def rate(value: float | None) -> str:
        return MISSING if value is None else f"{value:.2f}"

    rows = (
        (say("People on a usual day (DAU)", "1日の利用者（DAU）"), told(found.daily_people, "count")),
        (say("In a usual week (WAU)", "1週間の利用者（WAU）"), told(found.weekly_people, "count")),
        (say("In four weeks (MAU)", "4週間の利用者（MAU）"), told(found.monthly_people, "count")),
        (say("Stickiness (DAU ÷ MAU)", "定着度（DAU÷MAU）"), told(found.stickiness, "ratio")),
        (say("Core features, of entitled seats", "コア機能の利用（使える席のうち）"), told(found.core_share, "ratio")),
        (say("Accounts started in 6 months", "6か月に始めた取引先"), told(found.started, "count")),
        (say("With a first value", "最初の価値に届いた"), told(found.reached, "count")),
        (say("Days to it, median", "そこまでの日数（中央値）"), told(found.median_days, "days")),
        (say("Days to it, mean", "そこまでの日数（平均）"), told(found.mean_days, "days")),
        (say("Cost in 12 months", "12か月の費用"), told(found.cost, "currency")),
        (say("Profit of grown contracts", "拡大した契約の利益"), told(found.grown_profit, "currency")),
        (say("Profit of kept contracts", "残った契約の利益"), told(found.kept_profit, "currency")),
        (say("Return on the cost", "費用に対する回収"), rate(found.return_on_cost)),
        (say("Return with what is kept, at most", "残った分も含めた回収（最大）"), rate(found.return_with_kept)),
    )
    show_table(("", ""), rows)
    if not found.renewals:
        tell(say("No contract is due within 90 days.", "90日以内に更新期限の契約はありません。"))
        return
    head = (say("Renewal", "更新"), say("Customer", "顧客"), say("Next term", "次の期間の金額"))
    lines = [(str(row["renewal_on"]), row["customer_id"], told(row["amount"], "currency")) for row in found.renewals]
    show_table(head, lines, figures=2)


def lifecycle(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """One line per stage: accounts and monthly revenue, and the rule of the stages."""
    import keiki
    from keiki.charts.rule_words import rule_words

    with keiki.open(business) as own:
        overview = keiki.account_totals(own, keiki.outlook_of(own))
        if as_json:
            show_json({stage: plain(asdict(totals)) for stage, totals in overview.stages.items()})
            return
        style = style_of(own)
        show_table(
            (say("Stage", "段階"), say("Accounts", "取引先"), say("Per month", "月額")),
            [
                (stage_words(stage), f"{totals.accounts:,}", number(totals.mrr, "currency", style))
                for stage, totals in overview.stages.items()
            ],
        )
        tell(rule_words(own.rules, "lifecycle", style))


def account(
    customer: Annotated[str, typer.Argument(help=say("The id of the customer.", "顧客ID。"))],
    limit: Limit = 10,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One customer's stages and the newest entries of its timeline."""
    import keiki
    from keiki.errors import UnknownName

    with keiki.open(business) as own:
        found = keiki.account(own, customer, keiki.outlook_of(own))
        if found is None:
            raise UnknownName(kind="customer", name=customer, known=())
        story = keiki.customer_story(own, customer, limit=limit)
        if as_json:
            show_json({"account": plain(asdict(found)), "story": [plain(row) for row in story.rows]})
            return
        style = style_of(own)
        profit = MISSING if found.profit is None else number(found.profit, "currency", style)
        tell(say("{}: profit so far {}", "{}：これまでの利益 {}").format(customer, profit))
        show_table(
            (say("Stage", "段階"), say("From", "開始日"), say("Why", "理由")),
            [(stage_words(row["stage"]), str(row["entered_on"]), row["reason"]) for row in found.stages],
            figures=3,
        )
        show_table(
            (say("Day", "日"), say("Kind", "種類"), say("What", "内容"), say("Detail", "詳細")),
            [(str(row["on_day"]), row["kind"], row["what"] or "", row["detail"] or "") for row in story.rows],
            figures=4,
        )


def alerts(limit: Limit = 30, business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """The alerts that the data gives reason for today and that are not over."""
    import keiki

    with keiki.open(business) as own:
        found = keiki.alerts_of(own, keiki.outlook_of(own), own.settings.calendar.today(), limit)
        rows = sorted((row for row in found if row["over_on"] is None), key=lambda row: row["on_day"], reverse=True)
        if as_json:
            show_json([plain(row) for row in rows])
            return
        if not rows:
            tell(say("Nothing needs anybody now.", "いま対応が要るものはありません。"))
            return
        style = style_of(own)
        head = (
            say("Day", "日"),
            say("Alert", "アラート"),
            say("Customer", "顧客"),
            say("Owner", "担当者"),
            say("Amount", "金額"),
        )
        show_table(
            head,
            [
                (
                    str(row["on_day"]),
                    say(*ALERTS[row["kind"]]),
                    row["customer_id"] or row["subject"],
                    row["owner"] or MISSING,
                    MISSING if row["amount"] is None else number(row["amount"], "currency", style),
                )
                for row in rows[:limit]
            ],
            figures=4,
        )


def _told(past: BackTest, style: Style) -> str:
    if past.auc is None:
        return say("The score cannot be judged yet.", "スコアの当たり外れはまだ判定できません。")
    told = say(
        "Back-test: {} accounts, {} left within 90 days; right order in {} of the pairs (AUC).",
        "バックテスト：{}件のうち{}件が90日以内に離れ、正しい順序は{}の組（AUC）。",
    ).format(f"{past.accounts:,}", f"{past.left:,}", number(past.auc, "ratio", style))
    lines = [told]
    if past.by_score and past.by_score[0].lift is not None:
        lines.append(
            say(
                "The tenth with the lowest scores left {:.1f} times as often as all (lift).",
                "スコアの最も低い1割は、全体の{:.1f}倍離れました（リフト）。",
            ).format(past.by_score[0].lift)
        )
    if past.by_chance:
        off = [abs((each.chance or 0) - (each.share or 0)) for each in past.by_chance]
        lines.append(
            say(
                "Chances given and what happened differ by {} on average (calibration).",
                "予測した確率と実際の差は平均{}（較正）。",
            ).format(number(sum(off) / len(off), "ratio", style))
        )
    if past.fitted is not None:
        weights = past.fitted.weights
        lines.append(
            say(
                "Weights that would have known best: usage {:.0f}, support {:.0f}, payment {:.0f}; right in {} of the "
                "pairs of later months, those in force in {}.",
                "最もよく当たった重み：利用{:.0f}・問い合わせ{:.0f}・支払い{:.0f}。その後の月で正しい順序は{}の組、現在の重みでは{}。",
            ).format(
                weights.usage,
                weights.support,
                weights.payment,
                *(MISSING if auc is None else number(auc, "ratio", style) for auc in reversed(past.auc_later)),
            )
        )
    return "\n".join((*lines, *(each.words(style.language) for each in past.cautions)))


def _line(row: Any, style: Style) -> tuple[str, ...]:
    def written(value: Any, unit: str) -> str:
        return MISSING if value is None else number(value, unit, style)

    return (
        row["customer_id"],
        written(row["mrr"], "currency"),
        written(row["score"], "score"),
        written(row["chance"], "ratio"),
        written(row["loss"], "currency"),
    )


def stage_words(stage: str) -> str:
    """What a stage is called."""
    return say(stage.capitalize(), STAGES_JA[stage])


def plain(value: Any) -> Any:
    """Rows without what only the query needs."""
    if isinstance(value, dict):
        return {
            name: plain(each) for name, each in value.items() if name != "matches" and not str(name).startswith("_")
        }
    return [plain(each) for each in value] if isinstance(value, list | tuple) else value
