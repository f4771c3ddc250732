"""The four perspectives of a strategy map: what people learn, how work is done, what customers see, what is earned."""

from __future__ import annotations

from types import MappingProxyType

from keiki.catalogue.kpi import Kpi, ValueChain
from keiki.facts.vocabulary import Label

FINANCE, CUSTOMER, PROCESS, LEARNING = "finance", "customer", "process", "learning"
PERSPECTIVES = MappingProxyType(
    {
        FINANCE: (Label("財務", "Finance"), Label("いくら得て、いくら残るか", "what is earned and what remains")),
        CUSTOMER: (Label("顧客", "Customers"), Label("顧客がどう動き、どう感じるか", "what customers do and feel")),
        PROCESS: (Label("業務", "Processes"), Label("仕事がどう進むか", "how the work is done")),
        LEARNING: (Label("学習と成長", "Learning"), Label("人と仕組みがどう育つか", "how people and means grow")),
    }
)
"""By id: name and what it asks, in the order of a map from top to bottom."""

LEARNS = frozenset({"hr", "co_creation", "kpi_management"})
EARNS = frozenset({"profit", "corporate", "finance", "ltv"})


def perspective(kpi: Kpi) -> str:
    """The perspective a KPI belongs to, by its unit and its tags.

    Money, and what only speaks of profit and lifetime value, is finance; what only speaks of hiring, co-creation and
    the running of KPIs is learning; what is tagged as creation or operation is process; the rest is about customers.
    """
    fields = {each.partition(":")[0] for each in kpi.domain}
    if fields and fields <= LEARNS:
        return LEARNING
    if kpi.unit == "currency" or (fields and fields <= EARNS):
        return FINANCE
    return PROCESS if kpi.value_chain in {ValueChain.OPERATION, ValueChain.CREATION} else CUSTOMER
