"""A folder that is no package is found."""

from __future__ import annotations

from tools.rules.packages import problems


def test_packages_finds_folders_without_init(repository, write):
    write("src/keiki/__init__.py", "")
    write("src/keiki/trees/build.py", "")
    assert list(problems(repository)) == ["src/keiki/trees/ has no __init__.py, so no rule sees its modules"]
