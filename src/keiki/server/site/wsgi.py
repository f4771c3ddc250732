"""The WSGI application that the web server runs."""

from __future__ import annotations

import os
import threading

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from keiki.charts.render import warm

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keiki.server.site.settings")
application = get_wsgi_application()
_ = get_resolver().url_patterns  # every page is read now, not while the first visitor waits
threading.Thread(target=warm, daemon=True).start()  # so that nobody waits for the first picture
