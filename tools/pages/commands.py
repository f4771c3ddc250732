"""docs/reference/cli.md and cli.ja.md: every command with its arguments and options, from the commands themselves."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.pages.markdown import page, table

LOCALES = {"en": "C.UTF-8", "ja": "ja_JP.UTF-8"}
WORDS = {
    "en": (
        "The command line",
        "Without a business of its own (`--business`, `KEIKI_BUSINESS`) a command works on the folder `keiki-data`. "
        "Words follow `LANG`. Exit codes: 0 all is well, 1 done but something wants attention "
        "(rejected rows, problems found), 2 not done and you can mend it.",
        ("argument or option", "default", "meaning"),
    ),
    "ja": (
        "コマンド",
        "事業を指定しない場合（`--business`、`KEIKI_BUSINESS`）は `keiki-data` フォルダーを使います。"
        "表示の言語は `LANG` に従います。終了コード：0 は問題なし、1 は実行済みで確認が必要"
        "（取り込めない行や問題がある）、2 は未実行で、直せば実行できます。",
        ("引数・オプション", "既定", "意味"),
    ),
}


def pages(root: Path) -> dict[str, str]:
    """Both pages by file name; each is asked for in a process of its own, since words are chosen at start."""
    texts = {}
    for language, locale in LOCALES.items():
        environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "1"}
        command = [sys.executable, "-m", "tools.pages.commands"]
        answer = subprocess.run(command, env=environment, cwd=root, check=True, stdout=subprocess.PIPE, text=True)
        texts["cli.md" if language == "en" else f"cli.{language}.md"] = _page(language, json.loads(answer.stdout))
    return texts


def _page(language: str, commands: list[dict[str, Any]]) -> str:
    title, lead, head = WORDS[language]
    sections = [
        f"## keiki {command['name']}\n\n{command['help']}\n\n```\n{command['usage']}\n```\n\n"
        + table(head, [[f"`{p['name']}`", p["default"], p["help"]] for p in command["params"]])
        for command in commands
    ]
    return page(title, lead, *sections)


def describe() -> list[dict[str, Any]]:
    """Every command as plain data, in the language of the environment."""
    from typer.main import get_command

    from keiki.cli.main import app

    group: Any = get_command(app)
    return [_describe(name, command) for name, command in _verbs(group)]


def _verbs(group: Any) -> Iterator[tuple[str, Any]]:
    """Every verb with its name; what a group does without a verb has the name of the group."""
    for name in group.list_commands(None):
        command = group.commands[name]
        if not hasattr(command, "commands"):
            yield name, command
            continue
        for verb, inner in command.commands.items():
            yield name if verb == "show" else f"{name} {verb}", inner


def _describe(name: str, command: Any) -> dict[str, Any]:
    params = [p for p in command.params if not getattr(p, "hidden", False) and p.name != "help"]
    usage = ["keiki", name]
    for param in params:
        if param.param_type_name == "argument":
            shown = param.name.upper() + ("…" if param.nargs == -1 else "")
            usage.append(shown if param.required else f"[{shown}]")
    return {
        "name": name,
        "help": command.help,
        "usage": " ".join([*usage, "[OPTIONS]"]),
        "params": [_parameter(param) for param in params],
    }


def _parameter(param: Any) -> dict[str, str]:
    argument = param.param_type_name == "argument"
    name = param.name.upper() if argument else ", ".join([*param.opts, *param.secondary_opts])
    default = "" if param.default in (None, False, ()) or callable(param.default) else f"`{param.default}`"
    if not param.help:
        raise ValueError(f"{name} has no help text")
    return {"name": name, "default": default, "help": param.help}


if __name__ == "__main__":
    print(json.dumps(describe(), ensure_ascii=False))
