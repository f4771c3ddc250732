"""docs/reference/kpis.md: the KPIs that come with Keiki."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import load_catalogue
from tools.pages.markdown import page


def pages(root: Path) -> dict[str, str]:
    """The page by file name."""
    catalogue = load_catalogue()
    groups: defaultdict[str, list[Kpi]] = defaultdict(list)
    for kpi in catalogue.kpis.values():
        groups[kpi.domain[0] if kpi.domain else "other"].append(kpi)
    lead = (
        f"The {len(catalogue.kpis)} KPIs that come with Keiki. ↑ higher is better, ↓ lower is better.\n\n"
        f"Keiki に入っている {len(catalogue.kpis)} 個の KPI です。↑ は高いほど良く、↓ は低いほど良い指標です。"
    )
    sections = [
        f"## {domain}\n\n" + "\n\n".join(_kpi(kpi) for kpi in group) for domain, group in sorted(groups.items())
    ]
    return {"kpis.md": page("KPIs / KPI", lead, *sections)}


def _kpi(kpi: Kpi) -> str:
    arrow = {"higher": " ↑", "lower": " ↓"}.get(kpi.direction, "")
    formula = " ".join(kpi.source.split())
    return (
        f"### {kpi.id}\n\n**{kpi.ja} / {kpi.en}**{arrow} · {kpi.unit} · `{formula}`\n\n"
        f"{kpi.definition_ja}\n\n{kpi.definition_en}"
    )
