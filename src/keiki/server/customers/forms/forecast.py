"""What a person asks of the forecast, as it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from keiki.periods import MONTHS as MONTHS_OF
from keiki.periods import Grain
from keiki.server.customers.queries.forecast import MODELS, MONTHS, OCCASIONS
from keiki.server.ui.forms import read_day
from keiki.trees.stated import amount_of


@dataclass(frozen=True)
class ForecastAsked:
    """Months ahead, the yearly discount with its text, the model (empty: the one nearest to the past), the last day
    that it knows when it is proved (None: a year ago, or half of a shorter history), and the period in which customers
    can buy once only (None: they buy at any time).
    """

    months: int = 12
    discount: float = 0.1
    text: str = ""
    wrong: bool = False
    model: str = ""
    split: date | None = None
    occasions: Grain | None = None

    @property
    def ahead(self) -> int:
        """How many occasions the months ahead hold, at least one."""
        return 1 if self.occasions is None else max(1, self.months // MONTHS_OF[self.occasions])

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ForecastAsked:
        """The question of a query string; a discount that cannot be is said, and 10 % taken."""
        months, model, occasions = (query.get(name, "") for name in ("months", "model", "occasions"))
        text = query.get("discount", "").strip()[:40]
        discount = amount_of(text, "ratio") if text else 0.1
        wrong = discount is None or not 0 <= discount <= 1
        return cls(
            months=int(months) if months in {str(each) for each in MONTHS} else 12,
            discount=0.1 if discount is None or wrong else discount,
            text=text,
            wrong=wrong,
            model=model if model in MODELS else "",
            split=read_day(query.get("split", "")),
            occasions=Grain(occasions) if occasions in OCCASIONS else None,
        )
