"""What the numbers of a business say: which drives which, before and after a change, the months to come, trials."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keiki.engine.business import Business
from keiki.formula.nodes import Condition
from keiki.insight.before_after import BeforeAfter, before_after
from keiki.insight.correlation import CorrelationRule, LagCorrelation, lag_correlation
from keiki.insight.forecast import Forecast, ForecastRule, forecast
from keiki.insight.rates import Arm, Trial, trial
from keiki.periods import Grain, Period

UNITS, SUCCESSES = "n_variant_exposures", "n_variant_successes"
CONTROL, TREATMENT = "control", "treatment"
PERIODS = 37
"""How many periods these questions look back over unless told otherwise: three years of months and one more."""


@dataclass(frozen=True)
class Driver:
    """A KPI, or a formula, and how an outcome follows it at every delay."""

    kpi: str
    told: LagCorrelation


@dataclass(frozen=True)
class Drivers:
    """An outcome over complete periods with what may drive it, the strongest first."""

    outcome: str
    periods: tuple[Period, ...]
    rows: tuple[Driver, ...]


@dataclass(frozen=True)
class Change:
    """A KPI around a change: its periods, its values, the first period after it, and how the two sides differ."""

    kpi: str
    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    place: int
    told: BeforeAfter


@dataclass(frozen=True)
class Expectation:
    """A KPI over complete months, None where one is left out or has no value, and what the `ahead` ones may bring."""

    kpi: str
    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    ahead: tuple[Period, ...]
    told: Forecast


@dataclass(frozen=True)
class Experiment:
    """An experiment in the data and what it says so far."""

    name: str
    told: Trial


def drivers(
    business: Business,
    outcome: str,
    candidates: Sequence[str],
    *,
    grain: Grain | str = Grain.MONTH,
    last: int = PERIODS,
    where: Condition | str | None = None,
    rule: CorrelationRule | None = None,
) -> Drivers:
    """How an outcome follows each candidate over the complete ones of the last periods, at once and with delays.

    Raises a `KeikiError` for a KPI that nobody declared. Moving together is no proof of a cause.
    """
    names = tuple(dict.fromkeys(name for name in candidates if name != outcome))
    lens = business.lens(grain, last, where=where)
    read = business.measure((outcome, *names), lens)
    over = [place for place in range(len(lens.periods)) if lens.complete(place)]
    series = {name: [read.series(name)[place] for place in over] for name in (outcome, *names)}
    rows = [Driver(name, lag_correlation(series[name], series[outcome], rule)) for name in names]
    rows.sort(key=lambda each: (-abs(each.told.best.r) if each.told.best else 1.0, each.kpi))
    return Drivers(outcome, tuple(lens.periods[place] for place in over), tuple(rows))


def change_of(
    business: Business, kpi: str, since: date, window: int = 6, *, where: Condition | str | None = None
) -> Change | None:
    """A KPI in up to `window` complete months before and from a day's month on; None without months on both sides."""
    lens = business.lens(Grain.MONTH, PERIODS, where=where)
    values = business.measure((kpi,), lens).series(kpi)
    over = [place for place in range(len(lens.periods)) if lens.complete(place)]
    periods, known = tuple(lens.periods[n] for n in over), tuple(values[n] for n in over)
    place = next((n for n, period in enumerate(periods) if period.start <= since < period.end), 0)
    if not place or all(value is None for value in known):
        return None
    return Change(kpi, periods, known, place, before_after(periods, known, place, window=window))


def expectation(
    business: Business,
    kpi: str,
    count: int = 3,
    *,
    where: Condition | str | None = None,
    left_out: Collection[date] = (),
    rule: ForecastRule | None = None,
) -> Expectation:
    """The `count` months after the last complete one, when a KPI goes on as in the complete months before.

    Months that begin on one of the days `left_out` are not read. `ahead` is empty with too little history. Raises a
    `KeikiError` for a KPI that nobody declared.
    """
    lens = business.lens(Grain.MONTH, PERIODS, where=where)
    series = business.measure((kpi,), lens).series(kpi)
    over = [place for place in range(len(lens.periods)) if lens.complete(place)]
    periods = tuple(lens.periods[place] for place in over)
    values = tuple(None if lens.periods[place].start in left_out else series[place] for place in over)
    told = forecast(periods, values, count, rule)
    ahead = tuple(lens.calendar.shift(periods[-1], each.ahead) for each in told.ahead)
    return Expectation(kpi, periods, values, ahead, told)


def experiments(business: Business) -> tuple[Experiment, ...]:
    """Every experiment with both arms, by name; a unit counts once its window has ended."""
    whole = Period(date(1970, 1, 1), business.today + timedelta(days=1))
    read = business.measure((UNITS, SUCCESSES), business.question((whole,), by=("experiment", "variant")))
    arms: dict[str, dict[str, Arm]] = {}
    for name, variant in read.segments:
        if name is not None and variant is not None:
            units, successes = (round(read.value(each, -1, (name, variant)) or 0) for each in (UNITS, SUCCESSES))
            arms.setdefault(name, {})[variant] = Arm(units, successes)
    return tuple(
        Experiment(name, trial(pair[CONTROL], pair[TREATMENT]))
        for name, pair in sorted(arms.items())
        if {CONTROL, TREATMENT} <= pair.keys()
    )
