"""Options that several commands share, and what they become: a business and a lens."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.words import language, say
from keiki.lens import periods_of
from keiki.periods import Grain

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.settings import Settings
    from keiki.lens import Lens
    from keiki.periods import Period

DEFAULT_BUSINESS = Path("keiki-data")
DEFAULT_LAST = 6


class Comparison(StrEnum):
    """What a change is measured against."""

    PREVIOUS = "previous"
    LAST_YEAR = "last_year"


BusinessFolder = Annotated[
    Path,
    typer.Option(
        "--business", "-b", envvar="KEIKI_BUSINESS", help=say("The folder of the business.", "事業のフォルダー。")
    ),
]
AsJson = Annotated[
    bool, typer.Option("--json", help=say("Print JSON for a program.", "プログラム向けに JSON で出力する。"))
]
When = Annotated[
    str | None,
    typer.Option(
        "--period",
        "-p",
        help=say(
            "Day, week, month, quarter, year or range: 2026-10-31, 2026-W44, 2026-10, 2026-Q4, 2026, 2026-08..2026-10.",
            "日・週・月・四半期・年・範囲：2026-10-31、2026-W44、2026-10、2026-Q4、2026、2026-08..2026-10。",
        ),
    ),
]
GrainName = Annotated[
    Grain | None,
    typer.Option("--grain", "-g", help=say("Length of the periods.", "期間の単位。"), show_default="month"),
]
Last = Annotated[
    int,
    typer.Option(
        "--last",
        "-n",
        min=1,
        help=say("So many periods up to the last day of the data.", "データの最終日までの期間の数。"),
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        "-w",
        help=say(
            "Only rows that meet this condition, such as \"channel = 'email'\".",
            "この条件に合う行だけ。例：\"channel = 'email'\"。",
        ),
    ),
]
Discount = Annotated[
    float,
    typer.Option("--discount", min=0.0, max=1.0, help=say("Yearly rate, such as 0.1.", "年の割引率（0.1 など）。")),
]
Against = Annotated[
    Comparison | None,
    typer.Option("--against", help=say("What changes are measured against.", "変化を何と比べるか。")),
]


def lens_of(
    own: Business,
    when: str | None,
    grain: Grain | None,
    last: int,
    where: str | None,
    against: Comparison | None,
    by: tuple[str, ...] = (),
) -> Lens:
    """The typed periods, or the last ones of the data."""
    comparison = against.value if against else None
    if when is None:
        return own.lens(grain or Grain.MONTH, last, where=where, by=by, comparison=comparison)
    periods = periods_of(when, own.settings.calendar, grain)
    return own.question(periods, where=where, by=by, comparison=comparison)


def last_over(own: Business) -> Period:
    """The last month that is over."""
    lens = own.lens(Grain.MONTH, 2)
    return lens.periods[-1 if lens.complete(1) else 0]


def style_of(own: Business) -> Style:
    """How numbers are written: the reader's language, the currency of the business."""
    return _style(own.settings)


def style_of_folder(business: Path) -> Style:
    """The same for a folder whose data is not opened; where there is none, as a new business would have it."""
    from keiki.engine.settings import FILE, Settings

    return _style(Settings.read(business) if (business / FILE).exists() else Settings())


def _style(settings: Settings) -> Style:
    from keiki.charts.format import Money, Style

    return Style(language(), settings.currency, Money(settings.money))


def period_labels(lens: Lens) -> list[str]:
    """The names of the periods; one whose numbers are not final says so."""
    from keiki.charts.certainty import provisional_mark
    from keiki.charts.format import Style

    style = Style(language())
    return [
        lens.calendar.label(period, language()) + provisional_mark(lens.certainty(index), style)
        for index, period in enumerate(lens.periods)
    ]


def unit_of(own: Business, name: str) -> str:
    """The unit of a KPI or measure; a formula typed here is a plain number."""
    declared = own.catalogue.kpis.get(name) or own.catalogue.measures.get(name)
    return declared.unit if declared else "number"


def reason_words(reason: str) -> str:
    """Why a number is missing: a reason is the name of a fact without rows, or already a sentence."""
    from keiki.facts import FACTS

    if reason not in FACTS:
        return reason
    fact = FACTS[reason]
    return say(f"no rows of “{fact.name}” yet", f"「{fact.ja}」のデータがまだありません")
