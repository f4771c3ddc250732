"""Channels and leads for programs: the same door and the same numbers as the pages, one file per subject."""

from __future__ import annotations

from ninja import Router

from keiki.server.journeys.api import channels, leads

router = Router()
for subject in (channels, leads):
    router.add_router("", subject.router)
