"""Why a row was not taken, as short codes with words in Japanese and English."""

from __future__ import annotations

from keiki.errors import UnknownName
from keiki.facts.contract import Kind
from keiki.facts.vocabulary import Label

REASONS: dict[str, Label] = {
    "required_empty": Label("必須の列が空です", "this column must not be empty"),
    "not_a_number": Label("数値として読めません", "this is not a number"),
    "not_a_whole_number": Label("整数ではありません", "this is not a whole number"),
    "number_out_of_range": Label("扱える数値の範囲を超えています", "this number is too large"),
    "number_too_small": Label("0未満の数値は使えません", "this number must not be below 0"),
    "ends_before_it_begins": Label("開始日より前に終わっています", "this is before the day on which it begins"),
    "not_a_date": Label("日付として読めません", "this is not a date"),
    "impossible_date": Label("存在しない日付または時刻です", "there is no such date or time"),
    "ambiguous_date": Label("月と日のどちらが先か分かりません", "it is not clear which part is the month"),
    "date_out_of_range": Label("扱える日付の範囲を超えています", "this date is outside the years 1800 to 9999"),
    "not_yes_or_no": Label("「はい」か「いいえ」として読めません", "this is neither yes nor no"),
    "too_few_columns": Label("列の数が足りません", "this row has too few columns"),
    "too_many_columns": Label("列の数が多すぎます", "this row has too many columns"),
    "broken_quotes": Label('引用符（"）が閉じていません', "the quotation marks of this row do not match"),
    "row_too_long": Label("行が長すぎます", "this row is too long"),
    "broken_characters": Label("文字コードが壊れています", "this row has broken characters"),
    "duplicate_key": Label("同じキーの行が後にあります（後の行を採用）", "a later row has the same key and was taken"),
    "key_exists": Label("同じキーの行がすでにあります", "a row with this key is already there"),
    "erased": Label(
        "消去した顧客の行なので取り込みません（値は残していません）",
        "this customer was erased, so the row is not taken; nothing of it is kept",
    ),
    "broken_row": Label("行の形が崩れています", "this row cannot be read"),
}

UNREADABLE: dict[Kind, str] = {
    Kind.NUMBER: "not_a_number",
    Kind.MONEY: "not_a_number",
    Kind.INTEGER: "not_a_number",
    Kind.DATE: "not_a_date",
    Kind.TIMESTAMP: "not_a_date",
    Kind.BOOLEAN: "not_yes_or_no",
}
"""What a cell of each kind is called when nothing more precise is known. Text can always be read."""


def reason_words(code: str, language: str) -> str:
    """A reason in `ja` or `en`.

    >>> reason_words("required_empty", "en")
    'this column must not be empty'
    """
    if code not in REASONS:
        raise UnknownName(kind="reason", name=code, known=REASONS)
    return REASONS[code].words(language)
