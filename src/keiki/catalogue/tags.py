"""What the tags of a KPI are called: domain, journey stage, layer and so on, in their natural order."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from keiki.facts import vocabulary
from keiki.facts.vocabulary import Label

Labels = dict[str, Label]


def _labels(*named: tuple[str, str, str]) -> Labels:
    return {value: Label(ja, en) for value, ja, en in named}


TAGS = MappingProxyType(
    {
        "domain": _labels(
            ("corporate", "全社", "Whole company"),
            ("profit", "収益性", "Profitability"),
            ("ec", "EC", "Online shop"),
            ("crm_retention", "CRM・リピート", "CRM and repeat"),
            ("ltv", "顧客生涯価値", "Lifetime value"),
            ("b2b", "法人営業", "B2B sales"),
            ("saas", "SaaS・サブスク", "SaaS and subscription"),
            ("customer_success", "カスタマーサクセス", "Customer success"),
            ("customer_success:onboarding", "CS：導入", "CS: onboarding"),
            ("customer_success:adoption", "CS：活用", "CS: adoption"),
            ("customer_success:retention", "CS：継続", "CS: retention"),
            ("customer_success:expansion", "CS：拡大", "CS: expansion"),
            ("customer_success:advocacy", "CS：推奨", "CS: advocacy"),
            ("support", "サポート", "Support"),
            ("web", "Webサイト", "Web site"),
            ("seo", "検索（SEO）", "Search (SEO)"),
            ("ads", "広告", "Advertising"),
            ("sns", "SNS", "Social media"),
            ("sns:common", "SNS：共通", "Social: all"),
            ("sns:instagram", "SNS：Instagram", "Social: Instagram"),
            ("sns:x", "SNS：X", "Social: X"),
            ("sns:facebook", "SNS：Facebook", "Social: Facebook"),
            ("sns:youtube", "SNS：YouTube", "Social: YouTube"),
            ("sns:tiktok", "SNS：TikTok", "Social: TikTok"),
            ("email", "メール", "E-mail"),
            ("owned_media", "オウンドメディア", "Owned media"),
            ("webinar", "ウェビナー", "Webinars"),
            ("online_exhibition", "オンライン展示会", "Online exhibitions"),
            ("exhibition", "展示会", "Exhibitions"),
            ("partner", "パートナー", "Partners"),
            ("co_creation", "共創", "Co-creation"),
            ("finance", "金融", "Finance"),
            ("real_estate", "不動産", "Real estate"),
            ("manufacturing", "製造", "Manufacturing"),
            ("hr", "人材・採用", "Hiring"),
            ("it_solutions", "ITソリューション", "IT solutions"),
            ("consulting", "コンサルティング", "Consulting"),
            ("kpi_management", "KPIの運用", "Running KPIs"),
        ),
        "stage": _labels(
            ("awareness", "認知", "Awareness"),
            ("interest", "興味", "Interest"),
            ("consideration", "検討", "Consideration"),
            ("purchase", "購入", "Purchase"),
            ("onboarding", "導入", "Onboarding"),
            ("adoption", "活用", "Adoption"),
            ("retention", "継続", "Retention"),
            ("expansion", "拡大", "Expansion"),
            ("advocacy", "推奨", "Advocacy"),
        ),
        "layer": _labels(
            ("action", "行動", "Action"), ("intermediate", "中間", "Intermediate"), ("result", "結果", "Result")
        ),
        "horizon": _labels(("short", "短期", "Short"), ("mid", "中期", "Mid"), ("long", "長期", "Long")),
        "kind": _labels(("quantity", "量", "Quantity"), ("quality", "質", "Quality")),
        "lead_lag": _labels(("lead", "先行", "Leading"), ("lag", "遅行", "Lagging")),
        "direction": _labels(
            ("higher", "高いほどよい", "Higher is better"),
            ("lower", "低いほどよい", "Lower is better"),
            ("neutral", "どちらでもない", "Neither is better"),
        ),
        "cadence": _labels(
            ("daily", "毎日", "Daily"),
            ("weekly", "毎週", "Weekly"),
            ("monthly", "毎月", "Monthly"),
            ("quarterly", "四半期ごと", "Quarterly"),
            ("yearly", "毎年", "Yearly"),
            ("after 1m", "1か月後", "After 1 month"),
            ("after 3m", "3か月後", "After 3 months"),
            ("after 6m", "6か月後", "After 6 months"),
        ),
        "value_chain": _labels(
            ("creation", "価値創造", "Creation"),
            ("communication", "コミュニケーション", "Communication"),
            ("operation", "オペレーション", "Operation"),
        ),
        "department": dict(vocabulary("department")),
    }
)
"""Every tag with its values."""


def label(tag: str, value: str, language: str) -> str:
    """What a value of a tag is called; a business's own value is called as it is written.

    >>> label("domain", "sns:x", "ja"), label("stage", "purchase", "en"), label("domain", "bakery", "en")
    ('SNS：X', 'Purchase', 'bakery')
    """
    found = TAGS[tag].get(value)
    return value if found is None else found.words(language)


def in_order(tag: str, values: Iterable[str]) -> tuple[str, ...]:
    """Values in the natural order of their tag, a business's own ones last by name."""
    known = list(TAGS[tag])
    return tuple(sorted(set(values), key=lambda v: (known.index(v) if v in known else len(known), v)))
