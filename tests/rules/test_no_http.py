"""Reads and writes that know HTTP are found."""

from __future__ import annotations

from tools.rules.no_http import problems


def test_no_http_finds_pages_in_queries_and_actions(repository, write):
    write("src/keiki/server/data/pages.py", "from django.http import HttpResponse\n")
    write("src/keiki/server/data/actions.py", "import json\nfrom django.http import Http404\n")
    write("src/keiki/server/data/queries.py", "from django import shortcuts, db\n")
    assert list(problems(repository)) == [
        "src/keiki/server/data/actions.py:2 imports django.http.Http404; only pages know HTTP",
        "src/keiki/server/data/queries.py:1 imports django.shortcuts; only pages know HTTP",
    ]
