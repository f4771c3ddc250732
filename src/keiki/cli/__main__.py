"""`python -m keiki.cli` is the command `keiki`."""

from __future__ import annotations

from keiki.cli.main import main

main()
