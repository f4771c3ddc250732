"""Reads of the way to buy, one file per subject."""
