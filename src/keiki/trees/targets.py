"""Targets: the level a KPI is to reach, by when and on which way, and how a number stands to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from keiki.catalogue.kpi import Direction
from keiki.catalogue.load import Catalogue
from keiki.errors import WrongField
from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.measures.measure import Aggregation, Measure, Timing
from keiki.periods import Calendar, Grain, Period, add_months
from keiki.trees.stated import Reading as Reading
from keiki.trees.stated import stated as stated

AT_LEAST, AT_MOST, BETWEEN = "at_least", "at_most", "between"
COMPARISONS = (AT_LEAST, AT_MOST, BETWEEN)
LEVEL, EVEN, SEASONAL, MANUAL = "level", "even", "seasonal", "manual"
SHAPES = (LEVEL, EVEN, SEASONAL, MANUAL)
GOOD, WATCH, ACT, NONE, PLAIN = "good", "watch", "act", "none", "plain"

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)
LONGEST_SPAN = {"d": 36_500, "w": 5_200, "m": 1_200, "y": 100}
"""Nobody plans beyond these; what is stored already is read all the same."""

ACT_FROM = 0.10
"""The share of its target by which a number misses it before somebody has to act; any miss calls for a look."""

HAIR = 1e-9
"""Differences of this share come from binary fractions and are none."""

DAYS_PER_YEAR = 365.2425
PER_YEAR = {
    Grain.YEAR: 1.0,
    Grain.QUARTER: 4.0,
    Grain.MONTH: 12.0,
    Grain.WEEK: DAYS_PER_YEAR / 7,
    Grain.DAY: DAYS_PER_YEAR,
}

ADDS_UP = frozenset({Aggregation.COUNT, Aggregation.SUM})
AMOUNTS = frozenset({"count", "items", "currency", "seconds", "minutes", "hours"})
"""Units of what a model counts or sums; its `count_distinct` may meet one customer in two months."""


@dataclass(frozen=True)
class Step:
    """A stage on the way: the value to have reached `by` a day, or `within` a time after the start."""

    value: float
    by: date | None = None
    within: str | None = None


@dataclass(frozen=True)
class Target:
    """What a KPI is to reach, in the KPI's own unit.

    `compare`: `at_least`, `at_most`, or `between` (`low` to `high` instead of `value`); None follows the KPI's
    direction. `period` is what the value is for: a yearly value of what adds up is shared out over its months.
    `start` is where it comes from, `since` from when it holds, `by` (or `within`, counted from `since`) its
    deadline, `steps` the stages before. `shape`: `level` holds one value, `even` goes in equal steps, `seasonal`
    follows the weights in `months`, `manual` takes the values in `months`. The notes say what it rests on.
    """

    value: float | None = None
    compare: str | None = None
    low: float | None = None
    high: float | None = None
    period: Grain | None = None
    start: float | None = None
    since: date | None = None
    by: date | None = None
    within: str | None = None
    steps: tuple[Step, ...] = ()
    shape: str = LEVEL
    months: tuple[tuple[date, float], ...] = ()
    note_ja: str | None = None
    note_en: str | None = None


@dataclass(frozen=True)
class Judgement:
    """How a number stands to its target: `good`, `watch`, `act`, `none` (no number) or `plain` (nothing to judge by).

    `wanted` is what it should be by now, `low` and `high` the band of `between`; `gap` is how far it is beyond the
    bound, negative when it misses; `attained` the share of the target reached, None where that means nothing.
    """

    status: str
    wanted: float | None = None
    low: float | None = None
    high: float | None = None
    gap: float | None = None
    attained: float | None = None


def within_reach(target: Target, subject: str) -> None:
    """Raise `WrongField` for a day, or a time from the start, that is a slip of the hand: 1800, 9999 years."""
    days = [("since", target.since), ("by", target.by), *(("steps", step.by) for step in target.steps)]
    for name, day in days:
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            raise WrongField(subject=subject, field=name, value=day, options=f"{FIRST_DAY} – {LAST_DAY}")
    for span in (target.within, *(step.within for step in target.steps)):
        if span is not None and int(span[:-1]) > LONGEST_SPAN[span[-1]]:
            most = f"≤ {LONGEST_SPAN[span[-1]]}{span[-1]}"
            raise WrongField(subject=subject, field="within", value=span, options=most)


def ends(start: date, span: str) -> date:
    """The last day of a time that begins on `start`: six months from 1 April end on 30 September.

    >>> ends(date(2026, 4, 1), "6m")
    datetime.date(2026, 9, 30)
    """
    count, unit = int(span[:-1]), span[-1]
    if unit in "my":
        return add_months(start, count * (12 if unit == "y" else 1)) - timedelta(days=1)
    return start + timedelta(days=count * (7 if unit == "w" else 1) - 1)


def starting(target: Target, on: date) -> Target:
    """The target of a template put on the calendar: it holds from `on`, and every `within` becomes a day.

    >>> starting(Target(value=0.2, within="6m"), date(2026, 4, 1)).by
    datetime.date(2026, 9, 30)
    """
    since = target.since or on
    steps = tuple(
        replace(step, by=ends(since, step.within), within=None) if step.within is not None else step
        for step in target.steps
    )
    by = ends(since, target.within) if target.within is not None else target.by
    return replace(target, since=since, by=by, within=None, steps=steps)


def value_at(target: Target, period: Period, calendar: Calendar, *, adds_up: bool = False) -> float | None:
    """What is wanted of a whole period; None before the target holds, beyond a manual series, and for `between`.

    With stages, a period is asked for the stage that is due next. An `even` way from a start is a straight line in
    time. What adds up over time is shared out to shorter periods and added to longer ones, in equal months or by
    the seasonal weights, and by days below a month; what does not keeps the value of the time asked about, also where
    it was written for a year, and a longer period its last.
    """
    if target.compare == BETWEEN:
        return None
    return _of_period(target, period, calendar, adds_up, lambda own: _own_value(target, own, calendar))


def band_at(target: Target, period: Period, calendar: Calendar, *, adds_up: bool = False) -> tuple[float, float] | None:
    """The low and high end that a `between` target wants of a whole period; None for other targets."""
    low, high = target.low, target.high
    if target.compare != BETWEEN or low is None or high is None:
        return None
    bottom = _of_period(target, period, calendar, adds_up, lambda own: low)
    top = _of_period(target, period, calendar, adds_up, lambda own: high)
    return None if bottom is None or top is None else (bottom, top)


def per(value: float, from_grain: Grain, to_grain: Grain, adds_up: bool) -> float:
    """A target for one kind of period as one for another: 12 a year are 1 a month if the KPI adds up, else still 12.

    Days and weeks are those of an average year of 365.2425 days.

    >>> per(1200.0, Grain.YEAR, Grain.MONTH, True), per(0.03, Grain.MONTH, Grain.YEAR, False)
    (100.0, 0.03)
    """
    return value * PER_YEAR[from_grain] / PER_YEAR[to_grain] if adds_up else value


def adds_up(formula: Formula | str, catalogue: Catalogue) -> bool:
    """Whether the months of a KPI sum to its year: counts and sums of flows, added or multiplied by numbers.

    False for ratios, for stocks, and for distinct customers, who may come in two months.

    >>> from keiki.catalogue.load import load_catalogue
    >>> [adds_up(kpi, load_catalogue()) for kpi in ("order_revenue", "aov", "mrr")]
    [True, False, False]
    """
    return _adds_up(catalogue.expand(formula), catalogue) is True


def averages(formula: Formula | str, catalogue: Catalogue) -> bool:
    """Whether a KPI is a rate of flows, whose year is about the mean of its months: not a stock, which stands where it
    stands at the end, and not a share of different people, who may come in two months.

    >>> from keiki.catalogue.load import load_catalogue
    >>> [averages(kpi, load_catalogue()) for kpi in ("order_revenue", "aov", "mrr")]
    [False, True, False]
    """
    expanded = catalogue.expand(formula)
    used = list(references(expanded))
    flows = all("window" not in dict(each.params) and _flows(catalogue.measures[each.id]) for each in used)
    return bool(used) and flows and _adds_up(expanded, catalogue) is False


def judged(
    value: float | None,
    target: Target,
    period: Period,
    calendar: Calendar,
    *,
    direction: Direction | str = Direction.HIGHER,
    adds_up: bool = False,
    today: date | None = None,
    size: float | None = None,
) -> Judgement:
    """How a period's value stands to its target: `good` if reached, `act` if a tenth of it is missing, else `watch`.

    While the period runs (`today` lies in it), what adds up is asked only for its pace: the share of the days gone
    by. `size` replaces the target as what a tenth is taken of, for units without a natural zero (100 for points).
    """
    share = _gone(period, calendar, today) if adds_up else 1.0
    compare = target.compare or {Direction.HIGHER: AT_LEAST, Direction.LOWER: AT_MOST}.get(Direction(direction))
    if compare == BETWEEN:
        band = band_at(target, period, calendar, adds_up=adds_up)
        low, high = (band[0] * share, band[1] * share) if band else (None, None)
        wanted = None
    else:
        whole = value_at(target, period, calendar, adds_up=adds_up)
        wanted = whole * share if whole is not None else None
        low = wanted if compare == AT_LEAST else None
        high = wanted if compare == AT_MOST else None
    if (low is None and high is None) or share == 0:
        return Judgement(NONE if value is None else PLAIN, wanted, low, high)
    if value is None:
        return Judgement(NONE, wanted, low, high)
    return _judged(value, wanted, low, high, size)


def _judged(value: float, wanted: float | None, low: float | None, high: float | None, size: float | None) -> Judgement:
    room = min((value - low if low is not None else float("inf")), (high - value if high is not None else float("inf")))
    missed = low if low is not None and room == value - low else high
    scale = size if size is not None else abs(missed or 0.0)
    attained = value / wanted if wanted and low is not None and wanted > 0 else None
    if room >= -HAIR * max(scale, abs(value)):
        return Judgement(GOOD, wanted, low, high, max(room, 0.0), attained)
    far = scale == 0 or -room >= ACT_FROM * scale * (1 - HAIR)
    return Judgement(ACT if far else WATCH, wanted, low, high, room, attained)


def _gone(period: Period, calendar: Calendar, today: date | None) -> float:
    """The share of a period's days that is over."""
    if today is None or period.days == 0:
        return 1.0
    return calendar.elapsed(period, today).days / period.days


