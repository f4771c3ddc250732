"""`keiki demo`: a made-up company to look around in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

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
) -> None:
    """Fill an empty folder with the demo company; a folder that holds it already stays as it is."""
    import keiki
    from keiki.demo import NAME_EN, NAME_JA, load_demo
    from keiki.facts import FACTS

    name = say(NAME_EN, NAME_JA)
    fresh = not (business / "business.yaml").exists()
    with keiki.open(business, keiki.Settings(name=name) if fresh else None) as own:
        if own.imports():
            if own.settings.name not in (NAME_EN, NAME_JA):
                raise BusinessNotEmpty(folder=business)
            tell(say(f"{name} is already in {business}.", f"{name}は {business} にあります。"))
        else:
            with progress(name) as move:
                load_demo(
                    own,
                    months=months,
                    progress=lambda part, fact: move(
                        part, Loading(FACTS[fact].en, FACTS[fact].ja) if fact else Loading(NAME_EN, NAME_JA)
                    ),
                )
            tell(say(f"{name} is ready in {business}.", f"{name}を {business} に用意しました。"))
    _tell_next(business)


def _tell_next(business: Path) -> None:
    option = "" if business == DEFAULT_BUSINESS else f" --business {business}"
    tell(say(f"Look around: keiki tree ec{option}", f"見てみましょう：keiki tree ec{option}"))
