"""The list of rules is run as a whole."""

from __future__ import annotations

from tools.check import breaches


def test_check_names_the_rule_that_is_broken(repository, write):
    write("src/keiki/errors.py", "class KeikiError(Exception): ...\n")
    write("src/keiki/__init__.py", "")
    write("README.md", "[gone](gone.md)\n")
    write("README.ja.md", "x\n")
    assert breaches(repository) == ["doc_links: README.md links to gone.md, which is not there"]
