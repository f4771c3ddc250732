"""Lead scores: points for what a lead is and did, by a rule of the business; and how scores spread over bands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import ibis
import ibis.expr.types as ir

from keiki.errors import LeadRuleImpossible, UnknownName
from keiki.journeys.people import people

Facts = Mapping[str, ir.Table]
Asked = Mapping[int, tuple[str, tuple[str, ...]]]
OF_LEAD = ("channel", "campaign", "campaign_kind", "kind", "origin", "platform", "product", "is_target", "is_valid")
OF_CUSTOMER = ("industry", "size_band", "region", "segment", "kind")
OF_EVENT = ("name", "job_title", "page_type", "campaign_kind", "content", "industry")
ATTRIBUTES = (
    *OF_LEAD,
    *(f"customer.{name}" for name in OF_CUSTOMER),
    *(f"event.{name}" for name in OF_EVENT),
)
"""What a criterion may ask: columns of the stages of the lead, of its customer, of the events of that customer."""
MOST_POINTS = 100
MOST_CRITERIA = 40
BANDS = ("A", "B", "C", "D")
"""The best first; A is the high band."""


@dataclass(frozen=True)
class Criterion:
    """Points for a lead of which a row says one of the values; below 0 they count against it."""

    name: str
    attribute: str
    values: tuple[str, ...]
    points: int


@dataclass(frozen=True)
class LeadRule:
    """The criteria that marketing and sales agreed on; a lead has the points of each that it meets, once.

    Raises UnknownName for an attribute that is none and LeadRuleImpossible for no criterion or more than 40, a name
    that is missing or stands twice, a criterion without values, or points that are 0 or beyond ±100.

    >>> rule = LeadRule((Criterion("Target title", "event.job_title", ("head",), 10),))
    >>> rule.criteria[0].points
    10
    """

    criteria: tuple[Criterion, ...]

    def __post_init__(self) -> None:
        for each in self.criteria:
            if each.attribute not in ATTRIBUTES:
                raise UnknownName(kind="column", name=each.attribute, known=ATTRIBUTES)
        names = [each.name.strip() for each in self.criteria]
        wrong = [e.name for e in self.criteria if not e.values or not 0 < abs(e.points) <= MOST_POINTS]
        if not 0 < len(names) <= MOST_CRITERIA or len(set(names)) < len(names) or not all(names) or wrong:
            raise LeadRuleImpossible(count=len(names), wrong=wrong)


def lead_scores(facts: Facts, spans: ir.Table, rules: Sequence[LeadRule] = ()) -> ir.Table:
    """One row per lead that came in a period (the first entry of the pipeline `lead` lies in it), as known at its end.

    Columns: period, lead, customer_id (NULL while unknown), entered_at, loaded (the newest score that a system gave
    it, NULL without one) and for each rule, by its place, score_0, score_1 …
    """
    stages = facts["stages"].filter(facts["stages"].pipeline == "lead")
    rows = stages.inner_join(spans, stages.entered_at < spans.end_at)
    asked = tuple(dict.fromkeys((each.attribute, each.values) for rule in rules for each in rule.criteria))
    own = {place: each for place, each in enumerate(asked) if "." not in each[0]}
    path = ibis.window(group_by=[rows.period, rows.subject_id])
    rows = rows.mutate(scored_last=rows.entered_at.max(where=rows.score.notnull()).over(path))
    leads = rows.group_by("period", lead=rows.subject_id).aggregate(
        customer_id=rows.customer_id.max(),
        entered_at=rows.entered_at.min(),
        start_at=rows.start_at.max(),
        end_at=rows.end_at.max(),
        loaded=rows.score.max(where=rows.entered_at == rows.scored_last).cast("float64"),
        **{f"met_{place}": _any(rows, *each) for place, each in own.items()},
    )
    leads = leads.filter(leads.entered_at >= leads.start_at)
    leads = _of_customers(leads, facts, _under("customer.", asked))
    leads = _of_events(leads, facts, _under("event.", asked))
    place_of = {each: place for place, each in enumerate(asked)}
    scores = {f"score_{n}": _points(leads, rule, place_of) for n, rule in enumerate(rules)}
    return leads.select("period", "lead", "customer_id", "entered_at", "loaded", **scores)


def _any(rows: ir.Table, attribute: str, values: Sequence[str]) -> ir.Value:
    """1 where a row of the group says one of the values, else 0."""
    return ibis.coalesce(ibis.ifelse(rows[attribute].cast("string").isin(list(values)), 1, 0).max(), 0)


def _under(head: str, asked: Sequence[tuple[str, tuple[str, ...]]]) -> Asked:
    """What is asked of one table, by place, without the head of its attributes."""
    return {
        place: (attribute.removeprefix(head), values)
        for place, (attribute, values) in enumerate(asked)
        if attribute.startswith(head)
    }


def _of_customers(leads: ir.Table, facts: Facts, asked: Asked) -> ir.Table:
    if not asked:
        return leads
    known = facts["customers"]
    found = known.select(
        known_as=known.customer_id,
        **{f"met_{p}": ibis.ifelse(known[a].cast("string").isin(list(v)), 1, 0) for p, (a, v) in asked.items()},
    )
    return leads.left_join(found, leads.customer_id == found.known_as).drop("known_as")


def _of_events(leads: ir.Table, facts: Facts, asked: Asked) -> ir.Table:
    """Only events of the lead's customer up to the end of the period count."""
    if not asked:
        return leads
    acted = people(facts["events"])
    hits = {place: acted[name].cast("string").isin(list(values)) for place, (name, values) in asked.items()}
    told = ibis.or_(*hits.values())
    acted = acted.filter(acted.person.notnull() & told)
    ends = leads.select("customer_id", "period", "end_at").filter(ibis._.customer_id.notnull()).distinct()
    ends = ends.rename(of_customer="customer_id", of_period="period")
    near = ends.inner_join(acted, [ends.of_customer == acted.person, acted.occurred_at < ends.end_at])
    met = near.group_by("of_period", "of_customer").aggregate(
        **{f"met_{place}": _any(near, name, values) for place, (name, values) in asked.items()}
    )
    same = [leads.period == met.of_period, leads.customer_id == met.of_customer]
    return leads.left_join(met, same).drop("of_period", "of_customer")


