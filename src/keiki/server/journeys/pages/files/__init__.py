"""Panels of channels and leads as files, one module per page, with exactly the filters in the address."""
