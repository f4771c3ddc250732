"""The database history of uploads."""
