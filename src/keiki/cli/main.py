"""The command `keiki`: its verbs, its language, and the edge where errors become words."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer import rich_utils
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException

from keiki.cli import (
    backup,
    budget,
    channels,
    check,
    comments,
    demo,
    erase,
    explain,
    import_file,
    insight,
    kpis,
    leads,
    measure,
    mistakes,
    password,
    rates,
    registers,
    serve,
    together,
    tree,
    tree_files,
    values,
    what_if,
    work,
)
from keiki.cli.customers import add_customers
from keiki.cli.screen import complain
from keiki.cli.words import language, say
from keiki.errors import KeikiError

WRONG = 2
"""The exit code when the person can mend something; 1 is a result that wants attention, 0 all is well."""

ORDER = (
    *("import", "values", "rates", "measure", "together", "kpis", "tree", "explain", "insight", "customers", "erase"),
    *("demo", "check"),
)
HELP = say("Show this help.", "この使い方を表示する。")


class Spoken:
    """A command whose help option speaks the reader's language."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]  # typer's command is the other parent
        if option:
            option.help = HELP
        return option


class Verb(Spoken, TyperCommand):
    """One verb."""


class Verbs(Spoken, TyperGroup):
    """The command `keiki`."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of the work; typer would put what has verbs of its own last."""
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: ORDER.index(name) if name in ORDER else len(ORDER))


class Group(Spoken, TyperGroup):
    """A verb that has verbs of its own."""


class TreeVerbs(Spoken, TyperGroup):
    """`keiki tree …`: without a verb of its own it shows a tree."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if not args or args[0] not in (*self.commands, "--help", "-h"):
            args = ["show", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    name="keiki",
    cls=Verbs,
    help=say(
        "Which numbers matter, measured from your own files, and what moved them.",
        "どの数字が大切か。自社のファイルから測り、何が動かしたかを見せます。",
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
app.command("import", cls=Verb, help=import_file.HELP)(import_file.import_file)
app.command("measure", cls=Verb, help=measure.HELP)(measure.measure)
app.command("together", cls=Verb, help=together.HELP)(together.together)
known = typer.Typer(
    cls=Group, help=kpis.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
known.command("show", cls=Verb, help=kpis.SHOW)(kpis.show_kpi)
app.add_typer(known, name="kpis")
trees = typer.Typer(cls=TreeVerbs, help=tree_files.HELP, context_settings={"help_option_names": ["--help", "-h"]})
trees.command("show", cls=Verb, help=tree.HELP)(tree.tree)
trees.command("what-if", cls=Verb, help=what_if.HELP)(what_if.what_if)
trees.command("export", cls=Verb, help=tree_files.HELP_EXPORT)(tree_files.export_trees)
trees.command("import", cls=Verb, help=tree_files.HELP_IMPORT)(tree_files.import_trees)
trees.command("diff", cls=Verb, help=tree_files.HELP_DIFF)(tree_files.diff_trees)
trees.command("check", cls=Verb, help=tree_files.HELP_CHECK)(tree_files.check_trees)
app.add_typer(trees, name="tree")
app.command("explain", cls=Verb, help=explain.HELP)(explain.explain)
insights = typer.Typer(
    cls=Group, help=insight.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
insights.command("drivers", cls=Verb, help=insight.DRIVERS)(insight.drivers)
insights.command("before-after", cls=Verb, help=insight.CHANGE)(insight.before_after)
insights.command("side-effects", cls=Verb, help=insight.SIDE_EFFECTS)(insight.side_effects)
insights.command("compare", cls=Verb, help=insight.COMPARE)(insight.compare)
insights.command("forecast", cls=Verb, help=insight.FORECAST)(insight.forecast)
insights.command("budget", cls=Verb, help=budget.HELP)(budget.budget)
insights.command("channels", cls=Verb, help=channels.HELP)(channels.channels)
insights.command("leads", cls=Verb, help=leads.HELP)(leads.leads)
insights.command("trials", cls=Verb, help=insight.TRIALS)(insight.trials)
app.add_typer(insights, name="insight")
entered = typer.Typer(
    cls=Group, help=values.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
entered.command("enter", cls=Verb, help=values.HELP_ENTER)(values.enter)
entered.command("list", cls=Verb, help=values.HELP_LIST)(values.entered)
app.add_typer(entered, name="values")
exchange = typer.Typer(
    cls=Group, help=rates.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
exchange.command("set", cls=Verb, help=rates.HELP_SET)(rates.set_rate)
exchange.command("import", cls=Verb, help=rates.HELP_LOAD)(rates.load_rates)
exchange.command("list", cls=Verb, help=rates.HELP_LIST)(rates.list_rates)
app.add_typer(exchange, name="rates")
add_customers(app, Verb, Group)
book = typer.Typer(
    cls=Group, help=registers.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
book.command("list", cls=Verb, help=registers.LIST)(registers.list_rows)
book.command("add", cls=Verb, help=registers.ADD)(registers.add)
app.add_typer(book, name="registers")
talk = typer.Typer(
    cls=Group, help=comments.HELP, no_args_is_help=True, context_settings={"help_option_names": ["--help", "-h"]}
)
talk.command("list", cls=Verb, help=comments.LIST)(comments.list_comments)
talk.command("write", cls=Verb, help=comments.WRITE)(comments.write)
app.add_typer(talk, name="comments")
app.command("erase", cls=Verb, help=erase.HELP)(erase.erase)
app.command("demo", cls=Verb, help=demo.HELP)(demo.demo)
app.command("check", cls=Verb, help=check.HELP)(check.check)
app.command("serve", cls=Verb, help=serve.HELP)(serve.serve)
app.command("work", cls=Verb, help=work.HELP)(work.work)
app.command("password", cls=Verb, help=password.HELP)(password.password)
app.command("backup", cls=Verb, help=backup.HELP_BACKUP)(backup.backup)
app.command("restore", cls=Verb, help=backup.HELP_RESTORE)(backup.restore)

if language() == "ja":
    rich_utils.ARGUMENTS_PANEL_TITLE = "引数"
    rich_utils.OPTIONS_PANEL_TITLE = "オプション"
    rich_utils.COMMANDS_PANEL_TITLE = "コマンド"
    rich_utils.DEFAULT_STRING = "[既定：{}]"
    rich_utils.ENVVAR_STRING = "[環境変数：{}]"
    rich_utils.REQUIRED_LONG_STRING = "[必須]"


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code: 0 well, 1 a result that wants attention, 2 something to mend."""
    try:
        return int(app(list(arguments), prog_name="keiki", standalone_mode=False) or 0)
    except KeikiError as error:
        complain(error.words(language()))
    except TyperException as error:
        if type(error).__name__ != "NoArgsIsHelpError":  # that one has shown the help already
            complain(mistakes.words(error))
    except (KeyboardInterrupt, typer.Abort):
        complain(say("Stopped.", "中止しました。"))
        return 130
    return WRONG


def main() -> None:
    """The entry point of the command `keiki`."""
    # What is loaded stays until the command ends: walking over it in search of garbage took a sixth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 10, 10)
    sys.exit(run(sys.argv[1:]))