def _points(leads: ir.Table, rule: LeadRule, place_of: Mapping[tuple[str, tuple[str, ...]], int]) -> ir.Value:
    earned = [
        ibis.coalesce(leads[f"met_{place_of[each.attribute, each.values]}"], 0) * each.points for each in rule.criteria
    ]
    return sum(earned[1:], earned[0]).cast("int64")


def score_counts(scores: ir.Table, *columns: str) -> ir.Table:
    """How many leads have which scores, to one decimal. Columns: those asked for (NULL: no score), leads."""
    rounded = scores.select(**{name: scores[name].cast("float64").round(1) for name in columns})
    return rounded.group_by(*columns).aggregate(leads=rounded.count())


@dataclass(frozen=True)
class BandRule:
    """Where bands A, B and C begin, the best first; None: quarters of the leads that are looked at."""

    bands: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Band:
    """One band: the score it begins with (None: the last one) and its leads."""

    name: str
    least: float | None
    leads: int


@dataclass(frozen=True)
class ScoreSpread:
    """Leads by band, the best first; their sum is `leads`, those without a score are told beside. `median` is None
    without leads.
    """

    rule: BandRule
    bands: tuple[Band, ...]
    leads: int
    without: int
    median: float | None

    @property
    def high(self) -> float | None:
        """The share of the leads in the high band; None without leads."""
        return self.bands[0].leads / self.leads if self.leads else None


def score_spread(counts: Mapping[float | None, int], rule: BandRule | None = None) -> ScoreSpread:
    """Of how many leads have which score (None: no score).

    >>> told = score_spread({90: 1, 60: 2, 40: 1, None: 3}, BandRule((75, 50, 25)))
    >>> [band.leads for band in told.bands], told.leads, told.without, told.median, told.high
    ([1, 2, 1, 0], 4, 3, 60.0, 0.25)
    """
    rule = rule or BandRule()
    known = sorted((score, count) for score, count in counts.items() if score is not None)
    leads = sum(count for _score, count in known)
    limits = (
        rule.bands or tuple(_ranked(known, leads * part // 4) for part in (3, 2, 1)) if leads else (rule.bands or ())
    )
    bands = []
    above = float("inf")
    for place, name in enumerate(BANDS):
        least = limits[place] if place < len(limits) else None
        inside = (count for score, count in known if score < above and (least is None or score >= least))
        bands.append(Band(name, least, sum(inside)))
        above = above if least is None else least
    middle = fsum((_ranked(known, (leads - 1) // 2), _ranked(known, leads // 2))) / 2 if leads else None
    return ScoreSpread(rule, tuple(bands), leads, counts.get(None, 0), middle)


def _ranked(known: Sequence[tuple[float, int]], rank: int) -> float:
    """The score of the lead on a place, from 0 for the lowest."""
    seen = 0
    for score, count in known:
        seen += count
        if rank < seen:
            return score
    return known[-1][0]
