"""Files that apps do not have are found."""

from __future__ import annotations

from tools.rules.app_files import problems


def test_app_files_finds_strays(repository, write):
    write("src/keiki/server/__init__.py", "")
    write("src/keiki/server/site/settings.py", "")
    write("src/keiki/server/data/models.py", "")
    write("src/keiki/server/data/templates/data/list.html", "")
    write("src/keiki/server/data/pages/imports.py", "")
    write("src/keiki/server/data/tools.py", "")
    write("src/keiki/server/data/views/list.py", "")
    assert list(problems(repository)) == [
        "src/keiki/server/data/tools.py is not one of the files an app has",
        "src/keiki/server/data/views/list.py is in a folder that apps do not have",
    ]
