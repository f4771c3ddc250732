"""Reads about reasons, one file per subject."""
