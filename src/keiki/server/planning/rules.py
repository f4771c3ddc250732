"""Who may: editors write and propose targets, owners approve them."""

from __future__ import annotations

from keiki.server.accounts.rules import EDIT, OWN, allows


def may_write(role: str) -> bool:
    """Whether a role may draft and propose targets, choose between two and retire one."""
    return allows(role, EDIT)


def may_approve(role: str) -> bool:
    """Whether a role may put a target in force."""
    return allows(role, OWN)
