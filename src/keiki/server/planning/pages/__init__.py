"""The pages about targets, one file per subject."""
