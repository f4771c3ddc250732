"""The pages of the cockpit, one file per subject."""
