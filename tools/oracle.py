"""Customer models against PyMC-Marketing: the same likelihood, the same likeliest values, the same predictions.

PyMC-Marketing is never installed beside Keiki: `KEIKI_PYMC_MARKETING` names the Python of an environment that has it.
`python -m tools.oracle` fits every model here, sends data and values there, and prints what comes back: the
log-likelihood of its distribution at our values, the values its optimizer finds under flat priors, and what it predicts
from our values for every customer. It has no beta-discrete-Weibull.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from tests.conftest import ROOT
from tests.customers.clv.cdnow import sample
from tests.customers.clv.test_bg_bb import donations
from tests.customers.clv.test_contracts import HIGH_END

from keiki.customers.clv import bg_bb, bg_nbd, gamma_gamma, mbg_nbd, pareto_nbd, shifted_beta_geometric
from keiki.customers.clv.buying import Buying
from keiki.customers.clv.contracts import Contracts
from keiki.customers.clv.grouped import History, Numbers
from keiki.customers.clv.likelihood import Estimate

LEVEL: Final = 1e-6
"""How far log-likelihoods and predictions may lie apart, as a share."""
VALUES: Final = 0.01
"""How far the likeliest values may lie apart, as a share: its optimizer stops earlier than ours."""
WEEKS_AHEAD: Final = 39
YEARS_AHEAD: Final = 5
YEARS_KNOWN: Final = 7
"""The years of a cohort the shifted beta-geometric is fitted to (Fader and Hardie 2007)."""
PEER: Final = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np, pandas as pd, pymc as pm, pytensor.tensor as pt, xarray as xr
from pymc_extras.prior import Prior
from pymc_marketing.clv import distributions, models
from pytensor.graph.replace import graph_replace

def likelihood(case):
    rows = {name: np.array(column) for name, column in case["rows"].items()}
    if case["model"] == "GammaGammaModel":
        model = models.GammaGammaModel(model_config={name: Prior("HalfFlat") for name in case["values"]})
        model.build_model(pd.DataFrame(rows))
        return {each.name: each for each in model.model.free_RVs}, model.model.potentials[0]
    values, kind = {name: pt.dscalar(name) for name in case["values"]}, getattr(distributions, case["distribution"])
    if case["model"] == "ShiftedBetaGeoModel":
        censored = pm.Censored.dist(kind.dist(**values), lower=None, upper=rows["T"])
        return values, pm.logp(censored, rows["recency"])
    return values, pm.logp(kind.dist(**values, T=rows["T"]), np.column_stack([rows["recency"], rows["frequency"]]))

def predictions(case):
    rows, sizes = pd.DataFrame(case["rows"]), ("chain", "draw") + (("cohort",) if "cohort" in case["rows"] else ())
    values = {name: (sizes, np.full((1,) * len(sizes), value)) for name, value in case["values"].items()}
    places = {size: ["all"] if size == "cohort" else [0] for size in sizes}
    model = getattr(models, case["model"])()
    model.build_model(rows)
    model.idata = xr.DataTree.from_dict({"posterior": xr.Dataset(values, coords=places)})
    found = {name: getattr(model, name)(rows, **how) for name, how in case["asks"].items()}
    return {name: np.asarray(each).ravel().tolist() for name, each in found.items()}

for case in json.load(sys.stdin):
    weights, (names, level) = np.array(case["customers"]), likelihood(case)
    level = (weights * level).sum()
    known = {name: pt.as_tensor_variable(np.float64(value)) for name, value in case["values"].items()}
    with pm.Model():
        free = {name: pm.HalfFlat(name) for name in case["values"]}
        pm.Potential("data", graph_replace(level, {names[name]: value for name, value in free.items()}))
        found = pm.find_MAP(start={name: 1.0 for name in free}, progressbar=False)
    likeliest = {name: float(found[name]) for name in free}
    ours = graph_replace(level, {names[name]: value for name, value in known.items()}).eval()
    print(json.dumps([float(ours), likeliest, predictions(case)]), flush=True)
"""


@dataclass(frozen=True)
class Case:
    """A model with its data, what we found, and what to ask of the other side.

    `rows` are columns by the names they have there, `asks` its methods with what they take, `answers` ours by the
    names of those methods, one number per row.
    """

    name: str
    model: str
    estimate: Estimate
    customers: Numbers
    rows: Mapping[str, Numbers]
    asks: Mapping[str, Mapping[str, int]]
    answers: Mapping[str, Numbers]
    distribution: str = ""

    @property
    def values(self) -> dict[str, float]:
        """The likeliest values we found, by name."""
        return dict(zip(self.estimate.names, self.estimate.values, strict=True))

    def sent(self) -> dict[str, Any]:
        """The case as the other side reads it."""
        rows = {"customer_id": np.arange(len(self.customers)), **self.rows}
        return {
            "model": self.model,
            "distribution": self.distribution,
            "values": self.values,
            "customers": self.customers.tolist(),
            "rows": {name: np.asarray(column).tolist() for name, column in rows.items()},
            "asks": self.asks,
        }


def cases() -> list[Case]:
    """CDNOW for models of any time and of money, the donations of Fader, Hardie and Shang, a cohort of contracts."""
    return [*_buyers(), _donors(), _spenders(), _renewers()]


