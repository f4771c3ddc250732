"""What customers are worth: cohorts, segments, recurring revenue, lifetime value, good and bad revenue."""
