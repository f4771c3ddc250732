"""Speed measured against peers, as ratios within one run. `python -m benchmarks` runs them all."""

from __future__ import annotations

import os

os.environ.setdefault("KEIKI_ANSWERS_MB", "0")  # what is measured must be measured, not read from the last run
