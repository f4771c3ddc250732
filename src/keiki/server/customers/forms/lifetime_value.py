"""What a person types into the lifetime value calculator, as it stands in the address."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from keiki.customers.acquisition_cost import Acquisition, HealthRule, Payback, payback
from keiki.customers.ltv_formulas import BUSINESS_MODELS, FORMULAS, TERMS, LifetimeValue, lifetime_values
from keiki.server.ui.forms import read_day
from keiki.trees.stated import ill_fitting

if TYPE_CHECKING:
    from keiki.engine.lifetime_value import OwnTerms

SPENT: Final = ("marketing", "sales", "customers", "visitors")
STEPS: Final = ("10", "20", "50")
LONGEST: Final = 40
FARTHEST: Final = Decimal(10) ** 15


def amount_of(text: str, unit: str) -> float | None:
    """A number as people type it; a share as a fraction or with the sign, 0.05 or 5%. None when it is neither, or that
    of another unit.

    >>> amount_of("5％", "ratio"), amount_of("0.05", "ratio"), amount_of("1,200円", "currency"), amount_of("x", "ratio")
    (0.05, 0.05, 1200.0, None)
    >>> amount_of("¥1,200", "ratio"), amount_of("5%", "currency")
    (None, None)
    """
    if ill_fitting(text, unit) is not None:
        return None
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", "").replace("\u2212", "-")
    percent = unit == "ratio" and plain.endswith("%")
    plain = plain.rstrip("%円回人件年月か ").lstrip("¥$€£ ")
    try:
        number = Decimal(plain) if len(plain) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > FARTHEST:
        return None
    return float(number / 100 if percent else number)


@dataclass(frozen=True)
class Calculation:
    """The numbers of an address. What is typed counts; what is not comes from the business's own data, when asked.

    `texts` is what was typed, `wrong` the fields whose text is no number.
    """

    model: str = "general"
    formula: str = "ltv"
    own: bool = True
    on: date | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, float] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    strict: bool = False
    step: str = "10"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Calculation:
        """The calculation of a query string; numbers typed without asking for own data stand alone."""
        fields = {name: TERMS[name].unit for name in TERMS} | dict.fromkeys(SPENT, "currency")
        texts = {name: text for name in fields if (text := query.get(name, "").strip()[: 2 * LONGEST])}
        amounts = {name: amount_of(text, fields[name]) for name, text in texts.items()}
        model = query.get("model", "")
        model = model if model in BUSINESS_MODELS else "general"
        formula = query.get("formula", "")
        return cls(
            model=model,
            formula=formula if formula in FORMULAS else BUSINESS_MODELS[model].formulas[0],
            own=query.get("own") == "1" if ("own" in query or texts) else True,
            on=read_day(query.get("on", "")),
            texts=texts,
            typed={name: amount for name, amount in amounts.items() if amount is not None},
            wrong=frozenset(name for name, amount in amounts.items() if amount is None),
            strict=query.get("strict") == "1",
            step=query.get("step", "") if query.get("step") in STEPS else "10",
        )

    @property
    def rule(self) -> HealthRule:
        """From which ratio to acquisition cost on it is healthy."""
        return HealthRule(strict=self.strict)

    def given(self, own: OwnTerms | None) -> dict[str, float | None]:
        """The terms of the formulas. A text that is no number is no value, whatever the data says."""
        known = own.terms if own is not None and self.own else {}
        given = {name: self.typed.get(name, known.get(name)) for name in TERMS}
        given.update(dict.fromkeys(self.wrong & set(TERMS)))
        if given["cac"] is None and "cac" not in self.wrong:
            given["cac"] = self.acquisition(own).full
        return given

    def acquisition(self, own: OwnTerms | None) -> Acquisition:
        """What was spent on winning customers."""
        known = own.acquisition if own is not None and self.own else Acquisition()
        return Acquisition(**{name: self.typed.get(name, getattr(known, name)) for name in SPENT})

    def of_profit(self, given: Mapping[str, float | None]) -> LifetimeValue | None:
        """The decisive value of gross profit, the only one to hold beside a cost: of the formula, else of the first of
        its model that is.
        """
        ids = dict.fromkeys((self.formula, *BUSINESS_MODELS[self.model].formulas, *FORMULAS))
        return next((v for v in lifetime_values(given, ids) if v.basis == "gross_profit" and v.value), None)

    def payback(self, given: Mapping[str, float | None]) -> Payback | None:
        """That value beside CAC."""
        cac, found = given.get("cac"), self.of_profit(given)
        if cac is None or cac < 0 or found is None:
            return None
        if found.value is None or found.monthly is None or found.share is None:
            return None
        return payback(found.value, cac, found.monthly * found.share, self.rule)
