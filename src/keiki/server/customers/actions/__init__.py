"""Writes of customer value, one file per subject."""
