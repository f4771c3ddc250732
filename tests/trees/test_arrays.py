"""Compiled formulas equal the evaluator, element by element."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.formula import evaluate, parse
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.trees.arrays import compiled, plain

NAMES = ("a", "b", "c")
LEAVES = st.builds(Number, st.integers(-3, 3).map(float)) | st.builds(Reference, st.sampled_from(NAMES))


def grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    one = st.tuples(inner)
    return (
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner)
        | st.builds(Negate, inner)
        | st.builds(Call, st.sampled_from(["min", "max", "sum", "coalesce"]), several)
        | st.builds(Call, st.sampled_from(["prev", "growth"]), one)
    )


FORMULAS = st.recursive(LEAVES, grown, max_leaves=10)
VALUES = st.none() | st.integers(-5, 5).map(float) | st.floats(-1e6, 1e6)
TABLES = st.fixed_dictionaries({name: st.lists(VALUES, min_size=12, max_size=12) for name in NAMES})


@given(formula=FORMULAS, table=TABLES)
def test_compiled_equals_evaluate_on_every_element(formula: Formula, table: dict[str, list[float | None]]) -> None:
    def at(name: str, period: int, back: int) -> float | None:
        return table[name][period - back] if period - back >= 0 else None

    def arrays(name: object, back: int) -> np.ndarray:
        return np.array([at(str(name), p, back) for p in range(12)], dtype=np.float64)

    with np.errstate(all="ignore"):
        found = np.broadcast_to(compiled(formula)(arrays, 0), (12,))
    expected = [evaluate(formula, lambda r, back, p=p: at(r.id, p, back)) for p in range(12)]
    assert [plain(v) for v in found] == [pytest.approx(e) if e is not None else None for e in expected]


@pytest.mark.parametrize(
    ("text", "value"), [("a / b", None), ("sum(a, b, c)", 1.0), ("min(c, a)", 1.0), ("c + a", None)]
)
def test_compiled_knows_zero_and_missing(text: str, value: float | None) -> None:
    numbers = {"a": 1.0, "b": 0.0, "c": np.nan}
    assert plain(compiled(parse(text))(lambda name, back: np.asarray(numbers[str(name)]), 0)) == value
