"""Customer models against PyMC-Marketing: the same likelihood of the same customers, and the same likeliest values.

PyMC-Marketing is never installed beside Keiki: `KEIKI_PYMC_MARKETING` names the Python of an environment that has it.
`python -m tools.oracle` fits every model here, sends data and values there, and prints what comes back: the
log-likelihood of its distribution at our values, and the values its optimizer finds under flat priors.
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

from keiki.customers.clv import bg_bb, bg_nbd, mbg_nbd, pareto_nbd
from keiki.customers.clv.grouped import History
from keiki.customers.clv.likelihood import Estimate

LEVEL: Final = 1e-6
"""How far the log-likelihoods may lie apart, as a share."""
VALUES: Final = 0.01
"""How far the likeliest values may lie apart, as a share: its optimizer stops earlier than ours."""
PEER: Final = """
import json, sys, warnings
warnings.simplefilter("ignore")
import numpy as np, pymc as pm
from pymc_marketing.clv import distributions
for case in json.load(sys.stdin):
    kind = getattr(distributions, case["distribution"])
    value = np.column_stack([case["recency"], case["frequency"]])
    weights, age = np.array(case["customers"]), np.array(case["age"])
    if case["whole"]:
        value, age = value.astype(int), age.astype(int)
    levels = pm.logp(kind.dist(**case["values"], T=age), value).eval()
    with pm.Model():
        free = {name: pm.HalfFlat(name) for name in case["values"]}
        pm.Potential("data", (weights * pm.logp(kind.dist(**free, T=age), value)).sum())
        found = pm.find_MAP(start={name: 1.0 for name in free}, progressbar=False)
    print(json.dumps([float(weights @ levels), {name: float(found[name]) for name in free}]), flush=True)
"""


@dataclass(frozen=True)
class Case:
    """A model with its data, what we found, and the name of the other side's distribution."""

    name: str
    distribution: str
    history: History
    estimate: Estimate

    @property
    def values(self) -> dict[str, float]:
        """The likeliest values we found, by name."""
        return dict(zip(self.estimate.names, self.estimate.values, strict=True))

    def sent(self) -> dict[str, Any]:
        """The case as the other side reads it."""
        columns = ("frequency", "recency", "age", "customers")
        rows = {name: np.asarray(getattr(self.history, name)).tolist() for name in columns}
        whole = self.distribution == "BetaGeoBetaBinom"
        return {"distribution": self.distribution, "values": self.values, "whole": whole} | rows


def cases() -> list[Case]:
    """CDNOW for the models of any time, the donations of Fader, Hardie and Shang for BG/BB."""
    bought, given = sample(ROOT.parent / "shared" / "data").history.grouped(), donations()
    found = [
        ("BG/NBD", "BetaGeoNBD", bought, bg_nbd.fit(bought).estimate),
        ("MBG/NBD", "ModifiedBetaGeoNBD", bought, mbg_nbd.fit(bought).estimate),
        ("Pareto/NBD", "ParetoNBD", bought, pareto_nbd.fit(bought).estimate),
        ("BG/BB", "BetaGeoBetaBinom", given, bg_bb.fit(given).estimate),
    ]
    return [Case(name, there, history, estimate) for name, there, history, estimate in found if estimate is not None]


def main() -> int:
    """Print the comparison; 1 when a likelihood or a value lies too far apart."""
    python = os.environ.get("KEIKI_PYMC_MARKETING")
    if not python:
        print("Nothing compared: KEIKI_PYMC_MARKETING names no Python.")
        return 0
    ours = cases()
    sent = json.dumps([case.sent() for case in ours])
    out = subprocess.run([python, "-c", PEER], input=sent, check=True, stdout=subprocess.PIPE, text=True).stdout
    wrong = [compared(case, *json.loads(line)) for case, line in zip(ours, out.splitlines(), strict=True)]
    return 1 if any(wrong) else 0


def compared(case: Case, level: float, there: Mapping[str, float]) -> bool:
    """One line of the comparison; whether it is too far apart."""
    apart = max(abs(there[name] / value - 1) for name, value in case.values.items())
    ours = case.estimate.log_likelihood
    values = ", ".join(f"{name} {value:.4f} / {there[name]:.4f}" for name, value in case.values.items())
    print(f"{case.name}: log-likelihood {ours:.4f} / {level:.4f}; {values}; furthest apart {apart:.2%}")
    return abs(level / ours - 1) > LEVEL or apart > VALUES


if __name__ == "__main__":
    sys.exit(main())
