"""What the REST API gives about accounts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_noop
from ninja import Schema
from pydantic import ConfigDict, Field


class AccountsOut(Schema):
    """A page of a list of paying accounts, the largest expected loss first (in the list `growth` the largest gain)."""

    day: date = Field(description=gettext_noop("The last day of the data; everything is as of its end."))
    lists: dict[str, dict[str, Any]] = Field(
        description=gettext_noop("Of all, risk, fell and growth: accounts, mrr, expected loss and gain together.")
    )
    total: int
    stage_rule: str = Field(description=gettext_noop("What brings an account into each stage, in words."))
    accounts: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: customer_id, plan, mrr, seats, stage, score with its parts, flags, chance, more (monthly revenue "
            "if it grows), expected loss and gain (profit)."
        )
    )


class AccountOut(Schema):
    """One customer: its line among the accounts (null when it pays nothing), stages, weekly scores, profit, story, and
    what people wrote about it: success plan (null without one), onboarding, reviews, offers; its alerts.
    """

    customer_id: str
    acquired_on: date | None
    profit: str | None
    account: dict[str, Any] | None
    stages: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    story: list[dict[str, Any]] = Field(description=gettext_noop("The newest entries of the timeline."))
    plan: dict[str, Any] | None = Field(
        description=gettext_noop(
            "Purpose, status, version and its milestones (metrics), each with name, target, by and reached (a day or "
            "null)."
        )
    )
    onboarding: list[dict[str, Any]] = Field(description=gettext_noop("Each step with owner, due and done."))
    reviews: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    alerts: list[dict[str, Any]]


class RenewalsOut(Schema):
    """A page of the contracts whose renewal lies in the days after the last day of the data, the earliest first."""

    day: date
    days: int
    total: int
    worth: str = Field(description=gettext_noop("The next terms of all of them together, money."))
    renewals: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: customer_id, subscription_id, plan, product, renewal_on, mrr, term_months, amount (next term)."
        )
    )


class VoicesOut(Schema):
    """The customers' latest answers of each survey by group, beside their money of the same months."""

    day: date
    months: int
    groups: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: kind (nps, csat, ces …), voice (promoter, passive, detractor), answers, mean_score, revenue, "
            "profit, mrr."
        )
    )
    promoters: list[dict[str, Any]] = Field(
        description=gettext_noop("The 25 promoters of NPS with the most revenue, with what they pay and say.")
    )


class BackTestOut(Schema):
    """Whether the health score would have known who left; shares from 0 to 1, null where nothing can be said."""

    accounts: int
    left: int
    auc: float | None
    auc_in_force_later: float | None
    auc_fitted_later: float | None
    weights: dict[str, float] | None = Field(description=gettext_noop("The fitted weights, adding up to 100."))
    by_score: list[dict[str, Any]]
    by_chance: list[dict[str, Any]]
    cautions: list[str]


class SuccessOut(Schema):
    """How the product is used, how fast accounts reach their first value, and what customer success costs and brings.

    Windows of use are months; money of twelve whole months. Null where nothing can be said.
    """

    day: date
    daily_people: float | None
    weekly_people: float | None
    monthly_people: int | None
    stickiness: float | None = Field(description=gettext_noop("Daily ÷ monthly people."))
    core_share: float | None = Field(description=gettext_noop("Core ÷ entitled people of the last whole month."))
    adoption: list[dict[str, Any]] = Field(description=gettext_noop("Seats, entitled, active and core people a month."))
    features: list[dict[str, Any]]
    started: int = Field(description=gettext_noop("Accounts that started in the last six months."))
    reached: int = Field(description=gettext_noop("Of them with a first value."))
    mean_days: float | None = Field(description=gettext_noop("Days to the first value."))
    median_days: float | None
    waiting: list[dict[str, Any]]
    cost: float
    grown_profit: float | None
    kept_profit: float | None
    return_on_cost: float | None = Field(description=gettext_noop("Profit of grown contracts ÷ cost."))
    return_with_kept: float | None = Field(description=gettext_noop("With the profit of all kept contracts: at most."))
    renewals: list[dict[str, Any]] = Field(description=gettext_noop("The next contracts to be renewed in 90 days."))


class AlertsOut(Schema):
    """A page of alerts, of the list `mine`, `open` or `history`; those about KPIs closed to the caller are left out."""

    total: int
    alerts: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: id, kind, kpi, customer_id, subject, on, over_on, seen_at, owner, amount, details (value, "
            "threshold, since, due_on, before, after)."
        )
    )


class RegistersOut(Schema):
    """What people wrote down about customers: every product item, and the newest 50 of the other registers."""

    items: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: id, name, status, requests, customers, first_asked, last_asked, to_inform (customers, once closed)."
        )
    )
    requests: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    referrals: list[dict[str, Any]]
    offers: list[dict[str, Any]]
    articles: list[dict[str, Any]] = Field(
        description=gettext_noop(
            "Each: id, name, topic, url, views, readers, helpful, unhelpful, tickets, tickets_before (the days before)."
        )
    )


class RegisterOut(Schema):
    """The newest 50 rows of one register, or of one customer in it."""

    name: str
    rows: list[dict[str, Any]]


class RowIn(Schema):
    """A row to keep: the fields of its form on the page, as text; days as ISO dates."""

    model_config = ConfigDict(extra="forbid")

    row: dict[str, str] = Field(
        description=gettext_noop(
            "Registers of a customer (results, offers, plans, stages, reviews, onboarding) name it in customer_id. A "
            "plan names the version it was made from, 0 for none."
        )
    )
