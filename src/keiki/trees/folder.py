"""Trees and KPIs of a bundle stored in the folder of a business, where everything else reads them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from keiki.catalogue.load import Catalogue, builtin
from keiki.errors import UnreadableBundle, WrongField
from keiki.measures.document import read as read_file
from keiki.trees.bundle import Bundle
from keiki.trees.document import TREE_TABLE, TreeDocument, as_yaml, template
from keiki.trees.fields import write
from keiki.trees.kpi_document import KPI_TABLE, KpiDocument, kpi_document

FILE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}")
IMPORTED = "imported.yaml"


def contradictions(bundle: Bundle, catalogue: Catalogue) -> Iterator[str]:
    """The ids of trees and KPIs that the business has already and that say something else there."""
    for tree in bundle.trees:
        if tree.id in catalogue.trees and template(catalogue, tree.id) != tree:
            yield tree.id
    for kpi in bundle.kpis:
        if kpi.id in catalogue.kpis and kpi_document(catalogue.kpis[kpi.id]) != kpi:
            yield kpi.id


def store(bundle: Bundle, folder: Path, catalogue: Catalogue) -> tuple[str, ...]:
    """Write the trees and KPIs into `trees/` and `kpis/`; gives the files that were written.

    A tree or KPI goes into the file that has it, else trees into one of their own and KPIs into `imported.yaml`. What
    the business says already is left as it is. Every file is replaced in one step. Raises `WrongField` for a tree whose
    id cannot name a file, before anything is written, and `UnreadableBundle` when a file cannot be written.
    """
    texts: dict[Path, str] = {}
    for tree in bundle.trees:
        if tree.id not in catalogue.trees or template(catalogue, tree.id) != tree:
            texts[_tree_file(tree, folder, catalogue)] = as_yaml(write(TREE_TABLE, tree))
    for path, kpis in _kpi_files(bundle, folder, catalogue).items():
        texts[path] = as_yaml({"kpis": kpis})
    for path, text in texts.items():
        _replace(path, text)
    return tuple(f"{path.parent.name}/{path.name}" for path in texts)


def _tree_file(tree: TreeDocument, folder: Path, catalogue: Catalogue) -> Path:
    if FILE_ID.fullmatch(tree.id) is None:
        raise WrongField(subject=tree.id, field="id", value=tree.id, options="A-Z a-z 0-9 _ -")
    has = catalogue.places[f"tree {tree.id}"].file if tree.id in catalogue.trees else f"{tree.id}.yaml"
    return folder / "trees" / has


def _kpi_files(bundle: Bundle, folder: Path, catalogue: Catalogue) -> dict[Path, list[dict[str, Any]]]:
    """The files to write, each with all its KPIs: those it has, with those of the bundle in their place or behind."""
    files: dict[Path, list[dict[str, Any]]] = {}
    for kpi in bundle.kpis:
        if kpi.id in catalogue.kpis and kpi_document(catalogue.kpis[kpi.id]) == kpi:
            continue
        path = folder / "kpis" / _kpi_file(kpi, folder, catalogue)
        kpis = files.setdefault(path, _declared(path))
        declaration = write(KPI_TABLE, kpi)
        at = next((i for i, other in enumerate(kpis) if other.get("id") == kpi.id), None)
        if at is None:
            kpis.append(declaration)
        else:
            kpis[at] = declaration
    return files


def _kpi_file(kpi: KpiDocument, folder: Path, catalogue: Catalogue) -> str:
    place = catalogue.places.get(kpi.id)
    own = place is not None and place != builtin().places.get(kpi.id)
    return place.file if place is not None and own and (folder / "kpis" / place.file).is_file() else IMPORTED


def _declared(path: Path) -> list[dict[str, Any]]:
    return [dict(kpi) for kpi in read_file(path).get("kpis") or []] if path.is_file() else []


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_text(text, encoding="utf-8")
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UnreadableBundle(path=path.name, detail=error.strerror or type(error).__name__) from error
