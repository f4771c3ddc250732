"""Which characters the bytes of a text file stand for, and the file again as UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from keiki.errors import SourceTooLarge, SourceUnreadable
from keiki.sources.limits import Limits

BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
CHUNK = 2**20
LOOKED_AT = 2**22
GZIP = b"\x1f\x8b"


def bytes_of(path: Path, limits: Limits) -> Iterator[bytes]:
    """The bytes of a file, unpacked when it is gzip; `SourceTooLarge` when it unpacks to more than allowed."""
    packed = path.stat().st_size
    total = 0
    with path.open("rb") as raw:
        opened: BinaryIO = raw
        if raw.peek(2)[:2] == GZIP:
            opened = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]  # a GzipFile reads like a file
        try:
            while chunk := opened.read(CHUNK):
                total += len(chunk)
                if total > limits.unpacked or total > max(packed, CHUNK) * limits.ratio:
                    raise SourceTooLarge(name=path.name, size=total // 2**20, most=packed * limits.ratio // 2**20)
                yield chunk
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise SourceUnreadable(name=path.name, detail=str(error)) from error


def is_gzip(path: Path) -> bool:
    """Whether a file is packed by gzip."""
    with path.open("rb") as raw:
        return raw.read(2) == GZIP


def sniff_encoding(path: Path, limits: Limits) -> tuple[str, bool]:
    """The encoding of a text file: by its mark, else strict UTF-8 over the whole file, else by its Japanese.

    A file that is UTF-8 but for a few broken bytes stays UTF-8: their rows are refused, not the file. The second
    value is false for such a file and for one that only its mark vouches for.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    telling = b""
    for place, chunk in enumerate(bytes_of(path, limits)):
        if place == 0 and (marked := _by_mark(chunk)):
            return marked, False
        if b"\0" in chunk:
            raise SourceUnreadable(name=path.name, detail="binary")
        telling = telling or (b"" if chunk.isascii() else chunk)
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            return _by_japanese(telling), False
    return "utf-8", True


def _by_mark(head: bytes) -> str | None:
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if _looks_utf16(head):
        return "utf-16-le" if head[1:2] == b"\0" else "utf-16-be"
    return None


def _looks_utf16(head: bytes) -> bool:
    sample = head[:2000]
    return len(sample) >= 4 and (sample[0::2].count(0) > len(sample) * 0.4 or sample[1::2].count(0) > len(sample) * 0.4)


def _by_japanese(telling: bytes) -> str:
    """cp932, EUC-JP or cp1252, whichever reads the text with the fewest odd characters; UTF-8 when it nearly fits."""
    # Lines as a whole: the chunk may begin or end inside a character.
    sample = b"\n".join(line for line in telling.split(b"\n") if not line.isascii())[:LOOKED_AT]
    nearly = sample.decode("utf-8", errors="replace")
    if nearly.count("\ufffd") * 20 < sum(ord(char) > 127 for char in nearly):
        return "utf-8"
    scores = {name: _oddness(sample, name) for name in ("cp932", "euc_jp", "cp1252")}
    return min(scores, key=lambda name: scores[name])


def _oddness(sample: bytes, name: str) -> float:
    """0 for text as people write it, 1 per character that no one would; half-width kana and symbols count half."""
    text = sample.decode(name, errors="replace")
    high = [char for char in text if ord(char) > 127]
    odd = sum(char == "\ufffd" for char in high) * 4 + sum("\uff61" <= char <= "\uff9f" for char in high) * 0.5
    # Western letters between Japanese ones are what Japanese bytes look like when they are read as Western.
    odd += sum("\u0080" <= char <= "\u02ff" for char in high) * (0.4 if name == "cp1252" else 0.8)
    return odd / max(len(high), 1)


def to_utf8(path: Path, encoding: str, target: Path, limits: Limits) -> None:
    """Write the text of a file as UTF-8 without a mark, chunk by chunk, line ends as \\n."""
    decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)(errors="replace"), translate=True)
    with target.open("w", encoding="utf-8", newline="") as out:
        for chunk in bytes_of(path, limits):
            out.write(decoder.decode(chunk))
        out.write(decoder.decode(b"", final=True))
