"""A made-up company with known truths: for the first run, the guides and the tests."""

from __future__ import annotations

from keiki.demo.company import NAME_EN, NAME_JA, SEED, load_demo, make_demo
from keiki.demo.truths import Truth, planted

__all__ = ["NAME_EN", "NAME_JA", "SEED", "Truth", "load_demo", "make_demo", "planted"]
