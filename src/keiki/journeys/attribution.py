"""Which contacts earned a sale: the credit of every touch before a conversion, by one of five models."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from keiki.errors import UnknownName
from keiki.journeys.local_time import whole_seconds
from keiki.journeys.people import people
from keiki.journeys.windows import window

Facts = Mapping[str, ir.Table]
DIRECT = "direct"
OF_TOUCH = ("channel", "campaign", "campaign_kind", "platform")
SECONDS_OF_DAY = 86_400


@dataclass(frozen=True)
class AttributionRule:
    """How a conversion is shared among the touches before it.

    `model` is one of MODELS. `lookback` is how long before a conversion a touch counts (30d suits sales to persons).
    `half_life_days` of time decay: a touch that much older earns half (30 suits sales to companies). `ends` are the
    shares of the first and the last touch by position, the ones between share the rest. Events of one session with
    the same channel and campaign are one touch unless `each_event`.
    """

    model: str = "position_based"
    lookback: str = "90d"
    half_life_days: float = 7.0
    ends: tuple[float, float] = (0.4, 0.4)
    each_event: bool = False


def credited(facts: Facts, conversions: ir.Table, rule: AttributionRule | None = None) -> ir.Table:
    """One row per conversion and touch with its credit; the credits of a conversion sum to 1.

    `conversions` has conversion_id, customer_id, converted_at, amount and gross_profit. Columns: those, touched_at,
    channel, campaign, campaign_kind, platform, place (1 = first touch), touches, credit, revenue and profit (credit ×
    amount, × gross profit). A touch is an event with a channel or campaign of the same customer, or of a visitor that
    was only ever this customer. Direct touches count only where there is no other; a conversion without a touch is
    one direct row. Raises UnknownName for a model that is none.
    """
    rule = rule or AttributionRule()
    if rule.model not in MODELS:
        raise UnknownName(kind="attribution model", name=rule.model, known=MODELS)
    pairs = _paths(facts, conversions, rule)
    pairs = pairs.mutate(weight=MODELS[rule.model](pairs, rule).cast("float64"))
    pairs = pairs.mutate(credit=_share_of_path(pairs, "weight"))
    return pairs.mutate(
        revenue=_shared(pairs.amount, pairs.credit), profit=_shared(pairs.gross_profit, pairs.credit)
    ).drop("weight")


def side_by_side(
    facts: Facts, conversions: ir.Table, by: str = "channel", rule: AttributionRule | None = None
) -> ir.Table:
    """What each value of a column of touches (one of OF_TOUCH) earns by every model, from one look at the paths.

    One row per value. Columns: place (the value; NULL where a touch has none), touches (how many), profit_unknown (of
    them before a conversion whose gross profit nobody loaded), and for each model of MODELS `<model>_credit` (in
    conversions: over all rows they sum to the number of conversions), `<model>_revenue` and `<model>_profit` (credit ×
    amount, × gross profit). The model of the rule plays no part. Raises UnknownName for a column that is none.
    """
    rule = rule or AttributionRule()
    if by not in OF_TOUCH:
        raise UnknownName(kind="column", name=by, known=OF_TOUCH)
    pairs = _paths(facts, conversions, rule)
    pairs = pairs.mutate(**{model: weight(pairs, rule).cast("float64") for model, weight in MODELS.items()})
    pairs = pairs.mutate(**{model: _share_of_path(pairs, model) for model in MODELS})
    sums: dict[str, ir.Value] = {
        "touches": pairs.count(),
        "profit_unknown": pairs.count(where=pairs.gross_profit.isnull()),
    }
    for model in MODELS:
        sums[f"{model}_credit"] = pairs[model].sum()
        sums[f"{model}_revenue"] = _shared(pairs.amount, pairs[model]).sum()
        sums[f"{model}_profit"] = _shared(pairs.gross_profit, pairs[model]).sum()
    return pairs.group_by(place=pairs[by]).aggregate(**sums)


def touches(facts: Facts, rule: AttributionRule | None = None) -> ir.Table:
    """One row per touch of a known customer: toucher (the customer), touched_at, channel, campaign, campaign_kind,
    platform and touch (a key that ends ties).
    """
    rule = rule or AttributionRule()
    events = people(facts["events"])
    events = events.filter(events.person.notnull(), events.channel.notnull() | events.campaign.notnull())
    alone = ibis.ifelse(
        events.session_id.isnull() | ibis.literal(value=rule.each_event), events.occurred_at, ibis.null("timestamp")
    )
    found = events.mutate(alone=alone)
    if rule.each_event:
        return found.select(toucher="person", touched_at="occurred_at", touch=found.name, **_of(found))
    keys = ["person", "session_id", "alone", *OF_TOUCH]
    each = found.group_by(keys).aggregate(touched_at=found.occurred_at.min())
    return each.select(toucher="person", touched_at="touched_at", touch=ibis.coalesce(each.session_id, ""), **_of(each))


def _of(table: ir.Table) -> dict[str, ir.Value]:
    return {name: table[name] for name in OF_TOUCH}


def _without_direct(pairs: ir.Table) -> ir.Table:
    """Pairs without the direct touches of conversions that have another; no touch at all becomes a direct one."""
    none = pairs.touched_at.isnull()
    pairs = pairs.mutate(
        touched_at=ibis.coalesce(pairs.touched_at, pairs.converted_at),
        channel=ibis.ifelse(none, DIRECT, pairs.channel),
        other=ibis.ifelse(none | ((pairs.channel == DIRECT) & pairs.campaign.isnull()), 0, 1),
    )
    pairs = pairs.mutate(other=ibis.coalesce(pairs.other, 1))
    best = pairs.other.max().over(ibis.window(group_by=pairs.conversion_id))
    return pairs.mutate(best=best).filter(ibis._.other == ibis._.best).drop("other", "best")


def _paths(facts: Facts, conversions: ir.Table, rule: AttributionRule) -> ir.Table:
    """Every conversion with the touches that count for it, each with its place (1 = first) and how many there are."""
    met = touches(facts, rule)
    reach = [met.toucher == conversions.customer_id, met.touched_at <= conversions.converted_at]
    reach.append(met.touched_at + window(rule.lookback) >= conversions.converted_at)
    pairs = _without_direct(conversions.left_join(met, reach).drop("toucher"))
    last = "\uffff"
    order = [pairs.touched_at, pairs.touch, *(ibis.coalesce(pairs[name], last) for name in OF_TOUCH)]
    path = ibis.window(group_by=pairs.conversion_id)
    return pairs.mutate(
        place=(ibis.row_number().over(ibis.window(group_by=pairs.conversion_id, order_by=order)) + 1).cast("int64"),
        touches=pairs.touched_at.count().over(path).cast("int64"),
    ).drop("touch")


def _share_of_path(pairs: ir.Table, weight: str) -> ir.Value:
    return pairs[weight] / pairs[weight].sum().over(ibis.window(group_by=pairs.conversion_id))


def _shared(money: ir.Value, credit: ir.Value) -> ir.Value:
    return money.cast("float64") * credit


def _first(pairs: ir.Table, rule: AttributionRule) -> ir.Value:
    return ibis.ifelse(pairs.place == 1, 1.0, 0.0)


def _last(pairs: ir.Table, rule: AttributionRule) -> ir.Value:
    return ibis.ifelse(pairs.place == pairs.touches, 1.0, 0.0)


def _linear(pairs: ir.Table, rule: AttributionRule) -> ir.Value:
    return ibis.literal(1.0)


def _time_decay(pairs: ir.Table, rule: AttributionRule) -> ir.Value:
    """Halved for every half-life before the newest touch: the same shares as from the conversion, and never all 0."""
    newest = pairs.touched_at.max().over(ibis.window(group_by=pairs.conversion_id))
    age = (whole_seconds(newest) - whole_seconds(pairs.touched_at)).cast("float64") / SECONDS_OF_DAY
    return (age * (-math.log(2) / rule.half_life_days)).exp()


def _position_based(pairs: ir.Table, rule: AttributionRule) -> ir.Value:
    """First and last by their shares, the others the rest evenly; of two touches the ends alone, in proportion."""
    first, last = rule.ends
    between = (1.0 - first - last) / ibis.greatest(pairs.touches - 2, 1).cast("float64")
    return ibis.cases((pairs.place == 1, first), (pairs.place == pairs.touches, last), else_=between)


MODELS: Mapping[str, Callable[[ir.Table, AttributionRule], ir.Value]] = {
    "first": _first,
    "last": _last,
    "linear": _linear,
    "time_decay": _time_decay,
    "position_based": _position_based,
}
"""Each gives weights that are made to sum to 1 over the touches of a conversion."""
