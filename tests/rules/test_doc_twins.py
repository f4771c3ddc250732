"""Pages that exist in one language only, or whose sections differ, are found."""

from __future__ import annotations

from tools.rules.doc_twins import problems


def test_doc_twins_finds_missing_and_differing_twins(repository, write):
    write("README.md", "# A\n## B\n")
    write("README.ja.md", "# A\n")
    write("docs/guides/one.md", "# One\n")
    write("docs/start/two.ja.md", "# 二\n")
    assert list(problems(repository)) == [
        "README.md and README.ja.md have different sections",
        "docs/guides/one.md has no Japanese twin",
        "docs/start/two.ja.md has no English twin",
    ]
