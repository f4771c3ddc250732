"""What a person types into the lifetime value calculator, beside what the data of a business says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Final

from keiki.customers.acquisition_cost import Acquisition, HealthRule, Payback, payback
from keiki.customers.ltv_formulas import BUSINESS_MODELS, FORMULAS, TERMS, LifetimeValue, lifetime_values
from keiki.errors import AcquisitionImpossible, KeikiError, UnreadableNumber
from keiki.trees.stated import LONGEST, amount_of, ill_fitting

if TYPE_CHECKING:
    from keiki.engine.lifetime_value import OwnTerms

SPENT: Final = {"marketing": "currency", "sales": "currency", "customers": "count", "visitors": "count"}
"""What was spent in a period and what came of it, each with its unit."""
UNITS: Final = {name: term.unit for name, term in TERMS.items()} | SPENT
"""Every number that can be typed, with its unit."""
STEPS: Final = ("10", "20", "50")


@dataclass(frozen=True)
class Calculation:
    """Typed numbers. What is typed counts; what is not comes from the business's own data, when asked.

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
    def read(cls, query: Mapping[str, str], on: date | None = None) -> Calculation:
        """The calculation of typed texts and the day whose month the own data is of; numbers typed without asking for
        own data stand alone.
        """
        texts = {name: text for name in UNITS if (text := query.get(name, "").strip()[: 2 * LONGEST])}
        amounts = {name: amount_of(text, UNITS[name]) for name, text in texts.items()}
        model = query.get("model", "")
        model = model if model in BUSINESS_MODELS else "general"
        formula = query.get("formula", "")
        return cls(
            model=model,
            formula=formula if formula in FORMULAS else BUSINESS_MODELS[model].formulas[0],
            own=query.get("own") == "1" if ("own" in query or texts) else True,
            on=on,
            texts=texts,
            typed={name: amount for name, amount in amounts.items() if amount is not None},
            wrong=frozenset(name for name, amount in amounts.items() if amount is None),
            strict=query.get("strict") == "1",
            step=query.get("step", "") if query.get("step") in STEPS else "10",
        )

    def trouble(self, name: str) -> KeikiError | None:
        """What is wrong with the text of a number; None when nothing is."""
        if name in self.wrong:
            return ill_fitting(self.texts[name], UNITS[name]) or UnreadableNumber(text=self.texts[name])
        if name in SPENT and self.typed.get(name, 0) < 0:
            return AcquisitionImpossible(value=f"{self.typed[name]:g}")
        return None

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
