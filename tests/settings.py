"""Django settings of the tests: the product's own, with a home that lasts as long as the run."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile

os.environ["KEIKI_HOME"] = tempfile.mkdtemp(prefix="keiki-tests-")
atexit.register(shutil.rmtree, os.environ["KEIKI_HOME"], ignore_errors=True)

from keiki.server.site.settings import *  # noqa: E402, F403 - the home must be set first; settings are names

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # slow ones are for attackers, not for tests
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(exist_ok=True)  # noqa: F405 - where the product gathers its style sheets at each start
