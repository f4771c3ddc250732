"""What a person asks of the page of good and bad revenue, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from keiki.periods import Grain
from keiki.server.customers.queries.quality import CURVES_BY, PLACES_BY
from keiki.trees.stated import amount_of

GRAINS = (Grain.MONTH, Grain.QUARTER, Grain.YEAR)


@dataclass(frozen=True)
class QualityAsked:
    """The grain of the report, how curves (by one split, crossed with others) and places are split, and a move of
    money: `amount` from `giver` to `taker`.

    `text` is the amount as typed; `amount` is None when it is no number above 0.
    """

    grain: Grain = Grain.QUARTER
    curves: str = "cohort"
    crossed: tuple[str, ...] = ()
    places: str = "channel"
    giver: str = ""
    taker: str = ""
    text: str = ""
    amount: float | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> QualityAsked:
        """The question of a query string; what nobody could have meant falls back."""
        grain = query.get("grain", "")
        curves, places = query.get("curves", ""), query.get("places", "")
        curves = curves if curves in CURVES_BY else CURVES_BY[0]
        crossed = query.get("crossed", "").split(",")
        text = query.get("amount", "").strip()[:80]
        amount = amount_of(text, "currency") if text else None
        return cls(
            grain=Grain(grain) if grain in {each.value for each in GRAINS} else Grain.QUARTER,
            curves=curves,
            crossed=tuple(name for name in CURVES_BY if name in crossed and name != curves),
            places=places if places in PLACES_BY else PLACES_BY[0],
            giver=query.get("giver", "")[:200],
            taker=query.get("taker", "")[:200],
            text=text,
            amount=amount if amount is not None and amount > 0 else None,
        )

    @property
    def splits(self) -> tuple[str, ...]:
        """By what the curves are split, all together."""
        return (self.curves, *self.crossed)

    def toggled(self, name: str) -> tuple[str, ...]:
        """What the curves are crossed with when a split is added, or taken away where it is."""
        kept = set(self.crossed) ^ {name}
        return tuple(each for each in CURVES_BY if each in kept)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names and values of the query string, defaults left out."""
        stated = {
            "grain": "" if self.grain is Grain.QUARTER else self.grain.value,
            "curves": "" if self.curves == CURVES_BY[0] else self.curves,
            "crossed": ",".join(self.crossed),
            "places": "" if self.places == PLACES_BY[0] else self.places,
            "giver": self.giver,
            "taker": self.taker,
            "amount": self.text,
        }
        return tuple((name, value) for name, value in stated.items() if value)

    def url(self, path: str, **changes: Any) -> str:
        """The address of the same question with some changes."""
        pairs = replace(self, **changes).pairs
        return f"{path}?{urlencode(pairs)}" if pairs else path
