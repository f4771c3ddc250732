"""Random formulas and conditions for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from keiki.formula import (
    AsOf,
    Binary,
    Boolean,
    Both,
    Call,
    Compare,
    Either,
    IsNull,
    Negate,
    Number,
    OneOf,
    Reference,
    Text,
    ThisKpi,
)

NAMES = ("n_orders", "売上", "customer.icp_fit", "x", "sum", "by", "m2")
numbers = st.builds(Number, st.integers(0, 10**6).map(float) | st.floats(0, 1e6, allow_nan=False))
texts = st.builds(Text, st.text(max_size=6))
columns = st.builds(Reference, st.sampled_from(NAMES))


def arithmetic(leaves, functions):
    """Formulas over some leaves with the arithmetic operators and functions given by name and number of arguments."""

    def grow(inner):
        calls = [
            st.builds(Call, st.just(name), st.lists(inner, min_size=least, max_size=most).map(tuple))
            for name, (least, most) in functions.items()
        ]
        return st.one_of(st.builds(Binary, st.sampled_from("+-*/"), inner, inner), st.builds(Negate, inner), *calls)

    return st.recursive(leaves, grow, max_leaves=8)


GATHER = {"min": (1, 3), "max": (1, 3), "coalesce": (1, 3), "sum": (1, 3)}
column_formulas = arithmetic(numbers | columns, GATHER | {"hours": (2, 2)})
operands = st.one_of(column_formulas, texts, st.builds(Boolean, st.booleans()), st.just(AsOf()), st.just(ThisKpi()))


def combined(leaves):
    """Conditions joined by and / or."""
    return st.recursive(
        leaves, lambda inner: st.builds(Both, inner, inner) | st.builds(Either, inner, inner), max_leaves=5
    )


conditions = combined(
    st.one_of(
        st.builds(Compare, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), operands, operands),
        st.builds(OneOf, operands, st.lists(operands, min_size=1, max_size=3).map(tuple)),
        st.builds(IsNull, operands, st.booleans()),
    )
)
params = st.lists(
    st.tuples(st.sampled_from(["within", "at", "min"]), st.sampled_from(["12m", "won", "0.5", "a b", "it's", ""])),
    max_size=2,
    unique_by=lambda pair: pair[0],
).map(tuple)
references = st.builds(
    Reference,
    st.sampled_from(NAMES),
    st.none() | conditions,
    st.lists(st.sampled_from(NAMES), max_size=2, unique=True).map(tuple),
    params,
)
formulas = arithmetic(numbers | references, GATHER | {"prev": (1, 1), "growth": (1, 1)})
