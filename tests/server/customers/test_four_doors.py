"""Every model of customer value has four doors: library, command line, REST API and page, as the guide lists them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.urls import reverse
from tests.conftest import ROOT

import keiki
from keiki.cli.customers import VERBS
from keiki.server.site.api import api

GUIDES = [ROOT / "docs" / "guides" / name for name in ("customer-worth.md", "customer-worth.ja.md")]
MODULES = (
    *("cohort_table", "contract_forecast", "customer_forecast", "customer_history", "customer_quality"),
    *("ideal_customers", "lifetime_value", "occasion_forecast", "recurring", "repeat", "rfm_segments", "survival"),
    "whole_revenue",
)
"""The modules of the engine that answer questions about customer value."""


def listed(guide: Path) -> list[tuple[list[str], str, str, str]]:
    """Library names, command, API path and page of every row of the guide's table."""
    rows = re.findall(r"^\|[^|]*\|(.*`keiki\..*)\|(.*)\|(.*)\|(.*)\|$", guide.read_text(encoding="utf-8"), re.MULTILINE)
    return [(re.findall(r"`keiki\.(\w+)`", names), *(cell.strip(" `") for cell in cells)) for names, *cells in rows]


@pytest.mark.parametrize("guide", GUIDES, ids=["en", "ja"])
def test_every_model_of_the_guide_is_in_the_library_the_command_line_the_api_and_on_a_page(guide: Path) -> None:
    rows = listed(guide)
    operations = set(api.get_openapi_schema()["paths"])
    for names, command, path, page in rows:
        assert all(callable(getattr(keiki, name)) for name in names)
        assert command.removeprefix("keiki customers ") in VERBS
        assert f"/api/v1/businesses/{{business}}{path}" in operations
        assert reverse(page, kwargs={"business": "tea-shop"})
    told = {name for names, *_ in rows for name in names}
    public = {
        name for name, home in keiki.LATER.items() if home.partition(":")[0] in {f"keiki.engine.{m}" for m in MODULES}
    }
    assert len(rows) == 16
    assert public <= told
