"""The settings of a business that its models follow."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from keiki.customers.account_book import BookRule
from keiki.customers.activity import ActivityRule
from keiki.customers.classes import ClassRule
from keiki.customers.cohorts import CohortRule
from keiki.customers.health import HealthRule, Weights
from keiki.customers.ideal import IdealProfile
from keiki.customers.lifecycle import LifecycleRule
from keiki.customers.lifetime_value import LifetimeRule
from keiki.customers.movements import MovementRule
from keiki.customers.postings import PostingRule
from keiki.customers.profit import ACQUIRING, ProfitRule
from keiki.customers.repeat import RepeatRule
from keiki.customers.retention import RetentionRule
from keiki.customers.rfm import RfmRule
from keiki.insight.balance import BalanceRule
from keiki.insight.experiment import ExperimentRule
from keiki.insight.traffic import TrafficRule
from keiki.journeys.attribution import AttributionRule
from keiki.journeys.keywords import KeywordRule
from keiki.journeys.lead_scores import BandRule
from keiki.journeys.sessions import SessionRule
from keiki.journeys.stage_durations import StageRule
from keiki.measures.choices import SUBJECTS, Choice, Values
from keiki.periods import Calendar

NOTHING_OWN: Final[Values] = {}
SUBJECT_NAMES: Final = tuple(each.name for each in SUBJECTS)


@dataclass(frozen=True)
class Rules:
    """The settings of a business that models follow; each is printed beside the numbers it affects."""

    zone: str = "Asia/Tokyo"
    free_shipping_line: Decimal | None = None
    free_shipping_band: Decimal = Decimal("0.2")
    large_deal: Decimal | None = None
    expansion_line: Decimal = Decimal("0.35")
    settling_days: int = 0
    sessions: SessionRule = field(default_factory=SessionRule)
    postings: PostingRule = field(default_factory=PostingRule)
    movements: MovementRule = field(default_factory=MovementRule)
    retention: RetentionRule = field(default_factory=RetentionRule)
    repeat: RepeatRule = field(default_factory=RepeatRule)
    classes: ClassRule = field(default_factory=ClassRule)
    lifetime: LifetimeRule = field(default_factory=LifetimeRule)
    health: HealthRule = field(default_factory=HealthRule)
    accounts: BookRule = field(default_factory=BookRule)
    lifecycle: LifecycleRule = field(default_factory=LifecycleRule)
    activity: ActivityRule = field(default_factory=ActivityRule)
    rfm: RfmRule = field(default_factory=RfmRule)
    stages: StageRule = field(default_factory=StageRule)
    cohorts: CohortRule = field(default_factory=CohortRule)
    attribution: AttributionRule = field(default_factory=AttributionRule)
    experiments: ExperimentRule = field(default_factory=ExperimentRule)
    balance: BalanceRule = field(default_factory=BalanceRule)
    traffic: TrafficRule = field(default_factory=TrafficRule)
    leads: BandRule = field(default_factory=BandRule)
    keywords: KeywordRule = field(default_factory=KeywordRule)
    ideal: IdealProfile | None = None

    @classmethod
    def of_calendar(cls, calendar: Calendar, own: Values = NOTHING_OWN, ideal: IdealProfile | None = None) -> Rules:
        """The rules of a business with that calendar: its own values (as `read_choices` gives them), and the defaults
        of DATA.md §8 for everything else. `ideal` is the profile of the ideal customer in force, if there is one.
        """
        zone, country = calendar.zone, calendar.country
        chosen = {subject: dict(own.get(subject, {})) for subject in SUBJECT_NAMES}
        gap, health, stages = (chosen[name] for name in ("contracts", "health", "stages"))
        lists: dict[str, Any] = {
            name: float(value) if isinstance(value, Decimal) else value for name, value in chosen["accounts"].items()
        }
        parts = {name: health.pop(name) for name in ("usage", "support", "payment") if name in health}
        if not stages.pop("holidays_off", True):
            country = ""
        lines = {f"expansion_{name}": value for name, value in chosen["expansion"].items()}
        postings = PostingRule(zone=zone, closing_day=calendar.closing_day, **chosen["postings"])
        retention = RetentionRule(postings=postings, **chosen["retention"], **gap)
        shared_by = chosen["profit"].pop("shared_by", ACQUIRING)
        named = {"model": shared_by}
        touches = None if shared_by == ACQUIRING else AttributionRule(**(chosen["attribution"] | named))
        profit = ProfitRule(retention=retention, touches=touches, **chosen["profit"])
        sessions = SessionRule(zone=zone, **chosen["sessions"])
        return cls(
            zone,
            **chosen["shop"],
            **lines,
            **chosen["figures"],
            sessions=sessions,
            postings=postings,
            movements=MovementRule(**chosen["movements"], **gap),
            retention=retention,
            repeat=RepeatRule(postings=postings, gap_minutes=sessions.gap_minutes, **chosen["repeat"]),
            classes=ClassRule(profit=profit, **chosen["classes"]),
            lifetime=LifetimeRule(profit=profit, **chosen["lifetime"], **gap),
            health=HealthRule(zone=zone, weights=Weights(**parts), **health, **gap),
            accounts=BookRule(**lists),
            lifecycle=LifecycleRule(zone=zone, **chosen["lifecycle"], **gap),
            activity=ActivityRule(zone=zone, **chosen["activity"], **gap),
            rfm=RfmRule(postings=postings, **chosen["rfm"]),
            stages=StageRule(zone=zone, country=country, **stages),
            cohorts=CohortRule(retention=retention),
            attribution=AttributionRule(**chosen["attribution"]),
            balance=BalanceRule(**chosen["balance"]),
            traffic=TrafficRule(**chosen["traffic"]),
            leads=BandRule(**chosen["leads"]),
            keywords=KeywordRule(**chosen["keywords"]),
            ideal=ideal,
        )


def value_in(rules: Rules, choice: Choice) -> Any:
    """The value of a choice that is in force."""
    match choice.subject, choice.name:
        case "shop" | "figures", name:
            return getattr(rules, name)
        case "expansion", name:
            return getattr(rules, f"expansion_{name}")
        case "contracts", name:
            return getattr(rules.movements, name)
        case "health", "usage" | "support" | "payment":
            return getattr(rules.health.weights, choice.name)
        case "stages", "holidays_off":
            return bool(rules.stages.country)
        case "profit", name:
            return getattr(rules.classes.profit, name)
    return getattr(getattr(rules, choice.subject), choice.name)
