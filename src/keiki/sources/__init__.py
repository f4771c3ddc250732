"""Where rows come from: files, vendors' exports, other databases, tables from Python."""

from __future__ import annotations

from keiki.sources.guess import Confidence, Guess, guess
from keiki.sources.part import Part
from keiki.sources.source import Source, open_source

__all__ = ["Confidence", "Guess", "Part", "Source", "guess", "open_source"]
