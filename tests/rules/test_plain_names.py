"""Names that say nothing are found in files, folders and classes."""

from __future__ import annotations

from tools.rules.plain_names import problems


def test_plain_names_finds_empty_file_folder_and_class_names(repository, write):
    write("src/keiki/trees/helpers.py", "")
    write("src/keiki/common/orders.py", "")
    write("src/keiki/trees/old_build.py", "")
    write("src/keiki/trees/build.py", "class TreeManager: ...\nclass NewCustomers: ...\n")
    assert list(problems(repository)) == [
        "src/keiki/trees/build.py:1 class TreeManager needs a name that says what it is",
        "src/keiki/trees/helpers.py needs a name that says what it holds",
        "src/keiki/trees/old_build.py needs a name that says what it holds",
        "src/keiki/common/ needs a name that says what it holds",
    ]
