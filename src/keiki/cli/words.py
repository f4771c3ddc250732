"""The language of the command line: Japanese or English, as the environment says."""

from __future__ import annotations

import os


def language() -> str:
    """`ja` or `en`, from LC_ALL, LC_MESSAGES or LANG; English when they name neither."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "ja" if value.startswith("ja") else "en"
    return "en"


def say(en: str, ja: str) -> str:
    """The text in the reader's language."""
    return ja if language() == "ja" else en
