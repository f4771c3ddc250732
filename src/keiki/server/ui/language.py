"""The language of the page, in one place."""

from django.utils.translation import get_language


def current_language() -> str:
    """The language the page or the answer of the API is written in: ja or en; ja where none was chosen."""
    return "en" if (get_language() or "ja").startswith("en") else "ja"
