"""What was done, by whom and when: a log that can only grow."""
