"""The way in: what the command line needs to start, migrate and serve the control plane."""

from keiki.server.site.start import (
    comments,
    contacts,
    create_password_link,
    create_setup_token,
    erase_customer,
    keep_ideal,
    make_demo,
    migrate,
    register_rows,
    serve,
    serve_for_development,
    setup,
    work,
    write_comment,
    write_in_register,
)

__all__ = [
    "comments",
    "contacts",
    "create_password_link",
    "create_setup_token",
    "erase_customer",
    "keep_ideal",
    "make_demo",
    "migrate",
    "register_rows",
    "serve",
    "serve_for_development",
    "setup",
    "work",
    "write_comment",
    "write_in_register",
]
