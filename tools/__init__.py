"""The rules of the house that ruff and import-linter cannot express, and the writers of generated pages."""
