"""What we ask of the log-in library: an account exists only by invitation."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter


class ByInvitation(DefaultAccountAdapter):  # type: ignore[misc]  # no types
    def is_open_for_signup(self, request: Any) -> bool:
        return False
