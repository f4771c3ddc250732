"""Packages that are neither locked nor listed are found."""

from __future__ import annotations

from tools.rules.locked import problems


def test_locked_finds_packages_without_lock_and_licence(repository, write):
    write(
        "pyproject.toml",
        '[project]\ndependencies = ["django[x]>=5", "rich"]\n[dependency-groups]\ndev = ["ruff>=1"]\n',
    )
    write("requirements/dev.lock", "rich==1.0 \\\n    --hash=sha256:0\ndjango==5.0\n")
    write("docs/decisions/002-dependencies.md", "| django | web | BSD |\n| rich | tables | MIT |\n")
    assert list(problems(repository)) == [
        "ruff is not in requirements/dev.lock; `make lock` writes it",
        "ruff has no line with its licence in docs/decisions/002-dependencies.md",
    ]
