"""Words for a command that was typed wrongly."""

from __future__ import annotations

from typing import Any

from keiki.cli.words import say


def words(error: Any) -> str:
    """What is wrong with the command and where its help is; `error` is typer's own exception."""
    return f"{_what(error)}\n{_help(error)}"


def _what(error: Any) -> str:
    match type(error).__name__:
        case "MissingParameter":
            name = error.param.human_readable_name if error.param else ""
            return say(f"“{name}” is missing.", f"「{name}」を指定してください。")
        case "NoSuchOption":
            name = error.option_name
            return say(f"There is no option “{name}”.", f"「{name}」というオプションはありません。")
        case "BadParameter":
            name = error.param.human_readable_name if error.param else ""
            return say(f"“{name}”: {error.message}", f"「{name}」の値を使えません（{error.message}）。")
    return say(error.format_message(), f"コマンドの書き方が違います（{error.format_message()}）。")


def _help(error: Any) -> str:
    command = error.ctx.command_path if getattr(error, "ctx", None) else "keiki"
    return say(f"Help: {command} --help", f"使い方：{command} --help")
