"""How a form looks: every field with label, hint and error in our own template."""

from __future__ import annotations

from django.forms.renderers import TemplatesSetting


class Rendering(TemplatesSetting):
    """Looks for form templates among all templates, and draws a field by `ui/field.html`."""

    field_template_name = "ui/field.html"
    form_template_name = "ui/fields.html"
