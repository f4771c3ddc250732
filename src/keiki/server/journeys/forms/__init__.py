"""What a person types about the way to buy, one file per subject."""
