"""What people type: to plan and to judge a trial, as it stands in an address; an idea and the number it would move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keiki.insight.rates import Arm, TrialRule
from keiki.server.scenarios.forms import amount_of
from keiki.trees.build import Node
from keiki.trees.ideas import Idea
from keiki.trees.simulate import How, Move

POWERS = ("0.8", "0.9", "0.95")
ALPHAS = ("0.05", "0.01", "0.1")
MOST = 10**9


@dataclass(frozen=True)
class Plan:
    """How large a trial has to be. `texts` are the fields as typed, `wrong` says what each lacks."""

    texts: Mapping[str, str]
    base: float | None = None
    wished: float | None = None
    a_day: float | None = None
    rule: TrialRule = TrialRule()
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Mapping[str, str], base: str = "2") -> Plan:
        """From an address; rates are typed in per cent."""
        texts = {
            name: query.get(name, given).strip()[:40] for name, given in (("base", base), ("wished", ""), ("day", ""))
        }
        texts |= {
            "power": query.get("power", "") if query.get("power") in POWERS else POWERS[0],
            "alpha": query.get("alpha", "") if query.get("alpha") in ALPHAS else ALPHAS[0],
        }
        amounts = {name: amount_of(texts[name], "ratio") for name in ("base", "wished")}
        day = amount_of(texts["day"], "count")
        wrong = {
            name: _("A rate between 0 and 100%, such as 2.5.")
            for name, amount in amounts.items()
            if texts[name] and not (amount is not None and 0 < amount < 1)
        }
        if texts["day"] and (day is None or day <= 0):
            wrong["day"] = _("A number above 0.")
        rule = TrialRule(alpha=float(texts["alpha"]), power=float(texts["power"]))
        return cls(texts, amounts["base"], amounts["wished"], day, rule, wrong)

    @property
    def complete(self) -> bool:
        """Whether there is enough to work it out."""
        return not self.wrong and self.base is not None and self.wished is not None


@dataclass(frozen=True)
class Counted:
    """The two groups of a trial as typed."""

    texts: Mapping[str, str]
    control: Arm | None = None
    treatment: Arm | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Counted:
        """From an address: units `cn`, `tn` and successes `cs`, `ts` of control and treatment."""
        texts = {name: query.get(name, "").strip()[:40] for name in ("cn", "cs", "tn", "ts")}
        counts = {name: _count(text) for name, text in texts.items()}
        wrong = {name: _("A whole number, 0 or more.") for name, text in texts.items() if text and counts[name] is None}
        arms = {}
        for side in ("c", "t"):
            units, successes = counts[f"{side}n"], counts[f"{side}s"]
            if units is None or successes is None:
                continue
            if successes > units:
                wrong[f"{side}s"] = _("More successes than people in the group.")
            arms[side] = Arm(units, successes)
        if wrong:
            return cls(texts, wrong=wrong)
        return cls(texts, arms.get("c"), arms.get("t"), wrong)


@dataclass(frozen=True)
class ChangeAsked:
    """A KPI and the month in which something changed."""

    kpi: str = ""
    since: date | None = None
    window: int = 6

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ChangeAsked:
        """From an address."""
        window = query.get("months", "")
        try:
            since = date.fromisoformat(query.get("since", ""))
        except ValueError:
            since = None
        return cls(query.get("kpi", "")[:64], since, int(window) if window in {"3", "6", "12"} else 6)


def _count(text: str) -> int | None:
    amount = amount_of(text, "count")
    return int(amount) if amount is not None and 0 <= amount <= MOST and amount == int(amount) else None


class IdeaForm(forms.Form):
    """An idea; the number it would move may be left open, and then it waits for one."""

    name = forms.CharField(label=gettext_lazy("Idea"), max_length=80)
    node = forms.ChoiceField(label=gettext_lazy("Number it moves"), required=False)
    how = forms.ChoiceField(
        label=gettext_lazy("How it moves"),
        choices=[
            (How.RELATIVE, gettext_lazy("by per cent of its value")),
            (How.PLUS, gettext_lazy("by an amount or points")),
            (How.TO, gettext_lazy("to a value")),
        ],
    )
    amount = forms.CharField(label=gettext_lazy("How much"), max_length=40, required=False)
    chance = forms.IntegerField(label=gettext_lazy("Chance that it works (%)"), min_value=1, max_value=100, initial=50)

    def __init__(self, *args: Any, nodes: Mapping[str, Node], language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nodes = nodes
        options = [("", _("Not known yet")), *((name, node.label(language)) for name, node in nodes.items())]
        self.fields["node"].choices = options  # type: ignore[attr-defined]  # a ChoiceField

    def clean(self) -> dict[str, Any]:
        """A number that is to move needs an amount."""
        said = super().clean() or {}
        if said.get("node") and self.move is None:
            self.add_error("amount", _("Write a number, such as 2.5."))
        return said

    @property
    def move(self) -> Move | None:
        """How far the number moves; None without a number or an amount that can be read."""
        node, how = self.cleaned_data.get("node"), self.cleaned_data.get("how")
        if not node or not how:
            return None
        unit = "ratio" if how == How.RELATIVE else self.nodes[node].unit
        amount = amount_of(self.cleaned_data.get("amount", ""), unit)
        return None if amount is None else Move(How(how), amount)

    @property
    def idea(self) -> Idea:
        """The idea as typed."""
        said = self.cleaned_data
        return Idea(said["name"], said["node"] or None, self.move, said["chance"] / 100)
