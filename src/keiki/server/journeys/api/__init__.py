"""Channels and leads for programs: the same door and the same numbers as the pages, one file per subject."""

from __future__ import annotations

from ninja import Router

from keiki.server.journeys.api import channels

router = Router()
for subject in (channels,):
    router.add_router("", subject.router)
