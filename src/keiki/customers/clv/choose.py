"""Which model suits: by how customers leave and when they can buy, then by what fits the data; with the reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from numpy.typing import ArrayLike

from keiki.customers.clv import (
    beta_discrete_weibull,
    bg_bb,
    bg_nbd,
    mbg_nbd,
    pareto_nbd,
    shifted_beta_geometric,
)
from keiki.customers.clv.bg_bb import BgBb
from keiki.customers.clv.buying import Buying
from keiki.customers.clv.cautions import MANY_ONE_TIME, Caution
from keiki.customers.clv.contracts import Contracts, Renewing
from keiki.customers.clv.grouped import History
from keiki.customers.clv.hold_out import HoldOut, held_out
from keiki.customers.clv.likelihood import Estimate

TIE = 2.0
"""Models whose BIC differs by less explain the data equally well."""

Model = Buying | BgBb | Renewing

WORDS = {
    "renewals": (
        "Customers have contracts, so it is seen when they leave, and they can leave with the end of a period only.",
        "契約があり、離れた時点が分かります。離れるのは契約期間の終わりだけです。",
    ),
    "any_day_contracts": (
        "Customers have contracts that can end on any day. Their full months are taken for periods.",
        "契約があり、いつでも解約できます。満了した月数を期間として数えています。",
    ),
    "chances": (
        "Customers leave without a word and can buy at fixed occasions only.",
        "離れた時点は分からず、購入の機会は決まった回だけです。",
    ),
    "any_time": (
        "Customers leave without a word and buy when they like.",
        "離れた時点は分からず、購入はいつでもできます。",
    ),
    "only": ("{model} is the model for that.", "この場合のモデルは {model} です。"),
    "likeliest": (
        "{model} explains the data best for the number of its parameters.",
        "パラメーターの数も考えると、データに最もよく当てはまるのは {model} です。",
    ),
    "simplest": (
        "{model} explains the data as well as others and is the simplest.",
        "{model} はほかのモデルと同じくらい当てはまり、最も簡単です。",
    ),
    "fades": (
        "{model} explains the data as well as others, and customers who bought once fade in it with time.",
        "{model} はほかのモデルと同じくらい当てはまり、1回だけの顧客も時間とともに下がります。",
    ),
    "nearest": (
        "{model} was nearest to what customers did in the time held out.",
        "検証期間の実際の購入に最も近かったのは {model} です。",
    ),
    "none_settled": (
        "The data settles none of the models; {model} fits best, with caution.",
        "どのモデルもこのデータだけでは定まりません。最もよく当てはまる {model} を、注意つきで使います。",
    ),
}
"""Every reason by its code: English, Japanese."""


@dataclass(frozen=True)
class Reason:
    """Why a model was taken: a code with what it speaks of."""

    code: str
    details: Mapping[str, str] = field(default_factory=dict)

    def words(self, language: str) -> str:
        """The sentence in `en` or `ja`."""
        english, japanese = WORDS[self.code]
        return (japanese if language.startswith("ja") else english).format(**self.details)


@dataclass(frozen=True)
class Candidate:
    """A model that was tried. `hold_out` is None where no time was held out."""

    name: str
    model: Model
    estimate: Estimate
    hold_out: HoldOut | None = None

    @property
    def settled(self) -> bool:
        """Whether the data settles all its parameters."""
        return not self.estimate.loose


@dataclass(frozen=True)
class Choice:
    """The model taken, the reasons, and the others that were tried, best first."""

    name: str
    model: Model
    reasons: tuple[Reason, ...]
    candidates: tuple[Candidate, ...]
    hold_out: HoldOut | None = None

    @property
    def cautions(self) -> tuple[Caution, ...]:
        """What limits what its numbers are worth."""
        return self.model.cautions

    def words(self, language: str) -> str:
        """Why this model, in `en` or `ja`."""
        return ("" if language.startswith("ja") else " ").join(reason.words(language) for reason in self.reasons)


def choose(
    customers: History | Contracts,
    *,
    discrete: bool | None = None,
    after: ArrayLike | None = None,
    ahead: float | None = None,
) -> Choice:
    """The model for these customers: Contracts when it is seen when they leave, a History when it is not.

    `discrete`: contracts end with a period only (the default for them), or purchases happen at counted chances only
    (default for them: at any time). With the purchases `after` the history, over `ahead` units of it, the model
    nearest to them is taken, otherwise the likeliest by BIC; a model whose parameters the data does not settle only
    when there is no other. Raises NoCustomers.
    """
    if isinstance(customers, Contracts):
        setting = "any_day_contracts" if discrete is False else "renewals"
        return _taken(setting, _renewing(customers), many_once=False)
    if discrete:
        model = bg_bb.fit(customers)
        assert model.estimate is not None
        return _taken("chances", [Candidate("BG/BB", model, model.estimate)], many_once=False)
    grouped = History.grouped(customers)
    once = 1 - grouped.repeaters / grouped.size
    return _taken("any_time", _buying(customers, after, ahead), many_once=once > MANY_ONE_TIME)


def _renewing(contracts: Contracts) -> list[Candidate]:
    fits: list[tuple[str, Renewing]] = [
        ("sBG", shifted_beta_geometric.fit(contracts)),
        ("BdW", beta_discrete_weibull.fit(contracts)),
    ]
    return [Candidate(name, model, model.estimate) for name, model in fits if model.estimate is not None]


def _buying(history: History, after: ArrayLike | None, ahead: float | None) -> list[Candidate]:
    fits: list[tuple[str, Buying]] = [
        ("BG/NBD", bg_nbd.fit(history)),
        ("MBG/NBD", mbg_nbd.fit(history)),
        ("Pareto/NBD", pareto_nbd.fit(history)),
    ]
    found = []
    for name, model in fits:
        compared = None if after is None or ahead is None else held_out(model, history, after, ahead)
        if model.estimate is not None:
            found.append(Candidate(name, model, model.estimate, compared))
    return found


def _taken(setting: str, candidates: list[Candidate], *, many_once: bool) -> Choice:
    settled = [c for c in candidates if c.settled] or candidates
    code, best = _best(settled, many_once=many_once)
    if len(candidates) == 1:
        code = "only"
    elif not any(c.settled for c in candidates):
        code = "none_settled"
    reasons = (Reason(setting), Reason(code, {"model": best.name}))
    rest = sorted((c for c in candidates if c is not best), key=lambda c: (not c.settled, c.estimate.bic))
    return Choice(best.name, best.model, reasons, (best, *rest), best.hold_out)


def _best(candidates: list[Candidate], *, many_once: bool) -> tuple[str, Candidate]:
    """The candidate to take and why. Of equals the first, or MBG/NBD where many bought once, as it lets them fade."""
    compared = [(c.hold_out.error, place) for place, c in enumerate(candidates) if c.hold_out is not None]
    if compared:
        return "nearest", candidates[min(compared)[1]]
    lowest = min(c.estimate.bic for c in candidates)
    equal = [c for c in candidates if c.estimate.bic < lowest + TIE]
    if len(equal) == 1:
        return "likeliest", equal[0]
    fading = [c for c in equal if c.name == "MBG/NBD"]
    return ("fades", fading[0]) if many_once and fading else ("simplest", equal[0])
