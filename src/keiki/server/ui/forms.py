"""How a form looks: every field with label, hint and error in our own template."""

from __future__ import annotations

from datetime import date

from django.forms.renderers import TemplatesSetting


class Rendering(TemplatesSetting):
    """Looks for form templates among all templates, and draws a field by `ui/field.html`."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/fields.html"


def read_day(text: str) -> date | None:
    """The day that an address or a field names as 2026-10-31; None for any other text."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
