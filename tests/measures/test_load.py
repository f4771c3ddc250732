"""The built-in measures, and measures of a folder with mistakes in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from keiki.errors import WrongDeclarations
from keiki.formula import parse_column, parse_condition
from keiki.measures.load import DECLARED, load_measures, raise_for, read_measures
from keiki.measures.measure import Aggregation, Timing

GOOD = """\
fact: orders
measures:
  - id: n_big
    ja: 大口の注文
    en: Big orders
    aggregation: count
    where: amount > 10000
    time: ordered_at
    timing: flow
    unit: count
"""


def problems_in(tmp_path: Path, text: str) -> list[str]:
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    return [str(p) for p in read_measures([tmp_path])[1]]


def test_built_in_measures_are_complete_and_right() -> None:
    measures, problems = read_measures([DECLARED])
    kinds = Counter("custom" if m.model else "plain" for m in measures.values())
    assert (problems, kinds) == ((), {"plain": 158, "custom": 83})


def test_every_measure_has_names_in_both_languages() -> None:
    assert [m.id for m in load_measures().values() if not m.ja or not m.en or m.ja == m.en] == []


def test_measure_is_read_as_declared() -> None:
    measure = load_measures()["n_returns"]
    assert (measure.fact, measure.aggregation, measure.timing) == ("orders", Aggregation.COUNT, Timing.FLOW)
    assert measure.where == parse_condition("status in ('returned','cancelled')")
    assert (measure.time, measure.time_fallback) == ("returned_on", "ordered_at")


def test_column_may_be_an_expression() -> None:
    assert load_measures()["avg_ticket_resolution_hours"].column == parse_column("hours(opened_at, resolved_at)")


def test_fallback_is_a_measure_of_another_fact() -> None:
    fallback = load_measures()["n_emails_opened"].fallback
    assert fallback is not None
    assert (fallback.id, fallback.fact, fallback.unit) == ("n_emails_opened", "media", "count")
    assert fallback.where == parse_condition("kind = 'email'")


def test_takes_what_is_declared_and_a_window_for_flows() -> None:
    measures = load_measures()
    taken = [measures[i].takes(p) for i, p in [("n_orders", "window"), ("mrr_end", "window"), ("mrr_end", "at")]]
    assert taken == [True, False, True]
    assert measures["n_repeat_base"].takes("within")
    assert not measures["n_orders"].takes("within")


def test_facts_are_named_one_by_one() -> None:
    assert load_measures()["sum_revenue"].facts == ("orders", "invoices", "stages")


def test_param_of_a_measure() -> None:
    measure = load_measures()["mrr_start"]
    assert (measure.param("at"), measure.param("within")) == ("start", None)


def test_own_measure_is_read_and_replaces_by_id(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD.replace("n_big", "n_orders"), encoding="utf-8")
    measures, problems = read_measures([DECLARED, tmp_path])
    assert (problems, len(measures), measures["n_orders"].en) == ((), 241, "Big orders")


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (GOOD.replace("fact: orders", "fact: ordrs"), 3, "“ordrs”. Did you mean “orders”?"),
        (GOOD.replace("amount >", "amuont >"), 3, "“amuont”. Did you mean “amount”?"),
        (GOOD.replace("amount > 10000", "\"status = 'complete'\""), 3, "“complete”. Did you mean “completed”?"),
        (GOOD.replace("amount > 10000", "\"customer.kind in ('person', 'firm')\""), 3, "no value called “firm”"),
        (GOOD.replace("    ja: 大口の注文\n", ""), 3, "has no “ja”"),
        (GOOD.replace("    en: Big orders\n", ""), 3, "has no “en”"),
        (GOOD.replace("unit: count", "unit: cuont"), 3, "“cuont”. Did you mean “count”?"),
        (GOOD.replace("aggregation: count", "aggregation: counting"), 3, "“counting” cannot be its “aggregation”"),
        (GOOD.replace("timing: flow", "timing: flew"), 3, "flow, stock"),
        (GOOD.replace("amount > 10000", "amount >"), 3, "Expected"),
        (GOOD.replace("time: ordered_at", "time: orderd_at"), 3, "“orderd_at”. Did you mean “ordered_at”?"),
        (GOOD + GOOD.split("measures:\n")[1], 11, "declared twice; the one at own.yaml:3 was kept"),
    ],
)
def test_mistake_is_told_with_file_line_and_what_to_do(tmp_path: Path, wrong: str, line: int, says: str) -> None:
    (found,) = problems_in(tmp_path, wrong)
    assert found.startswith(f"own.yaml:{line} n_big: ")
    assert says in found


def test_unreadable_file_is_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("measures: [", encoding="utf-8")
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    measures, problems = read_measures([tmp_path])
    assert (list(measures), [p.subject for p in problems]) == (["n_big"], ["broken.yaml"])


def test_wrong_measures_raise_with_the_first_in_words(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD.replace("unit: count", "unit: cuont"), encoding="utf-8")
    with pytest.raises(WrongDeclarations) as caught:
        raise_for(read_measures([tmp_path])[1])
    assert "「cuont」という単位はありません。「count」ではありませんか。" in caught.value.words("ja")
