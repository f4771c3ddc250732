"""One file per rule; each has `problems(root)`, which yields a line for every breach."""
