"""The pages about reasons, one file per subject."""