Own = Callable[[Period], float | None]


def _of_period(target: Target, period: Period, calendar: Calendar, adds_up: bool, own_value: Own) -> float | None:
    """The value of a period from the values of the target's own periods."""
    if target.since is not None and period.end <= target.since:
        return None
    own = Grain.MONTH if target.shape == MANUAL else target.period or period.grain
    if own is None or (own == period.grain and target.shape != SEASONAL):
        return own_value(period)
    if not adds_up and target.shape != MANUAL:
        value = own_value(period)
        return None if value is None else value * _season(target, period, calendar)
    owners = calendar.periods(own, period.start, period.end)
    values = [(own_value(owner), owner) for owner in owners]
    if not adds_up:
        return next((value for value, _ in reversed(values) if value is not None), None)
    there = [(v, owner) for v, owner in values if v is not None]
    return sum(v * _share(target, owner, period, calendar) for v, owner in there) if there else None


def _own_value(target: Target, own: Period, calendar: Calendar) -> float | None:
    if target.shape == MANUAL:
        return _by_month(target, calendar).get(own.start)
    stages = _stages(target)
    if target.shape == EVEN and target.start is not None and stages:
        return _on_the_way(target, target.start, stages, own)
    due = next((value for day, value in stages if own.last <= day), None)
    if due is not None:
        return due
    return target.value if target.value is not None else stages[-1][1] if stages else None


