"""What people type in the settings, one file per subject."""
