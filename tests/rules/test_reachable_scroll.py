"""What scrolls without being reachable by keyboard is found."""

from __future__ import annotations

from tools.rules.reachable_scroll import problems


def test_reachable_scroll_finds_what_the_keyboard_cannot_scroll(repository, write):
    write("src/keiki/server/a.html", '<div class="wide scroll" tabindex="0" role="region" aria-label="Rows">\n')
    write(
        "src/keiki/server/b.html", '<p>\n<div class="scroll">\n<div class="scroll" tabindex="0">\n<i class="scrolled">'
    )
    assert list(problems(repository)) == [
        'src/keiki/server/b.html:2 scrolls without tabindex="0", role=, aria-label',
        "src/keiki/server/b.html:3 scrolls without role=, aria-label",
    ]
