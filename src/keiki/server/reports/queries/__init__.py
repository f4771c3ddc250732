"""What reports say and when they are sent, one file per subject."""
