"""How much a source may ask of the machine, checked before it is opened."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from keiki.errors import SourceEmpty, SourceMissing, SourceTooLarge

GIB = 2**30


@dataclass(frozen=True)
class Limits:
    """Bytes of a file and of what it unpacks to, how often larger it may become, and how many columns it may have."""

    file: int = 64 * GIB
    unpacked: int = 256 * GIB
    ratio: int = 300
    workbook: int = GIB // 4
    workbook_unpacked: int = 2 * GIB
    columns: int = 2_000


def check_file(path: Path, limits: Limits) -> int:
    """The size of a file in bytes; `SourceMissing`, `SourceEmpty` or `SourceTooLarge` when it cannot be opened."""
    if not path.is_file():
        raise SourceMissing(name=path.name)
    size = path.stat().st_size
    if size == 0:
        raise SourceEmpty(name=path.name)
    check_size(path.name, size, limits.file)
    return size


def check_size(name: str, size: int, most: int) -> None:
    """Refuse what is larger than allowed."""
    if size > most:
        raise SourceTooLarge(name=name, size=size // 2**20, most=most // 2**20)
