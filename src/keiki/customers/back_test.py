"""Would the health score have known? Its hit rate on customers that left, and the weights that would have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit

from keiki.customers.churn import LEVELS, TENTHS, Leaving
from keiki.customers.health import PARTS, Weights

Numbers = NDArray[np.float64]
SLICES: Final = 10
FEWEST_KNOWN: Final = 100
"""Accounts whose use is known, each counted once per period, from which on the others are left out."""
FEWEST_LEFT: Final = 30
"""Ten that left for each weight: below it, fitted weights are a guess."""
LOOSENESS: Final = 0.5
"""How far a slope may lie from the current weights before the data has to speak: a standard deviation in logits."""
USUAL: Final = 2.0
"""How steep leaving is at least taken to be along the score in force: from 100 to 0 the odds grow by e² = 7."""
STEEPEST: Final = 50.0
HELD_OUT: Final = 1 / 3

CAUTIONS = {
    "nobody_left": (
        "Nobody left in the time looked at, so nothing can be said about the score.",
        "対象期間に離れた顧客がいないため、スコアの当たり外れはまだ分かりません。",
    ),
    "few_left": (
        "Only {left} accounts left; {fewest} or more are needed to trust fitted weights. They stay near today's.",
        "離れた顧客は{left}件だけです。重みの推定を信頼するには{fewest}件以上必要なため、現在の重みに近いままです。",
    ),
    "no_part_tells": (
        "No part of the score goes with leaving in this data; no weights are proposed.",
        "このデータでは、どの項目も離反と結び付いていません。重みは提案しません。",
    ),
    "one_period": (
        "Only one point in time can be judged, so the fitted weights are tried on the very data they come from.",
        "判定できる時点が1つだけのため、推定に使ったデータそのもので試しています。",
    ),
}
"""Every caution by its code: English, Japanese."""


@dataclass(frozen=True)
class Told:
    """Something that limits what a back-test is worth."""

    code: str
    details: tuple[tuple[str, int], ...] = ()

    def words(self, language: str) -> str:
        """The sentence in `en` or `ja`."""
        english, japanese = CAUTIONS[self.code]
        return (japanese if language.startswith("ja") else english).format(**dict(self.details))


@dataclass(frozen=True)
class Past:
    """Accounts with equal numbers counted together. `parts` holds one column per part, from 0 to 1, NaN when unknown;
    `score` is NaN without one; `period` orders them in time.
    """

    period: Numbers
    parts: Numbers
    score: Numbers
    accounts: Numbers
    left: Numbers

    @classmethod
    def of_rows(cls, columns: Mapping[str, Sequence[float | None]]) -> Past:
        """From the columns of `grouped_outcomes`."""
        parts = np.column_stack([_floats(columns[part]) / LEVELS for part in PARTS])
        counts = (_floats(columns[name]) for name in ("accounts", "left"))
        return cls(_floats(columns["period"]), parts, _floats(columns["score"]) / TENTHS, *counts)

    def where(self, rows: NDArray[np.bool_]) -> Past:
        """Some of its rows."""
        return Past(self.period[rows], self.parts[rows], self.score[rows], self.accounts[rows], self.left[rows])

    @property
    def size(self) -> int:
        """How many accounts, each counted once per period."""
        return round(float(self.accounts.sum()))

    @property
    def gone(self) -> int:
        """How many of them left."""
        return round(float(self.left.sum()))


@dataclass(frozen=True)
class Slice:
    """A tenth of the accounts: how many there are, how many left, the mean chance they were given and the lift
    (share that left, against the share of all).
    """

    accounts: float
    left: float
    chance: float | None
    lift: float | None

    @property
    def share(self) -> float | None:
        """The share that left."""
        return self.left / self.accounts if self.accounts else None


@dataclass(frozen=True)
class FittedWeights:
    """The weights that tell best who leaves, adding up to 100, and the chance that goes with them."""

    weights: Weights
    leaving: Leaving


@dataclass(frozen=True)
class BackTest:
    """How well a health score told who would leave.

    Accounts whose use is known are judged; when they are too few (below `FEWEST_KNOWN`), everybody with a score is.
    `unknown_use` were then left out, and `unknown_left` is the share of them that left. `auc` is the chance that an
    account that left had the lower score of two (0.5 = a coin, None when nobody or everybody left). `by_score` and
    `by_chance` are tenths of the accounts, the most endangered first: by the score in force, and by the fitted chance
    (with what it promised, so that both can be laid side by side). `fitted` comes from the earlier two thirds of the
    periods, and `auc_later` compares it with the score in force on the later third, which it has not seen: (in force,
    fitted). `falling` is the share that left among accounts whose use had fallen by half (`flagged` of them), and
    `others` among the rest; None where there are none.
    """

    accounts: int
    left: int
    unscored: int
    unknown_use: int
    unknown_left: float | None
    auc: float | None
    by_score: tuple[Slice, ...]
    by_chance: tuple[Slice, ...]
    fitted: FittedWeights | None
    auc_later: tuple[float | None, float | None]
    falling: float | None
    others: float | None
    flagged: int
    cautions: tuple[Told, ...] = ()


def back_test(past: Past, current: Weights | None = None) -> BackTest:
    """Lay scores beside what happened afterwards, and look for the weights that would have known best."""
    current = current or Weights()
    scored = past.where(~np.isnan(past.score))
    used = ~np.isnan(scored.parts[:, PARTS.index("usage")])
    enough = scored.where(used).size >= FEWEST_KNOWN
    known, apart = (scored.where(used), scored.where(~used)) if enough else (scored, scored.where(used & ~used))
    cautions = []
    earlier, later = _split(known)
    fitted = fit_weights(earlier, current)
    if fitted is not None and apart.size:
        fitted = replace(fitted, leaving=replace(fitted.leaving, unknown=_share(apart)))
    if known.gone == 0:
        cautions.append(Told("nobody_left"))
    else:
        if earlier.gone < FEWEST_LEFT:
            cautions.append(Told("few_left", (("left", earlier.gone), ("fewest", FEWEST_LEFT))))
        if fitted is None:
            cautions.append(Told("no_part_tells"))
        if len(np.unique(known.period)) < 2:
            cautions.append(Told("one_period"))
    chance = None if fitted is None else chances(later.parts, fitted.leaving)
    fell = known.parts[:, PARTS.index("usage")] == 0
    return BackTest(
        accounts=known.size,
        left=known.gone,
        unscored=past.size - scored.size,
        unknown_use=apart.size,
        unknown_left=_share(apart),
        auc=auc(-known.score, known.accounts, known.left),
        by_score=slices(-known.score, known.accounts, known.left),
        by_chance=() if chance is None else slices(chance, later.accounts, later.left, chance),
        fitted=fitted,
        auc_later=(
            auc(-later.score, later.accounts, later.left),
            None if chance is None else auc(chance, later.accounts, later.left),
        ),
        falling=_share(known.where(fell)),
        others=_share(known.where(~fell)),
        flagged=known.where(fell).size,
        cautions=tuple(cautions),
    )


def auc(danger: ArrayLike, accounts: ArrayLike, left: ArrayLike) -> float | None:
    """The chance that of one account that left and one that stayed the first was in the greater danger, ties half.

    None when nobody or everybody left. Source: Mann and Whitney 1947, on grouped rows.

    >>> auc([3, 2, 1], [1, 1, 2], [1, 0, 1])
    0.625
    """
    risk, count, gone = (np.asarray(each, dtype=np.float64) for each in (danger, accounts, left))
    levels, place = np.unique(risk, return_inverse=True)
    lost = np.bincount(place, gone, len(levels))
    kept = np.bincount(place, count - gone, len(levels))
    pairs = lost.sum() * kept.sum()
    if pairs == 0:
        return None
    below = np.cumsum(kept) - kept
    return float((lost * (below + kept / 2)).sum() / pairs)


def slices(
    danger: ArrayLike, accounts: ArrayLike, left: ArrayLike, chance: ArrayLike | None = None
) -> tuple[Slice, ...]:
    """The accounts in ten equal parts, the most endangered first; equal ones at a border are shared out evenly."""
    risk, count, gone = (np.asarray(each, dtype=np.float64) for each in (danger, accounts, left))
    promised = np.full(len(risk), np.nan) if chance is None else np.asarray(chance, dtype=np.float64)
    whole = float(count.sum())
    if whole == 0:
        return ()
    levels, place = np.unique(-risk, return_inverse=True)
    count, gone, promised = (
        np.bincount(place, each, len(levels)).astype(np.float64) for each in (count, gone, promised * count)
    )
    edges = np.concatenate([[0.0], np.cumsum(count)])
    rate = gone.sum() / whole
    found = []
    for n in range(SLICES):
        low, high = whole * n / SLICES, whole * (n + 1) / SLICES
        inside = np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, None) / np.maximum(count, 1e-300)
        size, lost = float((inside * count).sum()), float((inside * gone).sum())
        expected = None if chance is None else float((inside * promised).sum() / size)
        found.append(Slice(size, lost, expected, float(lost / size / rate) if rate else None))
    return tuple(found)


def fit_weights(past: Past, current: Weights | None = None) -> FittedWeights | None:
    """The weights under which the score goes best with leaving; None when nobody or everybody left, or no part tells.

    Logistic regression of leaving on the parts with slopes that are never negative: a better part never makes leaving
    likelier. A part not known counts as its mean. The slopes are drawn towards the current weights, so that few
    accounts that left move them little (a normal prior with standard deviation `LOOSENESS`).
    """
    current = current or Weights()
    if past.gone == 0 or past.gone >= past.size:
        return None
    weight = np.array([float(getattr(current, part)) for part in PARTS])
    weight = weight / weight.sum()
    means = np.array([_mean(past.parts[:, n], past.accounts) for n in range(len(PARTS))])
    parts = np.where(np.isnan(past.parts), means, past.parts)
    steep = _lowest(parts @ weight[:, None], past, np.zeros(1), loose=np.inf)
    best = _lowest(parts, past, max(USUAL, steep[1]) * weight, loose=LOOSENESS)
    level, slopes = float(best[0]), best[1:]
    seen = auc(-parts @ slopes, past.accounts, past.left)
    if slopes.sum() <= 0 or seen is None or seen <= 1 / 2:  # nothing in the data goes with leaving
        return None
    shares = {part: float(share) for part, share in zip(PARTS, 100 * slopes / slopes.sum(), strict=True)}
    by_part = dict(zip(PARTS, map(float, slopes), strict=True))
    return FittedWeights(Weights(**shares), Leaving(level, by_part, dict(zip(PARTS, map(float, means), strict=True))))


def chances(parts: ArrayLike, leaving: Leaving) -> Numbers:
    """The chance of leaving for rows of parts (NaN when unknown)."""
    values = np.asarray(parts, dtype=np.float64)
    means = np.array([leaving.means[part] for part in PARTS])
    slopes = np.array([leaving.slopes[part] for part in PARTS])
    filled = np.where(np.isnan(values), means, values)
    return np.asarray(expit(leaving.level - filled @ slopes), dtype=np.float64)


def _lowest(parts: Numbers, past: Past, prior: Numbers, loose: float) -> Numbers:
    """Level and slopes (never negative) of the likeliest logistic curve."""

    def downhill(values: Numbers) -> tuple[float, Numbers]:
        height = values[0] - parts @ values[1:]
        chance = expit(height)
        off = past.accounts * chance - past.left
        likely = past.left * height - past.accounts * np.logaddexp(0, height)
        away = (values[1:] - prior) / loose**2
        loss = -likely.sum() + ((values[1:] - prior) * away).sum() / 2
        return float(loss), np.concatenate([[off.sum()], -(parts.T @ off) + away])

    rate = past.left.sum() / past.accounts.sum()
    start = np.concatenate([[np.log(rate / (1 - rate)) + 1], np.ones(parts.shape[1])])
    bounds = [(None, None)] + [(0.0, STEEPEST)] * parts.shape[1]
    return np.asarray(minimize(downhill, start, jac=True, bounds=bounds, method="L-BFGS-B").x, dtype=np.float64)


def _split(past: Past) -> tuple[Past, Past]:
    """The earlier periods and the later third; both are everything when there is one period only."""
    periods = np.unique(past.period)
    if len(periods) < 2:
        return past, past
    first = periods[-max(1, round(len(periods) * HELD_OUT))]
    return past.where(past.period < first), past.where(past.period >= first)


def _mean(values: Numbers, accounts: Numbers) -> float:
    known = ~np.isnan(values)
    weight = accounts[known].sum()
    return float((values[known] * accounts[known]).sum() / weight) if weight else 1.0


def _share(past: Past) -> float | None:
    return past.gone / past.size if past.size else None


def _floats(column: Sequence[float | None]) -> Numbers:
    return np.array([np.nan if value is None else float(value) for value in column], dtype=np.float64)
