"""The families that tree templates are filed under, in the order people meet them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from keiki.facts.vocabulary import Label

FAMILIES: Mapping[str, Label] = MappingProxyType(
    {
        "trees": Label("KPIツリーの基本", "KPI trees"),
        "ec": Label("EC", "Online shops"),
        "web": Label("Webサイト・広告", "Web sites and ads"),
        "owned_media": Label("オウンドメディア", "Owned media"),
        "sns": Label("SNS", "Social media"),
        "b2b": Label("B2Bマーケティング・営業", "B2B marketing and sales"),
        "webinar": Label("ウェビナー", "Webinars"),
        "exhibition": Label("展示会", "Exhibitions"),
        "horizons": Label("短期・中期・長期", "Short, mid and long term"),
        "industry": Label("業界別", "By industry"),
        "success_case": Label("業界別の成功例", "Success cases"),
        "customer_success": Label("カスタマーサクセス", "Customer success"),
        "customer_value": Label("顧客の価値", "Customer value"),
        "co_creation": Label("チームの小さな改善", "Small improvements of a team"),
        "organisation": Label("組織と部門", "Organisation"),
        "practice": Label("練習：足りない計画を見つける", "Practice: plans that fall short"),
    }
)
PHASES: Mapping[str, Label] = MappingProxyType(
    {
        "launch": Label("立ち上げ期", "Launch"),
        "growth": Label("成長期", "Growth"),
        "maturity": Label("成熟期", "Maturity"),
    }
)
"""How far a medium has come; each phase has a template of its own."""
