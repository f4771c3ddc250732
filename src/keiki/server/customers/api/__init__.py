"""Customer value for programs: the same door and the same numbers as the pages, one file per subject."""

from __future__ import annotations

from ninja import Router

from keiki.server.customers.api import (
    cohorts,
    forecast,
    ideal,
    lifetime_value,
    quality,
    recurring,
    repeat,
    segments,
    survival,
    whole,
)

router = Router()
for subject in (whole, cohorts, segments, repeat, recurring, survival, lifetime_value, quality, forecast, ideal):
    router.add_router("", subject.router)
