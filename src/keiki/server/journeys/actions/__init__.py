"""Writes about the way to buy, one file per subject."""
