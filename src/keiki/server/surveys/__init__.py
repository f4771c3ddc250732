"""Surveys: asked by a link, answered without signing in, scored by the same KPIs as imported answers."""
