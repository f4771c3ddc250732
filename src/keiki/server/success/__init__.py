"""Work with single customers: their stage, health, plans, and what comes next."""
