"""A mapping is data: it goes to JSON and comes back the same."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from keiki.facts.mapping import TRANSFORMS, Mapping, Rule

RULES = st.builds(
    Rule,
    st.lists(st.text(max_size=5)).map(tuple),
    st.sampled_from(sorted(TRANSFORMS)),
    st.none() | st.text(max_size=5) | st.booleans() | st.floats(0, 1),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3), max_size=3),
)


@given(st.builds(Mapping, st.just("orders"), st.dictionaries(st.text(max_size=5), RULES, max_size=4)))
def test_mapping_comes_back_from_json(mapping: Mapping) -> None:
    assert Mapping.from_dict(json.loads(json.dumps(mapping.as_dict()))) == mapping


def test_from_dict_takes_bare_column_names() -> None:
    stated = {"fact": "orders", "rules": {"order_id": "番号"}, "ignored": ["x"], "date_order": "mdy"}
    assert Mapping.from_dict(stated) == Mapping("orders", {"order_id": Rule(("番号",))}, ("x",), "mdy")


def test_of_names_columns_plainly() -> None:
    assert Mapping.of("orders", order_id="番号").rules == {"order_id": Rule(("番号",))}
