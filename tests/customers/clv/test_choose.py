from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.customers.clv.cdnow import HELD_OUT_DAYS, everybody, sample
from tests.customers.clv.test_bg_bb import donations
from tests.customers.clv.test_contracts import HIGH_END

from keiki.customers.clv.bg_nbd import BgNbd
from keiki.customers.clv.choose import WORDS, Candidate, _best, choose
from keiki.customers.clv.contracts import Contracts
from keiki.customers.clv.grouped import History, Unit
from keiki.customers.clv.likelihood import Estimate
from keiki.customers.clv.shifted_beta_geometric import ShiftedBetaGeometric


def test_contracts_are_told_by_survival_and_the_better_of_its_two_models() -> None:
    choice = choose(Contracts.of_survivors(HIGH_END[:8]))
    assert choice.name == "BdW"
    assert [reason.code for reason in choice.reasons] == ["renewals", "likeliest"]
    assert [c.name for c in choice.candidates] == ["BdW", "sBG"]


def test_a_parameter_more_must_earn_its_place() -> None:
    """Survivors as a shifted beta-geometric model has them: c of the other model adds nothing."""
    survivors = (10_000 * ShiftedBetaGeometric(alpha=0.7, beta=1.2).survival(np.arange(9))).round()
    choice = choose(Contracts.of_survivors(survivors), discrete=False)
    assert (choice.name, [r.code for r in choice.reasons]) == ("sBG", ["any_day_contracts", "likeliest"])


@pytest.mark.parametrize(
    ("levels", "many_once", "found"),
    [
        ((-100.0, -100.5, -103.0), False, ("simplest", "BG/NBD")),
        ((-100.0, -100.5, -103.0), True, ("fades", "MBG/NBD")),
        ((-100.0, -103.0, -99.5), True, ("simplest", "BG/NBD")),
        ((-100.0, -103.0, -98.5), True, ("likeliest", "Pareto/NBD")),
    ],
)
def test_of_equals_the_plainest_or_the_one_that_fades(
    levels: tuple[float, ...], many_once: bool, found: tuple[str, str]
) -> None:
    names = ("BG/NBD", "MBG/NBD", "Pareto/NBD")
    candidates = [
        Candidate(name, BgNbd(), Estimate(("r",), (1.0,), level, 500))
        for name, level in zip(names, levels, strict=True)
    ]
    code, best = _best(candidates, many_once=many_once)
    assert (code, best.name) == found


def test_counted_chances_need_bg_bb() -> None:
    choice = choose(donations(), discrete=True)
    assert (choice.name, [r.code for r in choice.reasons]) == ("BG/BB", ["chances", "only"])


def test_customers_of_any_time_who_mostly_bought_once_get_the_model_that_lets_them_fade(shared_data: Path) -> None:
    choice = choose(sample(shared_data).history)
    assert (choice.name, [r.code for r in choice.reasons]) == ("MBG/NBD", ["any_time", "fades"])
    assert [c.code for c in choice.cautions] == ["one_time_buyers"]
    assert choice.words("en").endswith("customers who bought once fade in it with time.")


def test_held_out_time_decides_where_there_is_one(shared_data: Path) -> None:
    data = everybody(shared_data, Unit.DAY)
    choice = choose(data.history, after=data.after, ahead=HELD_OUT_DAYS)
    errors = [c.hold_out.error for c in choice.candidates if c.hold_out]
    assert len(errors) == 3
    assert errors[0] == min(errors)
    assert choice.reasons[1].code == "nearest"
    assert choice.hold_out is not None
    assert choice.hold_out.off == pytest.approx(0, abs=0.15)


def test_online_retail_says_that_it_is_not_identifiable(shared_data: Path) -> None:
    """A year in which nobody can be told to have left: the chance to leave is settled by nothing."""
    choice = choose(online_retail(shared_data))
    assert choice.reasons[1].code == "none_settled"
    told = {c.code: c for c in choice.cautions}
    assert "not_identifiable" in told
    assert "a, b" in told["not_identifiable"].words("ja")
    assert all(not c.settled for c in choice.candidates)


def online_retail(folder: Path) -> History:
    """Customers of the shop by the days on which they bought, cancellations left out."""
    import duckdb

    path = folder / "online_retail" / "online_retail.parquet"
    rows = duckdb.execute(
        """
        with days as (
            select distinct CustomerID as id, InvoiceDate::date as day
            from read_parquet(?) where CustomerID is not null and InvoiceNo not like 'C%'
        )
        select count(*) - 1, max(day) - min(day), (select max(day) from days) - min(day) from days group by id
        """,
        [str(path)],
    ).fetchall()
    return History.of(*np.array(rows, dtype=float).T)


@pytest.mark.parametrize("code", WORDS)
def test_every_reason_has_both_languages_with_the_same_blanks(code: str) -> None:
    english, japanese = WORDS[code]
    assert english.count("{model}") == japanese.count("{model}")
    assert english.isascii()
    assert not japanese.isascii()
