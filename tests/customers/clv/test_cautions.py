from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.customers.clv.online_retail import history as online_retail

from keiki.customers.clv import bg_nbd, mbg_nbd, pareto_nbd
from keiki.customers.clv.buying import Buying
from keiki.customers.clv.cautions import WORDS, Caution, cautions_of
from keiki.customers.clv.grouped import History


@pytest.mark.parametrize("code", WORDS)
def test_every_caution_has_both_languages_with_the_same_blanks(code: str) -> None:
    english, japanese = WORDS[code]
    assert set(re.findall(r"{\w+[^}]*}", english)) == set(re.findall(r"{\w+[^}]*}", japanese))
    assert english.isascii()
    assert not japanese.isascii()


@pytest.mark.parametrize(
    ("once", "repeaters", "codes"),
    [
        (60, 60, []),
        (61, 60, ["one_time_buyers"]),
        (10, 20, ["too_few_customers"]),
        (200, 29, ["too_few_customers", "one_time_buyers"]),
    ],
)
def test_cautions_come_beyond_their_limits(once: int, repeaters: int, codes: list[str]) -> None:
    history = History.of([0, 1], [0, 5], [9, 9], [once, repeaters])
    assert [caution.code for caution in cautions_of(history)] == codes


def test_figures_are_in_the_sentence() -> None:
    assert Caution("one_time_buyers", {"share": 0.6}).words("ja").startswith("顧客の60%は1回")


@pytest.mark.parametrize(
    ("fit", "loose"),
    [(bg_nbd.fit, "a, b"), (mbg_nbd.fit, "a, b"), (pareto_nbd.fit, "s, beta")],
    ids=["BG/NBD", "MBG/NBD", "Pareto/NBD"],
)
def test_real_data_in_which_hardly_anybody_leaves_are_said_not_to_settle_who_does(
    fit: Callable[[History], Buying], loose: str, shared_data: Path
) -> None:
    history = online_retail(shared_data)
    assert (history.size, history.repeaters) == (4338, 2790)
    told = {caution.code: caution.details for caution in fit(history).cautions}
    assert told["not_identifiable"] == {"parameters": loose}
