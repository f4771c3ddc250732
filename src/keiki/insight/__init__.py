"""What the numbers say: baselines, forecasts, experiments; pure numeric functions on small arrays."""
