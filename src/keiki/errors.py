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
        "unit": "単位",
        "value": "値",
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


# Measures, catalogue and trees


class UnreadableDeclaration(KeikiError):
    """A file of declarations that is no YAML we can read."""

    en = "{place}: this file cannot be read ({detail}). Nothing of it was taken; mend that line and load it again."
    ja = (
        "{place}：このファイルは読み取れません（{detail}）。中身は何も取り込んでいません。"
        "この行を直して、もう一度読み込んでください。"
    )


class MissingField(KeikiError):
    """A declaration lacks something it must say."""

    en = "“{subject}” has no “{field}”. Add it; until then “{subject}” is left out."
    ja = "「{subject}」に「{field}」がありません。書き足すまで「{subject}」は使われません。"


class WrongField(KeikiError):
    """A declaration says something that cannot be."""

    en = "“{subject}”: “{value}” cannot be its “{field}”. It may be: {options}."
    ja = "「{subject}」の「{field}」に「{value}」は使えません。使えるもの：{options}。"


class DeclaredTwice(KeikiError):
    """Two declarations of one id in the same folder."""

    en = "“{name}” is declared twice; the one at {first} was kept. Rename or delete the other."
    ja = "「{name}」が2回宣言されています。{first} のものを残しました。もう一方の名前を変えるか、消してください。"


class WrongDeclarations(KeikiError):
    """Declarations that cannot be used; `problems` lists all of them."""

    en = "{count} problem(s) in the declarations. The first: {first}"
    ja = "宣言に問題が{count}件あります。最初の問題：{first_ja}"


# --- periods ---


class CalendarError(KeikiError):
    """A setting of the business calendar that cannot be; `field` names it, `value` is what was given."""

    en = "The calendar setting “{field}” cannot be “{value}”: {expected}. Nothing was changed."
    ja = "暦の設定「{field_ja}」に「{value}」は使えません。{expected_ja}。設定は変えていません。"
    FIELDS: ClassVar[dict[str, tuple[str, str, str]]] = {
        "zone": ("タイムゾーン", "give a time zone such as Asia/Tokyo", "Asia/Tokyo のような名前を入れてください"),
        "week_start": ("週の始まり", "give 0 (Monday) to 6 (Sunday)", "0（月曜）から6（日曜）で入れてください"),
        "fiscal_start": ("年度の始まりの月", "give a month from 1 to 12", "1から12の月で入れてください"),
        "closing_day": (
            "締め日",
            "give a day from 1 to 27, or none for the end of the month",
            "1から27の日、または月末（なし）を入れてください",
        ),
        "label_style": ("期間の呼び方", "give “calendar” or “fiscal”", "calendar か fiscal を入れてください"),
        "country": (
            "祝日の国",
            "give a two-letter country code such as JP, or nothing for no holidays",
            "JP のような国コード、または祝日なし（空）を入れてください",
        ),
    }

    def __init__(self, *, field: str, value: object) -> None:
        self.field = field
        name_ja, expected, expected_ja = self.FIELDS[field]
        super().__init__(field=field, field_ja=name_ja, value=value, expected=expected, expected_ja=expected_ja)


class PeriodError(KeikiError):
    """Days that make no period."""

    en = "{start} to {end} is not a period: the end must not lie before the start. Please swap the dates."
    ja = "{start} から {end} は期間になりません。終わりは始まりより後にしてください。"


class DateOutOfRange(KeikiError):
    """A date beyond the years 1 to 9999."""

    en = "That period lies outside the years 1 to 9999. Please choose a nearer date."
    ja = "その期間は西暦1年から9999年の外にあります。もっと近い日付を選んでください。"
