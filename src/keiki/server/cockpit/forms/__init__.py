"""What people type in the cockpit, one file per subject."""
