"""The way in: what the command line needs to start, migrate and serve the control plane."""

from keiki.server.site.start import (
    create_password_link,
    create_setup_token,
    make_demo,
    migrate,
    serve,
    serve_for_development,
    setup,
    work,
)

__all__ = [
    "create_password_link",
    "create_setup_token",
    "make_demo",
    "migrate",
    "serve",
    "serve_for_development",
    "setup",
    "work",
]
