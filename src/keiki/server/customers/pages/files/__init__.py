"""Panels of customer value as files, one module per page, with exactly the filters in the address."""