def _buyers() -> list[Case]:
    bought = sample(ROOT.parent / "shared" / "data").history.grouped()
    made: tuple[tuple[str, str, str, Buying, dict[str, int]], ...] = (
        ("BG/NBD", "BetaGeoModel", "BetaGeoNBD", bg_nbd.fit(bought), {}),
        ("MBG/NBD", "ModifiedBetaGeoModel", "ModifiedBetaGeoNBD", mbg_nbd.fit(bought), {}),
        ("Pareto/NBD", "ParetoNBDModel", "ParetoNBD", pareto_nbd.fit(bought), {"future_t": 0}),
    )
    return [
        Case(
            name,
            there,
            _estimate(model.estimate),
            bought.customers,
            _columns(bought),
            {"expected_purchases": {"future_t": WEEKS_AHEAD}, "expected_probability_alive": now},
            {
                "expected_purchases": model.expected_purchases(bought, WEEKS_AHEAD),
                "expected_probability_alive": model.probability_alive(bought),
            },
            distribution,
        )
        for name, there, distribution, model, now in made
    ]


def _donors() -> Case:
    given = donations()
    model = bg_bb.fit(given)
    return Case(
        "BG/BB",
        "BetaGeoBetaBinomModel",
        _estimate(model.estimate),
        given.customers,
        {name: column.astype(int) for name, column in _columns(given).items()},
        {"expected_purchases": {"future_t": YEARS_AHEAD}, "expected_probability_alive": {"future_t": 1}},
        {
            "expected_purchases": model.expected_purchases(given, YEARS_AHEAD),
            "expected_probability_alive": model.probability_alive(given),
        },
        "BetaGeoBetaBinom",
    )


def _spenders() -> Case:
    everybody = sample(ROOT.parent / "shared" / "data").history
    assert everybody.mean_value is not None
    told = (everybody.frequency > 0) & (np.nan_to_num(everybody.mean_value) > 0)
    columns = (everybody.frequency, everybody.recency, everybody.age, everybody.customers)
    x, last, age, customers = (column[told] for column in columns)
    spent = History.of(x, last, age, customers, everybody.unit, everybody.mean_value[told])
    model = gamma_gamma.fit(everybody)
    return Case(
        "Gamma-Gamma",
        "GammaGammaModel",
        _estimate(model.estimate),
        customers,
        {"frequency": x, "monetary_value": everybody.mean_value[told]},
        {"expected_customer_spend": {}},
        {"expected_customer_spend": model.expected_value(spent)},
    )


def _renewers() -> Case:
    grouped = Contracts.of_survivors(HIGH_END[: YEARS_KNOWN + 1]).grouped()
    periods = np.where(grouped.lost > 0, grouped.periods, grouped.periods + 1).astype(int)
    model = shifted_beta_geometric.fit(grouped)
    return Case(
        "shifted beta-geometric",
        "ShiftedBetaGeoModel",
        _estimate(model.estimate),
        grouped.customers,
        {"recency": periods, "T": np.full(len(periods), YEARS_KNOWN + 1), "cohort": np.full(len(periods), "all")},
        {"expected_retention_rate": {"future_t": 1}},
        {"expected_retention_rate": model.retention([YEARS_KNOWN + 2])},
        "ShiftedBetaGeometric",
    )


def _columns(history: History) -> dict[str, Numbers]:
    return {"frequency": history.frequency, "recency": history.recency, "T": history.age}


def _estimate(estimate: Estimate | None) -> Estimate:
    assert estimate is not None
    return estimate


def main() -> int:
    """Print the comparison; 1 when a likelihood, a value or a prediction lies too far apart."""
    python = os.environ.get("KEIKI_PYMC_MARKETING")
    if not python:
        print("Nothing compared: KEIKI_PYMC_MARKETING names no Python.")
        return 0
    ours = cases()
    sent = json.dumps([case.sent() for case in ours])
    out = subprocess.run([python, "-c", PEER], input=sent, check=True, stdout=subprocess.PIPE, text=True).stdout
    wrong = [compared(case, *json.loads(line)) for case, line in zip(ours, out.splitlines(), strict=True)]
    return 1 if any(wrong) else 0


def compared(case: Case, level: float, there: Mapping[str, float], predictions: Mapping[str, list[float]]) -> bool:
    """The lines of one comparison; whether anything is too far apart."""
    apart = max(abs(there[name] / value - 1) for name, value in case.values.items())
    ours = case.estimate.log_likelihood
    values = ", ".join(f"{name} {value:.4f} / {there[name]:.4f}" for name, value in case.values.items())
    print(f"{case.name}: log-likelihood {ours:.4f} / {level:.4f}; {values}; furthest apart {apart:.2%}")
    wrong = abs(level / ours - 1) > LEVEL or apart > VALUES
    for name, answer in case.answers.items():
        far = float(np.max(np.abs(np.asarray(predictions[name]) / answer - 1)))
        print(f"  {name} of {len(answer):,} rows: furthest apart {far:.1e}")
        wrong = wrong or far > LEVEL
    return wrong


if __name__ == "__main__":
    sys.exit(main())
