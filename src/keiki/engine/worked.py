"""A KPI worked out with a business's own figures of its last complete month."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.catalogue.worked import Worked, texts_of, worked_out
from keiki.engine.business import Business
from keiki.errors import KeikiError
from keiki.lens import Lens
from keiki.periods import Period


@dataclass(frozen=True)
class WorkedHere:
    """A KPI worked out with what was measured in a period."""

    worked: Worked
    period: Period


def worked_kpi(business: Business, kpi_id: str, lens: Lens | None = None) -> WorkedHere | None:
    """How the formula of a KPI gives the business's own number in the last period of the lens.

    Without a lens: the last month that is over. None where the KPI or a part of it has no value, where the value was
    entered by hand, and for a KPI that is told group by group. Raises `UnknownName` for a KPI that nobody declared.
    """
    kpi = business.catalogue.kpi(kpi_id)
    asked = lens or business.months_over(1)
    try:
        texts = texts_of(business.catalogue, kpi)
    except KeikiError:  # a definition that cannot be used has no example
        return None
    measured = business.measure(texts, asked)
    worked = worked_out(business.catalogue, kpi, lambda text, back: measured.value(text, back=back))
    return None if worked is None else WorkedHere(worked, measured.periods[-1])
