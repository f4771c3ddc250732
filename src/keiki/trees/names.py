"""What the fields of a kpi-tree document are called in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

NAMES: dict[str, tuple[str, str]] = {
    "id": ("id", "id"),
    "kpi": ("KPI", "KPI"),
    "ja": ("日本語の名前", "Japanese name"),
    "en": ("英語の名前", "English name"),
    "about_ja": ("日本語の説明", "Japanese description"),
    "about_en": ("英語の説明", "English description"),
    "definition_ja": ("日本語の定義", "Japanese definition"),
    "definition_en": ("英語の定義", "English definition"),
    "level": ("段", "level"),
    "formula": ("式", "formula"),
    "where": ("絞り込み", "filter"),
    "driver": ("動かせる印", "driver mark"),
    "influence": ("影響", "influence"),
    "owner": ("担当", "owner"),
    "target": ("目標", "target"),
    "kra": ("重要成果領域", "key result area"),
    "impact": ("効き目", "impact"),
    "feasibility": ("実現しやすさ", "feasibility"),
    "control": ("動かせる度合い", "control"),
    "collapsed": ("折りたたみ", "folding"),
    "why_ja": ("日本語の理由", "Japanese reason"),
    "why_en": ("英語の理由", "English reason"),
    "note_ja": ("日本語の覚え書き", "Japanese note"),
    "note_en": ("英語の覚え書き", "English note"),
    "kind": ("種類", "kind"),
    "team": ("チーム", "team"),
    "rank": ("順位", "rank"),
    "goal_ja": ("日本語の会社目標", "company goal in Japanese"),
    "goal_en": ("英語の会社目標", "company goal in English"),
    "domain": ("領域", "domain"),
    "links": ("横の影響", "links"),
    "unit": ("単位", "unit"),
    "direction": ("望ましい向き", "direction"),
    "family": ("仲間", "family"),
    "phase": ("時期", "phase"),
    "purpose_ja": ("日本語の目的", "purpose in Japanese"),
    "purpose_en": ("英語の目的", "purpose in English"),
    "department": ("部署", "department"),
    "person": ("人", "person"),
    "value": ("値", "value"),
    "compare": ("比べ方", "comparison"),
    "low": ("下限", "lower end"),
    "high": ("上限", "upper end"),
    "period": ("値の期間", "period"),
    "start": ("出発点の値", "baseline"),
    "since": ("始まり", "start"),
    "by": ("期限", "deadline"),
    "within": ("かける期間", "time allowed"),
    "shape": ("月への分け方", "way over the months"),
    "months": ("月ごとの値", "months"),
    "steps": ("途中の段階", "stages"),
    "sign": ("向き", "sign"),
    "lag": ("遅れ（月）", "lag in months"),
    "strength": ("強さ", "strength"),
}


def called(fields: Iterable[str], language: str) -> str:
    """The fields in words, those without a word by their name: “owner, target”.

    >>> called(["owner", "target"], "ja"), called(["owner", "x"], "en")
    ('担当・目標', 'owner, x')
    """
    japanese = language.startswith("ja")
    words = [NAMES.get(field, (field, field))[0 if japanese else 1] for field in fields]
    return ("・" if japanese else ", ").join(words)
