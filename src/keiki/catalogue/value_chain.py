"""The value chain of a company: primary and support activities, and where KPIs and costs belong in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keiki.catalogue.kpi import Kpi, ValueChain


@dataclass(frozen=True)
class Activity:
    """One activity; `primary` ones follow each other on the way to the customer, support ones carry them all.

    A cost belongs to the activity of its department, one without a department to that of its category.
    """

    id: str
    ja: str
    en: str
    about_ja: str
    about_en: str
    primary: bool
    departments: tuple[str, ...]
    categories: tuple[str, ...] = ()

    def label(self, language: str) -> str:
        """Its name in `ja` or `en`."""
        return self.ja if language.startswith("ja") else self.en

    def about(self, language: str) -> str:
        """What is done in it, in `ja` or `en`."""
        return self.about_ja if language.startswith("ja") else self.about_en


ACTIVITIES: Final = (
    Activity(
        "planning",
        "商品・サービスの企画",
        "Product planning",
        "お客様が求める価値を見つけ、形にする。",
        "Finding what customers want, and shaping it.",
        True,
        ("product_planning",),
    ),
    Activity(
        "marketing",
        "マーケティング",
        "Marketing",
        "知ってもらい、興味を持ってもらう。",
        "Becoming known, and raising interest.",
        True,
        ("marketing", "web_marketing"),
        ("ad_spend", "promotion", "content_production", "event", "sns", "marketing_tools", "marketing_personnel"),
    ),
    Activity(
        "sales",
        "営業",
        "Sales",
        "商談を進め、契約や購入につなげる。",
        "Leading conversations to an order.",
        True,
        ("inside_sales", "field_sales", "partner_sales"),
        ("sales_personnel", "sales_other"),
    ),
    Activity(
        "delivery",
        "提供",
        "Delivery",
        "商品・サービスを作り、届ける。",
        "Making and delivering what was ordered.",
        True,
        ("frontline",),
        ("cogs",),
    ),
    Activity(
        "service",
        "カスタマーサクセス・サポート",
        "Customer success and support",
        "使い続け、成果を出してもらう。",
        "Helping customers to stay and succeed.",
        True,
        ("customer_success", "support"),
        ("cs_personnel", "support", "crm_operation", "email_marketing", "retention_other"),
    ),
    Activity(
        "management",
        "経営・管理",
        "Management",
        "方針、組織、業務の土台を整える。",
        "Direction, organisation and the ground to work on.",
        False,
        ("executive", "corporate"),
        ("overhead",),
    ),
    Activity(
        "finance",
        "財務",
        "Finance",
        "資金と採算を見る。",
        "Watching cash and profitability.",
        False,
        ("finance",),
    ),
    Activity(
        "technology",
        "技術・使いやすさ",
        "Technology and usability",
        "サイトや製品の仕組みと体験を良くする。",
        "Improving how site and product work.",
        False,
        ("product", "ui_ux"),
    ),
)
"""Every activity, the primary ones first and in their order."""


def activities_of(kpi: Kpi) -> tuple[str, ...]:
    """The activities whose work a KPI speaks of: those of its departments, and planning where it is about creation."""
    return tuple(
        each.id
        for each in ACTIVITIES
        if set(each.departments) & set(kpi.department)
        or (each.id == "planning" and kpi.value_chain is ValueChain.CREATION)
    )


def activity_of_cost(department: str | None, category: str | None) -> str | None:
    """The activity that a cost is of; None when neither its department nor its category says so.

    >>> activity_of_cost("field_sales", "overhead"), activity_of_cost(None, "ad_spend"), activity_of_cost(None, None)
    ('sales', 'marketing', None)
    """
    by_department = (each.id for each in ACTIVITIES if department in each.departments)
    by_category = (each.id for each in ACTIVITIES if category in each.categories)
    return next(by_department, None) or next(by_category, None)
