"""What usually moves a KPI: improvements with how they are done and what to expect of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keiki.errors import DeclaredTwice, KeikiError
from keiki.measures.document import Entry, Problem, entries, read


@dataclass(frozen=True)
class Improvement:
    """One thing to do about a KPI; `effect` says how much and how soon, as experience has it, not as a promise."""

    id: str
    ja: str
    en: str
    how_ja: str
    how_en: str
    effect_ja: str
    effect_en: str


@dataclass(frozen=True)
class Playbook:
    """The improvements known for a KPI, the most telling first, and what to beware of."""

    kpi: str
    improvements: tuple[Improvement, ...]
    caution_ja: str = ""
    caution_en: str = ""


def read_playbooks(folder: Path, problems: list[Problem]) -> dict[str, Playbook]:
    """The playbooks of a folder's YAML files by KPI; what cannot be read is left out and added to `problems`."""
    found: dict[str, Playbook] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            for entry in entries(read(path), "playbooks"):
                playbook = playbook_of(entry)
                if playbook.kpi in found:
                    raise DeclaredTwice(name=playbook.kpi, first=path.name)
                found[playbook.kpi] = playbook
        except KeikiError as error:
            problems.append(Problem(path.name, error))
    return found


def playbook_of(entry: Entry) -> Playbook:
    """One playbook from its declaration."""
    return Playbook(
        kpi=entry.text("kpi"),
        improvements=tuple(_improvement(given) for given in entries(entry, "improvements")),
        caution_ja=entry.optional("caution_ja") or "",
        caution_en=entry.optional("caution_en") or "",
    )


def _improvement(given: Entry) -> Improvement:
    fields = ("id", "ja", "en", "how_ja", "how_en", "effect_ja", "effect_en")
    return Improvement(**{field: given.text(field) for field in fields})
