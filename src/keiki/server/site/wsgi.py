"""The WSGI application that the web server runs."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.translation import override

from keiki.charts.render import warm
from keiki.server.site.start import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keiki.server.site.settings")
application = get_wsgi_application()
for language, _name in settings.LANGUAGES:
    with override(language):
        _ = get_resolver().reverse_dict  # every page and address is read now, not while the first visitor waits


def served() -> Any:
    """The application in a process that serves: what its first visitor would wait for is made ready beside it."""
    from keiki.server.kpis.queries import read_ahead

    settle()
    for each in (warm, read_ahead):
        threading.Thread(target=each, daemon=True).start()
    return application
