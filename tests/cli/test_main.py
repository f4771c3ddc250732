"""The edge where mistakes and errors become words and exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from keiki.cli.main import ORDER


@pytest.mark.parametrize(
    ("arguments", "en", "ja"),
    [
        (["measure"], "“KPIS” is missing.", "「KPIS」を指定してください。"),
        (["explain", "ec"], "“--before” is missing.", "「--before」を指定してください。"),
        (["tree", "--deep"], "There is no option “--deep”.", "「--deep」というオプションはありません。"),
    ],
)
def test_main_tells_how_a_command_is_typed(keiki, arguments, en, ja):
    help_command = f"keiki {arguments[0]} --help"
    assert (answer := keiki(*arguments)).err == f"{en}\nHelp: {help_command}\n"
    assert answer.code == 2
    assert keiki(*arguments, language="ja").err == f"{ja}\n使い方：{help_command}\n"


def test_main_tells_what_to_do_when_there_is_no_business(keiki):
    answer = keiki("tree", "ec", language="ja")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "「keiki-data」に事業がありません。"
        "`keiki demo` で見本を作るか、`keiki import ファイル` で取り込みを始めてください。\n"
    )


def test_main_suggests_the_nearest_name(shop):
    answer = shop("measure", "order_revenu")
    assert answer.code == 2
    assert answer.err.splitlines()[0].endswith("Did you mean “order_revenue”?")


@pytest.mark.parametrize(("locale", "title"), [("C.UTF-8", "─ Commands ─"), ("ja_JP.UTF-8", "─ コマンド ─")])
def test_main_shows_its_help_in_the_language_of_the_reader(locale, title):
    environment = {**os.environ, "LC_ALL": locale, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "keiki.cli", "--help"]
    answer = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert title in answer.stdout
    verbs = [*ORDER, "serve", "work", "password", "backup", "restore", "registers", "comments"]
    listed = [line.split()[1] for line in answer.stdout.split(title)[1].splitlines() if line[2:3].isalpha()]
    assert listed == verbs