def _stages(target: Target) -> list[tuple[date, float]]:
    """The stages with a day, in order, the deadline's last."""
    since = target.since
    dated = [(_due(since, step.by, step.within), step.value) for step in target.steps]
    if target.value is not None:
        dated.append((_due(since, target.by, target.within), target.value))
    return sorted((day, value) for day, value in dated if day is not None)


def _due(since: date | None, by: date | None, within: str | None) -> date | None:
    return ends(since, within) if by is None and since is not None and within is not None else by


def _on_the_way(target: Target, start: float, stages: list[tuple[date, float]], own: Period) -> float:
    """The straight line through start and stages at the end of a period; before it the start, after it the end."""
    day, value = target.since or own.start, start
    for next_day, next_value in stages:
        if own.last <= next_day:
            length = (next_day - day).days + 1
            gone = min(max((own.last - day).days + 1, 0), length)
            return value + (next_value - value) * gone / length if length > 0 else next_value
        day, value = next_day + timedelta(days=1), next_value
    return value


def _by_month(target: Target, calendar: Calendar) -> dict[date, float]:
    """The series by the first day of each business month."""
    return {calendar.period(Grain.MONTH, day).start: value for day, value in target.months}


def _share(target: Target, owner: Period, period: Period, calendar: Calendar) -> float:
    """How much of an owner period's value falls into a period: by the weights of its months, by days inside a month."""
    if owner.grain is not Grain.YEAR and owner.grain is not Grain.QUARTER:
        return _overlap(owner, period) / owner.days * _season(target, owner, calendar)
    months = calendar.periods(Grain.MONTH, owner.start, owner.end)
    weights = [_weight(target, month, calendar) for month in months]
    total = sum(weights)
    if total <= 0:
        weights, total = [1.0] * len(months), float(len(months))
    inside = (w * _overlap(month, period) / month.days for w, month in zip(weights, months, strict=True))
    return sum(inside) / total


