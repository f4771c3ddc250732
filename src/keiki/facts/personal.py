"""Which columns of the facts say who somebody is: what erasing a customer changes there, and what it leaves."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from keiki.facts.contract import Fact


class Ids(StrEnum):
    """What an id names. Within one kind the same id is the same thing in every fact."""

    PERSON = "person"
    SUBJECT = "subject"
    SESSION = "session"


NAMING: Final = {
    "customer_id": Ids.PERSON,
    "visitor_id": Ids.PERSON,
    "unit_id": Ids.PERSON,
    "subject_id": Ids.SUBJECT,
    "parent_id": Ids.SUBJECT,
    "session_id": Ids.SESSION,
}
"""Columns that name a person, what a person went through (a lead, a deal), or one visit.

Numbers of orders, contracts, invoices, tickets and answers name papers and stay, so that a file that comes again finds
its rows.
"""

FREE_TEXT: Final = {
    "customers": ("name",),
    "events": ("url", "referrer"),
    "surveys": ("comment",),
    "observations": ("note", "source"),
}
"""Declared columns in which anything may be written, a name too; no measure of the catalogue reads them."""

SAYS_WHO: Final = re.compile(
    r"(?:^|_)(?:(?:first|last|full|family|given|user|customer|client|company|contact|recipient|billing|shipping)_?)?name(?=_|$)"
    r"|(?:^|_)(?:e_?mail|mail|mail_?address|phone|mobile_phone|tel|telephone|fax|address|street|zip|kana)(?=_|\d|$)"
    r"|postcode|postal|birth|passport|(?:^|_)(?:memo|notes?|comments?)(?=_|$)"
    r"|氏名|名前|お名前|顧客名|会社名|宛名|担当者名|姓|フリガナ|ふりがな|メールアドレス|電話|携帯番号|ファックス"
    r"|住所|番地|郵便|生年月日|誕生|連絡先|アドレス|備考|メモ|コメント"
)
"""How a business's own column that says who somebody is, or where they are reached, is usually called."""


def ids_in(fact: Fact) -> dict[str, Ids]:
    """The columns of a fact that hold ids of persons, subjects and visits, and of which kind."""
    return {column.name: NAMING[column.name] for column in fact.loadable if column.name in NAMING}


def is_personal(fact: Fact, column: str) -> bool:
    """Whether a column is emptied where it speaks of an erased customer.

    >>> from keiki.facts import FACTS
    >>> [is_personal(FACTS["customers"], name) for name in ("name", "region", "e_mail", "電話番号", "favourite_tea")]
    [True, False, True, True, False]
    """
    if fact.column(column) is not None:
        return column in FREE_TEXT.get(fact.name, ())
    return SAYS_WHO.search(column) is not None
