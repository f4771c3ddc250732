"""Runs the commands of the guides on the real data and keeps their output in the page (`--write`), or compares."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ROOT / "docs" / "guides"
DATA = ROOT.parent / "shared" / "data"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"^```\w+ title=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(f"(?:{CONSOLE.pattern})|(?:{FILE.pattern})", re.MULTILINE | re.DOTALL)


def replayed(page: Path, data: Path) -> str:
    """The page with the output its commands give now, run one after another in an empty folder beside the data.

    A block ```` ```yaml title=mapping.yaml ```` becomes that file. Lines of a `console` block that begin with `$ `
    are run; the others are output.
    """
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "data").symlink_to(data)
        locale = "ja_JP.UTF-8" if page.name.endswith(".ja.md") else "C.UTF-8"

        def answer(block: re.Match[str]) -> str:
            if block[2]:
                (folder / block[2]).parent.mkdir(parents=True, exist_ok=True)
                (folder / block[2]).write_text(block[3], encoding="utf-8")
                return block[0]
            commands = [line[2:] for line in block[1].splitlines() if line.startswith("$ ")]
            parts = [f"$ {command}\n{_run(command, folder, locale)}" for command in commands]
            return "```console\n" + "".join(parts) + "```"

        return BLOCK.sub(answer, text)


def _run(command: str, folder: Path, locale: str) -> str:
    """What a command prints, both streams, without trailing blanks; `keiki` and `python` are this environment's."""
    scripts = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": locale,
        "PYTHONUTF8": "1",
    }
    environment.pop("KEIKI_BUSINESS", None)
    done = subprocess.run(
        shlex.split(command), cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines = [line.rstrip() for line in done.stdout.strip("\n").splitlines()]
    return "".join(f"{line}\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Write the pages whose output has changed, or name them and return 1; without the data there is nothing to do."""
    if not DATA.is_dir():
        print("the guides are not replayed: ../shared/data is not on this machine")
        return 0
    outdated = 0
    for page in sorted(GUIDES.glob("*.md")):
        text = replayed(page, DATA)
        if text == page.read_text(encoding="utf-8"):
            continue
        if arguments == ["--write"]:
            page.write_text(text, encoding="utf-8")
            print(f"wrote {page.relative_to(ROOT)}")
        else:
            outdated = 1
            print(f"{page.relative_to(ROOT)} shows other output than its commands give; `make docs` writes it")
    return outdated


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
