"""Data: files become rows; freshness, rejected rows, history, undo."""
