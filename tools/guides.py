"""Runs the commands of the guides on the real data and keeps their output in the page (`--write`), or compares."""

from __future__ import annotations

import multiprocessing
import os
import re
import runpy
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing.reduction import DupFd
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
GUIDES = ROOT / "docs" / "guides"
DATA = ROOT.parent / "shared" / "data"
SCRIPTS = Path(sys.executable).parent
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tools.preloaded"])
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
    environment = {
        **os.environ,
        "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}",
        "LC_ALL": locale,
        "PYTHONUTF8": "1",
    }
    environment.pop("KEIKI_BUSINESS", None)
    words = shlex.split(command)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as printed:
        if words[0] == "keiki":
            _fork(SCRIPTS / "keiki", words, folder, environment, printed.fileno())
        elif words[0] == "python" and words[1].endswith(".py"):
            _fork(folder / words[1], words[1:], folder, environment, printed.fileno())
        else:
            subprocess.run(words, cwd=folder, env=environment, stdout=printed, stderr=subprocess.STDOUT)
        printed.seek(0)
        lines = [line.rstrip() for line in printed.read().strip("\n").splitlines()]
    return "".join(f"{line}\n" for line in lines)


def _fork(program: Path, words: list[str], folder: Path, environment: Mapping[str, str], printed: int) -> None:
    """Run a Python program in a process of its own that has the large packages already: they take a second to load."""
    own = FORKS.Process(target=_become, args=(program, words, folder, environment, DupFd(printed)))
    own.start()
    own.join()


def _become(program: Path, words: list[str], folder: Path, environment: Mapping[str, str], printed: Any) -> None:
    """Be that program from here on, as if a shell had started it."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    stream = printed.detach()
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    sys.stdout, sys.stderr = (os.fdopen(each, "w", encoding="utf-8", closefd=False) for each in (1, 2))
    sys.argv = words
    sys.path.insert(0, str(program.parent))
    runpy.run_path(str(program), run_name="__main__")


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
