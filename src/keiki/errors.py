"""Every error a user can cause: what was wrong, what was kept, what to do, in English and Japanese."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, ClassVar


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """The known name nearest to a misspelt one, or None when nothing is near.

    >>> did_you_mean("n_order", ["n_orders", "mrr_end"])
    'n_orders'
    """
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return near[0] if near else None


class KeikiError(Exception):
    """The person at the screen can mend this. A subclass holds its words in both languages.

    `en` and `ja` are format strings over the keyword arguments given when it is raised.
    `str(error)` is the English text; `error.words("ja")` the Japanese one.
    """

    en: ClassVar[str] = "{message}"
    ja: ClassVar[str] = "{message}"

    def __init__(self, **details: Any) -> None:
        self.details = details
        super().__init__(self.words("en"))

    def words(self, language: str) -> str:
        """The whole message in `en` or `ja`."""
        template = self.ja if language.startswith("ja") else self.en
        return template.format(**self.details)


class UnknownName(KeikiError):
    """A name that nobody declared; pass `known` so that the nearest one is suggested."""

    en = "There is no {kind} called “{name}”.{suggestion}"
    ja = "「{name}」という{kind_ja}はありません。{suggestion_ja}"
    KINDS: ClassVar[dict[str, str]] = {
        "fact": "ファクト",
        "vocabulary": "値の一覧",
        "column": "列",
        "measure": "メジャー",
        "KPI": "KPI",
        "tree": "ツリー",
        "node": "ノード",
        "dimension": "切り口",
        "parameter": "パラメーター",
        "function": "関数",
        "model": "モデル",
        "export": "取り込み形式",
        "import": "取り込み",
        "grain": "期間の単位",
    }

    def __init__(self, *, kind: str, name: str, known: Iterable[str] = (), **details: Any) -> None:
        near = did_you_mean(name, known)
        super().__init__(
            kind=kind,
            kind_ja=self.KINDS.get(kind, kind),
            name=name,
            near=near,
            suggestion=f" Did you mean “{near}”?" if near else "",
            suggestion_ja=f"「{near}」ではありませんか。" if near else "",
            **details,
        )
