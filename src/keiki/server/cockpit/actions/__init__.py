"""Writes of the cockpit, one file per subject."""
