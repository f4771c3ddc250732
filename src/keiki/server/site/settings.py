"""Django settings; every one that an operator may set comes from the environment."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

from keiki import charts
from keiki.server.site.home import home_folder, secret_key

env = environ.Env()
HOME = home_folder()
SECRET_KEY = secret_key(HOME)
DEBUG = env.bool("KEIKI_DEBUG", default=False)

# KEIKI_URL: the addresses people type, comma separated, when it is not this machine alone.
PUBLIC_URLS: list[str] = env.list("KEIKI_URL", default=[])
HTTPS = bool(PUBLIC_URLS) and all(url.startswith("https://") for url in PUBLIC_URLS)
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *(urlsplit(url).hostname or "" for url in PUBLIC_URLS)]
CSRF_TRUSTED_ORIGINS = PUBLIC_URLS

# In the order of the house: a later app may use an earlier one. An app joins when its folder is there.
HOUSE = (
    *("ui", "audit", "jobs", "accounts", "data", "kpis", "planning", "scenarios", "reasons"),
    *("customers", "success", "journeys", "surveys", "cycles", "meetings", "alerts", "reports"),
    *("inbox", "cockpit", "site"),
)
PRESENT = [name for name in HOUSE if find_spec(f"keiki.server.{name}") and find_spec(f"keiki.server.{name}.apps")]
INSTALLED_APPS = [
    *(f"keiki.server.{name}" for name in PRESENT),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "rules",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "keiki.server.site.middleware.Headers",
    "keiki.server.site.middleware.SignInAgain",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "keiki.server.site.middleware.OneAnswer",
    "keiki.server.site.middleware.OwnLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "keiki.server.site.middleware.WordsForErrors",
]
ROOT_URLCONF = "keiki.server.site.urls"
WSGI_APPLICATION = "keiki.server.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "keiki.server.site.shell.shell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "keiki.server.ui.templatetags.ui"],
        },
    }
]
FORM_RENDERER = "keiki.server.ui.forms.Rendering"

# Database: one file by default, PostgreSQL by DATABASE_URL; the same migrations on both.
DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{HOME / 'keiki.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
    # Heartbeats are written by a second thread, so tests need a database that two connections can open.
    DATABASES["default"]["TEST"] = {"NAME": str(HOME / "test.sqlite3")}
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {  # in the database, so that every process counts the same log-in attempts
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "keiki_cache"}
}

# Language and time. A person's own choice wins over the browser's header (middleware.OwnLanguage).
LANGUAGE_CODE = env.str("KEIKI_LANGUAGE", default="ja")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "keiki_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
USE_TZ = True
TIME_ZONE = "UTC"

# Static files: gathered at each start into KEIKI_HOME, hashed names, no build step.
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "keiki.server.site.static.OwnFiles",
    "django.contrib.staticfiles.finders.FileSystemFinder",
]
STATICFILES_DIRS = [("charts", Path(charts.__file__).parent / "static")]  # what server and browser draw pictures with
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": HOME / "files"}},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "keiki.server.site.static.HashedFiles"
    },
}
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_USE_FINDERS = DEBUG
FILE_UPLOAD_TEMP_DIR = HOME / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
Path(FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True, mode=0o700)

# Who you are: e-mail and password, optional second factor, no open sign-up.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "keiki.server.site.adapter.ByInvitation"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an account exists only by invitation
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[Keiki] "
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "10/m/ip,3/h/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("KEIKI_PROXIES", default=0)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Keiki"
MFA_TOTP_TOLERANCE = 1  # a code typed as its half minute ends arrives in the next one (RFC 6238, 5.2)
DEFAULT_FROM_EMAIL = env.str("KEIKI_MAIL_FROM", default="keiki@localhost")
EMAIL_CONFIGURED = "EMAIL_URL" in env
vars().update(env.email_url("EMAIL_URL", default="consolemail://"))
WEBHOOK_HOSTS = env.list("KEIKI_WEBHOOK_HOSTS", default=[])

# What the browser may do.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # the QR code of the second factor
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SESSION_COOKIE_NAME = "__Host-keiki" if HTTPS else "keiki"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-keiki-csrf" if HTTPS else "keiki-csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "keiki.server.site.pages.stale_form"
SECURE_SSL_REDIRECT = False  # the proxy in front ends TLS and redirects
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Programs: so many requests a minute for each token.
API_PER_MINUTE = env.int("KEIKI_API_PER_MINUTE", default=600)

# Processes that answer pages: one for each core, and no more than anybody needs who has not asked for it.
WORKERS = env.int("KEIKI_WORKERS", default=min(os.cpu_count() or 1, 4))

# Work in the background.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}
RUN_HEARTBEAT_SECONDS = 5
RUN_LOST_AFTER_SECONDS = 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("KEIKI_LOG", default="WARNING")},
}
