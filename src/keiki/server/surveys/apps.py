"""The Django app of surveys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SurveysConfig(AppConfig):
    name = "keiki.server.surveys"
    audit_words: ClassVar[dict[str, Any]] = {
        "surveys.make_survey": _("Made a survey"),
        "surveys.close_survey": _("Closed a survey"),
    }
