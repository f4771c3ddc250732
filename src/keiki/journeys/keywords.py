"""What people searched for: every keyword in one class, by the words and the length that a business calls its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

BRAND, PROBLEM, LONG_TAIL, GENERIC, UNNAMED = "brand", "problem", "long_tail", "generic", "unnamed"
CLASSES = (BRAND, GENERIC, PROBLEM, LONG_TAIL, UNNAMED)
"""In the order they are told; `unnamed` are rows of search results that name no keyword."""


@dataclass(frozen=True)
class KeywordRule:
    """The first that holds decides: `brand` words are in the keyword, `problem` words are, it has `words` words or more
    (a long tail); every other keyword is generic. A row loaded with the keyword type `brand` or `longtail` is that.
    """

    brand: tuple[str, ...] = ()
    problem: tuple[str, ...] = (
        *("とは", "方法", "やり方", "使い方", "選び方", "原因", "対策", "解決", "できない", "悩み", "なぜ"),
        *("how to", "what is", "why", "problem", "fix", "guide"),
    )
    words: int = 3


def keyword_class(media: ir.Table, rule: KeywordRule | None = None) -> ir.Value:
    """The class of the keyword of every row."""
    rule = rule or KeywordRule()
    text = media.keyword.lower().replace("\u3000", " ").strip()
    unnamed = text.isnull() | (text == "")
    typed = ibis.coalesce(media.keyword_type, "")
    return ibis.cases(
        (unnamed, UNNAMED),
        (_has(text, rule.brand) | (typed == "brand"), BRAND),
        (_has(text, rule.problem), PROBLEM),
        (text.re_search(rf"\S+(\s+\S+){{{rule.words - 1},}}") | (typed == "longtail"), LONG_TAIL),
        else_=GENERIC,
    )


def _has(text: ir.Value, words: tuple[str, ...]) -> ir.Value:
    found = [text.contains(word.lower()) for word in words if word]
    return ibis.or_(*found) if found else ibis.literal(value=False)


def keyword_classes(facts: Mapping[str, ir.Table], spans: ir.Table, rule: KeywordRule | None = None) -> ir.Table:
    """The search results of periods by class. Columns: period, keyword_class, keywords (different ones), clicks,
    impressions. The clicks of all classes are those of all rows.
    """
    media = facts["media"]
    rows = media.filter(media.kind == "search")
    rows = rows.inner_join(spans, [rows.date >= spans.start_date, rows.date < spans.end_date])
    rows = rows.mutate(keyword_class=keyword_class(rows, rule), told=rows.keyword.lower().strip())
    return rows.group_by("period", "keyword_class").aggregate(
        keywords=rows.told.nunique().cast("int64"),
        clicks=ibis.coalesce(rows.clicks.sum(), 0).cast("int64"),
        impressions=ibis.coalesce(rows.impressions.sum(), 0).cast("int64"),
    )