def _season(target: Target, period: Period, calendar: Calendar) -> float:
    """How far the season lifts a period: the weight of its months over that of an average month of its year."""
    if target.shape != SEASONAL or not target.months:
        return 1.0
    year = calendar.period(Grain.YEAR, period.start)
    around = [_weight(target, m, calendar) for m in calendar.periods(Grain.MONTH, year.start, year.end)]
    here = [_weight(target, m, calendar) for m in calendar.periods(Grain.MONTH, period.start, period.end)]
    return (sum(here) / len(here)) / (sum(around) / len(around)) if sum(around) > 0 and here else 1.0


def _weight(target: Target, month: Period, calendar: Calendar) -> float:
    """A month's weight: its own, else that of the same month of another year, else the average; 1 without weights."""
    if target.shape != SEASONAL or not target.months:
        return 1.0
    series = _by_month(target, calendar)
    if month.start in series:
        return series[month.start]
    same = [value for start, value in series.items() if start.month == month.start.month]
    return same[-1] if same else sum(series.values()) / len(series)


def _overlap(one: Period, other: Period) -> int:
    return max((min(one.end, other.end) - max(one.start, other.start)).days, 0)


def _adds_up(formula: Formula, catalogue: Catalogue) -> bool | None:
    """True when it adds up over time, None for a bare number, False otherwise."""
    match formula:
        case Number():
            return None
        case Reference(id=name, params=params):
            return "window" not in dict(params) and _flows(catalogue.measures[name])
        case Negate(operand=operand):
            return _adds_up(operand, catalogue)
        case Binary(op="+" | "-", left=left, right=right):
            parts = (_adds_up(left, catalogue), _adds_up(right, catalogue))
            return None if parts == (None, None) else parts == (True, True)
        case Binary(op=op, left=left, right=right):
            parts = (_adds_up(left, catalogue), _adds_up(right, catalogue))
            if parts == (None, None):
                return None
            return parts == (True, None) or (op == "*" and parts == (None, True))
        case Call(name="sum", arguments=arguments):
            return all(_adds_up(argument, catalogue) is True for argument in arguments)
        case Call(name="coalesce", arguments=(first, *others)):
            return _adds_up(first, catalogue) is True and all(_zero(other) for other in others)
        case _:
            return False


def _flows(measure: Measure) -> bool:
    if measure.timing is not Timing.FLOW:
        return False
    if measure.aggregation in ADDS_UP:
        return True
    custom = measure.aggregation is Aggregation.CUSTOM and measure.param("stat") != "count_distinct"
    return custom and measure.unit in AMOUNTS


def _zero(formula: Formula) -> bool:
    return isinstance(formula, Number) and formula.value == 0
