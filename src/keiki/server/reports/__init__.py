"""Reports: what is sent every day and every week, and what is printed for a meeting."""
