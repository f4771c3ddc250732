"""The settings of a business that its models follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from keiki.customers.activity import ActivityRule
from keiki.customers.classes import ClassRule
from keiki.customers.cohorts import CohortRule
from keiki.customers.health import HealthRule
from keiki.customers.lifetime_value import LifetimeRule
from keiki.customers.movements import MovementRule
from keiki.customers.postings import PostingRule
from keiki.customers.profit import ProfitRule
from keiki.customers.repeat import RepeatRule
from keiki.customers.retention import RetentionRule
from keiki.customers.rfm import RfmRule
from keiki.insight.experiment import ExperimentRule
from keiki.journeys.attribution import AttributionRule
from keiki.journeys.sessions import SessionRule
from keiki.journeys.stage_durations import StageRule


@dataclass(frozen=True)
class Rules:
    """The settings of a business that models follow; each is printed beside the numbers it affects."""

    zone: str = "Asia/Tokyo"
    free_shipping_line: Decimal | None = None
    free_shipping_band: Decimal = Decimal("0.2")
    sessions: SessionRule = field(default_factory=SessionRule)
    postings: PostingRule = field(default_factory=PostingRule)
    movements: MovementRule = field(default_factory=MovementRule)
    retention: RetentionRule = field(default_factory=RetentionRule)
    repeat: RepeatRule = field(default_factory=RepeatRule)
    classes: ClassRule = field(default_factory=ClassRule)
    lifetime: LifetimeRule = field(default_factory=LifetimeRule)
    health: HealthRule = field(default_factory=HealthRule)
    activity: ActivityRule = field(default_factory=ActivityRule)
    rfm: RfmRule = field(default_factory=RfmRule)
    stages: StageRule = field(default_factory=StageRule)
    cohorts: CohortRule = field(default_factory=CohortRule)
    attribution: AttributionRule = field(default_factory=AttributionRule)
    experiments: ExperimentRule = field(default_factory=ExperimentRule)

    @classmethod
    def of_zone(cls, zone: str, country: str = "JP") -> Rules:
        """The default rules of a business in a time zone, with the holidays of a country."""
        postings = PostingRule(zone=zone)
        retention = RetentionRule(postings=postings)
        profit = ProfitRule(retention=retention)
        return cls(
            zone,
            sessions=SessionRule(zone=zone),
            postings=postings,
            retention=retention,
            repeat=RepeatRule(postings=postings),
            classes=ClassRule(profit=profit),
            lifetime=LifetimeRule(profit=profit),
            health=HealthRule(zone=zone),
            activity=ActivityRule(zone=zone),
            rfm=RfmRule(postings=postings),
            stages=StageRule(zone=zone, country=country),
            cohorts=CohortRule(retention=retention),
        )
