"""What a person says about the columns of a file."""

from __future__ import annotations

import pytest

from keiki.errors import MeaningTwice
from keiki.facts.mapping import Mapping, Rule
from keiki.server.data.forms import KEEP, NET, SKIP, ColumnsForm, choice_of, field

COLUMNS = ("no", "when", "who", "total", "tax", "kind", "mail")
GUESSED = Mapping(
    "orders",
    {
        "order_id": Rule(("no",)),
        "ordered_at": Rule(("when",)),
        "customer_id": Rule(("who",)),
        "is_guest": Rule(("who",), "is_empty"),
        "amount": Rule(("total", "tax"), "net_of_tax"),
        "status": Rule((), "constant", "completed"),
    },
    ignored=("mail",),
)


def form(**posted: str) -> ColumnsForm:
    return ColumnsForm.read(GUESSED, COLUMNS, {field(COLUMNS.index(name)): choice for name, choice in posted.items()})


def test_choice_of_says_how_each_column_is_read() -> None:
    chosen = {name: choice_of(GUESSED, name) for name in COLUMNS}
    assert chosen == {
        "no": "order_id",
        "when": "ordered_at",
        "who": "customer_id",
        "total": f"amount{NET}",
        "tax": f"amount{NET}",
        "kind": KEEP,
        "mail": SKIP,
    }


def test_mapping_stays_as_guessed_when_nothing_is_changed() -> None:
    assert form().mapping() == GUESSED


def test_mapping_takes_another_meaning() -> None:
    rules = form(kind="channel", mail=KEEP).mapping()
    assert rules.rules["channel"] == Rule(("kind",))
    assert rules.ignored == ()


def test_mapping_drops_a_rule_beside_when_its_column_changes() -> None:
    assert "is_guest" not in form(who=SKIP).mapping().rules


def test_mapping_takes_tax_off_one_column_when_the_other_is_given_up() -> None:
    rules = form(tax=SKIP).mapping().rules
    assert rules["amount"] == Rule(("total",), "net_of_tax")
    assert form(total="amount", tax=SKIP).mapping().rules["amount"] == Rule(("total",))


def test_mapping_keeps_renamed_values() -> None:
    guessed = Mapping("orders", {"channel": Rule(("kind",), values={"x": "email"})})
    changed = ColumnsForm.read(guessed, ("kind", "no"), {field(1): "order_id"}).mapping()
    assert changed.rules["channel"].values == {"x": "email"}


@pytest.mark.parametrize("posted", [{"kind": "order_id"}, {"total": "amount"}])
def test_two_columns_of_one_meaning_are_refused(posted: dict[str, str]) -> None:
    with pytest.raises(MeaningTwice):
        form(**posted).mapping()
