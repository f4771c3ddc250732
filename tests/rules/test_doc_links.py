"""Links to nowhere are found."""

from __future__ import annotations

from tools.rules.doc_links import problems


def test_doc_links_finds_dead_links_and_headings(repository, write):
    write("docs/b.md", "# First step\n```\n# not a heading\n```\n")
    write(
        "a.md",
        "[web](https://example.org/x) [good](docs/b.md#first-step) [file](docs/c.md)\n"
        "[place](docs/b.md#not-a-heading) ![picture](docs/x.png)\n",
    )
    assert list(problems(repository)) == [
        "a.md links to docs/c.md, which is not there",
        "a.md links to docs/b.md#not-a-heading, a heading that is not there",
        "a.md links to docs/x.png, which is not there",
    ]
