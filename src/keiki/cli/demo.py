"""`keiki demo`: a made-up company to look around in, in a folder or in the server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from keiki.cli.control_plane import control_plane
from keiki.cli.options import DEFAULT_BUSINESS, BusinessFolder
from keiki.cli.screen import progress, tell
from keiki.cli.words import say
from keiki.errors import BusinessNotEmpty

HELP = say("Make a made-up company to look around in.", "見本の会社を作る。")


@dataclass(frozen=True)
class Loading:
    """Which fact is being loaded."""

    en: str
    ja: str


def demo(
    business: BusinessFolder = DEFAULT_BUSINESS,
    months: Annotated[int, typer.Option(min=18, max=60, help=say("Months of history.", "履歴の月数。"))] = 24,
    server: Annotated[
        bool,
        typer.Option(
            "--server",
            help=say(
                "In the server (KEIKI_HOME), before anybody has an account; the first owner finds it ready.",
                "サーバー（KEIKI_HOME）に作る。まだ誰も登録していないときだけで、最初のオーナーが使えるようになる。",
            ),
        ),
    ] = False,
) -> None:
    """Fill an empty folder, or the server, with the demo company; where it is already, it stays as it is."""
    if server:
        _in_server()
    else:
        _in_folder(business, months)


def _in_server() -> None:
    from keiki.demo import NAME_EN, NAME_JA

    site = control_plane()
    site.migrate()
    name = say(NAME_EN, NAME_JA)
    with _loading(name) as move:
        made = site.make_demo(name, move)
    if made:
        tell(say(f"{name}, the demo company, is ready.", f"見本の会社「{name}」を用意しました。"))


def _in_folder(business: Path, months: int) -> None:
    import keiki
    from keiki.demo import NAME_EN, NAME_JA, load_demo

    name = say(NAME_EN, NAME_JA)
    fresh = not (business / "business.yaml").exists()
    with keiki.open(business, keiki.Settings(name=name) if fresh else None) as own:
        if own.imports():
            if own.settings.name not in (NAME_EN, NAME_JA):
                raise BusinessNotEmpty(folder=business)
            tell(say(f"{name} is already in {business}.", f"{name}は {business} にあります。"))
        else:
            with _loading(name) as move:
                load_demo(own, months=months, progress=move)
            tell(say(f"{name} is ready in {business}.", f"{name}を {business} に用意しました。"))
    option = "" if business == DEFAULT_BUSINESS else f" --business {business}"
    tell(say(f"Look around: keiki tree ec{option}", f"見てみましょう：keiki tree ec{option}"))


@contextmanager
def _loading(name: str) -> Iterator[Callable[[float, str], None]]:
    """A progress bar that names the fact being loaded."""
    from keiki.facts import FACTS

    with progress(name) as move:

        def told(fraction: float, fact: str) -> None:
            move(fraction, Loading(FACTS[fact].en, FACTS[fact].ja) if fact else Loading(name, name))

        yield told
