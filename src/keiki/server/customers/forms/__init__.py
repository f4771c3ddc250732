"""What people ask of customer value, one file per subject."""
