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
            return say(f"“{_name(error)}” is missing.", f"「{_name(error)}」を指定してください。")
        case "NoSuchOption":
            name = error.option_name
            return say(f"There is no option “{name}”.", f"「{name}」というオプションはありません。")
        case "BadParameter":
            detail = error.message.removeprefix("Value error, ").rstrip(".")
            return say(f"“{_name(error)}”: {detail}.", f"「{_name(error)}」の値を使えません（{detail}）。")
    return say(error.format_message(), f"コマンドの書き方が違います（{error.format_message()}）。")


def _name(error: Any) -> str:
    """The argument or option as it is typed."""
    if error.param is None:
        return ""
    option = next((name for name in error.param.opts if name.startswith("--")), None)
    return str(error.param.name).upper() if option is None else str(option)


def _help(error: Any) -> str:
    command = error.ctx.command_path.removesuffix(" show") if getattr(error, "ctx", None) else "keiki"
    return say(f"Help: {command} --help", f"使い方：{command} --help")
