"""Every reason has words in both languages."""

from __future__ import annotations

import pytest

from keiki.errors import UnknownName
from keiki.facts.contract import Kind
from keiki.facts.reasons import REASONS, UNREADABLE, reason_words


def test_reasons_have_words_in_both_languages() -> None:
    for code, label in REASONS.items():
        assert reason_words(code, "ja") == label.ja != ""
        assert reason_words(code, "en") == label.en != ""
        assert label.en.isascii()


def test_every_kind_but_text_has_a_reason() -> None:
    assert {*UNREADABLE} == {*Kind} - {Kind.TEXT}
    assert {*UNREADABLE.values()} <= {*REASONS}


def test_unknown_reason_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="not_a_date"):
        reason_words("not_date", "en")
