"""The settings of one business: its name, money, calendar and where its data lies; kept as `business.yaml`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import yaml

from keiki.customers.ideal import IdealProfile
from keiki.engine.whole_files import write_whole
from keiki.errors import UnreadableSettings
from keiki.measures.choices import plain_choices, read_choices
from keiki.periods import Calendar

FILE = "business.yaml"


@dataclass(frozen=True)
class Settings:
    """What a business decides once. `catalogue` is the lake's catalogue (empty: an SQLite file beside the data);
    `engine` is empty for DuckDB or `spark://…`. `rules` are its own values for the rules of models, by subject
    (`measures.choices`); what is not named follows the default. `ideal` is the profile of the ideal customer in force:
    with one, `icp_fit` of customers follows it, whatever the file said.
    """

    name: str = "Keiki"
    currency: str = "JPY"
    calendar: Calendar = Calendar()
    tax_rate: Decimal = Decimal("0.10")
    tax_included: bool = False
    comparison: str = "previous"
    money: str = "auto"
    engine: str = ""
    catalogue: str = ""
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    ideal: IdealProfile | None = None

    def save(self, folder: Path) -> None:
        """Write `business.yaml`; the old file stays whole until the new one is."""
        ideal = None if self.ideal is None else self.ideal.plain
        plain = asdict(self) | {"tax_rate": str(self.tax_rate), "ideal": ideal}
        write_whole(folder / FILE, yaml.safe_dump(plain, allow_unicode=True, sort_keys=False))

    @classmethod
    def read(cls, folder: Path) -> Settings:
        """The settings of a business folder; `UnreadableSettings` when the file is damaged or a value is impossible;
        `RuleUnknown` and `RuleImpossible` name what cannot be under `rules`.
        """
        path = folder / FILE
        try:
            found = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls(**_typed(found))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, AttributeError, InvalidOperation) as error:
            raise UnreadableSettings(path=path, detail=str(error).splitlines()[0]) from error


def _typed(found: dict[str, Any]) -> dict[str, Any]:
    known = {field.name for field in fields(Settings)}
    typed = {name: value for name, value in found.items() if name in known}
    if "calendar" in typed:
        typed["calendar"] = Calendar(**typed["calendar"])
    if "tax_rate" in typed:
        typed["tax_rate"] = Decimal(str(typed["tax_rate"]))
    typed["ideal"] = IdealProfile.read(found.get("ideal"))
    typed["rules"] = plain_choices(read_choices(found.get("rules") or {}))
    return typed
